/**
 * The host's errors as this package's: `instanceof BarnamakError` holds wherever they come from.
 * @param {any} reason @returns {never}
 */
export function rethrow(reason: any): never;
/**
 * What to do about each code of protocol.json, and about those of this package.
 * @type {Readonly<Record<import("./host.js").ErrorCode | "origin-not-listed" | "not-settled", string>>}
 */
export const REMEDIES: Readonly<Record<import("./host.js").ErrorCode | "origin-not-listed" | "not-settled", string>>;
/** Why a call failed: `code` is stable, `remedy` is for you, not for the person. */
export class BarnamakError extends Error {
    /** @param {string} code @param {string} message @param {boolean} [retryable] @param {unknown} [cause] */
    constructor(code: string, message: string, retryable?: boolean, cause?: unknown);
    code: string;
    retryable: boolean;
    remedy: string;
}
