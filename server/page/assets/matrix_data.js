// What the matrix draws: tiles of means from the overview service at every zoom, and genotypes from
// BrAPI where single calls are in sight. Asks for what is in sight only, a few at a time.

import { bytes, encode, json, target } from "./api.js";
import { allelesOf } from "./colours.js";

export const side = 256; // cells of a tile, variants and call sets of a page of genotypes
const kept = 400;
const atOnce = 4;
const longest_s = 60; // until what was refused is asked for again
const names = 1000; // call sets of one page of names

export class matrix_data {
  #kept = new Map(); // by key, the one used last at the end
  #flying = new Set();
  #wanted = [];
  #failed = new Map(); // key: how often, and until when it is not asked for
  #epoch = 0;

  /** `changed()` when something has arrived or may be asked for again, `failed(error)` when the server
   * refused, `answered()` when it gave something and nothing that was refused waits. */
  constructor(changed, failed, answered) {
    Object.assign(this, { changed, failed, answered });
    this.set = null;
  }

  /** `set` has `id`, `variants`, `samples`. */
  show(set) {
    this.set = set;
    ++this.#epoch;
    for (const map of [this.#kept, this.#flying, this.#failed]) map.clear();
    this.#wanted = [];
    this.bytesRead = 0;
  }

  get busy() {
    return this.#flying.size > 0 || this.#wanted.length > 0;
  }

  /** A frame begins: what nobody asks for until `fetchWanted` need not come. */
  begin() {
    this.#wanted = [];
  }

  #get(key, make) {
    const found = this.#kept.get(key);
    if (found) {
      this.#kept.delete(key);
      this.#kept.set(key, found);
      return found;
    }
    const waits = this.#failed.get(key)?.until > performance.now();
    const known = this.#flying.has(key) || this.#wanted.some((other) => other.key === key);
    if (!known && !waits) this.#wanted.push({ key, make });
    return null;
  }

  /** Means over `1 << z` variants and `1 << k` call sets to a cell; null while it is not there. */
  tile({ z, k, x, y, alike }) {
    return this.#get(`t ${z} ${k} ${x} ${y} ${alike ?? ""}`, async () => {
      const step = side * 2 ** z;
      const high = side * 2 ** k;
      const { id, variants, samples } = this.set;
      const end = Math.min((x + 1) * step, variants);
      const last = Math.min((y + 1) * high, samples);
      const range = { variantStart: x * step, variantEnd: end, callSetStart: y * high, callSetEnd: last };
      const columns = Math.ceil((end - x * step) / 2 ** z);
      const rows = Math.ceil((last - y * high) / 2 ** k);
      const where = target(`/overview/${encode(id)}/tile`, { ...range, rows, columns, alikeTo: alike });
      const { data, headers } = await bytes(where);
      return { z, k, alike, ...range, rows, columns, data, step: Number(headers.get("X-Tile-Step")) };
    });
  }

  /** Tiles that are there, coarse ones first, and cover more than those of this level. */
  coarser(z, k, alike) {
    const found = [];
    for (const [key, tile] of this.#kept) {
      const fits = key[0] === "t" && tile.alike === alike && tile.z >= z && tile.k >= k && tile.z + tile.k > z + k;
      if (fits) found.push(tile);
    }
    return found.sort((a, b) => b.z + b.k - a.z - a.k);
  }

  /** Genotypes of 256 variants and call sets as allele indexes. */
  genotypes(x, y) {
    return this.#get(`g ${x} ${y}`, async () => {
      const answer = await json(
        target("/brapi/v2/allelematrix", {
          variantSetDbId: this.set.id,
          dimensionVariantPage: x,
          dimensionVariantPageSize: side,
          dimensionCallSetPage: y,
          dimensionCallSetPageSize: side,
          expandHomozygotes: true,
          sepPhased: "|",
          sepUnphased: "/",
          unknownString: ".",
        }),
      );
      const rows = answer.result.dataMatrices[0].dataMatrix;
      return { text: rows, alleles: rows.map((row) => row.map(allelesOf)) };
    });
  }

  /** Name, place and alleles of 256 variants. */
  variants(x) {
    return this.#get(`v ${x}`, async () => {
      const path = `/brapi/v2/variantsets/${encode(this.set.id)}/variants`;
      const answer = await json(target(path, { page: x, pageSize: side }));
      return answer.result.data.map((v) => ({
        id: v.variantDbId,
        name: v.variantNames?.[0] ?? "",
        contig: v.referenceName,
        start: Number(v.start),
        alleles: [v.referenceBases, ...(v.alternateBases ?? [])],
      }));
    });
  }

  variant(number) {
    return this.variants(Math.floor(number / side))?.[number % side] ?? null;
  }

  /** Null while it is not there. */
  sampleName(number) {
    const page = Math.floor(number / names);
    const found = this.#get(`n ${page}`, async () => {
      const asked = { variantSetDbId: this.set.id, page, pageSize: names };
      const answer = await json(target("/brapi/v2/callsets", asked));
      return answer.result.data.map((c) => c.callSetName);
    });
    return found?.[number % names] ?? null;
  }

  fetchWanted() {
    while (this.#flying.size < atOnce && this.#wanted.length > 0) this.#fetch(this.#wanted.shift());
  }

  async #fetch({ key, make }) {
    const epoch = this.#epoch;
    this.#flying.add(key);
    try {
      const made = await make();
      if (epoch !== this.#epoch) return;
      this.#kept.set(key, made);
      this.#failed.delete(key);
      if (!this.#waits()) this.answered();
      while (this.#kept.size > kept) this.#kept.delete(this.#kept.keys().next().value);
    } catch (error) {
      if (epoch !== this.#epoch) return;
      this.#putOff(key, error);
      this.failed(error);
    }
    this.#flying.delete(key);
    this.changed();
  }

  #waits() {
    const now = performance.now();
    return [...this.#failed.values()].some(({ until }) => until > now);
  }

  /** Without a token that is good for it, nothing is worth another try: a new one shows the set anew. */
  #putOff(key, error) {
    const times = (this.#failed.get(key)?.times ?? 0) + 1;
    if (error.status === 401 || error.status === 403) return this.#failed.set(key, { times, until: Infinity });
    const wait_ms = 1000 * (error.status === 503 ? error.retry_s : Math.min(2 ** times, longest_s));
    this.#failed.set(key, { times, until: performance.now() + wait_ms });
    setTimeout(this.changed, wait_ms + 20);
  }
}
