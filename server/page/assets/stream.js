// Pulls all of a variant set and shows how fast it comes.

import { ask, encode, target } from "./api.js";
import { theme } from "./colours.js";
import { framed, prepare, short } from "./dom.js";

const lines = "application/x-ndjson";

/** What can be streamed; `calls(lines, bytes)` tells how many of them that was. */
const kinds = {
  matrix: (set) => ({
    where: target("/brapi/v2/allelematrix", { variantSetDbId: set.id }),
    accept: lines,
    calls: (count) => Math.min(count, set.variants) * set.samples,
  }),
  calls: (set) => ({
    where: `/brapi/v2/variantsets/${encode(set.id)}/calls`,
    accept: lines,
    calls: (count) => Math.min(count, set.variants * set.samples),
  }),
  bytes: (set) => ({
    where: `/brapi/v2/variantsets/${encode(set.id)}/exports/${encode(set.name)}.npy`,
    accept: "*/*",
    calls: (_, size) => Math.min(size, set.variants * set.samples),
  }),
};

function linesIn(chunk) {
  let count = 0;
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) ++count;
  return count;
}

export class stream {
  #stop = null;
  #points = [];

  /** `parts`: the elements rate, bytes, total, plot, button, what, note. */
  constructor(parts) {
    this.parts = parts;
    this.draw = framed(() => this.#draw());
    parts.button.addEventListener("click", () => (this.#stop ? this.#stop.abort() : this.#run()));
    new ResizeObserver(this.draw).observe(parts.plot);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.draw);
  }

  show(set) {
    this.#stop?.abort();
    this.set = set;
    this.parts.button.disabled = set === null;
  }

  async #run() {
    const { parts } = this;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#points = [];
    parts.button.textContent = "Stop";
    parts.note.textContent = "Waiting for the first byte…";
    const begun = performance.now();
    try {
      const done = await this.#read(kinds[parts.what.value](this.set), signal, begun);
      parts.note.textContent = `${short(done.calls)} calls, ${short(done.bytes)}B decoded, in ${(done.ms / 1000).toFixed(2)} s; first byte after ${Math.round(done.first)} ms.`;
    } catch (error) {
      parts.note.textContent = signal.aborted ? "Stopped." : `It did not come: ${error.message}`;
    }
    this.#stop = null;
    parts.button.textContent = "Start";
  }

  async #read(kind, signal, begun) {
    const answer = await ask(kind.where, { accept: kind.accept, signal });
    const reader = answer.body.getReader();
    const sum = { bytes: 0, lines: 0, calls: 0, ms: 0, first: 0 };
    let shown = { ...sum };
    for (;;) {
      const { done, value } = await reader.read();
      sum.ms = performance.now() - begun;
      if (value) {
        if (sum.bytes === 0) sum.first = sum.ms;
        sum.bytes += value.length;
        if (kind.accept === lines) sum.lines += linesIn(value);
        sum.calls = kind.calls(sum.lines, sum.bytes);
      }
      if (done || sum.ms - shown.ms >= 100) {
        this.#tell(sum, shown, done);
        shown = { ...sum };
      }
      if (done) return sum;
    }
  }

  /** While it runs, of the last tenth of a second; then of all. */
  #tell(sum, before, done) {
    const from = done ? { calls: 0, bytes: 0, ms: 0 } : before;
    const seconds = Math.max(sum.ms - from.ms, 1) / 1000;
    const rate = (sum.calls - from.calls) / seconds;
    this.parts.rate.textContent = short(rate);
    this.parts.bytes.textContent = short((sum.bytes - from.bytes) / seconds / 1e6);
    this.parts.total.textContent = short(sum.calls);
    const latest = (sum.calls - before.calls) / (Math.max(sum.ms - before.ms, 1) / 1000);
    if (sum.ms - before.ms > 20) this.#points.push({ s: sum.ms / 1000, rate: latest });
    this.draw();
  }

  #draw() {
    const { context, width, height } = prepare(this.parts.plot);
    const palette = theme();
    const floor = height - 18;
    context.fillStyle = palette.line;
    context.fillRect(0, floor, width, 1);
    context.font = '12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif';
    context.fillStyle = palette.quiet;
    if (this.#points.length === 0) return;
    const most = Math.max(...this.#points.map((p) => p.rate)) || 1;
    const last = Math.max(this.#points.at(-1).s, 1);
    const x = (s) => (s / last) * width;
    const y = (rate) => floor - (rate / most) * (floor - 20);
    context.fillText(`${short(most)} calls/s`, 0, 12);
    context.textAlign = "right";
    context.fillText(`${last.toFixed(1)} s`, width, height - 3);
    context.textAlign = "left";
    context.beginPath();
    context.moveTo(0, floor);
    for (const point of this.#points) context.lineTo(x(point.s), y(point.rate));
    context.lineTo(x(this.#points.at(-1).s), floor);
    context.fillStyle = palette.wash;
    context.fill();
    context.beginPath();
    this.#points.forEach((point, i) => context[i ? "lineTo" : "moveTo"](x(point.s), y(point.rate)));
    context.strokeStyle = palette.accent;
    context.lineWidth = 1.5;
    context.lineJoin = "round";
    context.stroke();
  }
}
