import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { stale } from "../generate.js";

const protocol = JSON.parse(readFileSync(new URL("../protocol.json", import.meta.url), "utf8"));
const runner = (file) => new URL(`../../host/static/host/runner/${file}`, import.meta.url);
const text = (file) => readFileSync(runner(file), "utf8");

test("what is derived from the protocol is not older than it", () => {
  assert.deepEqual(stale(), []);
});

test("every reply and refusal is an event of the protocol", () => {
  for (const [name, method] of Object.entries(protocol.methods)) {
    for (const reply of method.replies) assert.ok(protocol.events[reply], `${name} replies ${reply}`);
    if (method.refusal) assert.ok(method.replies.includes(method.refusal.event), name);
    for (const key of method.refusal?.echo ?? []) assert.ok(key in method.params, `${name} echoes ${key}`);
  }
});

test("every request that is refused has an answer", () => {
  for (const [name, { handling, refusal, replies }] of Object.entries(protocol.methods)) {
    if (handling === "refused") assert.ok(refusal, name);
    if (handling === "accepted") assert.deepEqual(replies, [], name);
    assert.ok(handling in protocol.handling, name);
  }
});

test("the runner has one function for each method it says it does", async () => {
  const { handlers, customNames } = await import(runner("legacy.js"));
  const done = Object.entries(protocol.methods).filter(([, { handling }]) => ["native", "server"].includes(handling));
  assert.deepEqual(Object.keys(handlers).sort(), done.map(([name]) => name).sort());
  assert.deepEqual([...customNames].sort(), Object.keys(protocol.custom_methods).sort());
});

test("the port's methods are those of the protocol", async () => {
  const { handlers } = await import(runner("modern.js"));
  assert.deepEqual(Object.keys(handlers).sort(), Object.keys(protocol.modern.methods).sort());
});

test("an event is said to be sent exactly when something sends it", () => {
  const code = ["legacy.js", "runner.js", "permits.js"].map(text).join("\n");
  const refusals = Object.values(protocol.methods).flatMap(({ refusal, handling }) =>
    refusal && handling !== "accepted" ? [refusal.event] : []);
  const told = (name) =>
    code.includes(`"${name}"`) || refusals.includes(name) ||
    (/^(main|secondary)_button_pressed$/.test(name) && code.includes("_button_pressed`"));
  for (const [name, { sent }] of Object.entries(protocol.events)) assert.equal(told(name), sent, name);
});

test("what the app's side calls is in the protocol", () => {
  const app = (file) => readFileSync(new URL(`../app/${file}`, import.meta.url), "utf8");
  const legacy = ["telegram-web-app.js", "bale-web-app.js"].map(app).join("\n");
  for (const [name] of legacy.matchAll(/(?<=["'])(web_app_[a-z_]+|iframe_[a-z_]+)(?=["'])/g)) {
    assert.ok(name in protocol.methods, name);
  }
  for (const [, name] of app("relay.js").matchAll(/(?:call|set)\("([a-z_.]+)"/g)) {
    assert.ok(name in protocol.modern.methods, name);
  }
});

test("the relay's own limits are the protocol's", () => {
  const relay = readFileSync(new URL("../app/relay.js", import.meta.url), "utf8");
  assert.match(relay, new RegExp(`AREA_CHARS_MAX = ${protocol.limits.stand_in_chars_max};`));
  assert.match(relay, new RegExp(`REQUEST_TIMEOUT_MS = ${protocol.limits.request_timeout_ms};`));
  assert.ok(relay.length < 21_000, `${relay.length} characters`);
});
