import { PlacetError } from '../../lib/error.js';
import { call } from './module.js';

/**
 * What outlives the process, or the isolate. Nothing of it is believed that the module does not verify again; it only
 * makes the gateway stricter.
 */
export class Keeper {
  #core;
  #storage;
  /** What was last written or read. */
  #known;
  #unsaved;
  /** Whether what was kept has been taken in. */
  begun = false;
  /** Why not. */
  failure;

  constructor(core, storage) {
    this.#core = core;
    this.#storage = storage;
    for (const name of storage ? ['load', 'save'] : []) {
      if (typeof storage[name] !== 'function') throw new PlacetError('invalid_argument', `the storage has no ${name}()`);
    }
  }

  /** Takes in what was kept. */
  async begin(now) {
    try {
      if (this.#storage) await this.#adopt(now);
      this.begun = true;
      this.failure = undefined;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  /** Takes in what others have kept since, where several share the storage. */
  async reread(now) {
    if (this.#storage?.shared) await this.#adopt(now);
  }

  /** Writes what has changed; what could not be written is tried again with the next. */
  async save() {
    if (!this.#storage) return;
    this.#unsaved = this.#core.takeKept() ?? this.#unsaved;
    const kept = this.#unsaved;
    if (kept === undefined) return;
    await this.#storage.save(kept);
    this.#known = kept;
    if (this.#unsaved === kept) this.#unsaved = undefined;
  }

  async #adopt(now) {
    const kept = await this.#storage.load();
    if (kept === null || kept === undefined || kept === this.#known) return;
    if (typeof kept !== 'string') throw new PlacetError('invalid_argument', 'what the storage loads is no text');
    call(() => this.#core.adopt(new TextEncoder().encode(kept), now));
    this.#known = kept;
  }
}
