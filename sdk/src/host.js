// The types of window.barnamak, which the host puts into every page of a mini-app; no code.

/** @typedef {{timeoutMs?: number, signal?: AbortSignal}} CallOptions */
/** @typedef {{id: string, appId: string, startParam: string | null, chatType: string | null,
 *   lang: string, dir: "rtl" | "ltr", platform: string}} Launch */
/** @typedef {{id: number | string, first_name?: string, last_name?: string, username?: string,
 *   language_code?: string, photo_url?: string}} User */
/** @typedef {{scheme: "light" | "dark", params: Record<string, string>}} Theme */
/** @typedef {{height: number, width: number, expanded: boolean, stable: boolean}} Viewport */
/** @typedef {{text?: string, visible?: boolean, active?: boolean, progress?: boolean, color?: string,
 *   text_color?: string, shine?: boolean}} Button */
/** @typedef {Button & {position?: "left" | "right" | "top" | "bottom"}} SecondButton */
/** @typedef {{id?: string, type?: "default" | "destructive" | "ok" | "close" | "cancel", text?: string}} PopupButton */
/** @typedef {{title?: string, message: string, buttons?: PopupButton[]}} Popup */
/** @typedef {{status: "paid" | "cancelled" | "failed" | "pending", token: string | null}} Paid */
/** @typedef {{latitude: number, longitude: number, altitude?: number, course?: number, speed?: number,
 *   horizontal_accuracy?: number, vertical_accuracy?: number}} Place */
/** @typedef {{color: string}} Look */
/** @typedef {{theme: Theme, viewport: Viewport, mainButton: {}, secondaryButton: {}, backButton: {},
 *   settingsButton: {}, visibility: {visible: boolean}, closed: {reason: string}}} Events */

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
 * @property {(method: string, params?: object, options?: CallOptions) => Promise<any>} call any method of the port, by its name
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
