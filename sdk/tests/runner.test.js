import assert from "node:assert/strict";
import { test } from "node:test";

import { workingStorage } from "./load.js";

const module = (file) => import(new URL(`../../host/static/host/runner/${file}`, import.meta.url));
const colours = await module("colours.js");
const wire = await module("wire.js");
const { limits } = await module("protocol.js");
const { Keep } = await module("frame.js");
const { DeviceStore } = await module("device.js");

test("colours are read in each usual spelling", () => {
  assert.equal(colours.parseColour("#ABC"), "#aabbcc");
  assert.equal(colours.parseColour(" #0B7a75 "), "#0b7a75");
  assert.equal(colours.parseColour("rgb(11, 122, 117)"), "#0b7a75");
  assert.equal(colours.parseColour("rgba(255,255,255,.5)"), "#ffffff");
});

test("what is not a colour is refused", () => {
  for (const value of ["red", "#12345", "#1234567", "rgb(256,0,0)", "url(x)", "#fff;background:x", null, 7, {}]) {
    assert.equal(colours.parseColour(value), null, String(value));
  }
});

test("text stays readable whatever the app asks for", () => {
  assert.equal(colours.readableInk("#ffff00", "#ffffff"), "#000000");
  assert.equal(colours.readableInk("#ffffff", "#0b7a75"), "#ffffff");
  for (const ground of ["#000000", "#777777", "#ffffff", "#0b7a75", "#ffff00"]) {
    assert.ok(colours.contrast(colours.inkOn(ground), ground) >= 4.5, ground);
  }
});

test("a theme key may come under either name", () => {
  assert.deepEqual(colours.chosen({ color_key: "bg_color" }), { key: "bg_color" });
  assert.deepEqual(colours.chosen({ color: "secondary_bg_color" }), { key: "secondary_bg_color" });
  assert.deepEqual(colours.chosen({ color: "#123" }), { colour: "#112233" });
  assert.equal(colours.chosen({ color_key: "__proto__" }), null);
});

test("four spellings of no data are one", () => {
  for (const body of ['"eventData":""', '"eventData":null', '"eventData":{}', '"x":1']) {
    assert.deepEqual(wire.readLegacy(`{"eventType":"web_app_ready",${body}}`), { method: "web_app_ready", params: {} });
  }
});

test("what is not a message is not one", () => {
  for (const data of ["", "null", "[]", "{", '{"eventType":7}', 7, null, { eventType: "web_app_ready" }]) {
    assert.equal(wire.readLegacy(data), null);
  }
  const huge = JSON.stringify({ eventType: "x", eventData: { a: "x".repeat(limits.message_chars_max) } });
  assert.equal(wire.readLegacy(huge), null);
});

test("parameters are held to their schema", () => {
  const schema = { a: "string", b: "number?", c: "array?" };
  assert.equal(wire.fits({ a: "x" }, schema), true);
  assert.equal(wire.fits({ a: "x", b: null }, schema), true);
  assert.equal(wire.fits({ b: 1 }, schema), false);
  assert.equal(wire.fits({ a: "x", c: {} }, schema), false);
  assert.equal(wire.fits(Object.create({ a: "inherited" }), schema), false);
});

test("a refusal carries back what it answers to", () => {
  assert.deepEqual(wire.refusalOf("web_app_read_text_from_clipboard", { req_id: "7", other: 1 }), {
    event: "clipboard_text_received", data: { req_id: "7", data: null },
  });
  assert.deepEqual(wire.refusalOf("web_app_open_invoice", { slug: "s" }), {
    event: "invoice_closed", data: { slug: "s", status: "failed" },
  });
  for (const name of ["web_app_ready", "nonsense", "constructor", "__proto__"]) assert.equal(wire.refusalOf(name, {}), null);
});

test("a bucket lets a burst through and then so many a second", () => {
  let now = 0;
  const bucket = new wire.Bucket(3, 2, () => now);
  assert.deepEqual([1, 2, 3, 4].map(() => bucket.take()), [true, true, true, false]);
  now = 500;
  assert.deepEqual([bucket.take(), bucket.take()], [true, false]);
});

test("after three same answers there is a pause, and then no more", () => {
  let now = 0;
  const pause = new wire.PopupPause(() => now);
  for (const answer of ["a", "a", "b", "b"]) pause.closed(answer);
  assert.equal(pause.refuses(), false);
  pause.closed("b");
  assert.equal(pause.refuses(), true);
  now = limits.popup_pause_ms;
  assert.equal(pause.refuses(), false);
});

test("popups are held to Telegram's limits", () => {
  assert.deepEqual(wire.readPopup({ message: " hi " }), {
    title: "", message: "hi", buttons: [{ id: "", type: "close", text: "" }],
  });
  const bad = [
    {}, { message: "x".repeat(257) }, { message: "x", title: "t".repeat(65) }, { message: "x", buttons: [] },
    { message: "x", buttons: [{}, {}, {}, {}] }, { message: "x", buttons: [{ type: "default" }] },
    { message: "x", buttons: [{ type: "html", text: "x" }] }, { message: "x", buttons: [null, 7] },
  ];
  for (const asked of bad) assert.equal(wire.readPopup(asked), null, JSON.stringify(asked));
});

test("Telegram's links mean things of ours", () => {
  assert.deepEqual(wire.readInnerLink("/narvan?startapp=t_7"), { type: "run:open", app: "narvan", start_param: "t_7" });
  assert.deepEqual(wire.readInnerLink("//some_bot/narvan"), { type: "run:open", app: "narvan", start_param: "" });
  assert.deepEqual(wire.readInnerLink("/share/url?url=https%3A%2F%2Fa.ir&text=x"), {
    type: "run:share", url: "https://a.ir", text: "x",
  });
  for (const path of ["/", "/a%20b", "/x?startapp=%3Cb%3E"]) assert.equal(wire.readInnerLink(path), null, path);
});

test("what an app keeps is taken whole or not at all", () => {
  const keep = new Keep({ local: { a: "1" } });
  assert.deepEqual({ ...keep.take("local", { a: null, b: "2" }) }, { a: null, b: "2" });
  assert.equal(keep.take("local", { c: "3", d: 4 }), null);
  assert.equal(keep.take("local", { big: "x".repeat(limits.stand_in_chars_max) }), null);
  assert.equal(keep.take("local", "text"), null);
  assert.deepEqual(keep.snapshot(), { local: { b: "2" }, session: {} });
});

test("an invoice is named by its id, by our link or by Telegram's", () => {
  const id = "inv_01k9z3v6t2e8r9c0m4q7x5a1bd";
  const ours = "https://barnamak.example";
  for (const named of [id, `${ours}/pay/${id}`, `https://t.me/$${id}`, `https://t.me/invoice/${id}`]) {
    assert.equal(wire.readInvoice(named, ours), id, named);
  }
  const bad = [
    "", "inv_x", `x${id}`, `${id}/`, `https://evil.test/pay/${id}`, `https://evil.test/$${id}`, `${ours}/pay/l/${id}`,
    `http://t.me/$${id}`, `javascript:${id}`, "inv_01k9z3v6t2e8r9c0m4q7x5a1bi", "x".repeat(300), null, 7, {}, [id],
  ];
  for (const named of bad) assert.equal(wire.readInvoice(named, ours), null, String(named));
});

test("a PIN is read in each kind of digits, and an easy one is told", async () => {
  const { isGoodPin, pinDigits } = await module("pinpad.js");
  assert.equal(pinDigits("۲۵۸۰"), "2580");
  assert.equal(pinDigits("٢٥٨٠x"), "2580");
  assert.equal(pinDigits("123456789"), "12345678");
  assert.equal(pinDigits("²½"), "");
  for (const good of ["2580", "1357", "11112222"]) assert.equal(isGoodPin(good), true, good);
  for (const bad of ["", "123", "1111", "1234", "8765", "123456789"]) assert.equal(isGoodPin(bad), false, bad);
});

test("what an app keeps on the device is apart from every other app's and person's", () => {
  const storage = workingStorage();
  const [one, other] = ["app_1:a", "app_1:b"].map((owner) => new DeviceStore(owner, () => storage));
  one.set("draft", "mine");
  other.set("draft", "yours");
  assert.equal(one.get("draft"), "mine");
  one.set("draft", null);
  assert.equal(one.get("draft"), null);
  one.set("kept", "");
  assert.equal(one.get("kept"), "");
  one.clear();
  assert.equal(one.get("kept"), null);
  assert.equal(other.get("draft"), "yours");
});

test("an app keeps so much on the device and no more, and loses nothing by trying", () => {
  const storage = workingStorage();
  const device = new DeviceStore("app_1:a", () => storage);
  device.set("k", "x".repeat(limits.device_chars_max - 1));
  device.set("k", "y".repeat(limits.device_chars_max - 1));
  assert.throws(() => device.set("other", "x"), { message: "QUOTA_EXCEEDED" });
  assert.throws(() => device.set("k", "x".repeat(limits.device_chars_max)), { message: "QUOTA_EXCEEDED" });
  assert.equal(device.get("k")[0], "y");
  storage.setItem = () => { throw new Error("full"); };
  assert.throws(() => device.set("k", "z"), { message: "QUOTA_EXCEEDED" });
  const blocked = new DeviceStore("app_1:a", () => { throw new Error("blocked"); });
  assert.throws(() => blocked.get("k"), { message: "UNSUPPORTED" });
});

test("a file's name is plain whatever the app calls it", () => {
  for (const [asked, plain] of [
    ["receipt.pdf", "receipt.pdf"], ["رسید ۱.pdf", "رسید ۱.pdf"], ["../../etc/passwd", "etcpasswd"], ["a\\b:c.exe", "abc.exe"],
    ["\u202efdp.exe", "fdp.exe"], ["  .hidden", "hidden"], ["\u0000\n", "file"], ["", "file"], [`${"x".repeat(300)}.pdf`, `${"x".repeat(116)}.pdf`],
  ]) assert.equal(wire.plainFileName(asked), plain);
});

test("what is unknown or malformed is counted; a malformed request is answered all the same", async () => {
  const { legacyCall } = await module("legacy.js");
  const told = [];
  const runner = { ended: false, unknown: 0, malformed: 0, tell: (event, data) => told.push([event, data]) };
  const say = (eventType, eventData) => legacyCall(runner, JSON.stringify({ eventType, eventData }));
  say("web_app_nonsense", {});
  say("__proto__", "");
  legacyCall(runner, "{");
  legacyCall(runner, 7);
  assert.equal(runner.unknown, 4);
  say("web_app_open_popup", { message: 7 });
  say("web_app_read_text_from_clipboard", null);
  say("web_app_open_invoice", { slug: [] });
  assert.equal(runner.malformed, 3);
  assert.deepEqual(told.map(([event]) => event), ["popup_closed", "clipboard_text_received", "invoice_closed"]);
  say("web_app_start_gyroscope", {});
  assert.deepEqual(told.at(-1), ["gyroscope_failed", { error: "UNSUPPORTED" }]);
  assert.equal(runner.malformed, 3);
});
