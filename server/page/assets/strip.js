// The overview along the genome: density, mean frequency of alternate alleles and missing data, with
// a window that shows what the matrix has in sight.

import { theme } from "./colours.js";
import { framed, prepare } from "./dom.js";
import { handleKey } from "./view.js";

const lanes = [
  { of: "count", name: "variants", brief: "count", high: 40 },
  { of: "alleleFrequency", name: "ALT freq.", brief: "ALT", high: 24 },
  { of: "missing", name: "missing", brief: "miss.", high: 20 },
];
const gap = 4;
const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

export class strip {
  #bins = []; // of all contigs, one after the other
  #contigs = [];
  #pressed = null;

  constructor(canvas, view, gutter) {
    Object.assign(this, { canvas, view, gutter });
    this.draw = framed(() => this.#draw());
    view.onChange(this.draw);
    new ResizeObserver(this.draw).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.draw);
    this.#listen();
  }

  show(overview) {
    this.#bins = [];
    this.#contigs = [];
    for (const contig of overview.contigs) {
      const first = this.#bins.length;
      let ordinal = contig.firstVariant;
      contig.count.forEach((count, i) => {
        const start = contig.start + i * overview.binWidth;
        const end = Math.min(start + overview.binWidth, contig.end);
        this.#bins.push({
          contig: contig.name, start, end, count, first: ordinal,
          alleleFrequency: contig.alleleFrequency[i], missing: contig.missing[i],
        });
        ordinal += count;
      });
      this.#contigs.push({ name: contig.name, first, end: this.#bins.length });
    }
    this.draw();
  }

  /** About where a variant is, in words; exact places come with the records. */
  place(ordinal) {
    const bin = this.#bins[Math.floor(this.#binOf(ordinal))];
    if (!bin) return "";
    const within = bin.count > 0 ? (ordinal - bin.first) / bin.count : 0;
    return `${bin.contig}:${megabases(bin.start + within * (bin.end - bin.start))}`;
  }

  /** Bin and fraction in which a variant is. */
  #binOf(ordinal) {
    let low = 0;
    let high = this.#bins.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#bins[middle].first <= ordinal) low = middle + 1;
      else high = middle;
    }
    let at = Math.max(low - 1, 0);
    while (at > 0 && this.#bins[at].count === 0) --at; // empty bins begin where the next one does
    const bin = this.#bins[at];
    return bin && bin.count > 0 ? at + Math.min((ordinal - bin.first) / bin.count, 1) : at;
  }

  #ordinalOf(position) {
    const at = Math.min(Math.max(position, 0), this.#bins.length);
    const bin = this.#bins[Math.min(Math.floor(at), this.#bins.length - 1)];
    return bin ? bin.first + (at - Math.floor(at)) * bin.count + (at === this.#bins.length ? bin.count : 0) : 0;
  }

  get #width() {
    return this.canvas.clientWidth - this.gutter();
  }
  #x(position) {
    return this.gutter() + (position / Math.max(this.#bins.length, 1)) * this.#width;
  }
  #position(event) {
    const box = this.canvas.getBoundingClientRect();
    return ((event.clientX - box.left - this.gutter()) / this.#width) * this.#bins.length;
  }

  #draw() {
    const { context } = prepare(this.canvas);
    this.palette = theme();
    if (this.#bins.length === 0) return;
    context.font = font;
    let y = 0;
    for (const lane of lanes) {
      this.#drawLane(context, lane, y);
      y += lane.high + gap;
    }
    this.#drawContigs(context, y);
    this.#drawWindow(context, y - gap);
  }

  /** Several bins may share a pixel: the mean of a lane then, the sum of counts. */
  #drawLane(context, lane, y) {
    const most = Math.max(...this.#bins.map((bin) => bin[lane.of] ?? 0)) || 1;
    context.fillStyle = this.palette.quiet;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillText(this.gutter() < 80 ? lane.brief : lane.name, this.gutter() - 8, y + lane.high / 2);
    context.fillStyle = this.palette.line;
    context.fillRect(this.gutter(), y + lane.high, this.#width, 1);
    context.fillStyle = lane.of === "missing" ? this.palette.css("--missing") : this.palette.accent;
    context.globalAlpha = lane.of === "count" ? 0.85 : 0.6;
    this.#bins.forEach((bin, i) => {
      const high = ((bin[lane.of] ?? 0) / most) * lane.high;
      if (high > 0) context.fillRect(this.#x(i), y + lane.high - high, this.#x(i + 1) - this.#x(i) + 0.3, high);
    });
    context.globalAlpha = 1;
  }

  #drawContigs(context, y) {
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    let free = 0;
    for (const contig of this.#contigs) {
      const x = this.#x(contig.first);
      context.fillStyle = this.palette.line;
      if (contig.first > 0) context.fillRect(x, 0, 1, y + 12);
      const wide = context.measureText(contig.name).width;
      if (x < free || wide + 6 > this.#x(contig.end) - x) continue;
      context.fillStyle = this.palette.quiet;
      context.fillText(contig.name, x + 4, y + 11);
      free = x + wide + 10;
    }
  }

  #drawWindow(context, high) {
    const first = this.#x(this.#binOf(this.view.x0));
    const all = this.view.lastVariant >= this.view.variants;
    const end = Math.max(this.#x(all ? this.#bins.length : this.#binOf(this.view.lastVariant)), first + 2);
    context.fillStyle = this.palette.panel;
    context.globalAlpha = 0.6;
    context.fillRect(this.gutter(), 0, first - this.gutter(), high);
    context.fillRect(end, 0, this.gutter() + this.#width - end, high);
    context.globalAlpha = 1;
    context.strokeStyle = this.palette.accent;
    context.lineWidth = 1.5;
    context.strokeRect(first + 0.75, 0.75, Math.max(end - first - 1.5, 1), high - 1.5);
  }

  #listen() {
    const on = (name, handle) => this.canvas.addEventListener(name, handle);
    on("keydown", (event) => handleKey(event, this.view));
    on("dblclick", () => this.view.whole());
    on("pointerdown", (event) => this.#press(event));
    on("pointermove", (event) => this.#pressed && this.#drag(this.#position(event)));
    on("pointerup", () => (this.#pressed = null));
    on("pointercancel", () => (this.#pressed = null));
  }

  /** Within a window smaller than all: it moves. Elsewhere: a new one is drawn. */
  #press(event) {
    if (this.#bins.length === 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    const at = this.#position(event);
    const ordinal = this.#ordinalOf(at);
    const { x0, lastVariant, variants } = this.view;
    const inside = ordinal >= x0 && ordinal <= lastVariant && lastVariant - x0 < variants * 0.98;
    this.#pressed = { at, moves: inside, grip: ordinal - x0, span: lastVariant - x0 };
  }

  #drag(at) {
    const { moves, grip, span, at: from } = this.#pressed;
    if (moves) {
      const first = this.#ordinalOf(at) - grip;
      return this.view.showVariants(first, first + span);
    }
    if (Math.abs(this.#x(at) - this.#x(from)) < 3) return;
    const [first, end] = [this.#ordinalOf(from), this.#ordinalOf(at)].sort((a, b) => a - b);
    this.view.showVariants(first, Math.max(end, first + 1));
  }
}

function megabases(bases) {
  if (bases < 1e4) return `${Math.round(bases) + 1}`;
  return bases < 1e6 ? `${(bases / 1e3).toFixed(1)} kb` : `${(bases / 1e6).toFixed(2)} Mb`;
}
