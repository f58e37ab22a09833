// Colours an app may ask for: validated here, and never left unreadable.

const AA_LARGE = 3; // WCAG contrast for large text and controls

/**
 * @param {unknown} value `#rgb`, `#rrggbb` or `rgb()`/`rgba()`
 * @returns {string | null} `#rrggbb`, or null for anything else
 */
export function parseColour(value) {
  if (typeof value !== "string") return null;
  const text = value.trim().toLowerCase();
  if (/^#[0-9a-f]{6}$/.test(text)) return text;
  if (/^#[0-9a-f]{3}$/.test(text)) return `#${[...text.slice(1)].map((digit) => digit + digit).join("")}`;
  const found = /^rgba?\(\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*([,/]\s*[\d.]+%?\s*)?\)$/.exec(text);
  if (!found) return null;
  const channels = found.slice(1, 4).map(Number);
  if (channels.some((channel) => channel > 255)) return null;
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

/** @param {string} colour `#rrggbb` @returns {number[]} red, green, blue, 0 to 255 */
const channelsOf = (colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** Relative luminance after WCAG 2. @param {string} colour */
function luminance(colour) {
  const [r, g, b] = channelsOf(colour).map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** @param {string} one @param {string} other @returns {number} 1 to 21 */
export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** @param {string} ground @returns {string} black or white, whichever reads better on it */
export const inkOn = (ground) =>
  contrast(ground, "#ffffff") >= contrast(ground, "#000000") ? "#ffffff" : "#000000";

/** @param {string | null} ink @param {string} ground @returns {string} the ink wished for, if it can be read */
export const readableInk = (ink, ground) => (ink && contrast(ink, ground) >= AA_LARGE ? ink : inkOn(ground));

/** Telegram's own rule for what is dark. @param {string} ground @returns {"dark" | "light"} */
export function schemeOf(ground) {
  const [r, g, b] = channelsOf(ground);
  return Math.sqrt(0.299 * r * r + 0.587 * g * g + 0.114 * b * b) < 120 ? "dark" : "light";
}

const THEME_KEYS = ["bg_color", "secondary_bg_color", "header_bg_color", "bottom_bar_bg_color"];

/**
 * What an app chose: a key of the theme (followed when the theme changes) or a colour.
 * @param {{color_key?: unknown, color?: unknown}} choice
 * @returns {{key: string} | {colour: string} | null} null when it is neither
 */
export function chosen({ color_key: key, color }) {
  const named = [key, color].find((one) => typeof one === "string" && THEME_KEYS.includes(one));
  if (typeof named === "string") return { key: named };
  const colour = parseColour(color);
  return colour ? { colour } : null;
}
