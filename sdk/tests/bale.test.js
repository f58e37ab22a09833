import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "./load.js";

const initData = "user=%7B%22id%22%3A7%7D&auth_date=1&hash=h";
function bale() {
  const made = page({ hash: `#tgWebAppData=${encodeURIComponent(initData)}&tgWebAppVersion=8.0&tgWebAppThemeParams=%7B%22bg_color%22%3A%22%23101615%22%7D` });
  made.run("relay.js");
  made.run("bale-web-app.js");
  return { ...made, app: made.window.Bale.WebApp };
}
const plain = (value) => JSON.parse(JSON.stringify(value));

test("Bale's object has Bale's version and the same launch data", () => {
  const { app } = bale();
  assert.deepEqual([app.version, app.initData, app.initDataUnsafe.user.id, app.isIframe, app.colorScheme], ["1.4", initData, 7, true, "dark"]);
  assert.equal("MainButton" in app, false);
});

test("an invoice goes by what createInvoiceLink returned and comes back as an object", () => {
  const { app, say, sent } = bale();
  const heard = [];
  app.openInvoice("https://t.me/$tok-1", (outcome) => heard.push(plain(outcome)));
  app.onEvent("invoiceClosed", function (data) { heard.push([this === app, plain(data)]); });
  assert.deepEqual(sent().at(-1).eventData, { slug: "tok-1" });
  say("invoice_closed", { slug: "tok-1", status: "failed" });
  assert.deepEqual(heard, [{ status: "failed" }, [true, { invoiceId: "https://t.me/$tok-1", status: "failed" }]]);
});

test("a contact is a boolean and a phone number", () => {
  const { app, say, sent } = bale();
  const heard = [];
  app.requestContact((shared, phone) => heard.push([shared, phone]));
  say("phone_requested", { status: "sent" });
  const { req_id: id } = sent().at(-1).eventData;
  const contact = encodeURIComponent(JSON.stringify({ phone_number: "989120000000" }));
  say("custom_method_invoked", { req_id: id, result: `contact=${contact}&hash=x` });
  app.requestContact((shared, phone) => heard.push([shared, phone]));
  say("phone_requested", { status: "cancelled" });
  assert.deepEqual(heard, [[true, "989120000000"], [false, ""]]);
});

test("its events have Bale's names, in both spellings pages use", () => {
  const { app, say } = bale();
  const heard = [];
  for (const event of ["backButtonPressed", "settingsButtonPressed", "settingsButtonClicked"]) app.onEvent(event, () => heard.push(event));
  app.onEvent("qrTextReceived", (data) => heard.push(plain(data)));
  say("back_button_pressed", "");
  say("settings_button_pressed", "");
  say("qr_text_received", { data: "q" });
  assert.deepEqual(heard, ["backButtonPressed", "settingsButtonPressed", "settingsButtonClicked", { text: "q", data: "q" }]);
});

test("beside Telegram's script it does not greet a second time", () => {
  const made = page({ hash: "#tgWebAppData=a%3Db&tgWebAppVersion=8.0" });
  for (const script of ["relay.js", "telegram-web-app.js", "bale-web-app.js"]) made.run(script);
  assert.equal(made.sent().filter(({ eventType }) => eventType === "iframe_ready").length, 1);
  made.say("reload_iframe");
  assert.equal(made.sent().filter(({ eventType }) => eventType === "iframe_will_reload").length, 1);
});
