export function asks(call: import("./host.js").Host["call"]): {
    /** Let the person scan one QR code, by camera or by picture. @param {string} [text] your words above the camera @param {CallOptions} [options] @returns {Promise<string | null>} */
    scanQr: (text?: string, options?: CallOptions) => Promise<string | null>;
    /** Ask for the number: a signed string for your server. Needs the permission `phone`. @param {CallOptions} [options] @returns {Promise<string | null>} */
    requestContact: (options?: CallOptions) => Promise<string | null>;
    /** Read what the person copied; asked each time. Needs `clipboard-read`. @param {CallOptions} [options] @returns {Promise<string | null>} */
    readClipboard: (options?: CallOptions) => Promise<string | null>;
    /** Where the person is. Needs `location`. @param {CallOptions} [options] @returns {Promise<Place | null>} */
    getLocation: (options?: CallOptions) => Promise<Place | null>;
    /** Offer a link and words to a chat that the person chooses. @param {{url?: string, text?: string}} what @param {CallOptions} [options] @returns {Promise<boolean>} */
    share: (what: {
        url?: string;
        text?: string;
    }, options?: CallOptions) => Promise<boolean>;
    /** Let the person send, once, what your server prepared for them. @param {string} id @param {CallOptions} [options] @returns {Promise<boolean>} */
    shareMessage: (id: string, options?: CallOptions) => Promise<boolean>;
    /** Offer a place on the home screen. @param {CallOptions} [options] @returns {Promise<boolean>} */
    addToHomeScreen: (options?: CallOptions) => Promise<boolean>;
};
export type CallOptions = import("./host.js").CallOptions;
export type Place = import("./host.js").Place;
