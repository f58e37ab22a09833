// @ts-check
/** Dialogs made by script: one frame for all, questions, forms that show their faults. */

import { icon } from "../ui/ui.js";
import { Refusal } from "./api.js";
import { has, say } from "./boot.js";
import { h } from "./dom.js";

let made = 0;

/**
 * @param {string} title
 * @param {Array<import("./dom.js").Child>} body
 * @param {{wide?: boolean, css?: string}} [options]
 * @returns {HTMLDialogElement} shown; it leaves the page when it is closed
 */
export function openDialog(title, body, { wide = false, css = "" } = {}) {
  made += 1;
  const id = `dialog-${made}`;
  const dialog = h("dialog", {
    class: ["dialog", wide && "dialog--wide", css].filter(Boolean).join(" "), "aria-labelledby": id,
  }, h("div", { class: "dialog__body" },
    h("div", { class: "dialog__head" },
      h("h2", { class: "dialog__title", id, text: title }),
      h("button", { type: "button", class: "icon-button", "aria-label": say("close"), title: say("close"), "data-close": "" }, icon("x"))),
    ...body));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Ask before something that cannot be taken back.
 * @param {{title: string, text?: string, body?: HTMLElement, yes: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export function confirm({ title, text, body, yes, danger = false }) {
  return new Promise((resolve) => {
    let answer = false;
    const dialog = openDialog(title, [
      text ? h("p", { text }) : null,
      body ?? null,
      h("div", { class: "dialog__actions" },
        h("button", { type: "button", class: "button", text: say("cancel"), "data-close": "" }),
        h("button", {
          type: "button", class: danger ? "button button--danger" : "button button--primary", text: yes,
          onclick: () => {
            answer = true;
            dialog.close();
          },
        })),
    ]);
    dialog.addEventListener("close", () => resolve(answer));
  });
}

let fields = 0;

/**
 * One field of a form, with the place for its fault.
 * @param {{name: string, label: string, hint?: string, type?: string, value?: string, css?: string, optional?: boolean,
 *   most?: number, inputmode?: string, autocomplete?: string, dir?: string}} field
 * @returns {HTMLElement}
 */
export function field({ name, label, hint, type = "text", value = "", css = "", optional = false, most, inputmode, autocomplete = "off", dir }) {
  fields += 1;
  const id = `field-${fields}`;
  return h("div", { class: "field", "data-field": name },
    h("label", { for: id }, label, optional ? h("span", { class: "field__optional", text: ` (${say("optional")})` }) : null),
    h("input", {
      id, name, type, value, class: `input ${css}`.trim(), required: !optional, maxlength: most, inputmode, autocomplete, dir,
      "aria-describedby": `${id}-hint ${id}-error`,
    }),
    h("p", { class: "field__hint", id: `${id}-hint`, hidden: !hint, text: hint ?? "" }),
    h("p", { class: "field__error", id: `${id}-error`, hidden: true }));
}

/**
 * A form that is sent once, shows that it works, and puts a refusal where it belongs.
 * @param {{fields: Array<import("./dom.js").Child>, submit: string, run: (values: Record<string, string>) => Promise<void>}} form
 * @returns {HTMLFormElement}
 */
export function form({ fields: parts, submit, run }) {
  const button = h("button", { type: "submit", class: "button button--primary", text: submit });
  const fault = h("p", { class: "field__error", role: "alert", hidden: true });
  const element = h("form", { class: "stack", novalidate: true }, ...parts, fault, h("div", { class: "dialog__actions" }, button));
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy") === "true") return;
    for (const shown of element.querySelectorAll(".field__error")) /** @type {HTMLElement} */ (shown).hidden = true;
    for (const input of element.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    button.setAttribute("aria-busy", "true");
    try {
      /** @type {Record<string, string>} */
      const values = {};
      for (const [name, value] of new FormData(element)) values[name] = String(value);
      await run(values);
    } catch (reason) {
      showFault(element, fault, reason);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
  return element;
}

/** @param {HTMLFormElement} element @param {HTMLElement} general @param {unknown} reason */
function showFault(element, general, reason) {
  const problem = reason instanceof Refusal ? reason.problem : null;
  const faults = /** @type {{errors?: Array<{pointer: string, detail: string, code: string}>}} */ (problem ?? {}).errors ?? [];
  let placed = false;
  for (const { pointer, detail, code } of faults) {
    const box = element.querySelector(`[data-field="${CSS.escape(pointer.split("/")[1] ?? "")}"]`);
    const input = box?.querySelector("input");
    const line = box?.querySelector(".field__error");
    if (!input || !(line instanceof HTMLElement)) continue;
    input.setAttribute("aria-invalid", "true");
    line.replaceChildren(icon("circle-alert", 16), h("span", { text: has(`fault_${code}`) ? say(`fault_${code}`) : detail }));
    line.hidden = false;
    if (!placed) input.focus();
    placed = true;
  }
  if (placed) return;
  general.replaceChildren(icon("circle-alert", 16),
    h("span", { text: reason instanceof Refusal ? reason.sentence : say("load_failed") }));
  general.hidden = false;
}
