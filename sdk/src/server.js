// What the server of a mini-app verifies: who is using it, what was paid, what it is told.
// Node 20 and every runtime with WebCrypto and fetch; no dependencies.

const LEEWAY_S = 10; // two clocks may differ by so much
const MAX_AGE_S = 86_400; // of initData
const TOLERANCE_S = 300; // of a webhook's time
const KEYS_LIVE_MS = 300_000;
const KEYS_AGAIN_MS = 60_000; // at most so often because of a key that is not known
const REQUIRED = ["exp", "iat", "aud", "iss", "sub", "jti"];

const encoder = new TextEncoder();
const { subtle } = globalThis.crypto;

/** It does not hold. `code` is stable: log it, and answer your caller with 401. */
export class Refused extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.name = "Refused";
    this.code = code;
  }
}

/** @returns {number} seconds */
const clock = () => Date.now() / 1000;

/** @param {string} text base64url without padding @returns {Uint8Array<ArrayBuffer>} */
function unbase64url(text) {
  if (!/^[\w-]*$/.test(text)) throw new Refused("token-invalid", "It is no token.");
  return unbase64(text.replace(/-/g, "+").replace(/_/g, "/"));
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
const unbase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** @param {string} part @returns {any} */
function readPart(part) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(unbase64url(part)));
  } catch {
    throw new Refused("token-invalid", "It is no token.");
  }
}

/**
 * Verifies the tokens that one platform issues for one app.
 *
 * `issuer` is the platform's origin without a slash at its end, `appId` yours. Without `keys` (a JWK
 * set) the platform's are fetched, and kept for five minutes.
 */
export class Tokens {
  #issuer;
  #audience;
  #now;
  #fetch;
  /** @type {{keys: any[]} | null} */
  #given;
  /** @type {Map<string, CryptoKey>} */
  #keys = new Map();
  #readAt = -Infinity;

  /**
   * @param {string} issuer @param {string} appId
   * @param {{keys?: {keys: any[]}, now?: () => number, fetch?: typeof globalThis.fetch}} [options]
   */
  constructor(issuer, appId, { keys, now = clock, fetch = globalThis.fetch } = {}) {
    this.#issuer = issuer;
    this.#audience = `app:${appId}`;
    this.#given = keys ?? null;
    this.#now = now;
    this.#fetch = fetch;
  }

  /**
   * The claims of a user token; `sub` is the person, to your app alone.
   * @param {string} token @returns {Promise<Record<string, any>>}
   */
  async user(token) {
    return this.#claims(token, "user+jwt", REQUIRED);
  }

  /**
   * The payment of a token that pays this order, in whole rials. Keep its `id` with the order: a
   * token may be shown twice.
   * @param {string} token @param {{orderRef: string, amountRials: number, test?: boolean}} order
   * @returns {Promise<Record<string, any>>}
   */
  async payment(token, { orderRef, amountRials, test = false }) {
    const { payment } = await this.#claims(token, "payment+jwt", [...REQUIRED, "payment"]);
    const wanted = { status: "captured", test, order_ref: orderRef, amount_rials: amountRials };
    for (const [name, value] of Object.entries(wanted)) {
      if (payment?.[name] !== value) {
        throw new Refused(`payment-${name.replaceAll("_", "-")}`, `${name} is not of this order.`);
      }
    }
    return payment;
  }

  /** @param {string} token @param {string} typ @param {string[]} required @returns {Promise<any>} */
  async #claims(token, typ, required) {
    const [head, body, seal, ...rest] = `${token}`.split(".");
    if (!seal || rest.length) throw new Refused("token-invalid", "It is no token.");
    const header = readPart(head);
    if (header?.typ !== typ) throw new Refused("token-kind", `This is not a token of type ${typ}.`);
    if (header.alg !== "EdDSA") throw new Refused("token-invalid", "Its algorithm is not EdDSA.");
    const key = await this.#key(header.kid);
    const good = await subtle.verify("Ed25519", key, unbase64url(seal), encoder.encode(`${head}.${body}`));
    if (!good) throw new Refused("token-invalid", "Its signature is not good.");
    const claims = readPart(body);
    for (const name of required) {
      if (claims[name] === undefined || claims[name] === null) {
        throw new Refused("token-invalid", `The claim ${name} is missing.`);
      }
    }
    if (claims.iss !== this.#issuer || claims.aud !== this.#audience) {
      throw new Refused("token-invalid", "It is of another platform, or for another app.");
    }
    const now = this.#now();
    if (!(now >= (claims.nbf ?? claims.iat) - LEEWAY_S && now < claims.exp + LEEWAY_S)) {
      throw new Refused("token-time", "The token has ended, or has not begun.");
    }
    return claims;
  }

  /** @param {string} kid @returns {Promise<CryptoKey>} */
  async #key(kid) {
    const age = performance.now() - this.#readAt;
    if (age > KEYS_LIVE_MS || (!this.#keys.has(kid) && age > KEYS_AGAIN_MS)) await this.#read();
    const key = this.#keys.get(kid);
    if (!key) throw new Refused("token-invalid", "It is signed with a key the platform does not name.");
    return key;
  }

  async #read() {
    const set = this.#given ?? (await this.#fetched());
    this.#keys = new Map();
    for (const { kid, kty, crv, x } of set.keys) {
      if (crv !== "Ed25519") continue;
      this.#keys.set(kid, await subtle.importKey("jwk", { kty, crv, x }, "Ed25519", false, ["verify"]));
    }
    this.#readAt = performance.now();
  }

  /** @returns {Promise<{keys: any[]}>} */
  async #fetched() {
    try {
      const answer = await this.#fetch(`${this.#issuer}/.well-known/jwks.json`, { signal: AbortSignal.timeout(5000) });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return await answer.json();
    } catch (reason) {
      throw new Refused("keys-unavailable", `The platform's keys could not be read: ${reason}`);
    }
  }
}

/** @param {Uint8Array<ArrayBuffer>} secret @param {Uint8Array<ArrayBuffer>} message */
async function hmac(secret, message) {
  const key = await subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", key, message));
}

/** In a time that tells nothing of the place of a difference. @param {string} one @param {string} other */
function same(one, other) {
  let differs = one.length ^ other.length;
  for (let at = 0; at < one.length; at += 1) differs |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return differs === 0;
}

/**
 * The fields of `Telegram.WebApp.initData`, `user` and its like as objects. `appToken` is the
 * `<number>:<secret>` that the console showed.
 * @param {string} text @param {string} appToken
 * @param {{maxAgeS?: number, now?: () => number}} [options]
 * @returns {Promise<Record<string, any>>}
 */
export async function initData(text, appToken, { maxAgeS = MAX_AGE_S, now = clock } = {}) {
  const parts = text ? text.split("&") : [];
  /** @type {Map<string, string>} */
  const fields = new Map();
  try {
    for (const part of parts) {
      const cut = part.indexOf("=");
      fields.set(part.slice(0, cut), decodeURIComponent(part.slice(cut + 1)));
    }
  } catch {
    fields.clear();
  }
  const given = fields.get("hash") ?? "";
  fields.delete("hash");
  if (!given || fields.size !== parts.length - 1) {
    throw new Refused("init-data-shape", "A field is missing, or there twice.");
  }
  const lines = [...fields].map(([name, value]) => `${name}=${value}`).sort().join("\n");
  const secret = await hmac(encoder.encode("WebAppData"), encoder.encode(appToken));
  const expected = await hmac(secret, encoder.encode(lines));
  const hex = [...expected].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!same(hex, given)) throw new Refused("init-data-hash", "It was not signed for this app, or was changed.");
  const age = now() - Number(fields.get("auth_date") ?? 0);
  if (!(age >= -LEEWAY_S && age <= maxAgeS)) throw new Refused("init-data-time", "It is too old, or of the future.");
  return Object.fromEntries([...fields].map(([name, value]) => [name, /^[{[]/.test(value) ? JSON.parse(value) : value]));
}

/**
 * The event that a request brings. `body` is byte for byte as it came; several `secrets` count while
 * one is being changed. Answer 2xx soon, and act on each `event.id` once: it may come again.
 * @param {string | Uint8Array<ArrayBuffer>} body
 * @param {Headers | Record<string, string | string[] | undefined>} headers
 * @param {string | string[]} secrets @param {{toleranceS?: number, now?: () => number}} [options]
 * @returns {Promise<any>}
 */
export async function webhook(body, headers, secrets, { toleranceS = TOLERANCE_S, now = clock } = {}) {
  const of = (/** @type {string} */ name) =>
    `${(headers instanceof Headers ? headers.get(name) : headers[name]) ?? ""}`;
  const sent = of("webhook-timestamp");
  if (!/^\d+$/.test(sent) || Math.abs(now() - Number(sent)) > toleranceS) {
    throw new Refused("webhook-time", "Its time is missing, or more than five minutes off.");
  }
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const prefix = encoder.encode(`${of("webhook-id")}.${sent}.`);
  const signed = new Uint8Array(prefix.length + bytes.length);
  signed.set(prefix);
  signed.set(bytes, prefix.length);
  const given = of("webhook-signature").split(" ");
  for (const secret of [secrets].flat()) {
    const seal = await hmac(unbase64(secret.replace(/^whsec_/, "")), signed);
    const expected = `v1,${btoa(String.fromCharCode(...seal))}`;
    if (given.filter((one) => same(expected, one)).length) return JSON.parse(new TextDecoder().decode(bytes));
  }
  throw new Refused("webhook-signature", "It was not signed with this secret, or was changed.");
}
