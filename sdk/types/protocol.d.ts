// Generated from sdk/protocol.json by sdk/generate.js; edit there.
export type Launch = {id: string, appId: string, startParam: string | null, chatType: string | null, lang: string, dir: "rtl" | "ltr", platform: string};
export type User = {id: number | string, first_name?: string, last_name?: string, username?: string, language_code?: string, photo_url?: string};
export type Theme = {scheme: "light" | "dark", params: Record<string, string>};
export type Viewport = {height: number, width: number, expanded: boolean, stable: boolean};
export type PopupButton = {id?: string, type?: "default" | "destructive" | "ok" | "close" | "cancel", text?: string};
export type Paid = {status: "paid" | "cancelled" | "failed" | "pending", token: string | null};
export type Token = {token: string, expires_at: number};
export type Place = {latitude: number, longitude: number, altitude?: number, course?: number, speed?: number, horizontal_accuracy?: number, vertical_accuracy?: number};
export type Hello = {version: number, launch: Launch | null, user: User | null, theme: Theme | null, viewport: Viewport | null, capabilities: string[]};
/** Codes of the SDK and the host; a refusal of the server has its own. */
export type ErrorCode = "not-connected" | "timeout" | "aborted" | "closed" | "unknown-method" | "invalid-params" | "too-many-calls" | "too-large" | "busy" | "permission-undeclared" | "unavailable";
export interface Methods {
    "ready": {params: {}, result: null};
    "close": {params: {}, result: null};
    "expand": {params: {}, result: null};
    "token.get": {params: {}, result: Token};
    "storage.get": {params: {key: string}, result: string};
    "storage.set": {params: {key: string, value: string}, result: null};
    "storage.remove": {params: {key: string}, result: null};
    "storage.keys": {params: {}, result: string[]};
    "local.save": {params: {local?: Record<string, string | null>, session?: Record<string, string | null>}, result: null};
    "main_button.set": {params: {text?: string, visible?: boolean, active?: boolean, progress?: boolean, color?: string, text_color?: string, shine?: boolean}, result: null};
    "secondary_button.set": {params: {text?: string, visible?: boolean, active?: boolean, progress?: boolean, color?: string, text_color?: string, shine?: boolean, position?: "left" | "right" | "top" | "bottom"}, result: null};
    "back_button.set": {params: {visible: boolean}, result: null};
    "settings_button.set": {params: {visible: boolean}, result: null};
    "popup.open": {params: {title?: string, message: string, buttons?: PopupButton[]}, result: string | null};
    "invoice.open": {params: {invoice: string}, result: Paid};
    "closing_confirmation.set": {params: {needed: boolean}, result: null};
    "header.set": {params: {color: string}, result: null};
    "background.set": {params: {color: string}, result: null};
    "bottom_bar.set": {params: {color: string}, result: null};
    "link.open": {params: {url: string}, result: boolean};
    "haptic.play": {params: {kind: string, style?: string}, result: null};
    "write_access.request": {params: {}, result: boolean};
    "contact.request": {params: {}, result: string | null};
    "clipboard.read": {params: {}, result: string | null};
    "location.get": {params: {}, result: Place | null};
    "qr.scan": {params: {text?: string}, result: string | null};
    "share.link": {params: {url?: string, text?: string}, result: boolean};
    "share.message": {params: {id: string}, result: boolean};
    "home_screen.add": {params: {}, result: boolean};
    "fullscreen.request": {params: {}, result: boolean};
    "fullscreen.exit": {params: {}, result: boolean};
}
export interface Events {
    "hello": Hello;
    "theme": Theme;
    "viewport": Viewport;
    "mainButton": {};
    "secondaryButton": {};
    "backButton": {};
    "settingsButton": {};
    "visibility": {visible: boolean};
    "closed": {reason: string};
}
