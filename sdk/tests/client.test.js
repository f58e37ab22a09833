// The package, run on its own mock host; and the mock held against the real window.barnamak.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { BarnamakError, REMEDIES, init, waitForSettlement } from "../src/index.js";
import { installMock } from "../src/mock.js";
import { page, workingStorage } from "./load.js";

const protocol = JSON.parse(readFileSync(new URL("../protocol.json", import.meta.url), "utf8"));
const OWN_CODES = ["origin-not-listed", "not-settled"];
const LIMIT_BYTES = 10_000;

/** A window with as much in it as the package touches. */
function view() {
  const listeners = {};
  const css = new Map();
  const asked = [];
  return {
    css, asked, sessionStorage: workingStorage(), setTimeout, Request, location: { href: "https://app.test/page" },
    document: { documentElement: { dataset: {}, style: { setProperty: (name, value) => css.set(name, value) } } },
    fire: (type) => (listeners[type] ?? []).forEach((listener) => listener()),
    addEventListener: (type, listener) => (listeners[type] ??= []).push(listener),
    fetch: async (request) => (asked.push(request), new Response("ok")),
  };
}

/** @param {object} [options] @param {object} [how] */
async function started(options = {}, how = {}) {
  const window = view();
  const mock = installMock({ window, ...options });
  return { window, mock, app: await init({ window, ...how }) };
}

const code = (/** @type {string} */ wanted) => (/** @type {any} */ error) =>
  error instanceof BarnamakError && error.code === wanted && error.remedy.length > 10;

test("the mock has what the real object has, and nothing else", async () => {
  const real = page({ name: JSON.stringify({ barnamak: 1, storage: {} }) });
  real.run("relay.js");
  const shape = `((object) => {
    const of = (one) => Object.fromEntries(Object.entries(Object.getOwnPropertyDescriptors(one)).map(([name, property]) => {
      const inner = property.value;
      if (typeof inner === "function") return [name, "function"];
      return [name, property.get ? "value" : inner.constructor.name === "Promise" ? "promise" : of(inner)];
    }).sort(([a], [b]) => (a < b ? -1 : 1)));
    return JSON.stringify(of(object));
  })`;
  const window = view();
  installMock({ window });
  assert.equal((0, eval)(shape)(window.barnamak), real.evaluate(`${shape}(barnamak)`));
});

test("the mock knows the host's methods, all of them", () => {
  const mock = installMock({ window: view() });
  const known = Object.keys(protocol.modern.methods).filter((name) => name !== "local.save"); // the relay's own
  assert.deepEqual([...mock.capabilities].sort(), known.sort());
});

test("every code of the protocol has a remedy, and no other", () => {
  const codes = Object.keys(protocol.modern.errors).filter((name) => !name.startsWith("<"));
  assert.deepEqual(Object.keys(REMEDIES).sort(), [...codes, ...OWN_CODES].sort());
});

test("an app starts with its launch, its colours and its direction", async () => {
  const { app, window, mock } = await started({ launch: { startParam: "table-4" } });
  assert.equal(app.launch.startParam, "table-4");
  assert.equal(app.user.first_name, "سارا");
  assert.equal(window.document.documentElement.dir, "rtl");
  assert.equal(window.css.get("--bm-bg"), "#ffffff");
  assert.equal(window.css.get("--bm-button-text"), "#ffffff");
  mock.setScheme("dark");
  assert.equal(window.css.get("--bm-bg"), "#17212b");
  assert.equal(app.theme.scheme, "dark");
  await new Promise((resolve) => setTimeout(resolve));
  assert.ok(mock.calls.some(({ method }) => method === "ready"));
});

test("what only the person can give is asked by name, and a no is null", async () => {
  const { app, mock } = await started({});
  assert.equal(await app.scanQr("Table"), "https://example.ir/table/4");
  assert.equal((await app.getLocation()).latitude, 35.6892);
  mock.answer("contact.request", () => null);
  assert.equal(await app.requestContact(), null);
  mock.fail("clipboard.read", "permission-undeclared");
  await assert.rejects(app.readClipboard(), { code: "permission-undeclared" });
  assert.deepEqual(mock.calls.filter(({ method }) => method === "qr.scan"), [{ method: "qr.scan", params: { text: "Table" } }]);
});

test("ready waits for the app that asks for it", async () => {
  const { app, mock } = await started({}, { ready: "manual" });
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(mock.calls, []);
  await app.ready();
  assert.equal(mock.calls[0].method, "ready");
});

test("without a host, and with one that does not greet, it says so", async () => {
  await assert.rejects(init({ window: view() }), code("not-connected"));
  const window = view();
  installMock({ window, greets: false });
  await assert.rejects(init({ window }), code("not-connected"));
  window.barnamak = { ...window.barnamak, connected: new Promise(() => {}) };
  await assert.rejects(init({ window, timeoutMs: 5 }), code("timeout"));
  await assert.rejects(init({ window, signal: AbortSignal.abort() }), code("aborted"));
});

test("a call that fails has a code and a remedy; a person's no is a value", async () => {
  const { app, mock } = await started();
  mock.fail("storage.set", "storage-full");
  await assert.rejects(app.storage.set("draft", "x"), code("storage-full"));
  mock.hang("popup.open");
  await assert.rejects(app.popup({ message: "?" }, { timeoutMs: 5 }), code("timeout"));
  mock.hang("invoice.open");
  const giveUp = new AbortController();
  const paying = app.pay({ invoice: "inv_1" }, { signal: giveUp.signal });
  giveUp.abort();
  await assert.rejects(paying, code("aborted"));
  mock.answer("popup.open", "cancel");
  assert.equal(await app.confirm("?"), false);
  mock.answer("invoice.open", { status: "cancelled", token: null });
  assert.deepEqual(await app.pay({ invoice: "inv_1" }), { status: "cancelled", token: null });
});

test("what a host lacks can be asked before, and fails by its name", async () => {
  const { app } = await started({ lacks: ["fullscreen.request"] });
  assert.equal(app.can("fullscreen.request"), false);
  assert.equal(app.can("invoice.open"), true);
  await assert.rejects(app.fullscreen.request(), code("unknown-method"));
});

test("storage and buttons do what the host's do", async () => {
  const { app, mock } = await started({ storage: { kept: "yes" } });
  assert.equal(await app.storage.get("kept"), "yes");
  assert.equal(await app.storage.get("none"), "");
  await app.storage.set("new", "1");
  assert.deepEqual(await app.storage.keys(), ["kept", "new"]);
  let pressed = 0;
  app.on("mainButton", () => (pressed += 1));
  mock.press("main");
  await app.mainButton.set({ text: "خرید", visible: true });
  mock.press("main");
  await app.mainButton.set({ progress: true });
  mock.press("main");
  assert.equal(pressed, 1);
});

test("the token goes to named servers and to nobody else", async () => {
  const { app, window } = await started({ token: "the-token" }, { api: ["https://api.test/v1"] });
  await app.fetch("https://api.test/orders", { method: "POST", body: "{}", headers: { "X-A": "1" } });
  const [request] = window.asked;
  assert.equal(request.headers.get("authorization"), "Bearer the-token");
  assert.equal(request.headers.get("x-a"), "1");
  assert.equal(request.method, "POST");
  assert.equal(request.redirect, "error");
  for (const other of ["https://evil.test/", "http://api.test/", "https://api.test.evil.test/", "/own"]) {
    await assert.rejects(app.fetch(other), code("origin-not-listed"));
  }
  assert.equal(window.asked.length, 1);
});

test("a page is told of its moments, and finds what it kept", async () => {
  const first = await started();
  const heard = [];
  for (const moment of ["shown", "hidden", "unload"]) first.app.lifecycle.on(moment, () => heard.push(moment));
  first.app.lifecycle.saveState(() => ({ page: 3 }));
  first.mock.emit("visibility", { visible: false });
  first.mock.emit("visibility", { visible: false });
  first.mock.emit("visibility", { visible: true });
  first.window.fire("pagehide");
  assert.deepEqual(heard, ["hidden", "shown", "unload"]);
  const { window } = first;
  installMock({ window });
  assert.deepEqual((await init({ window })).lifecycle.savedState, { page: 3 });
  assert.equal((await started()).app.lifecycle.savedState, null);
});

test("a listener that fails keeps no other from hearing", async () => {
  const { app, mock, window } = await started();
  const faults = [];
  window.setTimeout = (work) => { try { work(); } catch (fault) { faults.push(fault.message); } };
  let heard = 0;
  app.lifecycle.on("hidden", () => { throw new Error("mine"); });
  app.lifecycle.on("hidden", () => (heard += 1));
  mock.emit("visibility", { visible: false });
  assert.equal(heard, 1);
  assert.deepEqual(faults, ["mine"]);
});

test("a payment is asked for until the server knows", async () => {
  const answers = ["pending", new Error("network"), "paid"];
  const found = await waitForSettlement(() => {
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return next;
  });
  assert.equal(found, "paid");
  await assert.rejects(waitForSettlement(() => "pending", { timeoutMs: 20 }), code("not-settled"));
  await assert.rejects(waitForSettlement(() => new Promise(() => {}), { timeoutMs: 20 }), code("not-settled"));
  await assert.rejects(waitForSettlement(() => "pending", { signal: AbortSignal.abort() }), code("aborted"));
});

test("it is small", () => {
  const files = ["index", "errors", "theme", "lifecycle", "server-calls"];
  const text = files.map((name) => readFileSync(new URL(`../src/${name}.js`, import.meta.url), "utf8")).join("");
  assert.ok(gzipSync(text).length < LIMIT_BYTES);
});
