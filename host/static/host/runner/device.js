// What an app keeps on this device: in the host's own storage, apart for each app and person.
import { limits } from "./protocol.js";

/** A refusal in the form SDKs expect. */
export class DeviceStorageError extends Error {}

export class DeviceStore {
  /** @param {string} owner names the app and the person @param {() => Storage} storage as the browser gives it, or throws */
  constructor(owner, storage) {
    this.prefix = `barnamak:device:${owner}:`;
    this.open = storage;
  }

  /** @param {string} key @returns {string | null} */
  get(key) {
    return this.#storage().getItem(this.prefix + key);
  }

  /** @param {string} key @param {string | null} value null takes the key away */
  set(key, value) {
    const storage = this.#storage();
    if (value === null) return storage.removeItem(this.prefix + key);
    if (this.#chars(storage, key) + key.length + value.length > limits.device_chars_max) {
      throw new DeviceStorageError("QUOTA_EXCEEDED");
    }
    try {
      storage.setItem(this.prefix + key, value);
    } catch {
      throw new DeviceStorageError("QUOTA_EXCEEDED"); // the device has no room left
    }
  }

  clear() {
    const storage = this.#storage();
    for (const key of this.#keys(storage)) storage.removeItem(key);
  }

  #storage() {
    try {
      return this.open();
    } catch {
      throw new DeviceStorageError("UNSUPPORTED"); // blocked by the browser
    }
  }

  /** @param {Storage} storage @returns {string[]} */
  #keys(storage) {
    const all = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
    return all.filter((key) => key.startsWith(this.prefix));
  }

  /** @param {Storage} storage @param {string} but one key that is about to change @returns {number} */
  #chars(storage, but) {
    return this.#keys(storage).filter((key) => key !== this.prefix + but)
      .reduce((sum, key) => sum + key.length - this.prefix.length + (storage.getItem(key) ?? "").length, 0);
  }
}
