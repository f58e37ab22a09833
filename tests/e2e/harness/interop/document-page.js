// The server's side of document-app.js: prints the page.
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { App } from "./document-app.js";

console.log(`<!doctype html>${renderToString(createElement(App))}`);
