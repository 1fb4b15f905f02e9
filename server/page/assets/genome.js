// igv.js within the page, told by it where to go, and telling it where it went.

import { currentToken } from "./api.js";
import { locus } from "./clients.js";

const pause_ms = 250;
let browser = null;
let expected = null; // where it was told to be
let waiting = null;

const tell = (message) => parent.postMessage(message, location.origin);

async function load() {
  try {
    return (await import("./igv.esm.min.js")).default;
  } catch {
    return null; // the program was built without it
  }
}

/** Where no FASTA file is served, the contigs have their lengths and no bases. */
function withoutBases(contigs) {
  const ends = new Map();
  for (const { name, end } of contigs) ends.set(name, Math.max(end, ends.get(name) ?? 0));
  const lengths = [...ends].map(([name, end]) => `${name}\t${end}`).join("\n");
  return { id: "contigs", format: "chromsizes", fastaURL: URL.createObjectURL(new Blob([lengths])) };
}

async function open({ open: configuration, stretch, contigs }) {
  const igv = await load();
  if (!igv) return tell({ absent: true });
  if (currentToken()) igv.setOauthToken(currentToken(), location.hostname);
  browser = await igv.createBrowser(document.querySelector("#igv"), {
    ...configuration,
    reference: configuration.reference ?? withoutBases(contigs),
    locus: stretch ? locus(stretch) : configuration.locus,
  });
  globalThis.browser = browser; // for the console, and for tests
  browser.on("locuschange", (frames) => settle(placeOf(frames[0])));
  if (stretch) expected = here();
  settle(here());
}

const here = () => placeOf(browser.referenceFrameList[0]);
const placeOf = ({ chr: contig, start, end }) => ({ contig, start, end });
const near = (a, b) => a && a.contig === b.contig && Math.abs(a.start - b.start) < 1 && Math.abs(a.end - b.end) < 1;

/** Once it has stopped moving somewhere it was not sent to. */
function settle(at) {
  clearTimeout(waiting);
  waiting = setTimeout(() => !near(expected, at) && tell({ at }), pause_ms);
}

async function go(stretch) {
  if (!browser) return;
  await browser.search(locus(stretch));
  expected = here();
}

addEventListener("message", async ({ source, origin, data }) => {
  if (source !== parent || origin !== location.origin) return;
  try {
    if (data.open) await open(data);
    if (data.go) await go(data.go);
  } catch (error) {
    tell({ failed: error.message });
  }
});
tell({ ready: true });
