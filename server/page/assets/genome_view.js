// igv.js below the matrix, each going where the other one goes. It has a document of its own, genome.html,
// because its scripts make styles, which are forbidden in this one.

import { element } from "./dom.js";
import { igvConfiguration } from "./clients.js";
import { places } from "./places.js";

const pause_ms = 250; // without a move, until the other one goes there
const about = "igv.js draws variants and reads of the stretch that the matrix shows, and the other way round.";
const absent = "This program was built without igv.js: run tools/setup page, and build it again.";

export class genome_view {
  #places = new places();
  #set = null;
  #frame = null;
  #turn = 0; // of moves: what is answered after the next one is late
  #follows = false;
  #wanted = false; // by who uses it, for whatever set

  /** `parts`: the elements button, note, stage. */
  constructor(parts, view) {
    Object.assign(this, { parts, view });
    parts.button.addEventListener("click", () => this.#toggle());
    addEventListener("message", (event) => this.#frame?.contentWindow === event.source && this.#hear(event.data));
    view.onChange(() => this.#moved());
  }

  /** Another set, null while there is none. */
  show(set, overview) {
    this.#close(about);
    this.#set = set;
    if (set) this.#places.show(set.id, overview);
    this.parts.button.disabled = set === null;
    if (set && this.#wanted) this.#open();
  }

  #toggle() {
    this.#wanted = this.#frame === null;
    this.#wanted ? this.#open() : this.#close(about);
  }

  #open() {
    this.#frame = element("iframe", { src: new URL("genome.html", import.meta.url).href, title: "igv.js" });
    this.parts.stage.replaceChildren(this.#frame);
    this.parts.button.textContent = "Close";
  }

  #close(note) {
    ++this.#turn;
    this.#frame = null;
    this.parts.stage.replaceChildren();
    this.parts.button.textContent = "Open";
    this.parts.note.textContent = note;
  }

  #tell(message) {
    this.#frame?.contentWindow.postMessage(message, location.origin);
  }

  #hear(said) {
    if (said.ready) this.#begin();
    if (said.absent) this.#close(absent);
    if (said.failed) this.parts.note.textContent = said.failed;
    if (said.at) this.#follow(said.at);
  }

  /** All of a genome is more than igv.js draws: then it begins where variants do, and the matrix goes there. */
  async #begin() {
    const turn = ++this.#turn;
    const stretch = this.view.isWhole() ? null : await this.#inSight();
    if (turn === this.#turn) this.#tell({ open: igvConfiguration(this.#set), stretch, contigs: this.#places.contigs });
  }

  #inSight() {
    return this.#places.stretchOf(this.view.x0, this.view.lastVariant).catch(() => null);
  }

  async #moved() {
    if (!this.#frame || this.#follows) return;
    const turn = ++this.#turn;
    await new Promise((done) => setTimeout(done, pause_ms));
    if (turn !== this.#turn) return;
    const stretch = await this.#inSight();
    if (turn === this.#turn && stretch) this.#tell({ go: stretch });
  }

  async #follow(at) {
    const turn = ++this.#turn;
    const found = await this.#places.variantsIn(at).catch(() => null);
    if (turn !== this.#turn || !found) return;
    this.#follows = true;
    this.view.showVariants(found.first, found.end);
    this.#follows = false;
  }
}
