// Colours of the matrix. Their names are those of page.css, so light and dark are decided there.

export const missing = 255;
export const full = 254;

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function parts(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** As a pixel of ImageData: red in the lowest byte. */
const packed = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
const mixed = (a, b, t) => a.map((value, i) => Math.round(value + (b[i] - value) * t));

/** Most alleles are rare, so that mean doses are small and lines are much alike: what is frequent is
 * drawn further apart. */
const steepness = { dose: 0.6, alike: 4 };

function ramp(low, high, none, steepness) {
  const out = new Uint32Array(256);
  for (let value = 0; value <= full; ++value) out[value] = packed(mixed(low, high, (value / full) ** steepness));
  out[missing] = packed(none);
  return out;
}

export function theme() {
  const colour = (name) => parts(style(name));
  const none = colour("--missing");
  const bases = { A: "a", C: "c", G: "g", T: "t" };
  const of = Object.fromEntries(Object.entries(bases).map(([base, name]) => [base, colour(`--base-${name}`)]));
  const other = colour("--base-other");
  return {
    dose: ramp(colour("--dose-low"), colour("--dose-high"), none, steepness.dose),
    alike: ramp(colour("--alike-low"), colour("--alike-high"), none, steepness.alike),
    missing: packed(none),
    base: (allele) => of[allele.toUpperCase()] ?? other,
    text: style("--text"),
    quiet: style("--quiet"),
    line: style("--line"),
    accent: style("--accent"),
    panel: style("--panel"),
    wash: style("--wash"),
    empty: style("--empty"),
    css: (name) => style(name),
  };
}

/** Alleles of one genotype as the mean of their colours; those that are missing do not count. */
export function baseColour(palette, genotype, alleles) {
  const sum = [0, 0, 0];
  let called = 0;
  for (const index of genotype) {
    if (index < 0) continue;
    palette.base(alleles[index] ?? "N").forEach((value, i) => (sum[i] += value));
    ++called;
  }
  return called === 0 ? palette.missing : packed(sum.map((value) => Math.round(value / called)));
}

/** "0|1" as allele indexes, -1 for what is missing. */
export function allelesOf(text) {
  return text.split(/[/|]/).map((part) => (part === "." || part === "" ? -1 : Number(part)));
}

/** As the server counts it: 0 to 254, or 255 when nothing is called. */
export function doseOf(genotype) {
  let called = 0;
  let other = 0;
  for (const index of genotype) {
    if (index < 0) continue;
    ++called;
    if (index > 0) ++other;
  }
  return called === 0 ? missing : Math.floor((other * full + (called >> 1)) / called);
}
