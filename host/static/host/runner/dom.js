// Elements from data. Text is only ever text: nothing here parses HTML.

/**
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `text` and `on<event>` are what they say; false leaves one out
 * @param {...(Node | string | null)} children
 * @returns {any}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "text") element.textContent = String(value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** @param {string} name of the icon in the sprite the page names @returns {SVGElement} */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", `run-icon run-icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${document.body.dataset.icons ?? document.documentElement.dataset.icons ?? ""}#${name}`);
  svg.append(use);
  return svg;
}

const ISOLATE = "\u2068";
const END_ISOLATE = "\u2069";

/**
 * The page's words; facts are isolated, for a name may run the other way than the sentence.
 * @param {Record<string, string>} strings @returns {(key: string, facts?: Record<string, string>) => string}
 */
export const wording = (strings) => (key, facts = {}) =>
  (strings[key] ?? key).replace(/%\((\w+)\)s/g, (_all, name) => ISOLATE + (facts[name] ?? "") + END_ISOLATE);
