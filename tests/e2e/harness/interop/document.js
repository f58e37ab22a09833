// The browser's side of document-app.js.
import { createElement } from "react";
import { hydrateRoot } from "react-dom/client";
import { App } from "./document-app.js";

const onRecoverableError = (error) => {
  window.mismatch = String(error);
};
hydrateRoot(document, createElement(App), { onRecoverableError });
