// From numbers of variants to places on the genome and back. Both are exact: the server is asked.

import { encode, json, target } from "./api.js";

export class places {
  /** `overview` names the contigs, with their first variants. */
  show(id, { contigs }) {
    Object.assign(this, { id, contigs });
  }

  /** Where the variants from `first` to `end` are: the part on the contig of those in the middle. */
  async stretchOf(first, end) {
    const middle = Math.min((first + end) / 2, end - 1);
    const contig = this.contigs.findLast((c) => c.firstVariant <= middle && c.variantCount > 0);
    const last = Math.min(Math.ceil(end), contig.firstVariant + contig.variantCount) - 1;
    const ends = [Math.max(Math.floor(first), contig.firstVariant), last];
    const [low, high] = await Promise.all(ends.map((number) => this.#variant(number)));
    return { contig: contig.name, start: Number(low.start), end: Number(high.end) };
  }

  async #variant(number) {
    const where = target(`/brapi/v2/variantsets/${encode(this.id)}/variants`, { page: number, pageSize: 1 });
    return (await json(where)).result.data[0];
  }

  /** The variants that start there; null where there are none. */
  async variantsIn({ contig, start, end }) {
    const known = this.contigs.filter((c) => c.name === contig); // several where parts of a set take turns
    const from = Math.min(...known.map((c) => c.start));
    const to = Math.max(...known.map((c) => c.end));
    const asked = { contig, start: Math.max(Math.floor(start), from), end: Math.min(Math.ceil(end), to), bins: 1 };
    if (asked.start >= asked.end) return null;
    const { contigs } = await json(target(`/overview/${encode(this.id)}`, asked));
    const found = contigs.find((c) => c.variantCount > 0);
    return found ? { first: found.firstVariant, end: found.firstVariant + found.variantCount } : null;
  }
}
