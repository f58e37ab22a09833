// @vkruglikov/react-telegram-web-app over window.Telegram.WebApp, which the page loads by Telegram's address
import { BackButton, MainButton, WebAppProvider, useCloudStorage, useScanQrPopup, useShowPopup, useThemeParams, useWebApp } from "@vkruglikov/react-telegram-web-app";
import { createElement, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { INVOICE, POPUP, count, note, offer } from "./page.js";

function App() {
  const [, params] = useThemeParams();
  const webApp = useWebApp();
  const showPopup = useShowPopup();
  const [showScan, closeScan] = useScanQrPopup();
  const cloud = useCloudStorage();
  useEffect(() => note("theme", params.bg_color), [params.bg_color]);
  useEffect(() => {
    offer({
      ask: () => showPopup(POPUP),
      pay: () => new Promise((done) => webApp.openInvoice(INVOICE, done)),
      scan: () => new Promise((done) => showScan({ text: "Table" }, (text) => {
        done(text);
        closeScan();
      })),
    });
    cloud.setItem("greeting", "salam").then(() => cloud.getItem("greeting")).then((value) => note("cloud", value));
  }, []);
  return [
    createElement(BackButton, { key: "back", onClick: () => count("backs") }),
    createElement(MainButton, { key: "main", text: "Order", onClick: () => count("clicks") }),
  ];
}

createRoot(document.getElementById("root")).render(createElement(WebAppProvider, null, createElement(App)));
