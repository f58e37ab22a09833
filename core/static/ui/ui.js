// @ts-check
/**
 * What every host page can do: dialogs, menus, toasts, copying, drop zones, themes, forms that are
 * sent once. Everything is declared in HTML by data attributes; other modules import the functions.
 */

/** Icons that are mirrored in a right-to-left page; the same set stands in core/templatetags/ui.py. */
const DIRECTIONAL = new Set([
  "arrow-left", "arrow-right", "arrow-up-right", "chevron-left", "chevron-right",
  "external-link", "forward", "list", "list-checks", "log-in", "log-out", "panel-left", "reply",
  "send", "undo-2",
]);
const SVG = "http://www.w3.org/2000/svg";
const TOAST_MS = 5000;
const THEME_AGE_S = 31536000;
const PERSIAN_ZERO = 0x06f0;

const root = document.documentElement;
/** Whether the page speaks Persian. */
export const persian = root.lang.startsWith("fa");

/**
 * Write digits as the page's language does.
 * @param {string | number} value
 * @returns {string}
 */
export function digits(value) {
  const text = String(value);
  return persian ? text.replace(/\d/g, (d) => String.fromCharCode(PERSIAN_ZERO + Number(d))) : text;
}

/**
 * Write the time of day in Tehran: ۱۴:۰۵ or 14:05.
 * @param {Date} instant
 * @returns {string}
 */
export function clock(instant) {
  const form = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Tehran",
  });
  return digits(form.format(instant));
}

/**
 * Write the day: ۱ آذر ۱۴۰۵ or 22 Nov 2026.
 * @param {Date} instant
 * @returns {string}
 */
export function day(instant) {
  return new Intl.DateTimeFormat(persian ? "fa-IR-u-ca-persian" : "en-GB", {
    day: "numeric", month: persian ? "long" : "short", year: "numeric", timeZone: "Asia/Tehran",
  }).format(instant);
}

/** The proof that a request comes from our own page, for the X-CSRFToken header.
 * @returns {string}
 */
export function csrfToken() {
  const found = /(?:^|; )(?:__Host-)?csrf=([^;]+)/.exec(document.cookie);
  return found?.[1] ?? "";
}

/**
 * Make an icon of the sprite.
 * @param {string} name
 * @param {16 | 20 | 24 | 32} [size]
 * @returns {SVGSVGElement}
 */
export function icon(name, size = 20) {
  const picture = document.createElementNS(SVG, "svg");
  picture.classList.add("icon");
  if (size !== 20) picture.classList.add(`icon--${size}`);
  if (DIRECTIONAL.has(name)) picture.classList.add("icon--flip");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${root.dataset["icons"] ?? ""}#${name}`);
  picture.append(use);
  return picture;
}

/** @returns {DOMStringMap} */
function words() {
  return document.getElementById("toast-words")?.dataset ?? {};
}

/**
 * Say in a line what was done, with at most one way back.
 * @param {string} text
 * @param {{action?: string, onAction?: () => void, stay?: boolean}} [options]
 * @returns {() => void} takes the toast away
 */
export function toast(text, options = {}) {
  const region = document.getElementById("toasts");
  if (!region) return () => {};
  const box = document.createElement("div");
  box.className = "toast";
  const line = document.createElement("span");
  line.className = "grow";
  line.textContent = text;
  box.append(line);
  const leave = () => {
    box.classList.add("is-leaving");
    setTimeout(() => box.remove(), 220);
  };
  if (options.action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.textContent = options.action;
    button.addEventListener("click", () => {
      options.onAction?.();
      leave();
    });
    box.append(button);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button";
  close.setAttribute("aria-label", words()["close"] ?? "");
  close.append(icon("x"));
  close.addEventListener("click", leave);
  box.append(close);
  region.append(box);
  if (!options.stay) setTimeout(leave, options.action ? TOAST_MS * 2 : TOAST_MS);
  return leave;
}

/**
 * Choose the theme of the page and of the next ones.
 * @param {string} theme auto, light or dark
 */
export function setTheme(theme) {
  root.dataset["theme"] = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; Max-Age=${THEME_AGE_S}; SameSite=Lax${secure}`;
  root.dispatchEvent(new CustomEvent("barnamak:theme", { detail: theme }));
  markTheme();
}

/** Show on the theme's buttons which one is chosen. */
function markTheme() {
  const chosen = root.dataset["theme"] ?? "auto";
  for (const button of document.querySelectorAll("[data-set-theme]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-set-theme") === chosen));
  }
}

/**
 * @param {EventTarget | null} target
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
function closest(target, selector) {
  const found = target instanceof Element ? target.closest(selector) : null;
  return found instanceof HTMLElement ? found : null;
}

/** @param {HTMLElement} opener */
function openDialog(opener) {
  const dialog = document.getElementById(opener.dataset["dialog"] ?? "");
  if (!(dialog instanceof HTMLDialogElement)) return;
  const copy = dialog.querySelector("[data-copy-of]");
  if (copy instanceof HTMLElement && !copy.childElementCount) {
    const source = document.querySelector(copy.dataset["copyOf"] ?? "");
    const parts = source ? [...source.children].slice(1) : [];
    copy.append(...parts.map((part) => part.cloneNode(true)));
  }
  dialog.showModal();
}

/** @param {HTMLElement} button */
async function copyText(button) {
  await navigator.clipboard.writeText(button.dataset["copy"] ?? "");
  toast(words()["copied"] ?? "");
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!(event.target instanceof Node) || !menu.contains(event.target)) menu.removeAttribute("open");
  }
  if (event.target instanceof HTMLDialogElement) event.target.close(); // the backdrop
  const opener = closest(event.target, "[data-dialog]");
  if (opener) openDialog(opener);
  const closer = closest(event.target, "[data-close]");
  const dialog = closer?.closest("dialog");
  if (dialog instanceof HTMLDialogElement) dialog.close();
  const copier = closest(event.target, "[data-copy]");
  if (copier) void copyText(copier);
  const theme = closest(event.target, "[data-set-theme]");
  if (theme) setTheme(theme.dataset["setTheme"] ?? "auto");
  const teller = closest(event.target, "[data-toast]");
  if (teller) toast(teller.dataset["toast"] ?? "");
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = closest(event.target, "details.menu[open]");
  if (!menu) return;
  menu.removeAttribute("open");
  menu.querySelector("summary")?.focus();
});

// A form with data-once is sent once: its button shows that it works and takes no second press.
document.addEventListener("submit", (event) => {
  const form = closest(event.target, "form[data-once]");
  if (!form) return;
  if (form.dataset["sent"]) {
    event.preventDefault();
    return;
  }
  form.dataset["sent"] = "yes";
  const button = event.submitter ?? form.querySelector("[type=submit]");
  button?.setAttribute("aria-busy", "true");
});

// A page that comes back from the history may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    form.removeAttribute("data-sent");
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const zone = closest(event.target, ".drop-zone");
    zone?.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
  });
}

document.addEventListener("change", (event) => {
  const zone = closest(event.target, ".drop-zone");
  if (!zone || !(event.target instanceof HTMLInputElement)) return;
  const shown = zone.querySelector(".drop-zone__file");
  if (shown) shown.textContent = [...(event.target.files ?? [])].map((file) => file.name).join("، ");
});

function showConnection() {
  const banner = document.getElementById("offline-banner");
  if (banner) banner.hidden = navigator.onLine;
}
addEventListener("offline", showConnection);
addEventListener("online", () => {
  showConnection();
  toast(words()["online"] ?? "");
});
showConnection();
markTheme();

// htmx, where a page uses it, sends the same proof as a form.
document.addEventListener("htmx:configRequest", (event) => {
  if (event instanceof CustomEvent) event.detail.headers["X-CSRFToken"] = csrfToken();
});
