const KEY = "barnamak:state";

/** @typedef {"shown" | "hidden" | "unload"} Moment */

/** The life of the page: shown, hidden, going away; and what it keeps over a reload. */
export class Lifecycle {
  #view;
  /** @type {Map<Moment, Set<() => void>>} */
  #listeners = new Map();
  /** @type {(() => unknown) | null} */
  #read = null;
  #visible = true;

  /** @param {import("./host.js").Host} host @param {any} view the window */
  constructor(host, view) {
    this.#view = view;
    /** What `saveState` kept before the last reload, else null. */
    this.savedState = this.#take();
    host.on("visibility", (/** @type {{visible: boolean}} */ { visible }) => this.#show(visible));
    host.on("closed", () => this.#leave());
    view.addEventListener("pagehide", () => this.#leave());
  }

  /**
   * Hear of a moment; returns what takes the listener away.
   * @param {Moment} moment @param {() => void} listener @returns {() => void}
   */
  on(moment, listener) {
    const all = this.#listeners.get(moment) ?? new Set();
    this.#listeners.set(moment, all.add(listener));
    return () => void all.delete(listener);
  }

  /**
   * Say what to keep. `read` is called whenever the page is hidden or goes away; its value, anything
   * that JSON takes, is `savedState` after a reload of this launch.
   * @param {() => unknown} read
   */
  saveState(read) {
    this.#read = read;
  }

  /** @param {boolean} visible */
  #show(visible) {
    if (visible === this.#visible) return;
    this.#visible = visible;
    if (!visible) this.#keep();
    this.#tell(visible ? "shown" : "hidden");
  }

  #leave() {
    this.#keep();
    this.#tell("unload");
  }

  /** @param {Moment} moment */
  #tell(moment) {
    for (const listener of [...(this.#listeners.get(moment) ?? [])]) {
      try {
        listener();
      } catch (fault) {
        this.#view.setTimeout(() => {
          throw fault; // shown where the page looks for its faults
        });
      }
    }
  }

  #keep() {
    if (!this.#read) return;
    try {
      this.#view.sessionStorage.setItem(KEY, JSON.stringify(this.#read()));
    } catch {
      // no storage, or more than it takes: the page goes on without
    }
  }

  #take() {
    try {
      return JSON.parse(this.#view.sessionStorage.getItem(KEY));
    } catch {
      return null;
    }
  }
}
