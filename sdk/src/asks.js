// What only the person can give: each waits for an answer, and null is a no.

/** @typedef {import("./host.js").CallOptions} CallOptions */
/** @typedef {import("./host.js").Place} Place */

/**
 * @param {import("./host.js").Host["call"]} call of the host
 */
export const asks = (call) => ({
  /** Let the person scan one QR code, by camera or by picture. @param {string} [text] your words above the camera @param {CallOptions} [options] @returns {Promise<string | null>} */
  scanQr: (text, options) => call("qr.scan", text ? { text } : {}, options),
  /** Ask for the number: a signed string for your server. Needs the permission `phone`. @param {CallOptions} [options] @returns {Promise<string | null>} */
  requestContact: (options) => call("contact.request", {}, options),
  /** Read what the person copied; asked each time. Needs `clipboard-read`. @param {CallOptions} [options] @returns {Promise<string | null>} */
  readClipboard: (options) => call("clipboard.read", {}, options),
  /** Where the person is. Needs `location`. @param {CallOptions} [options] @returns {Promise<Place | null>} */
  getLocation: (options) => call("location.get", {}, options),
  /** Offer a link and words to a chat that the person chooses. @param {{url?: string, text?: string}} what @param {CallOptions} [options] @returns {Promise<boolean>} */
  share: (what, options) => call("share.link", what, options),
  /** Let the person send, once, what your server prepared for them. @param {string} id @param {CallOptions} [options] @returns {Promise<boolean>} */
  shareMessage: (id, options) => call("share.message", { id }, options),
  /** Offer a place on the home screen. @param {CallOptions} [options] @returns {Promise<boolean>} */
  addToHomeScreen: (options) => call("home_screen.add", {}, options),
});
