/**
 * Write the host's colours as CSS variables (`bg_color` becomes `--bm-bg`, `button_text_color`
 * `--bm-button-text`), its scheme, and the language's direction.
 * @param {HTMLElement} root @param {Theme | null} theme @param {{lang: string, dir: string} | null} words
 */
export function applyTheme(root: HTMLElement, theme: Theme | null, words: {
    lang: string;
    dir: string;
} | null): void;
export type Theme = import("./host.js").Theme;
