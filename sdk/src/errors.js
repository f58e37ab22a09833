/**
 * What to do about each code of protocol.json, and about those of this package.
 * @type {Readonly<Record<import("./host.js").ErrorCode | "origin-not-listed" | "not-settled", string>>}
 */
export const REMEDIES = Object.freeze({
  "not-connected": "Open the app in Barnamak, or use the mock host of @barnamak/sdk/mock; then try again.",
  timeout: "Try again; if it lasts, show the person that the connection is slow.",
  aborted: "Nothing to do: your own AbortSignal fired.",
  closed: "Stop: the launch has ended and the page goes away.",
  "unknown-method": "Ask can(method) first and offer the person something else.",
  "invalid-params": "Compare what you pass with docs/reference/sdk.md.",
  "too-many-calls": "Wait a second; call when something has changed, not in a loop.",
  "too-large": "Send less, or send it to your own server.",
  busy: "Wait until the open dialog is closed.",
  "permission-undeclared": "Name the permission, with its reason, in req_permissions of manifest.json and upload again.",
  unavailable: "Try again in a few seconds; nothing was done.",
  "origin-not-listed": "Name your server's origin in init({ api: [...] }).",
  "not-settled": "Ask your server later: the webhook tells it how the payment ended.",
});

const OTHERWISE = "The code names a problem: docs/reference/problems.md says what to do.";

/** Why a call failed: `code` is stable, `remedy` is for you, not for the person. */
export class BarnamakError extends Error {
  /** @param {string} code @param {string} message @param {boolean} [retryable] @param {unknown} [cause] */
  constructor(code, message, retryable = false, cause = undefined) {
    super(message, { cause });
    this.name = "BarnamakError";
    this.code = code;
    this.retryable = retryable;
    this.remedy = /** @type {Record<string, string>} */ (REMEDIES)[code] ?? OTHERWISE;
  }
}

/**
 * The host's errors as this package's: `instanceof BarnamakError` holds wherever they come from.
 * @param {any} reason @returns {never}
 */
export function rethrow(reason) {
  if (reason instanceof BarnamakError || typeof reason?.code !== "string") throw reason;
  throw new BarnamakError(reason.code, reason.message, Boolean(reason.retryable), reason);
}
