import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "./load.js";

const theme = encodeURIComponent(JSON.stringify({ bg_color: "#101615", button_color: "#0b7a75" }));
const initData = "user=%7B%22id%22%3A7%2C%22first_name%22%3A%22Mina%20%2B%22%7D&auth_date=1&hash=h";
const fragment = (version) =>
  `#tgWebAppData=${encodeURIComponent(initData)}&tgWebAppVersion=${version}&tgWebAppPlatform=web&tgWebAppThemeParams=${theme}`;

/** A page that loads the relay and our Telegram script. */
function telegram({ version = "8.0", ...options } = {}) {
  const made = page({ hash: fragment(version), ...options });
  made.run("relay.js");
  made.run("telegram-web-app.js");
  const started = made.sent();
  return { ...made, started, app: made.window.Telegram.WebApp, since: () => made.sent().slice(started.length) };
}
const plain = (value) => JSON.parse(JSON.stringify(value));

test("it starts with the same requests, in the same order, as Telegram's own", () => {
  const { started } = telegram();
  assert.deepEqual(started.map(({ eventType }) => eventType), [
    "iframe_ready", "web_app_set_header_color", "web_app_set_background_color", "web_app_set_bottom_bar_color",
    "web_app_request_theme", "web_app_request_viewport", "web_app_request_safe_area", "web_app_request_content_safe_area",
  ]);
  assert.deepEqual(started[0].eventData, { reload_supported: true });
  assert.deepEqual(started[1].eventData, { color_key: "bg_color" });
});

test("launch data, version, platform and theme are there at once", () => {
  const { app, css } = telegram();
  assert.equal(app.initData, initData);
  assert.deepEqual(plain(app.initDataUnsafe.user), { id: 7, first_name: "Mina +" });
  assert.deepEqual([app.version, app.platform, app.colorScheme], ["8.0", "web", "dark"]);
  assert.equal(css.get("--tg-theme-button-color"), "#0b7a75");
  assert.equal(css.get("--tg-color-scheme"), "dark");
});

test("a reload without the fragment finds the launch again", () => {
  const first = telegram({ storage: "works" });
  const next = page({ storage: "works" });
  const kept = first.window.sessionStorage;
  next.window.sessionStorage.setItem("__telegram__initParams", kept.getItem("__telegram__initParams"));
  next.run("relay.js");
  next.run("telegram-web-app.js");
  assert.equal(next.window.Telegram.WebApp.initData, initData);
});

test("versions compare by their parts", () => {
  const { app } = telegram({ version: "7.10" });
  assert.deepEqual(["7.9", "7.10", "7.11", "8.0", "6"].map((one) => app.isVersionAtLeast(one)), [true, true, false, false, true]);
});

test("events come only from the host, with this set to WebApp", () => {
  const { app, say, window } = telegram();
  const heard = [];
  app.onEvent("viewportChanged", function (data) { heard.push([this === app, plain(data)]); });
  say("viewport_changed", { height: 300, is_expanded: true, is_state_stable: true });
  say("viewport_changed", { height: 1 }, window.window, "http://evil.test");
  assert.deepEqual(heard, [[true, { isStateStable: true }]]);
  assert.deepEqual([app.viewportHeight, app.viewportStableHeight], [300, 300]);
});

test("a theme change recolours what follows it and tells the page", () => {
  const { app, say, since } = telegram();
  let told = 0;
  app.onEvent("themeChanged", () => { told += 1; });
  say("theme_changed", { theme_params: { bg_color: "#ffffff", button_color: "#123456" } });
  assert.deepEqual([told, app.colorScheme, app.backgroundColor, app.MainButton.color], [1, "light", "#ffffff", "#123456"]);
  assert.ok(since().some(({ eventType, eventData }) => eventType === "web_app_set_background_color" && eventData.color === "#ffffff"));
});

test("a button is sent when it changed, and only then", () => {
  const { app, since } = telegram();
  app.MainButton.setParams({ text: " Pay ", is_visible: true, color: "#ABC" });
  app.MainButton.setParams({ text: "Pay" });
  app.MainButton.hide();
  const sent = since().filter(({ eventType }) => eventType === "web_app_setup_main_button");
  assert.equal(sent.length, 2);
  assert.deepEqual([sent[0].eventData.text, sent[0].eventData.color, sent[0].eventData.is_active], ["Pay", "#aabbcc", true]);
  assert.deepEqual(sent[1].eventData, { is_visible: false });
});

test("clicks reach the page unless the button is inactive", () => {
  const { app, say } = telegram();
  let clicks = 0;
  app.MainButton.onClick(() => { clicks += 1; }).show();
  say("main_button_pressed", "");
  app.MainButton.showProgress(false);
  say("main_button_pressed", "");
  assert.equal(clicks, 1);
});

test("limits throw Telegram's own names", () => {
  const { app } = telegram();
  const cases = [
    [() => app.MainButton.setText(""), "WebAppBottomButtonParamInvalid"],
    [() => app.MainButton.setText("x".repeat(65)), "WebAppBottomButtonParamInvalid"],
    [() => app.MainButton.setParams({ color: "red" }), "WebAppBottomButtonParamInvalid"],
    [() => app.SecondaryButton.setParams({ position: "middle" }), "WebAppBottomButtonParamInvalid"],
    [() => app.showPopup({ message: "" }), "WebAppPopupParamInvalid"],
    [() => app.showPopup({ message: "x".repeat(257) }), "WebAppPopupParamInvalid"],
    [() => app.showPopup({ message: "x", buttons: [] }), "WebAppPopupParamInvalid"],
    [() => app.showPopup({ message: "x", buttons: [{ type: "default" }] }), "WebAppPopupParamInvalid"],
    [() => app.sendData(""), "WebAppDataInvalid"],
    [() => app.sendData("س".repeat(2049)), "WebAppDataInvalid"],
    [() => app.openInvoice("https://evil.test/$x"), "WebAppInvoiceUrlInvalid"],
    [() => app.openTelegramLink("https://evil.test/x"), "WebAppTgUrlInvalid"],
    [() => app.openLink("javascript:1"), "WebAppTgUrlInvalid"],
    [() => app.switchInlineQuery("x"), "WebAppInlineModeDisabled"],
    [() => app.setHeaderColor("red"), "WebAppHeaderColorInvalid"],
    [() => app.setBackgroundColor("url(x)"), "WebAppBackgroundColorInvalid"],
    [() => app.DeviceStorage.setItem("a", "b"), "WebAppMethodUnsupported"],
  ];
  const { error } = console;
  console.error = () => {};
  try {
    for (const [act, name] of cases) assert.throws(act, { message: name }, name);
  } finally {
    console.error = error;
  }
});

test("a refused popup leaves no popup open", () => {
  const { app, say, since } = telegram();
  assert.throws(() => app.showPopup({ message: "" }));
  const answers = [];
  app.showConfirm("ok?", (yes) => answers.push(yes));
  assert.throws(() => app.showAlert("two"), { message: "WebAppPopupOpened" });
  say("popup_closed", { button_id: "ok" });
  app.showAlert("again", () => answers.push("alert"));
  say("popup_closed", {});
  assert.deepEqual(answers, [true, "alert"]);
  assert.equal(since().filter(({ eventType }) => eventType === "web_app_open_popup").length, 2);
});

test("cloud values go by request id", () => {
  const { app, say, since } = telegram();
  const got = [];
  app.CloudStorage.getItem("k", (error, value) => got.push([error, value]));
  app.CloudStorage.getKeys((error, value) => got.push([error, value]));
  const [first, second] = since().map(({ eventData }) => eventData);
  assert.deepEqual([first.method, first.params], ["getStorageValues", { keys: ["k"] }]);
  say("custom_method_invoked", { req_id: second.req_id, error: "STORAGE_FULL" });
  say("custom_method_invoked", { req_id: first.req_id, result: { k: "v" } });
  say("custom_method_invoked", { req_id: first.req_id, result: { k: "twice" } });
  assert.deepEqual(got, [["STORAGE_FULL", undefined], [null, "v"]]);
});

test("an invoice is matched by its slug", () => {
  const { app, say, since } = telegram();
  const states = [];
  app.openInvoice("https://t.me/$tok_1", (status) => states.push(status));
  app.onEvent("invoiceClosed", (data) => states.push(plain(data)));
  assert.deepEqual(since().at(-1), { eventType: "web_app_open_invoice", eventData: { slug: "tok_1" } });
  say("invoice_closed", { slug: "other", status: "paid" });
  say("invoice_closed", { slug: "tok_1", status: "paid" });
  assert.deepEqual(states, ["paid", { url: "https://t.me/$tok_1", status: "paid" }]);
});

test("what the host refuses is said to the page", () => {
  const { app, say } = telegram();
  const said = [];
  app.requestWriteAccess((allowed) => said.push(["write", allowed]));
  say("write_access_requested", { status: "cancelled" });
  app.requestContact((sent, outcome) => said.push(["contact", sent, outcome.status]));
  say("phone_requested", { status: "cancelled" });
  app.BiometricManager.init(() => said.push(["bio", app.BiometricManager.isBiometricAvailable]));
  say("biometry_info_received", { available: false });
  app.LocationManager.init(() => app.LocationManager.getLocation((place) => said.push(["place", place])));
  say("location_checked", { available: false });
  app.Accelerometer.start({}, (started) => said.push(["motion", started]));
  say("accelerometer_failed", { error: "UNSUPPORTED" });
  app.checkHomeScreenStatus((status) => said.push(["home", status]));
  say("home_screen_checked", { status: "unsupported" });
  assert.deepEqual(said, [
    ["write", false], ["contact", false, "cancelled"], ["bio", false], ["place", null], ["motion", false], ["home", "unsupported"],
  ]);
});

test("native hosts speak through the proxy and the three receivers", () => {
  const made = page({ hash: fragment("8.0"), framed: false, storage: "works" });
  const posted = [];
  made.window.TelegramWebviewProxy = { postEvent: (type, data) => posted.push([type, data]) };
  made.run("relay.js");
  made.run("telegram-web-app.js");
  const { Telegram, TelegramGameProxy, TelegramGameProxy_receiveEvent: third } = made.window;
  Telegram.WebApp.ready();
  assert.deepEqual(posted.at(-1), ["web_app_ready", '""']);
  let pressed = 0;
  Telegram.WebApp.BackButton.onClick(() => { pressed += 1; });
  for (const receive of [Telegram.WebView.receiveEvent, TelegramGameProxy.receiveEvent, third]) receive("back_button_pressed", "");
  assert.equal(pressed, 3);
});

test("a reload asked for by the host is announced", () => {
  const { say, since, posted } = telegram();
  say("reload_iframe");
  assert.equal(since().at(-1).eventType, "iframe_will_reload");
  assert.equal(posted.at(-1), "reload");
});

test("an invoice may be named by the host's own pay link", () => {
  const { app, since, say } = telegram();
  const id = "inv_01k9z3v6t2e8r9c0m4q7x5a1bd";
  const heard = [];
  app.openInvoice(`http://host.test/pay/${id}`, (status) => heard.push(status));
  assert.deepEqual(since().at(-1), { eventType: "web_app_open_invoice", eventData: { slug: id } });
  say("invoice_closed", { slug: id, status: "paid" });
  assert.deepEqual(heard, ["paid"]);
});
