// The theme as apps are told it. Both sets of colours come with the page, made
// from the same design tokens; which of them holds is the page's own look.

/** @typedef {{scheme: "light" | "dark", params: Record<string, string>}} Theme */

const wish = matchMedia("(prefers-color-scheme: dark)");

/** @returns {"light" | "dark"} */
export const schemeNow = () => {
  const set = document.documentElement.dataset.theme;
  if (set === "dark" || set === "light") return set;
  return wish.matches ? "dark" : "light";
};

/** @param {Record<string, {params: Record<string, string>}>} schemes @returns {Theme} */
export const themeNow = (schemes) => {
  const scheme = schemeNow();
  return { scheme, params: schemes[scheme].params };
};

/** @param {() => void} tell called when the look of the page may have changed */
export function watchTheme(tell) {
  wish.addEventListener("change", tell);
  new MutationObserver(tell).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
