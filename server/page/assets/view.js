// Which part of the matrix is in sight: numbers of variants to the right, of call sets down. All
// lengths are CSS pixels of the plot, without its margins.

const widest = 40; // of a variant, in pixels
const highest = 26; // of a call set

const clamp = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));

export class view {
  #listeners = [];

  constructor() {
    this.variants = 0;
    this.samples = 0;
    this.width = 1;
    this.height = 1;
    this.x0 = 0; // the first variant in sight, with its fraction
    this.y0 = 0;
    this.perX = 1; // variants to a pixel
    this.perY = 1;
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Another variant set: all of it. */
  show(variants, samples) {
    Object.assign(this, { variants, samples });
    this.whole();
  }

  resize(width, height) {
    const all = this.isWhole();
    Object.assign(this, { width: Math.max(width, 1), height: Math.max(height, 1) });
    if (all) return this.whole();
    this.#settle();
  }

  get wholeX() {
    return Math.max(this.variants / this.width, 1 / widest);
  }
  get wholeY() {
    return Math.max(this.samples / this.height, 1 / highest);
  }
  isWhole() {
    return this.perX >= this.wholeX * 0.999 && this.perY >= this.wholeY * 0.999;
  }
  whole() {
    Object.assign(this, { x0: 0, y0: 0, perX: this.wholeX, perY: this.wholeY });
    this.#settle();
  }

  /** Around a point of the plot. Both axes arrive at single calls together. */
  zoom(factor, x = this.width / 2, y = this.height / 2, axes = "xy") {
    const spanX = Math.log(this.wholeX * widest) || 1;
    const spanY = Math.log(this.wholeY * highest);
    if (axes !== "y") this.#zoomX(factor, x);
    if (axes !== "x") this.#zoomY(axes === "y" ? factor : factor ** clamp(spanY / spanX, 0, 1), y);
    this.#settle();
  }
  #zoomX(factor, x) {
    const at = this.x0 + x * this.perX;
    this.perX = clamp(this.perX * factor, 1 / widest, this.wholeX);
    this.x0 = at - x * this.perX;
  }
  #zoomY(factor, y) {
    const at = this.y0 + y * this.perY;
    this.perY = clamp(this.perY * factor, 1 / highest, this.wholeY);
    this.y0 = at - y * this.perY;
  }

  pan(dx, dy) {
    this.x0 += dx * this.perX;
    this.y0 += dy * this.perY;
    this.#settle();
  }

  /** These variants over the whole width. */
  showVariants(first, end) {
    this.perX = clamp((end - first) / this.width, 1 / widest, this.wholeX);
    this.x0 = (first + end) / 2 - (this.perX * this.width) / 2;
    this.#settle();
  }

  /** Moves as little as it takes to have all of a call set in sight. */
  reveal(sample) {
    const rows = this.height * this.perY;
    this.y0 = clamp(this.y0, sample + 1 - rows, sample);
    this.#settle();
  }

  get lastVariant() {
    return Math.min(this.x0 + this.width * this.perX, this.variants);
  }
  get lastSample() {
    return Math.min(this.y0 + this.height * this.perY, this.samples);
  }

  /** What is at a point of the plot; null beside the matrix. */
  at(x, y) {
    const variant = Math.floor(this.x0 + x * this.perX);
    const sample = Math.floor(this.y0 + y * this.perY);
    const inside = x >= 0 && y >= 0 && x < this.width && y < this.height && variant < this.variants && sample < this.samples;
    return inside ? { variant, sample } : null;
  }

  #settle() {
    this.x0 = clamp(this.x0, 0, this.variants - this.width * this.perX);
    this.y0 = clamp(this.y0, 0, this.samples - this.height * this.perY);
    for (const listener of this.#listeners) listener();
  }
}

/** Arrows, plus, minus, Home, pages: true when the key meant something. */
export function handleKey(event, over) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const axes = event.shiftKey && (event.key === "ArrowUp" || event.key === "ArrowDown") ? "y" : "xy";
  const steps = {
    ArrowLeft: () => over.pan(-over.width / 8, 0),
    ArrowRight: () => over.pan(over.width / 8, 0),
    ArrowUp: () => (axes === "y" ? over.zoom(0.8, undefined, undefined, "y") : over.pan(0, -over.height / 8)),
    ArrowDown: () => (axes === "y" ? over.zoom(1.25, undefined, undefined, "y") : over.pan(0, over.height / 8)),
    PageUp: () => over.pan(0, -over.height * 0.9),
    PageDown: () => over.pan(0, over.height * 0.9),
    "+": () => over.zoom(0.5),
    "=": () => over.zoom(0.5),
    "-": () => over.zoom(2),
    Home: () => over.whole(),
  };
  const step = steps[event.key];
  if (!step) return false;
  event.preventDefault();
  step();
  return true;
}
