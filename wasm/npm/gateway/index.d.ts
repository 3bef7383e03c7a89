/**
 * A gateway: it stands before the servers that run models and lets a request through only while the model behind its
 * path may run. `docs/gateways.md` of the project says what every gateway does.
 *
 * @packageDocumentation
 */

/** A configuration, as `docs/gateways.md` describes it. */
export interface GatewayConfig {
  /** The format of the configuration. */
  readonly media_type: 'application/vnd.placet.gateway+json;version=1';
  /** `enforce` refuses what is not permitted; `observe` lets it pass, and counts and logs it. */
  readonly mode: 'enforce' | 'observe';
  /** Digests of version 1 of policies, from a safe place. */
  readonly pins: readonly string[];
  /** Where trust and bundles come from. */
  readonly source: {
    readonly kind: 'registry' | 'static';
    readonly url: string;
    readonly read_token?: string;
    readonly cluster?: string;
  };
  /** The longest time between two looks at the source; 30 where not given. */
  readonly refresh_seconds?: number;
  /** A trust document to begin with. */
  readonly trust?: object;
  /** Which paths lead to which model. */
  readonly routes: readonly GatewayRoute[];
  /** Paths that need no approval. */
  readonly open?: readonly { readonly path: string; readonly host?: string }[];
}

/** What runs behind a path: said by hand, or by a signed deployment statement. */
export type GatewayRoute = { readonly name: string; readonly path: string; readonly host?: string } & (
  | {
      readonly model_id: string;
      readonly weights: { readonly kind: 'file' | 'directory'; readonly digest: string };
      readonly environment: string;
      readonly scope: string;
      readonly proposal?: string;
    }
  | { readonly deployment: object }
);

/** Where a gateway keeps what must outlive it; one text, which is replaced as a whole. */
export interface GatewayStorage {
  /** What was saved last; `null` where nothing was. */
  load(): Promise<string | null>;
  /** Keeps the text in place of that before. */
  save(text: string): Promise<void>;
  /** Whether others save there as well; then it is read again before each look at the source. */
  readonly shared?: boolean;
}

/** What a gateway logs: never a header, a body or a token. */
export type GatewayEvent =
  | { readonly event: 'refusal_observed'; readonly route: string | null; readonly codes: readonly string[] }
  | { readonly event: 'fetch_failed'; readonly url: string; readonly code: string; readonly message: string }
  | { readonly event: 'look_failed' | 'storage_failed' | 'events_failed'; readonly code: string; readonly message: string };

/** What the platform has, and what it is to be used for. */
export interface GatewayOptions {
  /** Without it, the platform's. */
  readonly fetch?: (url: string, init: object) => Promise<Response>;
  /** The time in milliseconds since 1970; without it, the platform's clock. */
  readonly now?: () => number;
  /** Without it, a restart loses what was seen: see `docs/gateways.md`. */
  readonly storage?: GatewayStorage;
  /** Whether timers look at the source; `true` under Node, Deno and Bun. Otherwise each request looks whether it is time. */
  readonly timers?: boolean;
  /** Whether to listen to the registry's events, so that what happens there counts at once. For processes that stay. */
  readonly events?: boolean;
  /** Without it, a line of JSON by `console.warn`. */
  readonly log?: (event: GatewayEvent) => void;
}

/** What a Worker is given beside a request. */
export interface FetchContext {
  /** Keeps a Worker alive for what is not waited for. */
  waitUntil?(promise: Promise<unknown>): void;
}

/** What becomes of a request. */
export type GatewayAnswer =
  | {
      readonly pass: true;
      /** The digest of the decision that permits it; `null` for an open path, and for what is only observed. */
      readonly decision: string | null;
    }
  | {
      readonly pass: false;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      /** A problem document. */
      readonly body: string;
      readonly route: string | null;
      readonly codes: readonly string[];
    };

/** What was decided on a route. */
export interface RouteVerdict {
  /** The name of the route. */
  readonly route: string;
  /** Whether its model may run. */
  readonly outcome: 'permit' | 'deny';
  /** Why not. */
  readonly codes: readonly string[];
  /** When it is decided on again at the latest; `null` where only new evidence ends it. */
  readonly until: string | null;
}

/** What {@link createGateway} gives. */
export interface Gateway {
  /**
   * Lets a request through to `next`, or answers it with 403 and a problem document. What is passed on says by
   * `placet-decision` which decision permits it; such headers of a client are taken away.
   *
   * @example
   * export default { fetch: (request, env, context) => gateway.handle(request, (request) => env.MODEL.fetch(request), context) };
   */
  handle(
    request: Request,
    next: (request: Request) => Response | Promise<Response>,
    context?: FetchContext,
  ): Promise<Response>;
  /**
   * What becomes of a request, for platforms without `Request`.
   *
   * @param hosts Every value of `Host` and `:authority`.
   * @param target What stands in the request line: path and query, as they came.
   */
  answer(hosts: readonly string[], target: string, context?: FetchContext): Promise<GatewayAnswer>;
  /**
   * Settles when the storage was read and the source asked once, whatever it said.
   *
   * @throws {PlacetError} `storage_failed`, with the reason as `cause`.
   */
  ready(): Promise<void>;
  /** Looks at the source now, as something new is said to be there. */
  pushed(): Promise<void>;
  /**
   * Takes in a revocation, key revocation, rejection or withdrawal. It counts before the promise settles.
   *
   * @throws {PlacetError} With the code for which it does not count.
   */
  revoke(envelope: object | string | ArrayBufferView | ArrayBufferLike, context?: FetchContext): Promise<void>;
  /** Takes in what is posted, as {@link revoke}. The signature is the login: nobody else can end anything by it. */
  webhook(request: Request, context?: FetchContext): Promise<Response>;
  /** Counters and gauges in the text format of Prometheus. */
  metrics(): string;
  /** Every route, and what was decided on it. */
  verdicts(): RouteVerdict[];
  /** Ends timers and connections. */
  close(): Promise<void>;
  /** What all gateways call their headers. */
  readonly names: { readonly decisionHeader: string; readonly codesHeader: string; readonly reserved: string };
}

/**
 * A gateway by its configuration.
 *
 * @param config The document as an object, or its text or bytes.
 * @throws {PlacetError} With the code for which the configuration is refused.
 * @example
 * const gateway = createGateway(config, { storage: fileStorage('gateway-state.json') });
 * await gateway.ready();
 */
export function createGateway(
  config: GatewayConfig | string | ArrayBufferView | ArrayBufferLike,
  options?: GatewayOptions,
): Gateway;

/** Where the module comes from: its address, a response, its bytes or a compiled `WebAssembly.Module`. */
export type GatewayModule = string | URL | Response | ArrayBufferView | ArrayBufferLike | object;

/** Loads the module, where it is not ready on import as under Node, Deno, Bun and workerd. */
export function init(source?: GatewayModule | Promise<GatewayModule>): Promise<void>;

/** Keeps it in a file, which is replaced in one step. Only where there are files. */
export function fileStorage(path: string): GatewayStorage;

/** The part of a namespace of Workers KV that is used. */
export interface KvNamespace {
  /** What is kept under a key. */
  get(key: string, type: 'text'): Promise<string | null>;
  /** Keeps a value under a key. */
  put(key: string, value: string): Promise<void>;
}

/** Keeps it in Workers KV, which all isolates share. */
export function kvStorage(namespace: KvNamespace, key?: string): GatewayStorage;

/** Keeps it in the storage of the Durable Object that the gateway runs in. */
export function durableObjectStorage(storage: object, key?: string): GatewayStorage;
