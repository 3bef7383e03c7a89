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

/** The codes of the core: why bytes were refused, or why a decision is what it is. */
export type Code =
  /** The bytes are not JSON. */
  | 'json_syntax'
  /** The bytes are not UTF-8. */
  | 'invalid_utf8'
  /** A key occurs twice in one object. */
  | 'duplicate_key'
  /** A string holds half of a surrogate pair. */
  | 'lone_surrogate'
  /** The document nests deeper than 32 levels. */
  | 'nesting_too_deep'
  /** Bytes follow the end of the document. */
  | 'trailing_bytes'
  /** The document or a field of it is larger than its limit. */
  | 'too_large'
  /** A list holds more elements than its limit. */
  | 'too_many'
  /** A required field is not there. */
  | 'missing_field'
  /** A field is there that the format does not know. */
  | 'unknown_field'
  /** A field holds another type of JSON value than the format says. */
  | 'wrong_type'
  /** A field that names one of a few values holds none of them. */
  | 'unknown_value'
  /** An integer is no plain digits, over 2^53 - 1, or out of its range. */
  | 'invalid_integer'
  /** A number is no finite binary64. */
  | 'invalid_number'
  /** A name holds a character that names may not hold, or is empty or too long. */
  | 'invalid_identifier'
  /** A time is not exactly YYYY-MM-DDTHH:MM:SSZ, or no such time exists. */
  | 'invalid_time'
  /** A digest is not sha256: and 64 lower-case hex digits. */
  | 'invalid_digest'
  /** Base64 is not in the standard alphabet, padded and canonical. */
  | 'invalid_base64'
  /** A public key is not the one canonical encoding of a point, in 64 lower-case hex digits. */
  | 'invalid_public_key'
  /** A public key is of small order: signatures under it prove nothing. */
  | 'small_order_key'
  /** A list that must name something is empty. */
  | 'empty_list'
  /** A list that must be sorted and free of repetition is not. */
  | 'not_sorted'
  /** An interval ends before it begins, or as it begins. */
  | 'empty_validity'
  /** The envelope's payload type is not the one of such a document. */
  | 'wrong_payload_type'
  /** The statement's _type is not in-toto Statement v1. */
  | 'wrong_statement_type'
  /** The predicate type is not the one of such a statement. */
  | 'wrong_predicate_type'
  /** A statement names other than exactly one subject with exactly one digest. */
  | 'subject_count'
  /** The document's format is of a version that is not known here. */
  | 'unsupported_version'
  /** A directory without files has no weights digest. */
  | 'manifest_empty'
  /** A path is absolute, leaves the directory, or holds a character or component that manifests may not hold. */
  | 'manifest_path'
  /** Two paths differ only in case. */
  | 'manifest_case_collision'
  /** The listed files do not give the weights digest of the subject. */
  | 'manifest_mismatch'
  /** Version 1 has neither previous nor domain; every later version has both. */
  | 'policy_version'
  /** A public key occurs twice in the policy. */
  | 'policy_key_reused'
  /** A principal's roles are of more than one plane. */
  | 'policy_mixed_planes'
  /** The root has too few members, too few keys for its threshold, or a member outside the governance plane. */
  | 'policy_root'
  /** A threshold is zero or more than those who could meet it. */
  | 'policy_threshold'
  /** The policy refers to a principal or role that it does not define. */
  | 'policy_unknown_name'
  /** An operator is a service itself. */
  | 'policy_operators'
  /** Two rules govern the same environment and scope, or have the same name. */
  | 'policy_rule_overlap'
  /** A rule is for an environment or scope that the policy does not declare. */
  | 'policy_undeclared'
  /** A rule's quorum is empty, names a role twice, or names a role outside the governance plane. */
  | 'policy_quorum'
  /** A signer of the revocation list is outside the registry plane or has no key. */
  | 'policy_list_signers'
  /** The log's witnesses repeat, are fewer than their threshold, or a rule asks for a ledger that the policy does not name. */
  | 'policy_log'
  /** A signature is not 64 bytes in canonical base64. */
  | 'signature_malformed'
  /** The signature does not verify under the key that it names. */
  | 'signature_invalid'
  /** An approval envelope carries other than exactly one signature. */
  | 'signature_count'
  /** The policy knows no principal of the name that the document gives. */
  | 'signer_unknown'
  /** No signature names a key of the principal that the document names. */
  | 'signer_mismatch'
  /** The principal holds no role that may make such a statement. */
  | 'signer_not_entitled'
  /** The key's window had not begun, now or when the statement was made. */
  | 'key_not_yet_valid'
  /** The key's window is over, now or when the statement was made. */
  | 'key_expired'
  /** The key is revoked. */
  | 'key_revoked'
  /** The document belongs to another domain. */
  | 'foreign_domain'
  /** The statement says that it was made later than now. */
  | 'from_future'
  /** The approval is of another proposal or of other weights. */
  | 'approval_other_proposal'
  /** The approver does not hold the role in which the approval was given. */
  | 'role_not_held'
  /** The rule's quorum does not ask for the role. */
  | 'role_not_in_quorum'
  /** What the approver saw is not the summary of this proposal. */
  | 'summary_mismatch'
  /** The summary is of a format that is not known here. */
  | 'summary_format_unknown'
  /** The approval was signed before the proposal was made. */
  | 'approval_before_proposal'
  /** The approval was signed after the rule's approval window. */
  | 'approval_too_late'
  /** The same person rejected the proposal or withdrew. */
  | 'approval_cancelled'
  /** The revocation list names the approval. */
  | 'approval_revoked'
  /** Another approval of the same person counts already. */
  | 'duplicate_approver'
  /** The statement rejects or withdraws. */
  | 'not_an_approval'
  /** No policy is held. */
  | 'policy_missing'
  /** Version 1 of the policy is not the pinned one. */
  | 'policy_unpinned'
  /** A version of the policy chain is missing. */
  | 'policy_version_gap'
  /** A policy names another predecessor than the one held. */
  | 'policy_previous_mismatch'
  /** A policy is not signed by the threshold of its own root and of the one before. */
  | 'policy_signatures'
  /** The newest policy is not yet in force. */
  | 'policy_not_yet_valid'
  /** The newest policy has expired. */
  | 'policy_expired'
  /** The newest policy held is older than one seen before. */
  | 'policy_rollback'
  /** The revocation list was made under a newer policy than the newest held. */
  | 'policy_stale'
  /** Two different policies have the same version. */
  | 'policy_equivocation'
  /** The proposal is of another training output. */
  | 'training_output_mismatch'
  /** The proposal names a policy that is not in the chain. */
  | 'proposal_policy_unknown'
  /** The documents are about another model than asked. */
  | 'model_mismatch'
  /** The documents are about other weights than asked. */
  | 'weights_mismatch'
  /** The approval's window has not begun. */
  | 'not_yet_valid'
  /** The approval's window is over. */
  | 'expired'
  /** The proposal asks for more time than the rule allows. */
  | 'ttl_exceeded'
  /** The time asked about lies before something already seen. */
  | 'clock_rollback'
  /** The policy declares no such environment. */
  | 'environment_undeclared'
  /** The proposal is not for this environment. */
  | 'environment_not_approved'
  /** The policy declares no such scope. */
  | 'scope_undeclared'
  /** The proposal is not for this scope. */
  | 'scope_not_approved'
  /** No rule of the policy governs this environment and scope. */
  | 'rule_missing'
  /** Too few people in a role approved. */
  | 'threshold_not_met'
  /** Those who approved are of too few units. */
  | 'units_not_met'
  /** The person approved in two roles and counts in none. */
  | 'role_conflict'
  /** The approver trained the model. */
  | 'approver_is_trainer'
  /** The approver operates the service that trained the model. */
  | 'approver_operates_trainer'
  /** The approver made the proposal, which the rule forbids. */
  | 'approver_is_proposer'
  /** The approver operates the service that made the proposal, which the rule forbids. */
  | 'approver_operates_proposer'
  /** A holder of a quorum role rejected the proposal. */
  | 'vetoed'
  /** The training output lacks a metric that the rule bounds. */
  | 'metric_missing'
  /** A metric lies outside the rule's bounds. */
  | 'metric_out_of_bounds'
  /** No revocation list is held. */
  | 'list_missing'
  /** The revocation list is not signed by the threshold of its signers. */
  | 'list_signatures'
  /** The revocation list says that it was made later than now. */
  | 'list_from_future'
  /** The revocation list is older than the rule or the list itself allows. */
  | 'list_stale'
  /** The revocation list is older than one seen before. */
  | 'list_rollback'
  /** Two different revocation lists have the same number. */
  | 'list_equivocation'
  /** The revocation list lacks an entry of an older one that has not run out. */
  | 'list_entry_dropped'
  /** The proposal is revoked. */
  | 'proposal_revoked'
  /** The weights are revoked. */
  | 'weights_revoked'
  /** The rule asks for the ledger, and its proofs are not there. */
  | 'ledger_missing'
  /** The checkpoint is not the log's: its origin, its key or its form is another. */
  | 'ledger_checkpoint'
  /** Too few witnesses cosigned the checkpoint. */
  | 'ledger_witnesses'
  /** A document is not proved to stand in the ledger. */
  | 'ledger_inclusion'
  /** The ledger is smaller than one seen before. */
  | 'ledger_shrunk'
  /** The ledger does not continue the one seen before. */
  | 'ledger_forked'
  /** The deployment says permit where the decision is deny, or the other way round. */
  | 'not_permitted'
  /** The deployment is of another proposal, place or decision. */
  | 'deployment_mismatch'
  /** Who deployed approved the same proposal. */
  | 'deployer_is_approver';

/** The codes that this package adds to those of the core. */
export type PackageErrorCode =
  /** An argument is of the wrong type. */
  | 'invalid_argument'
  /** The address of the module did not answer with it. */
  | 'module_unavailable'
  /** A function was called before `init()` or `initSync()`. */
  | 'not_initialized';

/** The stable code of a {@link PlacetError}. */
export type PlacetErrorCode = Code | PackageErrorCode;

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

/** A file or a directory, as documents say what a weights digest is the digest of. */
export type WeightsKind = 'file' | 'directory';

/** The weights that were loaded: their own digest, never what a bundle or a client says. */
export interface Weights {
  readonly kind: WeightsKind;
  /** The digest of the file, or of the directory's manifest. */
  readonly digest: DigestText;
}

/** What a serving process asks. Everything is required: nothing stands for "any". */
export interface Request {
  /** The model that is to run. */
  readonly model_id: string;
  readonly weights: Weights;
  /** Where. */
  readonly environment: string;
  /** For what. */
  readonly scope: string;
  /** The time by the asker's clock, exactly `YYYY-MM-DDTHH:MM:SSZ`: see {@link timestamp}. */
  readonly now: string;
}

/** The gates of a decision, in the order in which they are reported. */
export type Gate =
  | 'policy'
  | 'training_output'
  | 'proposal'
  | 'subject'
  | 'validity'
  | 'environment'
  | 'quorum'
  | 'separation_of_duties'
  | 'veto'
  | 'metrics'
  | 'revocation'
  | 'ledger';

/** How one gate stands. */
export interface GateResult {
  readonly gate: Gate;
  readonly status: 'pass' | 'fail' | 'not_required';
  /** Why it fails, the first reason. */
  readonly code: Code | null;
  /** What was found, in words for people; not for programs to read. */
  readonly detail: string;
}

/** How far one role of the quorum is. */
export interface RoleResult {
  readonly role: string;
  /** How many people it takes. */
  readonly required: number;
  /** Who counts, by name. */
  readonly counted: readonly string[];
  /** Who could still make it whole; empty where nobody is missing. */
  readonly could_sign: readonly string[];
}

/** One approval, rejection or withdrawal of the bundle. */
export interface ApprovalResult {
  /** The digest of its payload; of the envelope's text where that cannot be read. */
  readonly digest: DigestText;
  /** Who it says has signed; null where it cannot be read. */
  readonly approver: string | null;
  /** The role that it names; null where it cannot be read. */
  readonly role: string | null;
  /** The key whose signature was verified; null where none was. */
  readonly key_id: DigestText | null;
  /** Whether it counts towards the quorum. */
  readonly counted: boolean;
  /** Why it does not. */
  readonly code: Code | null;
}

/** Digests of what a decision rests on. */
export interface Evidence {
  /** The pinned first policy. */
  readonly domain: DigestText | null;
  /** The policy that judged. */
  readonly policy: { readonly version: number; readonly digest: DigestText } | null;
  /** The revocation list that counted. */
  readonly revocation_list: { readonly number: number; readonly digest: DigestText } | null;
  readonly training_output: DigestText | null;
  readonly proposal: DigestText | null;
  /** Loose revocations, rejections and withdrawals that counted, sorted. */
  readonly revocations: readonly DigestText[];
}

/** What a permit and a denial have in common. */
export interface DecisionBase {
  /** The format of the record. */
  readonly format: 'placet-decision-v1';
  /** What was asked. */
  readonly request: Request;
  /** All gates, in order. */
  readonly gates: readonly GateResult[];
  /** How far each role is; empty where no rule governs. */
  readonly quorum: readonly RoleResult[];
  /** Every approval of the bundle, sorted by digest. */
  readonly approvals: readonly ApprovalResult[];
  /** When to ask again at the latest; a new policy, list or negative statement ends the answer at once. */
  readonly valid_until: string | null;
  readonly evidence: Evidence;
}

/** The model may run. */
export interface Permit extends DecisionBase {
  readonly outcome: 'permit';
  readonly denials: readonly [];
}

/** The model may not run. */
export interface Denial extends DecisionBase {
  readonly outcome: 'deny';
  /** All reasons of all gates, each once. */
  readonly denials: readonly [Code, ...Code[]];
}

/** The answer to a {@link Request}, with every gate and every approval accounted for. */
export type Decision = Permit | Denial;

/** What {@link decide} gives. */
export interface Decided {
  /** The answer. */
  readonly decision: Decision;
  /** The answer's record: canonical JSON, byte-identical wherever it is made. */
  readonly bytes: Uint8Array;
  /** What to keep, and to pass as `state` the next time, whatever the outcome. */
  readonly state: Uint8Array;
}

/**
 * Decides from bytes whether a model may run: a pure function, without clock or network.
 *
 * @param bundle The evidence for one proposal.
 * @param trust The pins, and the signed policies, lists and revocations to judge by.
 * @param state What the last decision gave as `state`; `null` the first time. Without it, an older
 *   policy or revocation list than one already seen cannot be told from a new one.
 * @param request The question, or its JSON as bytes.
 * @throws {PlacetError} Where one of the documents cannot be read at all: treat it as a denial.
 *   Whatever is wrong with the envelopes inside is no error but a denial with its code.
 * @example
 * const { kind, digest } = await hashWeights(file);
 * const { decision, state } = decide(bundle, trust, null, {
 *   model_id: 'digits-classifier',
 *   weights: { kind, digest },
 *   environment: 'production',
 *   scope: 'scoring',
 *   now: timestamp(),
 * });
 * if (decision.outcome === 'deny') console.log(decision.denials);
 */
export function decide(bundle: Bytes, trust: Bytes, state: Bytes | null, request: Request | Bytes): Decided;

/**
 * A date as documents and requests write it: in UTC, whole seconds, `YYYY-MM-DDTHH:MM:SSZ`.
 *
 * @param date Without it, the time by this machine's clock.
 * @throws {PlacetError} `invalid_argument` for a date that has no such form.
 */
export function timestamp(date?: Date): string;

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
