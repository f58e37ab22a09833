// The server's helpers, by the vectors that every language shares: docs/reference/vectors.json.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Refused, Tokens, initData, webhook } from "../src/server.js";

const vectors = JSON.parse(readFileSync(new URL("../../docs/reference/vectors.json", import.meta.url), "utf8"));
const now = () => vectors.now;
const APP = vectors.audience.replace("app:", "");
const tokens = new Tokens(vectors.issuer, APP, { keys: vectors.jwks, now });
const ORDER = { orderRef: "order-1405", amountRials: 200_000 };

/** @param {() => Promise<any>} made @param {boolean} accept */
async function verdict(made, accept) {
  if (accept) return made();
  return assert.rejects(made, Refused);
}

for (const { name, accept, token } of vectors.user_tokens.vectors) {
  test(`user token: ${name}`, () => verdict(() => tokens.user(token), accept));
}

for (const { name, accept, token } of vectors.payment_tokens.vectors) {
  const order = { ...ORDER, test: name === "test money" };
  test(`payment token: ${name}`, () => verdict(() => tokens.payment(token, order), accept));
}

for (const { name, accept, init_data: text } of vectors.init_data.vectors) {
  test(`initData: ${name}`, () => verdict(() => initData(text, vectors.init_data.app_token, { now }), accept));
}

for (const { name, accept, headers, body } of vectors.webhooks.vectors) {
  test(`webhook: ${name}`, () => verdict(() => webhook(body, headers, vectors.webhooks.secrets, { now }), accept));
  test(`webhook as a Request has it: ${name}`, () =>
    verdict(() => webhook(new TextEncoder().encode(body), new Headers(headers), vectors.webhooks.secrets, { now }), accept));
}

test("a token that pays another order is refused by the name of what differs", async () => {
  const [{ token }] = vectors.payment_tokens.vectors;
  for (const [change, code] of /** @type {const} */ ([
    [{ orderRef: "order-1" }, "payment-order-ref"], [{ amountRials: 2 }, "payment-amount-rials"], [{ test: true }, "payment-test"],
  ])) {
    await assert.rejects(() => tokens.payment(token, { ...ORDER, ...change }), { code });
  }
});

test("keys are fetched once, and again for one that is not known, but not for each bad token", async () => {
  let fetched = 0;
  const fetch = async () => {
    fetched += 1;
    return new Response(JSON.stringify(vectors.jwks));
  };
  const verifier = new Tokens(vectors.issuer, APP, { now, fetch: /** @type {any} */ (fetch) });
  const [{ token }] = vectors.user_tokens.vectors;
  const [head, ...rest] = token.split(".");
  const header = JSON.parse(Buffer.from(head, "base64url").toString());
  const strange = [Buffer.from(JSON.stringify({ ...header, kid: "strange" })).toString("base64url"), ...rest].join(".");

  await verifier.user(token);
  await verifier.user(token);
  await assert.rejects(() => verifier.user(strange), { code: "token-invalid" });
  await assert.rejects(() => verifier.user(strange), { code: "token-invalid" });

  assert.equal(fetched, 1);
});

test("keys that cannot be read are told from a token that is not good", async () => {
  const fetch = /** @type {any} */ (async () => new Response("", { status: 503 }));
  const verifier = new Tokens(vectors.issuer, APP, { now, fetch });

  await assert.rejects(() => verifier.user(vectors.user_tokens.vectors[0].token), { code: "keys-unavailable" });
});

test("what is no token at all is refused as one", async () => {
  for (const text of ["", "a", "a.b.c", "....", "é.é.é", `${"x".repeat(9)}.${"y".repeat(9)}.z`]) {
    await assert.rejects(() => tokens.user(text), { code: "token-invalid" });
  }
});

test("initData gives its objects", async () => {
  const fields = await initData(vectors.init_data.vectors[0].init_data, vectors.init_data.app_token, { now });
  assert.equal(fields.user.id, 4503599627370497);
  assert.equal(fields.start_param, "a=b%20c+d");
});
