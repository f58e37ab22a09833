// The QR scanner: the host's own camera and picture chooser. An app gets only the text that was read.
import { el, icon } from "./dom.js";

const EVERY_MS = 150; // between two looks at the camera's picture
const AGAIN_AFTER_MS = 1500; // the same code held before the camera is one scan
const SIDE_MAX = 1200; // pixels of the longer side that are looked at
const PROMPT_CHARS_MAX = 64;
const TEXT_CHARS_MAX = 8192; // the largest QR code holds 7089 digits

/** @typedef {import("./runner.js").Runner} Runner */
/** @typedef {(image: ImageData) => Promise<string | null>} Reader */

/** @returns {Promise<Reader>} the browser's own detector, or a library where there is none */
async function reader() {
  const Native = /** @type {any} */ (window).BarcodeDetector;
  const formats = Native ? await Native.getSupportedFormats().catch(() => []) : [];
  if (formats.includes("qr_code")) {
    const detector = new Native({ formats: ["qr_code"] });
    return async (image) => (await detector.detect(image).catch(() => []))[0]?.rawValue ?? null;
  }
  const { default: decode } = await import("./vendor/decode.js");
  return async (image) => {
    try {
      return decode(image, { timeLimit: 200 });
    } catch {
      return null;
    }
  };
}

/** @param {CanvasImageSource} source @param {number} width @param {number} height @returns {ImageData | null} */
function pixels(source, width, height) {
  const scale = Math.min(1, SIDE_MAX / Math.max(width, height, 1));
  const canvas = el("canvas", { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context?.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context ? context.getImageData(0, 0, canvas.width, canvas.height) : null;
}

export class Scanner {
  /** @param {(key: string, facts?: Record<string, string>) => string} text */
  constructor(text) {
    this.text = text;
    /** @type {HTMLDialogElement | null} */
    this.dialog = null;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {Promise<Reader> | null} */
    this.reader = null;
    this.onClosed = () => {};
    this.onText = (/** @type {string} */ _text) => {};
    this.last = { text: "", at: -Infinity };
    /** @type {any} */
    this.timer = 0;
  }

  get open() {
    return this.dialog !== null;
  }

  /**
   * @param {{app: string, prompt: string, onText: (text: string) => void, onClosed: () => void}} wish
   *   `prompt` is the app's, shown as its words
   */
  show({ app, prompt, onText, onClosed }) {
    this.onText = onText;
    this.onClosed = onClosed;
    this.last = { text: "", at: -Infinity };
    this.reader ??= reader();
    this.video = el("video", { class: "run-scan-view", playsinline: true, "aria-hidden": "true", hidden: true });
    this.video.muted = true;
    this.note = el("p", { class: "run-scan-note", role: "status", text: this.text("scan_starting") });
    const picture = el("input", {
      type: "file", accept: "image/*", class: "run-unseen", onchange: () => void this.#readFile(picture),
    });
    const dialog = el("dialog", { class: "run-ask run-scan", "aria-labelledby": "run-scan-name" },
      el("h2", { class: "run-ask-title", id: "run-scan-name", text: this.text("scan_title", { app }) }),
      prompt ? el("p", { class: "run-ask-message", dir: "auto", text: prompt.slice(0, PROMPT_CHARS_MAX) }) : null,
      this.video, this.note,
      el("div", { class: "run-choices", "data-count": "2" },
        el("label", { class: "run-choice run-scan-picture" }, picture, icon("image"), this.text("scan_picture")),
        el("button", { type: "button", class: "run-choice run-choice-quiet", text: this.text("button_close"), onclick: () => this.close() })));
    this.dialog = dialog;
    dialog.addEventListener("close", () => this.close());
    document.body.append(dialog);
    dialog.showModal();
    void this.#watch(dialog);
  }

  close() {
    if (!this.dialog) return;
    const { dialog } = this;
    this.dialog = null;
    clearTimeout(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    dialog.close();
    dialog.remove();
    this.onClosed();
  }

  /** @param {HTMLDialogElement} dialog the one it was begun for */
  async #watch(dialog) {
    /** @type {MediaStream} */
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch {
      if (this.dialog === dialog) this.note.textContent = this.text("scan_no_camera");
      return;
    }
    if (this.dialog !== dialog) { // closed while the browser asked
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.stream = stream;
    this.video.srcObject = stream;
    this.video.hidden = false;
    this.note.textContent = this.text("scan_hold");
    await this.video.play().catch(() => {});
    const look = async () => {
      if (this.dialog !== dialog) return;
      const { videoWidth, videoHeight } = this.video;
      if (videoWidth && videoHeight) await this.#read(pixels(this.video, videoWidth, videoHeight), dialog);
      this.timer = setTimeout(() => void look(), EVERY_MS);
    };
    void look();
  }

  /** @param {HTMLInputElement} input */
  async #readFile(input) {
    const file = input.files?.[0];
    const { dialog } = this;
    input.value = "";
    if (!file || !dialog) return;
    const bitmap = await createImageBitmap(file).catch(() => null);
    const found = bitmap && (await this.#read(pixels(bitmap, bitmap.width, bitmap.height), dialog));
    bitmap?.close();
    if (!found && this.dialog === dialog) this.note.textContent = this.text("scan_nothing");
  }

  /** @param {ImageData | null} image @param {HTMLDialogElement} dialog @returns {Promise<boolean>} a code was in it */
  async #read(image, dialog) {
    const text = image && this.reader ? await (await this.reader)(image) : null;
    if (!text || this.dialog !== dialog) return false;
    const now = performance.now();
    if (text === this.last.text && now - this.last.at < AGAIN_AFTER_MS) return true;
    this.last = { text, at: now };
    this.onText(text.slice(0, TEXT_CHARS_MAX));
    return true;
  }
}
