/**
 * Decides from bytes, a pinned policy and a time whether an AI model may run here now, and says why.
 *
 * Documents, requests and decisions keep their snake_case fields; functions, options and results
 * are camelCase. Nothing has to be freed.
 *
 * @packageDocumentation
 */

/** Bytes as every function takes them; they are read and never kept or changed. */
export type Bytes = ArrayBufferView | ArrayBufferLike;

/** `sha256:` and 64 lower-case hexadecimal digits. */
export type DigestText = `sha256:${string}`;

/** The codes that this package adds to those of the core. */
export type PackageErrorCode =
  /** An argument is of the wrong type. */
  | 'invalid_argument'
  /** The address of the module did not answer with it. */
  | 'module_unavailable'
  /** A function was called before `init()` or `initSync()`. */
  | 'not_initialized';

/** The stable code of a {@link PlacetError}. */
export type PlacetErrorCode = PackageErrorCode;

/** What every function throws, or rejects with, for bad input. */
export class PlacetError extends Error {
  constructor(code: PlacetErrorCode, message: string, options?: { readonly cause?: unknown });
  /** Always `PlacetError`. */
  readonly name: 'PlacetError';
  /** The stable code, for programs; `message` is for people and may change. */
  readonly code: PlacetErrorCode;
}

/** The part of a `Response` that loading needs. */
export interface ModuleResponse {
  /** Whether the status is of the 2xx class. */
  readonly ok: boolean;
  /** The status of the answer. */
  readonly status: number;
  /** The whole body. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Where the module comes from: its address, a response, its bytes or a compiled `WebAssembly.Module`. */
export type ModuleSource = string | { readonly href: string } | ModuleResponse | Bytes | CompiledModule;

/** A `WebAssembly.Module`. */
export type CompiledModule = object;

/**
 * Loads the WebAssembly module, once; further calls wait for the first, and a failed one can be
 * tried again. Under Node, Deno, Bun and workerd the module is ready on import and this does nothing.
 *
 * @param source Without it, the file `placet.wasm` beside the package's entry point.
 * @throws {PlacetError} `module_unavailable` when its address does not answer with it,
 *   `invalid_argument` for a source of another type; `WebAssembly.CompileError` for other bytes.
 * @example
 * await init();
 */
export function init(source?: ModuleSource | Promise<ModuleSource>): Promise<void>;

/**
 * Loads the WebAssembly module from its bytes or compiled, at once. Browsers bar large modules
 * from this on their main thread: use {@link init} there.
 *
 * @throws {PlacetError} `invalid_argument` for a source of another type.
 */
export function initSync(module: Bytes | CompiledModule): void;

/** The part of a `ReadableStream` that hashing needs. */
export interface ByteStream {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Bytes | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** The part of a `File` or `Blob` that hashing needs. */
export interface ByteSource {
  /** The length in bytes. */
  readonly size: number;
  stream(): ByteStream;
}

/** Where the bytes of weights come from. */
export type WeightsSource = ByteSource | ByteStream | AsyncIterable<Bytes> | Iterable<Bytes> | Bytes;

/** How far the hashing of weights has come. */
export interface HashProgress {
  /** Bytes hashed so far. */
  readonly hashed: number;
  /** Bytes in all, where the source knows it. */
  readonly total: number | undefined;
}

/** The options of {@link hashWeights}. */
export interface HashOptions {
  /** Called after every piece, at most 1 MiB after the last call. */
  readonly onProgress?: ((progress: HashProgress) => void) | undefined;
  /** Ends the hashing early; the call rejects with its reason. */
  readonly signal?: { throwIfAborted(): void } | undefined;
}

/** The weights of one file, as a request names them. */
export interface FileWeights {
  readonly kind: 'file';
  /** SHA-256 of the file. */
  readonly digest: DigestText;
  /** The length in bytes. */
  readonly size: number;
}

/**
 * Hashes a weights file of any size, piece by piece.
 *
 * @param source A `File` or `Blob`, a `ReadableStream`, an iterable of bytes, or bytes.
 * @throws {PlacetError} `invalid_argument` when the source or one of its pieces is not bytes.
 *   What the source itself throws comes through unchanged.
 * @example
 * import { createReadStream } from 'node:fs';
 * const { digest } = await hashWeights(createReadStream('model.safetensors'));
 */
export function hashWeights(source: WeightsSource, options?: HashOptions): Promise<FileWeights>;
