/**
 * The app's one door to the platform.
 *
 * Inside a chat, `window.barnamak` is there before any script of ours and the host draws the main
 * and back buttons. In a plain browser tab nothing of that exists: the same calls then draw the
 * buttons in the page and keep data in localStorage, so an app can be made and tried without a host.
 */
import { h, icon, toast } from "./dom.js";

const CHUNK_CHARS = 2000; // a cloud storage value holds 4096 characters
const RETRIES_MS = [500, 2000, 6000];

const THEME_ROLES = {
  bg_color: "--bg",
  secondary_bg_color: "--sunken",
  section_bg_color: "--card",
  text_color: "--text",
  subtitle_text_color: "--quiet",
  section_separator_color: "--line",
  destructive_text_color: "--bad",
};

function applyTheme(theme) {
  const root = document.documentElement;
  root.dataset.scheme = theme?.scheme === "dark" ? "dark" : "light";
  for (const [key, property] of Object.entries(THEME_ROLES)) {
    const color = theme?.params?.[key];
    if (typeof color === "string" && /^#[0-9a-f]{6}$/i.test(color)) {
      root.style.setProperty(property, color);
    } else root.style.removeProperty(property);
  }
}

/** A nicety must never break the app: a host without haptics refuses, and that is all right. */
function nicety(call) {
  try {
    Promise.resolve(call()).catch(() => undefined);
  } catch {
    // refused at once instead of later: the same
  }
}

class Hosted {
  live = true;
  #api;
  #main = null;
  #back = null;

  constructor(api) {
    this.#api = api;
    applyTheme(api.theme);
    api.on("theme", () => applyTheme(api.theme));
    api.on("mainButton", () => this.#main?.());
    api.on("backButton", () => this.#back?.());
    document.documentElement.dataset.live = "";
    nicety(() => api.ready());
  }

  get firstName() { return this.#api.user?.first_name ?? ""; }
  get token() { return this.#api.getToken(); }

  mainButton(state, press = null) {
    this.#main = press;
    const color = getComputedStyle(document.documentElement).getPropertyValue("--fill").trim();
    const look = state
      ? { visible: true, active: true, progress: false, color, text_color: "#ffffff", ...state }
      : { visible: false };
    nicety(() => this.#api.mainButton.set(look));
  }

  backButton(press) {
    this.#back = press;
    nicety(() => this.#api.backButton.set({ visible: press !== null }));
  }

  /** The id of the pressed button; null when closed without one, or not shown at all. */
  async popup(message) {
    try {
      return await this.#api.popup(message);
    } catch {
      return null; // another dialog is open: nothing was agreed to
    }
  }

  /** How the payment sheet ended: {status: "paid", token}, "cancelled", "failed" or "pending". */
  async pay(invoice) {
    try {
      return await this.#api.pay({ invoice });
    } catch {
      return { status: "failed", token: null }; // no sheet came up
    }
  }

  haptic(kind, style) { nicety(() => this.#api.haptic(kind, style)); }
  closingConfirmation(on) { nicety(() => this.#api.closingConfirmation(on)); }
  async read(key) { return this.#api.storage.get(key); }
  async write(key, value) { return this.#api.storage.set(key, value); }
  async erase(key) { return this.#api.storage.remove(key); }
}

/** localStorage throws where the browser blocks storage; memory lives as long as the page. */
class TabStorage {
  #memory = new Map();

  read(key) {
    try {
      return localStorage.getItem(key) ?? this.#memory.get(key) ?? null;
    } catch {
      return this.#memory.get(key) ?? null;
    }
  }

  write(key, value) {
    this.#memory.set(key, value);
    try {
      localStorage.setItem(key, value);
    } catch {
      // blocked or full: this page still has it
    }
  }

  erase(key) {
    this.#memory.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // blocked: nothing was kept
    }
  }
}

class Standalone {
  live = false;
  firstName = "";
  token = Promise.reject(new Error("no host, no token"));
  #tab = new TabStorage();
  #main = null;
  #closing = (event) => event.preventDefault();
  #bar = h("div", { id: "own-main", hidden: true }, h("button", {
    class: "primary wide", type: "button", onclick: () => this.#main?.(),
  }));
  #back = h("button", { id: "own-back", class: "round", type: "button", hidden: true,
    "aria-label": "بازگشت" }, icon("back"));

  constructor() {
    this.token.catch(() => undefined);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => applyTheme({ scheme: dark.matches ? "dark" : "light" });
    dark.addEventListener("change", follow);
    follow();
    document.body.prepend(this.#back);
    document.body.append(this.#bar);
  }

  mainButton(state, press = null) {
    this.#main = press;
    this.#bar.hidden = !state;
    if (!state) return;
    const button = this.#bar.firstElementChild;
    button.textContent = state.text;
    button.disabled = state.active === false || state.progress === true;
    button.setAttribute("aria-busy", String(state.progress === true));
  }

  backButton(press) {
    this.#back.hidden = press === null;
    this.#back.onclick = press;
  }

  popup({ title, message, buttons }) {
    return new Promise((resolve) => {
      const answer = (id) => { box.close(); box.remove(); resolve(id); };
      const box = h("dialog", { class: "popup", "aria-labelledby": "popup-title" },
        h("h2", { id: "popup-title" }, title), h("p", {}, message),
        h("div", { class: "popup-buttons" }, buttons.map((button) => h("button", {
          type: "button", class: button.type === "destructive" ? "danger" : "plain",
          onclick: () => answer(button.id),
        }, button.text ?? "انصراف"))));
      box.addEventListener("cancel", (event) => { event.preventDefault(); answer(null); });
      document.body.append(box);
      box.showModal();
    });
  }

  async pay() { return { status: "failed", token: null }; /* nobody pays in a browser tab */ }

  haptic() { /* a browser tab does not tremble */ }

  closingConfirmation(on) {
    window[on ? "addEventListener" : "removeEventListener"]("beforeunload", this.#closing);
  }

  async read(key) { return this.#tab.read(key); }
  async write(key, value) { this.#tab.write(key, value); }
  async erase(key) { this.#tab.erase(key); }
}

/** The platform when it answers, else the stand-in for a plain tab. */
export async function connect() {
  const api = globalThis.barnamak;
  if (!api) return new Standalone();
  try {
    await api.connected;
  } catch {
    return new Standalone(); // the page runs outside its host
  }
  return new Hosted(api);
}

/**
 * A JSON value of any length under one key, in pieces that fit a storage value.
 * New pieces are written before the head that names them, so a half-done save is never read.
 */
export class Cabinet {
  #platform;
  #key;
  #head = null;
  #next = undefined;
  #running = null;

  constructor(platform, key) {
    this.#platform = platform;
    this.#key = key;
  }

  #piece(generation, index) { return `${this.#key}-${generation}-${index}`; }

  /** The stored value, or `otherwise` when there is none or it is not ours to read. */
  async load(otherwise) {
    const raw = await this.#platform.read(this.#key);
    if (!raw) return otherwise;
    try {
      this.#head = JSON.parse(raw);
      const { generation, pieces } = this.#head;
      const parts = [];
      for (let i = 0; i < pieces; i += 1) {
        parts.push(await this.#platform.read(this.#piece(generation, i)));
      }
      return JSON.parse(parts.join(""));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return otherwise;
    }
  }

  async #write(value) {
    const text = JSON.stringify(value);
    const old = this.#head;
    const generation = ((old?.generation ?? 0) + 1) % 1000;
    const pieces = Math.ceil(text.length / CHUNK_CHARS);
    for (let i = 0; i < pieces; i += 1) {
      const part = text.slice(i * CHUNK_CHARS, (i + 1) * CHUNK_CHARS);
      await this.#platform.write(this.#piece(generation, i), part);
    }
    this.#head = { generation, pieces };
    await this.#platform.write(this.#key, JSON.stringify(this.#head));
    for (let i = 0; i < (old?.pieces ?? 0); i += 1) {
      await this.#platform.erase(this.#piece(old.generation, i));
    }
  }

  async #drain() {
    while (this.#next !== undefined) {
      const value = this.#next;
      this.#next = undefined;
      await this.#attempt(value);
    }
  }

  async #attempt(value) {
    for (const wait of [...RETRIES_MS, null]) {
      try {
        await this.#write(value);
        return;
      } catch (error) {
        if (wait === null || this.#next !== undefined) throw error;
        await new Promise((resolve) => { setTimeout(resolve, wait); });
      }
    }
  }

  /** Saves the latest value; calls while one save runs become one more save, never a queue. */
  save(value) {
    this.#next = structuredClone(value);
    this.#running ??= this.#drain()
      .then(() => true, () => {
        toast("ذخیره نشد. اتصال را ببینید؛ با تغییر بعدی دوباره می‌کوشیم.");
        return false;
      })
      .finally(() => { this.#running = null; });
    return this.#running;
  }
}

/** Copies text after a press; when the browser refuses, shows it selected so a person can. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("رونوشت شد.");
    return;
  } catch {
    // the older way below needs no permission
  }
  const box = h("textarea", { class: "copy-box", readonly: true, value: text, "aria-label": "متن" });
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  toast(done ? "رونوشت شد." : "رونوشت نشد. متن را با انگشت نگه دارید و بردارید.");
}

/**
 * What `load` gives, asking again as often as the person wants. An app never goes on with an empty
 * list because reading failed: its next save would then erase what could not be read.
 */
export async function insist(root, load) {
  for (;;) {
    try {
      const value = await load();
      root.removeAttribute("aria-busy");
      return value;
    } catch (error) {
      root.removeAttribute("aria-busy");
      await new Promise((retry) => {
        root.replaceChildren(h("div", { class: "empty", role: "alert" },
          h("h1", {}, "داده‌های شما خوانده نشد"),
          h("p", { class: "quiet" }, "اتصال را ببینید و دوباره امتحان کنید."),
          h("button", { class: "primary", type: "button", onclick: retry }, "دوباره"),
          h("code", { class: "tiny quiet", dir: "ltr" }, error?.code ?? error?.name ?? "error")));
      });
    }
  }
}
