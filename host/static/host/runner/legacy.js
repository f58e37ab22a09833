// Telegram's wire: JSON strings in, JSON strings out, every request answered.
import { customMethods, limits, methods } from "./protocol.js";
import { DeviceStorageError } from "./device.js";
import { payFor } from "./payments.js";
import { addToHome, checkHome, checkLocation, openLocationSettings, readClipboard, requestContact, requestLocation, sharedContact } from "./permits.js";
import { preparedError, sharePrepared } from "./prepared.js";
import { Bucket, fits, readLegacy, refusalOf } from "./wire.js";

/** @typedef {import("./runner.js").Runner} Runner */
/** @typedef {(runner: Runner, params: any) => void | Promise<void>} Handler */

const SAFE_AREA = { top: 0, bottom: 0, left: 0, right: 0 }; // our bars stand outside the frame
const SCROLLBARS = "html{scrollbar-width:thin}";

/** @param {any} params @returns {Partial<import("./shell.js").ButtonState>} */
function buttonChanges(params) {
  /** @type {any} */
  const changes = {};
  const names = {
    is_visible: "visible", is_active: "active", is_progress_visible: "progress", has_shine_effect: "shine",
    text: "text", color: "color", text_color: "textColor", position: "position",
  };
  for (const [wire, own] of Object.entries(names)) if (params[wire] !== undefined) changes[own] = params[wire];
  return changes;
}

/** @type {Record<string, (runner: Runner, params: any) => Promise<any>>} */
const custom = Object.assign(Object.create(null), {
  saveStorageValue: async (/** @type {Runner} */ { server }, /** @type {any} */ { key, value }) => {
    await server.call(customMethods.saveStorageValue ?? "", { key: String(key ?? ""), value: String(value ?? "") });
    return true;
  },
  getStorageValues: async (/** @type {Runner} */ { server }, /** @type {any} */ { keys }) => {
    const wanted = [keys ?? []].flat().map(String);
    const found = (await server.call(customMethods.getStorageValues ?? "", { keys: wanted })) ?? {};
    return Object.fromEntries(wanted.map((key) => [key, found[key] ?? ""]));
  },
  deleteStorageValues: async (/** @type {Runner} */ { server }, /** @type {any} */ { keys }) => {
    await server.call(customMethods.deleteStorageValues ?? "", { keys: [keys ?? []].flat().map(String) });
    return true;
  },
  getStorageKeys: async (/** @type {Runner} */ { server }) => server.call(customMethods.getStorageKeys ?? "", {}),
  getRequestedContact: async (/** @type {Runner} */ runner) => sharedContact(runner),
  getCurrentTime: async () => Math.floor(Date.now() / 1000),
});
export const customNames = Object.keys(custom);

/** @param {Runner} runner @param {any} params */
async function invokeCustomMethod(runner, { req_id: id, method, params }) {
  const answer = (/** @type {object} */ body) => runner.tell("custom_method_invoked", { req_id: id, ...body });
  if (!(method in custom)) return answer({ error: "METHOD_NOT_FOUND" });
  try {
    return answer({ result: await custom[method](runner, params ?? {}) });
  } catch (error) {
    const code = String(/** @type {any} */ (error).code ?? "unavailable");
    return answer({ error: code.replaceAll("-", "_").toUpperCase() });
  }
}

/** @param {Runner} runner @param {any} params */
async function openPopup(runner, params) {
  const outcome = await runner.popup(params);
  const chosen = "answer" in outcome ? outcome.answer : null;
  runner.tell("popup_closed", chosen === null ? {} : { button_id: chosen });
}

/**
 * Do something with the device's store and tell how it went.
 * @param {string} event @param {(runner: Runner, params: any) => object | void} work @returns {Handler}
 */
const onDevice = (event, work) => (runner, params) => {
  const { req_id: id } = params;
  try {
    runner.tell(event, { req_id: id, ...work(runner, params) });
  } catch (error) {
    if (!(error instanceof DeviceStorageError)) throw error;
    runner.tell("device_storage_failed", { req_id: id, error: error.message });
  }
};

/** @param {unknown} value as an SDK sends it @returns {string | null} */
const kept = (value) => (value === null || value === undefined ? null : String(value));

/** @type {Record<string, Handler>} one for each method that protocol.json calls native or server */
export const handlers = Object.assign(Object.create(null), /** @type {Record<string, Handler>} */ ({
  iframe_ready: (runner, params) => {
    runner.iframeReady(params.reload_supported === true);
    runner.tell("set_custom_style", SCROLLBARS);
  },
  iframe_will_reload: (runner) => runner.willReload(),
  web_app_ready: (runner) => runner.ready(),
  web_app_expand: (runner) => runner.expand(),
  web_app_close: (runner) => runner.close("app"),
  web_app_request_theme: (runner) => runner.tellTheme(),
  web_app_request_viewport: (runner) => runner.tellViewport(true),
  web_app_setup_main_button: (runner, params) => runner.setButton("main", buttonChanges(params)),
  web_app_setup_secondary_button: (runner, params) => runner.setButton("secondary", buttonChanges(params)),
  web_app_setup_back_button: (runner, params) => runner.setBack(params.is_visible === true),
  web_app_setup_settings_button: (runner, params) => runner.setSettings(params.is_visible === true),
  web_app_set_header_color: (runner, params) => void runner.setColour("header", params),
  web_app_set_background_color: (runner, params) => void runner.setColour("background", params),
  web_app_set_bottom_bar_color: (runner, params) => void runner.setColour("bottom", params),
  web_app_open_link: async (runner, { url }) => void (await runner.openLink(url)),
  web_app_open_tg_link: async (runner, { path_full: path }) => void (await runner.openInnerLink(path)),
  web_app_open_popup: openPopup,
  web_app_open_invoice: async (runner, { slug }) => {
    const { status } = await payFor(runner, slug).catch(() => ({ status: "failed" }));
    runner.tell("invoice_closed", { slug, status });
  },
  web_app_setup_closing_behavior: (runner, params) => runner.setClosing(params.need_confirmation),
  web_app_invoke_custom_method: invokeCustomMethod,
  web_app_trigger_haptic_feedback: (runner, params) => runner.haptic(params.impact_style ?? params.notification_type),
  web_app_request_write_access: async (runner) => {
    const allowed = await runner.requestWriteAccess().catch(() => false);
    runner.tell("write_access_requested", { status: allowed ? "allowed" : "cancelled" });
  },
  web_app_request_phone: async (runner) => {
    const signed = await requestContact(runner);
    runner.tell("phone_requested", { status: signed ? "sent" : "cancelled" });
  },
  web_app_read_text_from_clipboard: async (runner, { req_id: id }) => {
    runner.tell("clipboard_text_received", { req_id: id, data: await readClipboard(runner) });
  },
  web_app_open_scan_qr_popup: (runner, { text }) => {
    const closed = () => runner.tell("scan_qr_popup_closed", {});
    if (!runner.scan(text ?? "", (data) => runner.tell("qr_text_received", { data }), closed)) closed();
  },
  web_app_close_scan_qr_popup: (runner) => {
    if (runner.scanner.open) runner.scanner.close();
    else runner.tell("scan_qr_popup_closed", {});
  },
  web_app_check_location: async (runner) => runner.tell("location_checked", await checkLocation(runner)),
  web_app_request_location: async (runner) => {
    const place = await requestLocation(runner);
    runner.tell("location_requested", place ? { available: true, ...place } : { available: false });
  },
  web_app_open_location_settings: (runner) => openLocationSettings(runner),
  web_app_check_home_screen: (runner) => runner.tell("home_screen_checked", { status: checkHome(runner) }),
  web_app_add_to_home_screen: async (runner) => {
    // That it was added is told when the browser says so, from the app's own page.
    if (!(await addToHome(runner))) runner.tell("home_screen_failed", { error: "CANCELLED" });
  },
  web_app_switch_inline_query: async (runner, { query }) => void (await runner.shareApp(query)),
  web_app_send_prepared_message: async (runner, { id }) => {
    const error = await sharePrepared(runner, id).catch(preparedError);
    if (error) runner.tell("prepared_message_failed", { error });
    else runner.tell("prepared_message_sent", {});
  },
  web_app_request_safe_area: (runner) => runner.tell("safe_area_changed", SAFE_AREA),
  web_app_request_content_safe_area: (runner) => runner.tell("content_safe_area_changed", SAFE_AREA),
  web_app_request_fullscreen: async (runner) => {
    const error = await runner.requestFullscreen();
    if (error) runner.tell("fullscreen_failed", { error }); // success is told by the browser's own event
  },
  web_app_exit_fullscreen: async (runner) => {
    if (document.fullscreenElement) await runner.exitFullscreen();
    else runner.tell("fullscreen_changed", { is_fullscreen: false });
  },
  web_app_request_file_download: async (runner, { url, file_name: name }) => {
    const agreed = await runner.download(url, name);
    runner.tell("file_download_requested", { status: agreed ? "downloading" : "cancelled" });
  },
  web_app_device_storage_save_key: onDevice("device_storage_key_saved",
    ({ device }, { key, value }) => device.set(key, kept(value))),
  web_app_device_storage_get_key: onDevice("device_storage_key_received", ({ device }, { key }) => ({ value: device.get(key) })),
  web_app_device_storage_clear: onDevice("device_storage_cleared", ({ device }) => device.clear()),
}));

/** @type {WeakMap<Runner, Bucket>} */
const buckets = new WeakMap();

/** @param {Runner} runner @returns {boolean} */
function withinRate(runner) {
  let bucket = buckets.get(runner);
  if (!bucket) {
    bucket = new Bucket(limits.calls_burst, limits.calls_per_s, () => performance.now());
    buckets.set(runner, bucket);
  }
  return bucket.take();
}

/**
 * One message of the frame. Never throws; what is not understood is counted and dropped.
 * @param {Runner} runner @param {unknown} data
 */
export function legacyCall(runner, data) {
  if (runner.ended || !withinRate(runner)) return;
  const call = readLegacy(data);
  const known = call !== null && Object.hasOwn(methods, call.method);
  if (!call || !known) {
    runner.unknown += 1;
    return;
  }
  const row = /** @type {any} */ (methods)[call.method];
  if (call.method in handlers && fits(call.params, row.params)) {
    Promise.resolve(handlers[call.method](runner, call.params)).catch(() => refuse(runner, call));
    return;
  }
  if (row.handling !== "refused" && row.handling !== "accepted") runner.malformed += 1;
  refuse(runner, call);
}

/** @param {Runner} runner @param {import("./wire.js").Call} call */
function refuse(runner, { method, params }) {
  const answer = refusalOf(method, params);
  if (answer) runner.tell(answer.event, answer.data);
}
