// A page that is React's from <html> on, as Next and Remix make them: rendered on a server, then hydrated.
import { createElement as h, useEffect, useState } from "react";

const SHOWS = ["hydrated", "mismatch", "cloud", "number", "shared"];

export function App() {
  const [facts, setFacts] = useState({});
  const [prepared, setPrepared] = useState("");
  const note = (name, value) => setFacts((known) => ({ ...known, [name]: value }));
  useEffect(() => {
    const { WebApp } = window.Telegram;
    note("hydrated", true);
    note("mismatch", window.mismatch ?? null);
    note("number", WebApp.initDataUnsafe.user.id);
    WebApp.CloudStorage.setItem("greeting", "salam", () =>
      WebApp.CloudStorage.getItem("greeting", (_error, value) => note("cloud", value)));
    WebApp.onEvent("shareMessageFailed", ({ error }) => note("error", error));
  }, []);
  return h("html", { lang: "en" },
    h("head", null,
      h("meta", { charSet: "utf-8" }), h("title", null, "Document"), h("link", { rel: "icon", href: "data:," }),
      h("script", { src: "https://telegram.org/js/telegram-web-app.js" }),
      h("script", { type: "module", src: "/app.js" })),
    h("body", null,
      h("input", { id: "prepared", value: prepared, onChange: (event) => setPrepared(event.target.value) }),
      h("button", { id: "share", onClick: () => window.Telegram.WebApp.shareMessage(prepared, (sent) => note("shared", sent)) }, "share"),
      h("pre", { id: "facts" }, JSON.stringify(facts, [...SHOWS, "error"]))));
}
