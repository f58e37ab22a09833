/**
 * The fields of `Telegram.WebApp.initData`, `user` and its like as objects. `appToken` is the
 * `<number>:<secret>` that the console showed.
 * @param {string} text @param {string} appToken
 * @param {{maxAgeS?: number, now?: () => number}} [options]
 * @returns {Promise<Record<string, any>>}
 */
export function initData(text: string, appToken: string, { maxAgeS, now }?: {
    maxAgeS?: number;
    now?: () => number;
}): Promise<Record<string, any>>;
/**
 * The event that a request brings. `body` is byte for byte as it came; several `secrets` count while
 * one is being changed. Answer 2xx soon, and act on each `event.id` once: it may come again.
 * @param {string | Uint8Array<ArrayBuffer>} body
 * @param {Headers | Record<string, string | string[] | undefined>} headers
 * @param {string | string[]} secrets @param {{toleranceS?: number, now?: () => number}} [options]
 * @returns {Promise<any>}
 */
export function webhook(body: string | Uint8Array<ArrayBuffer>, headers: Headers | Record<string, string | string[] | undefined>, secrets: string | string[], { toleranceS, now }?: {
    toleranceS?: number;
    now?: () => number;
}): Promise<any>;
/** It does not hold. `code` is stable: log it, and answer your caller with 401. */
export class Refused extends Error {
    /** @param {string} code @param {string} message */
    constructor(code: string, message: string);
    code: string;
}
/**
 * Verifies the tokens that one platform issues for one app.
 *
 * `issuer` is the platform's origin without a slash at its end, `appId` yours. Without `keys` (a JWK
 * set) the platform's are fetched, and kept for five minutes.
 */
export class Tokens {
    /**
     * @param {string} issuer @param {string} appId
     * @param {{keys?: {keys: any[]}, now?: () => number, fetch?: typeof globalThis.fetch}} [options]
     */
    constructor(issuer: string, appId: string, { keys, now, fetch }?: {
        keys?: {
            keys: any[];
        };
        now?: () => number;
        fetch?: typeof globalThis.fetch;
    });
    /**
     * The claims of a user token; `sub` is the person, to your app alone.
     * @param {string} token @returns {Promise<Record<string, any>>}
     */
    user(token: string): Promise<Record<string, any>>;
    /**
     * The payment of a token that pays this order, in whole rials. Keep its `id` with the order: a
     * token may be shown twice.
     * @param {string} token @param {{orderRef: string, amountRials: number, test?: boolean}} order
     * @returns {Promise<Record<string, any>>}
     */
    payment(token: string, { orderRef, amountRials, test }: {
        orderRef: string;
        amountRials: number;
        test?: boolean;
    }): Promise<Record<string, any>>;
    #private;
}
