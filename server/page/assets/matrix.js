// The heat map: draws what is in sight, and lets it be moved, zoomed, asked and compared.

import { baseColour, doseOf, full, missing, theme } from "./colours.js";
import { framed, number, percent, prepare } from "./dom.js";
import { matrix_data, side } from "./matrix_data.js";
import { handleKey } from "./view.js";

const top = 24;
const bottom = 2;
const singleWidth = 3; // pixels of a variant from which genotypes are asked for
const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

/** Which of `parts` holds number `at` of `count`: part i begins at floor(i * count / parts). */
const partOf = (at, count, parts) => Math.floor(((at + 1) * parts - 1) / count);
const level = (per, ratio) => Math.max(0, Math.floor(Math.log2(per / ratio)));

export class matrix {
  #pictures = new WeakMap(); // tile or page of genotypes: canvas, and what it was drawn for
  #dragged = null;
  #pointers = new Map();

  constructor(canvas, view, { readout, failed, answered, chosen, place }) {
    Object.assign(this, { canvas, view, readout, chosen, place });
    this.mode = "dose";
    this.line = 0; // the call set that others are compared with
    this.palette = theme();
    this.hovered = null;
    this.draw = framed(() => this.#draw());
    this.data = new matrix_data(this.draw, failed, answered);
    view.onChange(this.draw);
    new ResizeObserver(() => this.#measure()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.repaint());
    this.#listen();
  }

  get gutter() {
    return this.canvas.clientWidth < 560 ? 56 : 104;
  }

  show(set) {
    this.data.show(set);
    this.line = 0;
    this.hovered = null;
    this.#measure();
    this.view.show(set.variants, set.samples);
  }

  setMode(mode) {
    this.mode = mode;
    this.draw();
  }

  /** After light became dark, or the other way round. */
  repaint() {
    this.palette = theme();
    this.#pictures = new WeakMap();
    this.draw();
  }

  #measure() {
    this.view.resize(this.canvas.clientWidth - this.gutter, this.canvas.clientHeight - top - bottom);
    this.draw();
  }

  // --- drawing

  #draw() {
    const { context, width, height, ratio } = prepare(this.canvas);
    const v = this.view;
    if (!this.data.set || v.samples === 0 || v.variants === 0) return (this.canvas.dataset.state = "empty");
    this.context = context;
    this.data.begin();
    context.save();
    context.beginPath();
    context.rect(this.gutter, top, v.width, v.height);
    context.clip();
    const complete = this.#drawCells(ratio);
    context.restore();
    this.#drawRows(height);
    this.#drawPlaces(width);
    this.#tellHovered();
    this.data.fetchWanted();
    this.#tellState(complete && !this.data.busy);
  }

  /** True when nothing that should be in sight is still to come. */
  #drawCells(ratio) {
    const detailed = this.showsCalls() && this.mode !== "alike";
    const plain = this.mode !== "bases" || !detailed;
    const missed = this.#drawTiles(ratio, plain);
    return detailed ? this.#drawCalls() : missed === 0;
  }

  showsCalls() {
    return this.view.perX <= 1 / singleWidth && this.view.perY <= 1;
  }

  #drawTiles(ratio, wanted) {
    const v = this.view;
    const alike = this.mode === "alike" ? this.line : null;
    const z = level(v.perX, ratio);
    const k = level(v.perY, ratio);
    const wide = side * 2 ** z;
    const high = side * 2 ** k;
    const found = [];
    let missed = 0;
    for (let y = Math.floor(v.y0 / high); y * high < v.lastSample; ++y) {
      for (let x = Math.floor(v.x0 / wide); x * wide < v.lastVariant; ++x) {
        const tile = wanted ? this.data.tile({ z, k, x, y, alike }) : null;
        tile ? found.push(tile) : ++missed;
      }
    }
    if (missed > 0) for (const tile of this.data.coarser(z, k, alike)) this.#drawTile(tile, ratio);
    for (const tile of found) this.#drawTile(tile, ratio);
    return missed;
  }

  #drawTile(tile, ratio) {
    const picture = this.#picture(tile, `${tile.alike}`, tile.columns, tile.rows, (pixels) => {
      const ramp = tile.alike === null ? this.palette.dose : this.palette.alike;
      for (let i = 0; i < pixels.length; ++i) pixels[i] = ramp[tile.data[i]];
    });
    const shrunk = this.#shrunk(picture, tile, ratio);
    this.context.imageSmoothingEnabled = false;
    this.#place(shrunk, tile.variantStart, tile.variantEnd, tile.callSetStart, tile.callSetEnd);
  }

  /** What has more cells than the screen has pixels is averaged along that axis; along the other one
   * cells keep their edges. */
  #shrunk(picture, tile, ratio) {
    const wide = ((tile.variantEnd - tile.variantStart) / this.view.perX) * ratio;
    const high = ((tile.callSetEnd - tile.callSetStart) / this.view.perY) * ratio;
    const columns = Math.max(1, Math.min(picture.width, Math.round(wide)));
    const rows = Math.max(1, Math.min(picture.height, Math.round(high)));
    if (columns === picture.width && rows === picture.height) return picture;
    const canvas = new OffscreenCanvas(columns, rows);
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, columns, rows);
    return canvas;
  }

  #drawCalls() {
    const v = this.view;
    let complete = true;
    for (let y = Math.floor(v.y0 / side); y * side < v.lastSample; ++y) {
      for (let x = Math.floor(v.x0 / side); x * side < v.lastVariant; ++x) {
        const page = this.data.genotypes(x, y);
        const variants = this.data.variants(x);
        if (page && variants) this.#drawPage(page, variants, x, y);
        complete &&= Boolean(page && variants);
      }
    }
    return complete;
  }

  #drawPage(page, variants, x, y) {
    const columns = page.alleles.length;
    const rows = page.alleles[0]?.length ?? 0;
    if (rows === 0) return;
    const picture = this.#picture(page, this.mode, columns, rows, (pixels) => {
      page.alleles.forEach((row, i) => {
        const { alleles } = variants[i];
        row.forEach((genotype, j) => {
          const byDose = this.mode === "dose";
          pixels[j * columns + i] = byDose ? this.palette.dose[doseOf(genotype)] : baseColour(this.palette, genotype, alleles);
        });
      });
    });
    this.context.imageSmoothingEnabled = false;
    this.#place(picture, x * side, x * side + columns, y * side, y * side + rows);
    this.#writeCalls(page, variants, x * side, y * side);
  }

  /** Texts in the cells, where they fit. */
  #writeCalls(page, variants, first, firstSample) {
    const v = this.view;
    const cell = { wide: 1 / v.perX, high: 1 / v.perY };
    if (cell.wide < 26 || cell.high < 15) return;
    const { context } = this;
    context.font = "11px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let i = 0; i < page.text.length; ++i) {
      const x = this.gutter + (first + i + 0.5 - v.x0) * cell.wide;
      if (x < this.gutter - cell.wide || x > this.gutter + v.width + cell.wide) continue;
      for (let j = 0; j < page.text[i].length; ++j) {
        const y = top + (firstSample + j + 0.5 - v.y0) * cell.high;
        if (y < top - cell.high || y > top + v.height + cell.high) continue;
        const text = this.#shown(page, variants, i, j);
        if (text.length * 6.7 > cell.wide) continue;
        context.fillStyle = this.#inkOn(page.alleles[i][j], variants[i].alleles);
        context.fillText(text, x, y);
      }
    }
  }

  #shown(page, variants, i, j) {
    if (this.mode === "dose") return page.text[i][j];
    return page.alleles[i][j].map((index) => (index < 0 ? "." : variants[i].alleles[index])).join("");
  }

  #inkOn(genotype, alleles) {
    const packed = this.mode === "dose" ? this.palette.dose[doseOf(genotype)] : baseColour(this.palette, genotype, alleles);
    const light = 0.299 * (packed & 255) + 0.587 * ((packed >> 8) & 255) + 0.114 * ((packed >> 16) & 255);
    return light > 140 ? "#10161d" : "#ffffff";
  }

  #picture(of, key, columns, rows, paint) {
    const known = this.#pictures.get(of);
    if (known?.key === key) return known.canvas;
    const canvas = new OffscreenCanvas(columns, rows);
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    paint(new Uint32Array(image.data.buffer));
    context.putImageData(image, 0, 0);
    this.#pictures.set(of, { key, canvas });
    return canvas;
  }

  #place(picture, first, end, firstSample, endSample) {
    const v = this.view;
    const x = this.gutter + (first - v.x0) / v.perX;
    const y = top + (firstSample - v.y0) / v.perY;
    this.context.drawImage(picture, x, y, (end - first) / v.perX, (endSample - firstSample) / v.perY);
  }

  #drawRows(height) {
    const { context, view: v } = this;
    context.font = font;
    context.textAlign = "right";
    context.textBaseline = "middle";
    const each = Math.max(1, Math.ceil(15 * v.perY));
    for (let sample = Math.ceil(v.y0 / each) * each; sample < v.lastSample; sample += each) {
      const y = top + (sample + 0.5 - v.y0) / v.perY;
      if (y > height - 4 || y < top + 4) continue;
      const name = this.data.sampleName(sample);
      context.fillStyle = this.mode === "alike" && sample === this.line ? this.palette.accent : this.palette.quiet;
      if (name) context.fillText(fitted(context, name, this.gutter - 14), this.gutter - 8, y);
    }
    if (this.mode === "alike") this.#markRow(this.line, this.palette.accent);
    if (this.hovered) this.#markRow(this.hovered.sample, this.palette.text);
  }

  /** A notch beside the row. */
  #markRow(sample, colour) {
    const v = this.view;
    if (sample < v.y0 - 1 || sample > v.lastSample) return;
    const y = top + (sample - v.y0) / v.perY;
    this.context.fillStyle = colour;
    this.context.fillRect(this.gutter - 4, Math.max(y, top), 3, Math.max(1 / v.perY, 2));
  }

  /** Places above the columns: of single records where they are known, else about. */
  #drawPlaces(width) {
    const { context, view: v } = this;
    context.font = font;
    context.textBaseline = "alphabetic";
    context.textAlign = "left";
    const gap = Math.max(110, Math.ceil(1 / v.perX));
    for (let x = 0; x < v.width - 60; x += gap) {
      const ordinal = Math.floor(v.x0 + x * v.perX);
      if (ordinal >= v.variants) break;
      const exact = this.showsCalls() ? this.data.variant(ordinal) : null;
      const label = exact ? `${exact.contig}:${number(exact.start + 1)}` : this.place(ordinal);
      const at = this.gutter + x;
      context.fillStyle = this.palette.line;
      context.fillRect(at, top - 8, 1, 7);
      context.fillStyle = this.palette.quiet;
      context.fillText(fitted(context, label, Math.min(gap - 12, width - at - 6)), at + 4, top - 8);
    }
  }

  /** For those who wait for it, tests above all. */
  #tellState(complete) {
    const v = this.view;
    const state = complete ? "complete" : "loading";
    Object.assign(this.canvas.dataset, {
      state,
      mode: this.mode,
      detail: this.showsCalls() ? "calls" : "means",
      plot: [this.gutter, top, v.width, v.height].join(" "),
      window: [v.x0, v.perX, v.y0, v.perY].join(" "),
    });
  }

  // --- hovering

  #tellHovered() {
    const spot = this.hovered && this.view.at(this.hovered.x, this.hovered.y);
    if (!spot) return this.readout("");
    this.hovered.sample = spot.sample;
    const name = this.data.sampleName(spot.sample) ?? `call set ${spot.sample + 1}`;
    this.readout(`${name} · ${this.showsCalls() ? this.#call(spot) : this.#mean(spot)}`);
  }

  #call({ variant, sample }) {
    const record = this.data.variant(variant);
    const page = this.data.genotypes(Math.floor(variant / side), Math.floor(sample / side));
    if (!record || !page) return "…";
    const text = page.text[variant % side]?.[sample % side] ?? "";
    const bases = (page.alleles[variant % side]?.[sample % side] ?? []).map((i) => (i < 0 ? "." : record.alleles[i]));
    const place = `${record.contig}:${record.start + 1}`;
    const marker = record.name && record.name !== place ? `${record.name} · ` : "";
    const called = doseOf(page.alleles[variant % side]?.[sample % side] ?? []) !== missing;
    return `${marker}${record.contig}:${number(record.start + 1)} · ${called ? `${text} (${bases.join("/")})` : "missing"}`;
  }

  #mean({ variant, sample }) {
    const ratio = window.devicePixelRatio || 1;
    const z = level(this.view.perX, ratio);
    const k = level(this.view.perY, ratio);
    const alike = this.mode === "alike" ? this.line : null;
    const tile = this.data.tile({ z, k, x: Math.floor(variant / (side * 2 ** z)), y: Math.floor(sample / (side * 2 ** k)), alike });
    if (!tile) return "…";
    const column = partOf(variant - tile.variantStart, tile.variantEnd - tile.variantStart, tile.columns);
    const row = partOf(sample - tile.callSetStart, tile.callSetEnd - tile.callSetStart, tile.rows);
    const value = tile.data[row * tile.columns + column];
    const what = alike === null ? "mean dose" : "alike";
    const about = value === missing ? "missing" : `${what} ${percent(value / full)}`;
    const many = 2 ** z > 1 ? ` · means of ${number(2 ** z)} variants` : "";
    return `${this.place(variant)} · ${about}${many}`;
  }

  // --- pointer and keys

  #inPlot(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left - this.gutter, y: event.clientY - box.top - top };
  }

  #listen() {
    const on = (name, handle, options) => this.canvas.addEventListener(name, handle, options);
    on("keydown", (event) => handleKey(event, this.view) || this.#step(event));
    on("wheel", (event) => this.#wheel(event), { passive: false });
    on("pointerdown", (event) => this.#press(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#release(event));
    on("pointercancel", (event) => this.#release(event));
    on("pointerleave", () => this.#leave());
  }

  #wheel(event) {
    if (event.deltaY > 0 && this.view.isWhole()) return; // the page scrolls on
    event.preventDefault();
    const { x, y } = this.#inPlot(event);
    const lines = event.deltaMode === 1 ? 20 : 1;
    const delta = event.deltaY || event.deltaX; // Shift makes one of the other
    this.view.zoom(Math.exp(Math.max(-120, Math.min(120, delta * lines)) / 300), x, y, event.shiftKey ? "y" : "xy");
  }

  #press(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.focus({ preventScroll: true });
    this.#pointers.set(event.pointerId, this.#inPlot(event));
    this.#dragged = { far: 0 };
  }

  #move(event) {
    const now = this.#inPlot(event);
    const before = this.#pointers.get(event.pointerId);
    this.hovered = { ...now, sample: -1 };
    if (before) this.#drag(event.pointerId, before, now);
    this.draw();
  }

  #drag(id, before, now) {
    const others = [...this.#pointers].filter(([other]) => other !== id);
    this.#pointers.set(id, now);
    this.#dragged.far += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    if (this.#dragged.far > 4) this.canvas.classList.add("dragging");
    if (others.length === 0) return this.view.pan(before.x - now.x, before.y - now.y);
    const still = others[0][1];
    const distance = (p) => Math.max(Math.hypot(p.x - still.x, p.y - still.y), 10);
    this.view.zoom(distance(before) / distance(now), still.x, still.y);
  }

  #release(event) {
    this.#pointers.delete(event.pointerId);
    if (this.#pointers.size > 0) return;
    this.canvas.classList.remove("dragging");
    const still = this.#dragged && this.#dragged.far <= 4;
    this.#dragged = null;
    if (!still || event.type !== "pointerup") return;
    const { x, y } = this.#inPlot(event);
    const spot = this.view.at(Math.max(x, 0), y); // names count as well
    if (!spot) return;
    this.#compareWith(spot.sample);
  }

  #compareWith(sample) {
    this.line = sample;
    this.chosen(sample);
    this.draw();
  }

  /** To the next row or the previous one: those in sight, from wherever one has moved to. */
  #step(event) {
    const by = { n: 1, p: -1 }[event.key.toLowerCase()];
    if (!by || event.ctrlKey || event.metaKey || event.altKey || this.view.samples === 0) return;
    const first = Math.ceil(this.view.y0);
    const last = Math.max(Math.floor(this.view.lastSample) - 1, first);
    const inSight = this.line >= first && this.line <= last;
    const next = inSight ? this.line + by : by > 0 ? first : last;
    this.#compareWith(Math.min(Math.max(next, 0), this.view.samples - 1));
    this.view.reveal(this.line);
  }

  #leave() {
    this.hovered = null;
    this.draw();
  }
}

function fitted(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > width) --end;
  return `${text.slice(0, end)}…`;
}
