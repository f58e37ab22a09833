// Questions of the host, drawn where no app can draw: one at a time, deaf to
// clicks for the first half second, closed by Escape.
import { el } from "./dom.js";
import { limits } from "./protocol.js";

/** @typedef {{id: string, text: string, look?: string}} Choice */

export class Dialogs {
  constructor() {
    /** @type {((answer: string | null) => void) | null} */
    this.finish = null;
  }

  get open() {
    return this.finish !== null;
  }

  /** Close what is open, as if the person had turned away. */
  dismiss() {
    this.finish?.(null);
  }

  /**
   * @param {{by?: string, title?: string, message?: string, body?: Node | null, choices: Choice[]}} question
   *   `by` names whose words these are
   * @returns {Promise<string | null>} the id chosen; null when closed without a choice, or already busy
   */
  ask({ by = "", title = "", message = "", body = null, choices }) {
    if (this.open) return Promise.resolve(null);
    return new Promise((resolve) => {
      const shownAt = performance.now();
      const deaf = () => performance.now() - shownAt < limits.dialog_deaf_ms;
      const before = document.activeElement;
      // An app's words run as they begin; ours run as the page does, also when they begin with an app's name.
      const dir = by ? "auto" : false;
      const heading = el(title ? "h2" : "p", { class: title ? "run-ask-title" : "run-ask-message", id: "run-ask-name", dir, text: title || message });
      const buttons = choices.map(({ id, text, look }) =>
        el("button", {
          type: "button", class: `run-choice ${look ? `run-choice-${look}` : ""}`, dir: "auto", "data-id": id, text,
          onclick: () => deaf() || finish(id),
        }));
      const dialog = el("dialog", { class: "run-ask", "aria-labelledby": "run-ask-name", tabindex: "-1" },
        by ? el("p", { class: "run-ask-by", dir: "auto", text: by }) : null,
        heading,
        title && message ? el("p", { class: "run-ask-message", dir, text: message }) : null,
        body,
        el("div", { class: "run-choices", "data-count": String(choices.length) }, ...buttons));
      /** @param {string | null} answer */
      const finish = (answer) => {
        if (this.finish !== finish) return; // it is closed; the next one may be open by now
        this.finish = null;
        dialog.close();
        dialog.remove();
        if (before instanceof HTMLElement) before.focus({ preventScroll: true });
        resolve(answer);
      };
      this.finish = finish;
      dialog.addEventListener("cancel", (/** @type {Event} */ event) => {
        event.preventDefault();
        if (!deaf()) finish(null);
      });
      dialog.addEventListener("click", (/** @type {MouseEvent} */ event) => {
        if (event.target === dialog && !deaf()) finish(null);
      });
      // A forced close (a second Escape) must settle the promise too.
      dialog.addEventListener("close", () => finish(null));
      document.body.append(dialog);
      dialog.showModal();
      dialog.focus();
    });
  }
}
