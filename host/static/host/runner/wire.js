// What comes over the bridge, judged before anything acts on it. No DOM here.
import { limits, methods } from "./protocol.js";

/** @typedef {{method: string, params: Record<string, any>}} Call */

/**
 * Read a message of the Telegram wire.
 * @param {unknown} data what the frame posted
 * @returns {Call | null} null when it is not a message of this wire
 */
export function readLegacy(data) {
  if (typeof data !== "string" || data.length > limits.message_chars_max) return null;
  let message;
  try {
    message = JSON.parse(data);
  } catch {
    return null;
  }
  if (!message || typeof message !== "object" || typeof message.eventType !== "string") return null;
  return { method: message.eventType, params: paramsOf(message.eventData) };
}

/**
 * SDKs spell "no data" in four ways: `""`, null, `{}` and nothing at all.
 * @param {unknown} data @returns {Record<string, any>}
 */
function paramsOf(data) {
  if (!data || typeof data !== "object" || Array.isArray(data)) return {};
  return /** @type {Record<string, any>} */ (data);
}

/** @param {unknown} value @param {string} type */
function isOf(value, type) {
  if (type === "any") return true;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

/**
 * @param {Record<string, any>} params
 * @param {Record<string, string>} schema as in protocol.json: `name: "string?"`
 */
export const fits = (params, schema) =>
  Object.entries(schema).every(([name, type]) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    const optional = type.endsWith("?");
    if (value === undefined || value === null) return optional;
    return isOf(value, optional ? type.slice(0, -1) : type);
  });

/**
 * The answer to a request that the host does not, or will not, fulfil.
 * @param {string} method @param {Record<string, any>} params
 * @returns {{event: string, data: Record<string, any>} | null} null when nothing is to be answered
 */
export function refusalOf(method, params) {
  const row = Object.hasOwn(methods, method) ? /** @type {any} */ (methods)[method] : null;
  if (!row?.refusal) return null;
  /** @type {Record<string, any>} */
  const data = {};
  for (const key of row.refusal.echo ?? []) if (Object.hasOwn(params, key)) data[key] = params[key];
  return { event: row.refusal.event, data: { ...data, ...row.refusal.data } };
}

/** Lets through `perS` messages a second after a first burst. */
export class Bucket {
  /** @param {number} burst @param {number} perS @param {() => number} clock milliseconds */
  constructor(burst, perS, clock) {
    this.burst = burst;
    this.perMs = perS / 1000;
    this.clock = clock;
    this.left = burst;
    this.at = clock();
  }

  /** @returns {boolean} false when it is one too many */
  take() {
    const now = this.clock();
    this.left = Math.min(this.burst, this.left + (now - this.at) * this.perMs);
    this.at = now;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}

/** After the same answer thrice in a row an app must let the person breathe. */
export class PopupPause {
  /** @param {() => number} clock milliseconds */
  constructor(clock) {
    this.clock = clock;
    this.inARow = 0;
    this.last = "";
    this.closedAt = -Infinity;
  }

  /** @returns {boolean} */
  refuses() {
    if (this.clock() - this.closedAt >= limits.popup_pause_ms) this.inARow = 0;
    return this.inARow >= limits.popups_in_a_row;
  }

  /** @param {string | null} answer */
  closed(answer) {
    const now = String(answer);
    this.inARow = now === this.last ? this.inARow + 1 : 1;
    this.last = now;
    this.closedAt = this.clock();
  }
}

const BUTTON_TYPES = ["default", "ok", "close", "cancel", "destructive"];

/**
 * A popup as an app may ask for it.
 * @param {Record<string, any>} asked
 * @returns {{title: string, message: string, buttons: {id: string, type: string, text: string}[]} | null}
 */
export function readPopup(asked) {
  const title = typeof asked.title === "string" ? asked.title.trim() : "";
  const message = typeof asked.message === "string" ? asked.message.trim() : "";
  const given = asked.buttons ?? [{ type: "close" }];
  if (!message || message.length > 256 || title.length > 64) return null;
  if (!Array.isArray(given) || given.length < 1 || given.length > 3) return null;
  const buttons = given.map((button) => ({
    id: String(button?.id ?? ""),
    type: String(button?.type ?? "default"),
    text: String(button?.text ?? "").trim(),
  }));
  const good = buttons.every(({ id, type, text }) =>
    id.length <= 64 && text.length <= 64 && BUTTON_TYPES.includes(type) &&
    (text !== "" || !["default", "destructive"].includes(type)));
  return good ? { title, message, buttons } : null;
}

const INVOICE = /^inv_[0-9a-hjkmnp-tv-z]{26}$/;

/**
 * The invoice an app names: by its id, by a link of ours, or by one of Telegram's kind.
 * @param {unknown} named @param {string} origin ours
 * @returns {string | null} its id; null when it names none
 */
export function readInvoice(named, origin) {
  if (typeof named !== "string" || named.length > 200) return null;
  if (INVOICE.test(named)) return named;
  let url;
  try {
    url = new URL(named);
  } catch {
    return null;
  }
  const ours = url.origin === origin ? /^\/pay\/(\w+)$/.exec(url.pathname) : null;
  const theirs = url.origin === "https://t.me" ? /^\/(?:\$|invoice\/)(\w+)$/.exec(url.pathname) : null;
  const id = ours?.[1] ?? theirs?.[1] ?? "";
  return INVOICE.test(id) ? id : null;
}

/**
 * A link of Telegram's kind, which means something of ours.
 * @param {string} path `/<app>?startapp=…` or `/share/url?url=…&text=…`
 * @returns {{type: "run:open", app: string, start_param: string} | {type: "run:share", url: string, text: string} | null}
 */
export function readInnerLink(path) {
  let url;
  try {
    url = new URL(path.replace(/^\/*/, "/"), "https://t.me");
  } catch {
    return null;
  }
  const parts = url.pathname.split("/").filter(Boolean);
  if (parts[0] === "share") {
    return { type: "run:share", url: url.searchParams.get("url") ?? "", text: url.searchParams.get("text") ?? "" };
  }
  const startParam = url.searchParams.get("startapp") ?? "";
  const app = parts.at(-1) ?? "";
  if (!/^[\w-]{1,64}$/.test(app) || !/^[\w-]{0,512}$/.test(startParam)) return null;
  return { type: "run:open", app, start_param: startParam };
}

const FILE_NAME_CHARS_MAX = 120;

/**
 * The name a file may have: no folders, no marks that turn letters around, something at any rate.
 * @param {string} name @returns {string}
 */
export function plainFileName(name) {
  const plain = name.replace(/[\p{Cc}\p{Cf}/\\:*?"<>|]/gu, "").replace(/^[.\s]+/, "").trim();
  return plain.slice(-FILE_NAME_CHARS_MAX) || "file";
}
