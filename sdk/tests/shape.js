// Compares window.Telegram.WebApp as ours makes it with npm's @types/telegram-web-app:
// node sdk/tests/shape.js <node_modules> prints {missing: [...], wrong: [...], checked: n}.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

import { page } from "./load.js";

const modules = resolve(process.argv[2] ?? "node_modules");
const ts = createRequire(join(modules, "x.js"))("typescript");
const program = ts.createProgram([join(modules, "@types/telegram-web-app/index.d.ts")], { lib: ["lib.es2022.d.ts", "lib.dom.d.ts"] });
const checker = program.getTypeChecker();
const file = program.getSourceFiles().find(({ fileName }) => fileName.includes("@types/telegram-web-app"));

/** @param {string} name of an interface anywhere in the file */
function declared(name) {
  let found = null;
  const visit = (node) => {
    if (ts.isInterfaceDeclaration(node) && node.name.text === name) found ??= checker.getTypeAtLocation(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  if (!found) throw new Error(`no interface ${name}`);
  return found;
}

const { run, window } = page({ hash: "#tgWebAppData=user%3D%257B%257D&tgWebAppVersion=9.6&tgWebAppPlatform=web&tgWebAppThemeParams=%7B%7D" });
run("relay.js");
run("telegram-web-app.js");

const missing = [];
const wrong = [];
let checked = 0;

/** @param {any} type @param {any} value @param {string} path @param {number} depth */
function compare(type, value, path, depth) {
  for (const member of type.getProperties()) {
    const name = member.getName();
    const here = `${path}.${name}`;
    const of = checker.getNonNullableType(checker.getTypeOfSymbol(member));
    const callable = of.getCallSignatures().length > 0;
    checked += 1;
    if (!(name in value)) {
      if (!(member.flags & ts.SymbolFlags.Optional)) missing.push(here);
      continue;
    }
    const kind = typeof value[name];
    if (callable !== (kind === "function")) wrong.push(`${here} is a ${kind}`);
    const simple = { string: ts.TypeFlags.StringLike, boolean: ts.TypeFlags.BooleanLike, number: ts.TypeFlags.NumberLike };
    for (const [expected, flag] of Object.entries(simple)) {
      if (of.flags & flag && kind !== expected && value[name] !== null) wrong.push(`${here} is a ${kind}, not a ${expected}`);
    }
    const plain = kind === "object" && value[name] !== null && !callable && depth < 2;
    const known = !["initDataUnsafe", "themeParams"].includes(name);
    if (plain && known) compare(of, value[name], here, depth + 1);
  }
}

compare(declared("WebApp"), window.Telegram.WebApp, "WebApp", 0);
console.log(JSON.stringify({ missing, wrong, checked }));
