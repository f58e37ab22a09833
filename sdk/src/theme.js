/** @typedef {import("./host.js").Theme} Theme */

/** @param {string} name a Telegram name of a colour, such as `button_text_color` */
const variable = (name) => `--bm-${name.replace(/_color$/, "").replaceAll("_", "-")}`;

/**
 * Write the host's colours as CSS variables (`bg_color` becomes `--bm-bg`, `button_text_color`
 * `--bm-button-text`), its scheme, and the language's direction.
 * @param {HTMLElement} root @param {Theme | null} theme @param {{lang: string, dir: string} | null} words
 */
export function applyTheme(root, theme, words) {
  if (words) {
    root.lang = words.lang;
    root.dir = words.dir;
  }
  if (!theme) return;
  root.style.colorScheme = theme.scheme;
  root.dataset.theme = theme.scheme;
  for (const [name, colour] of Object.entries(theme.params)) root.style.setProperty(variable(name), colour);
}
