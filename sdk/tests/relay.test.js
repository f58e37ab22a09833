import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "./load.js";

const HOST = "http://host.test";
const snapshot = (more = {}) => JSON.stringify({
  barnamak: 1, launch: { id: "lnc_1", startParam: "s" }, storage: { local: { kept: "yes" }, session: {} }, ...more,
});

/** A page with the relay in it, greeted by its host. */
async function greeted(options = {}) {
  const made = page({ name: snapshot(), ...options });
  made.run("relay.js");
  const { nonce } = made.posted.find(({ message }) => message?.type === "miniapp:hello").message;
  const port = { sent: [], postMessage: (message) => port.sent.push(message) };
  made.fire("message", { source: made.outside, origin: HOST, data: { type: "miniapp:port", nonce }, ports: [port] });
  port.onmessage({ data: { event: "hello", data: { launch: { id: "lnc_1" }, capabilities: ["ready"] } } });
  await made.evaluate("barnamak.connected");
  return { ...made, port };
}

test("it greets the exact host once and nobody else", () => {
  const { run, posted } = page();
  run("relay.js");
  const hellos = posted.filter(({ message }) => message?.type === "miniapp:hello");
  assert.equal(hellos.length, 1);
  assert.equal(hellos[0].target, HOST);
  assert.match(hellos[0].message.nonce, /^[0-9a-f]{32}$/);
  assert.ok(posted.every(({ target }) => target === HOST));
});

test("what SDKs post to Telegram's origin goes to the host's", () => {
  const { run, evaluate, posted } = page();
  run("relay.js");
  evaluate("window.parent.postMessage('x', 'https://web.telegram.org')");
  assert.deepEqual({ ...posted.at(-1), transfer: 0 }, { message: "x", target: HOST, transfer: 0 });
});

test("the host's words arrive as if from Telegram, and others' not at all", () => {
  const made = page();
  made.run("relay.js");
  made.evaluate("heard = []; addEventListener('message', (e) => heard.push([e.origin, e.source === window.parent, e.data]))");
  made.fire("message", { source: made.outside, origin: "http://evil.test", data: "no" });
  made.fire("message", { source: made.outside, origin: HOST, data: "yes" });
  const re = made.evaluate("JSON.stringify(heard.filter((one) => one[0] === 'https://web.telegram.org'))");
  assert.equal(re, '[["https://web.telegram.org",true,"yes"]]');
});

test("outside a frame it leaves the page alone and says so", async () => {
  const made = page({ framed: false, storage: "works" });
  made.run("relay.js");
  assert.equal(made.window.parent, made.window);
  const code = await made.evaluate("barnamak.getToken().catch((error) => error.code)");
  assert.equal(code, "not-connected");
});

test("in a native web view the parent stays, for TelegramWebviewProxy is the way", () => {
  const made = page();
  made.window.TelegramWebviewProxy = { postEvent() {} };
  made.run("relay.js");
  assert.equal(made.window.parent, made.outside);
  assert.deepEqual(made.posted, []);
});

test("a call is answered by its own id, and refusals are typed", async () => {
  const { evaluate, port } = await greeted();
  const asked = evaluate("Promise.all([barnamak.storage.get('a'), barnamak.storage.get('b').catch((e) => [e.name, e.code, e.retryable])])");
  await new Promise(setImmediate);
  const [first, second] = port.sent.slice(-2);
  port.onmessage({ data: { id: second.id, error: { code: "busy", message: "m", retryable: true } } });
  port.onmessage({ data: { id: first.id, result: "A" } });
  assert.deepEqual(JSON.parse(JSON.stringify(await asked)), ["A", ["BarnamakError", "busy", true]]);
});

test("a second port is not taken", async () => {
  const made = await greeted();
  const { nonce } = made.posted.find(({ message }) => message?.type === "miniapp:hello").message;
  const other = {};
  made.fire("message", { source: made.outside, origin: HOST, data: { type: "miniapp:port", nonce }, ports: [other] });
  assert.equal(other.onmessage, undefined);
});

test("when the launch ends, what waits is told", async () => {
  const { evaluate, port } = await greeted();
  const waiting = evaluate("barnamak.popup({message: 'x'}).catch((error) => error.code)");
  await new Promise(setImmediate);
  port.onmessage({ data: { event: "closed", data: { reason: "suspended" } } });
  assert.equal(await waiting, "closed");
  assert.equal(await evaluate("barnamak.ready().catch((error) => error.code)"), "closed");
});

test("blocked storage is stood in for, with everything Storage does", () => {
  const { run, evaluate } = page({ name: snapshot() });
  run("relay.js");
  const facts = evaluate(`(() => {
    const s = localStorage;
    s.setItem("n", 1); s.plain = { toString: () => "text" }; s["key"] = "shadowed";
    const before = [s.getItem("kept"), s.kept, s.n, s.plain, s.length, s.key(0), s.key(99), s.getItem("none"), s.none];
    const shape = ["n" in s, "none" in s, Object.keys(s).join(), JSON.stringify({ ...s }), typeof s.key, s.getItem("key")];
    delete s.n; s.removeItem("none");
    const after = [s.length, s.getItem("n"), s instanceof Storage, s === window.localStorage];
    s.clear();
    return JSON.stringify([before, shape, after, s.length, sessionStorage.length]);
  })()`);
  assert.deepEqual(JSON.parse(facts), [
    ["yes", "yes", "1", "text", 4, "kept", null, null, null],
    [true, false, "kept,n,plain", '{"kept":"yes","n":"1","plain":"text"}', "function", "shadowed"],
    [3, null, true, true], 0, 0,
  ]);
});

test("storage that works is left as it is", () => {
  const made = page({ storage: "works", name: snapshot() });
  const own = made.window.localStorage;
  made.run("relay.js");
  assert.equal(made.window.localStorage, own);
});

test("a full store refuses and keeps what it had", () => {
  const { run, evaluate } = page();
  run("relay.js");
  const name = evaluate(`(() => { localStorage.a = "x"; try { localStorage.a = "x".repeat(262144); } catch (e) { return e.name + localStorage.a; } })()`);
  assert.equal(name, "QuotaExceededErrorx");
});

test("changes go to the host together, the last word of each", async () => {
  const { evaluate, port, timers } = await greeted();
  evaluate("localStorage.a = 1; localStorage.a = 2; localStorage.b = 1; delete localStorage.b; sessionStorage.c = 3");
  timers.filter(({ after }) => after === 250).forEach(({ work }) => work());
  await new Promise(setImmediate);
  const { method, params } = JSON.parse(JSON.stringify(port.sent.at(-1)));
  assert.deepEqual([method, params], ["local.save", { local: { a: "2", b: null }, session: { c: "3" } }]);
});

test("a new launch does not inherit what Telegram's SDKs kept; a reload does", () => {
  for (const [again, left] of [[false, 1], [true, 3]]) {
    const made = page({ storage: "works", name: snapshot({ again }) });
    for (const key of ["__telegram__initParams", "tapps/launchParams", "own"]) made.window.sessionStorage.setItem(key, "x");
    // Object.keys on a Storage lists its items.
    const store = made.window.sessionStorage;
    Object.defineProperty(made.window, "sessionStorage", { configurable: true, value: new Proxy(store, {
      ownKeys: () => Array.from({ length: store.length }, (_, at) => store.key(at)),
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    }) });
    made.run("relay.js");
    assert.equal(store.length, left, String(again));
  }
});

test("the next document finds in the frame's name what this one had", () => {
  const first = page({ name: snapshot(), hash: "#tgWebAppData=secret&tgWebAppVersion=8.0" });
  first.run("relay.js");
  first.evaluate("localStorage.more = 'x'");
  first.fire("beforeunload");
  const next = page({ name: first.window.name });
  next.run("relay.js");
  assert.equal(next.window.location.hash, "#tgWebAppData=secret&tgWebAppVersion=8.0");
  assert.equal(next.evaluate("localStorage.kept + localStorage.more + barnamak.launch.id"), "yesxlnc_1");
});

test("the fragment leaves the address a while after load", () => {
  const { run, fire, timers, window } = page({ hash: "#tgWebAppData=secret" });
  run("relay.js");
  fire("load");
  assert.equal(window.location.hash, "#tgWebAppData=secret");
  timers.at(-1).work();
  assert.equal(window.location.hash, "");
});

test("only this origin's own reads are pinned", async () => {
  const { run, evaluate, posted } = page({ search: "?bnv=0123456789abcdef" });
  run("relay.js");
  const went = async (code) => (await evaluate(code)).asked;
  const pinned = "http://app.test/~v/0123456789abcdef";
  assert.equal(await went("fetch('/a.json?x=1')"), `${pinned}/a.json?x=1`);
  assert.equal(await went("fetch(new URL('b/c.json', location.href))"), `${pinned}/b/c.json`);
  assert.equal(await went("fetch('a.json', {method: 'HEAD'})"), `${pinned}/a.json`);
  assert.equal((await evaluate("fetch('/a.json')")).url, "http://app.test/a.json");
  assert.equal(await went("fetch('/a.json', {method: 'POST'})"), "/a.json");
  assert.equal(await went("fetch('/~v/ffffffffffffffff/a.json')"), "/~v/ffffffffffffffff/a.json");
  assert.equal(await went("fetch('https://api.test/a')"), "https://api.test/a");
  evaluate("new XMLHttpRequest().open('get', 'x.json', false); new XMLHttpRequest().open('POST', 'x.json')");
  assert.deepEqual(posted.filter(({ open }) => open).map(({ open }) => [...open]), [["get", `${pinned}/x.json`, false], ["POST", "x.json"]]);
});

test("without a version nothing is touched", () => {
  const made = page({ search: "?bnv=../../etc" });
  const { fetch } = made.window;
  made.run("relay.js");
  assert.equal(made.window.fetch, fetch);
});

test("a token is asked for once, and again before it ends", async () => {
  const { evaluate, port } = await greeted();
  const body = (life) => `h.${Buffer.from(JSON.stringify({ iat: 1, exp: 1 + life })).toString("base64url")}.s`;
  const answer = async (token) => {
    await new Promise(setImmediate);
    const call = port.sent.at(-1);
    port.onmessage({ data: { id: call.id, result: { token, expires_at: 0 } } });
  };
  const both = evaluate("Promise.all([barnamak.getToken(), barnamak.getToken()])");
  await answer(body(300));
  assert.equal(new Set(await both).size, 1);
  const calls = port.sent.length;
  await evaluate("barnamak.getToken()");
  assert.equal(port.sent.length, calls);

  const short = await greeted();
  const first = short.evaluate("barnamak.getToken()");
  await new Promise(setImmediate);
  short.port.onmessage({ data: { id: short.port.sent.at(-1).id, result: { token: body(20), expires_at: 0 } } });
  await first;
  short.evaluate("void barnamak.getToken()");
  await new Promise(setImmediate);
  assert.equal(short.port.sent.filter(({ method }) => method === "token.get").length, 2);
});
