// The types of window.barnamak, which the host puts into every page of a mini-app; no code.

/** @typedef {{timeoutMs?: number, signal?: AbortSignal}} CallOptions */
/** @typedef {import("../types/protocol.js").Methods} Methods */
/** @typedef {Omit<import("../types/protocol.js").Events, "hello">} Events */
/** @typedef {import("../types/protocol.js").ErrorCode} ErrorCode */
/** @typedef {import("../types/protocol.js").Launch} Launch */
/** @typedef {import("../types/protocol.js").User} User */
/** @typedef {import("../types/protocol.js").Theme} Theme */
/** @typedef {import("../types/protocol.js").Viewport} Viewport */
/** @typedef {import("../types/protocol.js").PopupButton} PopupButton */
/** @typedef {import("../types/protocol.js").Paid} Paid */
/** @typedef {import("../types/protocol.js").Place} Place */
/** @typedef {Methods["main_button.set"]["params"]} Button */
/** @typedef {Methods["secondary_button.set"]["params"]} SecondButton */
/** @typedef {Methods["popup.open"]["params"]} Popup */
/** @typedef {Methods["header.set"]["params"]} Look */

/**
 * @typedef {object} Host
 * @property {Promise<void>} connected
 * @property {any} BarnamakError
 * @property {Launch | null} launch
 * @property {User | null} user
 * @property {Theme | null} theme
 * @property {Viewport | null} viewport
 * @property {Set<string>} capabilities
 * @property {() => Promise<void>} ready
 * @property {() => Promise<void>} close
 * @property {() => Promise<void>} expand
 * @property {(options?: CallOptions) => Promise<string>} getToken
 * @property {(popup: Popup, options?: CallOptions) => Promise<string | null>} popup
 * @property {(asked: {invoice: string}, options?: CallOptions) => Promise<Paid>} pay
 * @property {(text: string) => Promise<void>} alert
 * @property {(text: string) => Promise<boolean>} confirm
 * @property {(needed: boolean) => Promise<void>} closingConfirmation
 * @property {(look: Look) => Promise<void>} header
 * @property {(look: Look) => Promise<void>} background
 * @property {(look: Look) => Promise<void>} bottomBar
 * @property {(url: string) => Promise<boolean>} openLink
 * @property {(kind: string, style?: string) => Promise<void>} haptic
 * @property {<M extends keyof Methods>(method: M, params?: Methods[M]["params"], options?: CallOptions) => Promise<Methods[M]["result"]>} call any method of the port, by its name
 * @property {(options?: CallOptions) => Promise<boolean>} requestWriteAccess
 * @property {<K extends keyof Events>(event: K, listener: (data: Events[K]) => void) => () => void} on
 * @property {{get(key: string, options?: CallOptions): Promise<string>,
 *   set(key: string, value: string, options?: CallOptions): Promise<void>,
 *   remove(key: string, options?: CallOptions): Promise<void>,
 *   keys(options?: CallOptions): Promise<string[]>}} storage
 * @property {{set(button: Button): Promise<void>}} mainButton
 * @property {{set(button: SecondButton): Promise<void>}} secondaryButton
 * @property {{set(button: {visible: boolean}): Promise<void>}} backButton
 * @property {{set(button: {visible: boolean}): Promise<void>}} settingsButton
 * @property {{request(): Promise<boolean>, exit(): Promise<boolean>}} fullscreen
 */
export {};
