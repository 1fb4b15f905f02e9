// Puts the page together: which variant set, its overview, its matrix, the stream, the clients.

import { encode, forgetToken, json, target, useToken } from "./api.js";
import { clients } from "./clients.js";
import { full, theme } from "./colours.js";
import { element, find, number } from "./dom.js";
import { genome_view } from "./genome_view.js";
import { matrix } from "./matrix.js";
import { stream } from "./stream.js";
import { strip } from "./strip.js";
import { view } from "./view.js";

const bins = 600;
let listing = null;
let chosen = null; // what is shown
let epoch = 0;

const sight = new view();
const overview = new strip(find("#strip"), sight, () => cells.gutter);
const cells = new matrix(find("#matrix"), sight, {
  readout: (text) => (find("#readout").textContent = text),
  failed: (error) => refused(error),
  answered: () => aside && say(""),
  chosen: () => showLegend(),
  place: (ordinal) => overview.place(ordinal),
});
const genome = new genome_view({ button: find("#genome-go"), note: find("#genome-note"), stage: find("#genome-stage") }, sight);
const streamed = new stream({
  rate: find("#stream-rate"), bytes: find("#stream-bytes"), total: find("#stream-total"), plot: find("#stream-plot"),
  button: find("#stream-go"), what: find("#stream-what"), note: find("#stream-note"),
});

// --- messages

let aside = false; // what is said stands at the edge of what is drawn, until the server answers again

function say(text, { bad = false, beside = false } = {}) {
  const message = find("#message");
  aside = beside;
  message.hidden = text === "";
  message.textContent = text;
  message.classList.toggle("bad", bad);
  message.classList.toggle("aside", beside);
}

function refused(error) {
  const beside = chosen !== null;
  if (error.status === 401 || error.status === 403) {
    askForToken();
    return say(error.status === 401 ? "A token is needed to see the data." : error.message, { beside });
  }
  if (error.status === 503) return; // asked for again
  say(error instanceof TypeError ? "The server cannot be reached." : error.message, { bad: true, beside });
}

function askForToken() {
  forgetToken();
  const form = find("#access");
  if (!form.hidden) return; // somebody may be about to type it in
  form.hidden = false;
  find("#token").focus();
}

// --- variant sets

async function list() {
  ++epoch;
  clear();
  say("Loading…");
  try {
    listing = await json("/overview");
  } catch (error) {
    return refused(error);
  }
  find("#access").hidden = true;
  const sets = listing.variantSets;
  const picker = find("#sets");
  picker.replaceChildren(...groups(sets));
  picker.disabled = sets.length === 0;
  if (sets.length === 0) return say("There are no variant sets yet: put VCF.gz or BCF files into the served folder.");
  picker.value = addressed() ?? sets[0].variantSetDbId;
  show(picker.value);
}

/** The variant set that the address names; null when there is none of that id. */
function addressed() {
  let named = location.hash.slice(1);
  try {
    named = decodeURIComponent(named);
  } catch {
    // a % that stands for itself
  }
  return listing.variantSets.some((set) => set.variantSetDbId === named) ? named : null;
}

/** Somebody went back, or edited the address. What names no set, as a link within the page, is no part of it. */
function follow() {
  if (!listing) return;
  const picker = find("#sets");
  const id = addressed();
  if (id === null || id === picker.value) return address(picker.value);
  picker.value = id;
  show(id);
}

const address = (id) => history.replaceState(null, "", `#${encode(id)}`);

function groups(sets) {
  const option = (set) => element("option", { value: set.variantSetDbId }, set.variantSetName);
  const homes = [...new Set(sets.map((set) => set.dataSet))];
  return homes.map((home) => {
    const of = sets.filter((set) => set.dataSet === home);
    return element("optgroup", { label: of[0].dataSetName || home }, ...of.map(option));
  });
}

/** Null when another one was chosen meanwhile. */
async function overviewOf(id, mine) {
  for (;;) {
    try {
      const found = await json(target(`/overview/${encode(id)}`, { bins }));
      return mine === epoch ? found : null;
    } catch (error) {
      if (mine !== epoch) return null;
      if (error.status !== 503) throw error;
      say("This variant set is being indexed. It appears here as soon as that is done.");
      await new Promise((done) => setTimeout(done, 1000 * error.retry_s));
    }
  }
}

async function show(id) {
  const mine = ++epoch;
  clear();
  address(id);
  say("Loading…");
  let found;
  try {
    found = await overviewOf(id, mine);
  } catch (error) {
    return refused(error);
  }
  if (!found) return;
  chosen = described(found);
  find("#facts").textContent = facts(chosen);
  document.title = `${chosen.name} · callstream`;
  const empty = chosen.variants === 0 || chosen.samples === 0;
  say(empty ? "This variant set has no genotypes." : "");
  overview.show(found);
  cells.show(chosen);
  streamed.show(empty ? null : chosen);
  genome.show(empty ? null : chosen, found);
  showLegend();
  showClient();
}

/** Nothing of the set that was shown stays beside the name of another one. */
function clear() {
  chosen = null;
  document.title = "callstream";
  for (const part of ["#facts", "#snippet code", "#snippet-note"]) find(part).textContent = "";
  find("#copy").disabled = true;
  overview.show({ contigs: [] });
  cells.show({ variants: 0, samples: 0 });
  streamed.show(null);
  genome.show(null);
}

function described(found) {
  const listed = listing.variantSets.find((set) => set.variantSetDbId === found.variantSetDbId);
  const isWhole = listed.files.length === listed.fileCount; // one part of several stands for nothing
  const first = found.contigs[0] ?? { name: "1", start: 0, end: 1, count: [], alleleFrequency: [] };
  const bin = Math.max(first.count.findIndex((count) => count > 0), 0);
  const start = first.start + bin * found.binWidth;
  const end = Math.min(start + 100000, first.end);
  return {
    id: found.variantSetDbId, name: found.variantSetName, variants: found.variantCount, samples: found.callSetCount,
    ploidy: found.ploidy, contigs: new Set(found.contigs.map((contig) => contig.name)).size, contig: first.name, start, end,
    dataSet: listed.dataSet, files: isWhole ? listed.files : [], indexes: listed.indexes,
    referenceSetDbId: listed.referenceSetDbId, references: listing.referenceSets, reads: listing.readGroupSets,
    tracks: listing.tracks,
  };
}

function facts(set) {
  const many = (count, one) => `${number(count)} ${one}${count === 1 ? "" : "s"}`;
  return `${many(set.samples, "call set")} × ${many(set.variants, "variant")} · ${many(set.contigs, "contig")} · ploidy ${set.ploidy}`;
}

// --- the legend

function showLegend() {
  const mode = cells.mode;
  const palette = theme();
  const key = (colour, text) => element("span", { class: "key" }, swatch([colour]), text);
  const scale = (name, low, high) => [
    element("span", { class: "key" }, low, swatch(Array.from({ length: 33 }, (_, i) => css(palette[name][Math.round((full * i) / 32)]))), high),
    key(palette.css("--missing"), "missing"),
  ];
  const parts = {
    dose: () => scale("dose", "REF", "ALT"),
    alike: () => scale("alike", "differs", `alike to ${cells.data.sampleName(cells.line) ?? "the first line"}`),
    bases: () => [
      ...["A", "C", "G", "T"].map((base) => key(palette.css(`--base-${base.toLowerCase()}`), base)),
      key(palette.css("--base-other"), "other"), key(palette.css("--missing"), "missing"),
      cells.showsCalls() ? "" : "· doses until single calls are in sight",
    ],
  };
  find("#legend").replaceChildren(...parts[mode]());
}

const css = (pixel) => `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;

function swatch(colours) {
  const canvas = element("canvas", { width: colours.length > 1 ? 64 : 12, height: 12, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  const across = context.createLinearGradient(0, 0, canvas.width, 0);
  colours.forEach((colour, i) => across.addColorStop(colours.length > 1 ? i / (colours.length - 1) : 0, colour));
  context.fillStyle = across;
  context.fillRect(0, 0, canvas.width, canvas.height);
  return canvas;
}

// --- other programs

let client = 0;

function tabs() {
  const list = find("#clients");
  clients.forEach(([name], i) => {
    const tab = element("button", { type: "button", role: "tab", "aria-controls": "snippet", "aria-selected": i === 0, tabindex: i === 0 ? 0 : -1 }, name);
    tab.addEventListener("click", () => pick(i));
    list.append(tab);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) pick((client + step + clients.length) % clients.length, true);
  });
}

function pick(i, focus = false) {
  client = i;
  [...find("#clients").children].forEach((tab, at) => {
    tab.setAttribute("aria-selected", at === i);
    tab.tabIndex = at === i ? 0 : -1;
    if (at === i && focus) tab.focus();
  });
  showClient();
}

function showClient() {
  if (!chosen) return;
  const { text, note } = clients[client][1](chosen);
  find("#snippet code").textContent = text;
  find("#snippet-note").textContent = note;
  find("#copy").disabled = false;
}

async function copy() {
  const button = find("#copy");
  try {
    await navigator.clipboard.writeText(find("#snippet code").textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(find("#snippet code")); // no clipboard without HTTPS
    button.textContent = "Selected";
  }
  setTimeout(() => (button.textContent = "Copy"), 1500);
}

// --- wiring

find("#sets").addEventListener("change", (event) => show(event.target.value));
find("#access").addEventListener("submit", (event) => {
  event.preventDefault();
  try {
    useToken(find("#token").value);
  } catch (error) {
    return say(error.message, { bad: true, beside: chosen !== null });
  }
  find("#token").value = "";
  list();
});
find("#modes").addEventListener("change", (event) => {
  cells.setMode(event.target.value);
  showLegend();
});
find("#zoom-in").addEventListener("click", () => sight.zoom(0.5));
find("#zoom-out").addEventListener("click", () => sight.zoom(2));
find("#whole").addEventListener("click", () => sight.whole());
find("#copy").addEventListener("click", copy);
sight.onChange(() => cells.mode === "bases" && showLegend());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showLegend);
addEventListener("hashchange", follow);
tabs();
list();
