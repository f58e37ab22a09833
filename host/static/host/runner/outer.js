// The page around the runner: the chat with its sheet, the reviewer's desk. Same origin, or nobody.

import { preparedDone } from "./prepared.js";
import { askAbout } from "./questions.js";

/** @typedef {import("./runner.js").Runner} Runner */

export class Outer {
  /** @param {Runner} runner */
  constructor(runner) {
    this.alone = window.parent === window;
    this.wantsOwnBar = this.alone || new URLSearchParams(location.search).get("bar") === "own";
    if (this.alone) return;
    /** @type {Record<string, (message: any) => void>} */
    const orders = {
      "host:back": () => runner.back(),
      "host:close": () => void runner.askToClose(),
      "host:settings": () => runner.pressSettings(),
      "host:reload": () => runner.reload(),
      "host:about": () => void askAbout(runner),
      "host:expand": ({ expanded }) => runner.setExpanded(Boolean(expanded)),
      "host:prepared": ({ error }) => preparedDone(runner, error),
      "host:visibility": ({ visible }) => runner.tellVisible(Boolean(visible)),
      "host:theme": ({ scheme }) => {
        if (scheme === "dark" || scheme === "light") document.documentElement.dataset.theme = scheme;
        else delete document.documentElement.dataset.theme;
      },
    };
    window.addEventListener("message", ({ source, origin, data }) => {
      if (source !== window.parent || origin !== location.origin || runner.ended) return;
      if (data && typeof data.type === "string" && Object.hasOwn(orders, data.type)) orders[data.type](data);
    });
  }

  /** @param {object} message */
  tell(message) {
    if (!this.alone) window.parent.postMessage(message, location.origin);
  }
}
