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
  /** Two files or directories differ only in the case of their names, or a file stands where a directory must. */
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
  | 'deployer_is_approver'
  /** A time is not in the form in which Python writes a datetime that knows its offset. */
  | 'baseline_content'
  | 'report_inconsistent'
  | 'window_not_over'
  | 'baseline_mismatch'
  | 'window_overlap'
  | 'drift_not_on_record'
  | 'drift_windows_not_met'
  | 'time_not_isoformat'
  /** A signature is not 128 lower-case hex digits. */
  | 'signature_not_hex'
  /** The record says that it is revoked. */
  | 'record_revoked'
  /** The record names no moment at which it expires. */
  | 'record_never_expires'
  /** A key that signs such records occurs in a policy, too. */
  | 'key_in_policy'
  /** The tree of size leaves has no leaf index. */
  | 'ledger_index_out_of_range'
  /** The later tree is smaller than the earlier one. */
  | 'ledger_tree_shrunk'
  /** The proof ends below the root. */
  | 'ledger_proof_too_short'
  /** The proof goes on beyond the root. */
  | 'ledger_proof_too_long'
  /** The proof leads to another root than that of the tree of size leaves. */
  | 'ledger_root_mismatch'
  /** A proof was asked for a tree that is larger than what is held. */
  | 'ledger_size_out_of_range'
  /** A compact range of this size has another number of peaks. */
  | 'ledger_peak_count'
  /** The tree cannot grow further. */
  | 'ledger_tree_full'
  /** The note is longer than is read. */
  | 'checkpoint_too_long'
  /** The note is not UTF-8. */
  | 'checkpoint_not_utf8'
  /** The note holds a control character other than the newline. */
  | 'checkpoint_control_character'
  /** No blank line divides text and signatures, or no signature follows it. */
  | 'checkpoint_unsigned'
  /** A signature line is not an em dash, a name and base64, or the note does not end with a newline. */
  | 'checkpoint_signature_line'
  /** More signature lines than are read. */
  | 'checkpoint_too_many_signatures'
  /** The text has fewer than three lines. */
  | 'checkpoint_missing_line'
  /** A line of the text is empty. */
  | 'checkpoint_empty_line'
  /** The origin is empty or holds a control character. */
  | 'checkpoint_origin'
  /** The tree size is not a canonical decimal number up to 2^53 - 1. */
  | 'checkpoint_tree_size'
  /** The root hash is not canonical base64 of 32 bytes. */
  | 'checkpoint_root_hash'
  /** The checkpoint is of another log. */
  | 'checkpoint_origin_mismatch'
  /** The log's key did not sign. */
  | 'checkpoint_log_signature_missing'
  /** The signature under the log's name and key id does not verify. */
  | 'checkpoint_log_signature_invalid'
  /** Too few of the known witnesses cosigned. */
  | 'checkpoint_witness_threshold_not_met'
  /** The origin is empty or holds a control character. */
  | 'log_origin'
  /** A key name is empty or holds a space, a plus sign or a control character. */
  | 'log_key_name'
  /** A public key is no canonical Ed25519 point of large order. */
  | 'log_public_key'
  /** One public key occurs twice, or is the log's and a witness's. */
  | 'log_duplicate_key'
  /** More witnesses than are allowed. */
  | 'log_too_many_witnesses'
  /** More witnesses are required than there are. */
  | 'log_threshold';

/** Why a drift function refused its arguments. Missing data is no error but an inconclusive answer. */
export type DriftErrorCode =
  /** Two lists of counts do not have one entry per category each. */
  | 'length_mismatch'
  /** The counts of one side sum to more than 64 bits hold. */
  | 'count_overflow'
  /** A p-value is NaN or outside 0 to 1. */
  | 'p_value_out_of_range'
  /** An option is NaN or outside the range that gives it a meaning, or names no choice that there is. */
  | 'option_out_of_range'
  /** The bytes are not a sketch of a known format. */
  | 'sketch_format'
  /** The bytes of a sketch end too early or too late. */
  | 'sketch_length'
  /** The bytes of a sketch contradict themselves. */
  | 'sketch_content';

/** The codes that this package adds to those of the core. */
export type PackageErrorCode =
  /** An argument is of the wrong type. */
  | 'invalid_argument'
  /** The address of the module did not answer with it. */
  | 'module_unavailable'
  /** A function was called before `init()` or `initSync()`. */
  | 'not_initialized';

/** The stable code of a {@link PlacetError}. */
export type PlacetErrorCode = Code | DriftErrorCode | PackageErrorCode;

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
  /** Whether the digest is of a file or of a directory. */
  readonly kind: WeightsKind;
  /** The digest of the file, or of the directory's manifest. */
  readonly digest: DigestText;
}

/** What a serving process asks. Everything is required: nothing stands for "any". */
export interface Request {
  /** The model that is to run. */
  readonly model_id: string;
  /** The weights that were loaded. */
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
  /** Which gate. */
  readonly gate: Gate;
  /** How it stands; `not_required` where the rule does not ask for it. */
  readonly status: 'pass' | 'fail' | 'not_required';
  /** Why it fails, the first reason. */
  readonly code: Code | null;
  /** What was found, in words for people; not for programs to read. */
  readonly detail: string;
}

/** How far one role of the quorum is. */
export interface RoleResult {
  /** The role that the quorum asks for. */
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
  /** The training output's payload; null where none was verified. */
  readonly training_output: DigestText | null;
  /** The proposal's payload; null where none was verified. */
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
  /** Digests of what the answer rests on. */
  readonly evidence: Evidence;
}

/** The model may run. */
export interface Permit extends DecisionBase {
  /** It may run. */
  readonly outcome: 'permit';
  /** There are none. */
  readonly denials: readonly [];
}

/** The model may not run. */
export interface Denial extends DecisionBase {
  /** It may not run. */
  readonly outcome: 'deny';
  /** All reasons of all gates, each once. */
  readonly denials: readonly [Code, ...Code[]];
}

/** The answer to a {@link Request}, with every gate and every approval accounted for. */
export type Decision = Permit | Denial;

/** A decision and its record. */
export interface Answer {
  /** The answer. */
  readonly decision: Decision;
  /** The answer's record: canonical JSON, byte-identical wherever it is made. */
  readonly bytes: Uint8Array;
}

/** What {@link decide} gives. */
export interface Decided extends Answer {
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

/** What a verifier begins with. */
export interface VerifierOptions {
  /** The pins, and the signed policies, lists and revocations to judge by. */
  readonly trust: Bytes;
  /** What a verifier had as `state` before; `null` the first time. */
  readonly state: Bytes | null;
}

/** What a verifier is to know from now on. */
export interface VerifierUpdate {
  /** A trust document in place of the one before: it is the whole of what is trusted, not an addition. */
  readonly trust?: Bytes | undefined;
  /** What another verifier has seen, which is added to what this one has. */
  readonly state?: Bytes | undefined;
}

/** One question of {@link Verifier.decideMany}. */
export interface Question {
  /** The evidence for one proposal. */
  readonly bundle: Bytes;
  /** The question, or its JSON as bytes. */
  readonly request: Request | Bytes;
}

/** What {@link createVerifier} gives. */
export interface Verifier {
  /**
   * Decides as {@link decide} does, and keeps the next state.
   *
   * A permit is kept, and answers again while it holds: the same request at a later time before its `valid_until`,
   * with the very same bundle, has the same answer, whose `request.now` says when it was made. {@link update} drops
   * what is kept; denials are never kept. A decision that may answer again is frozen.
   *
   * @throws {PlacetError} Where bundle or request cannot be read at all: treat it as a denial. The state stays.
   */
  decide(bundle: Bytes, request: Request | Bytes): Answer;
  /**
   * Decides one question after another, each when its answer is asked for. Nothing of them is kept but the state, so
   * any number of bundles takes no more memory than the largest.
   *
   * @throws {PlacetError} As {@link decide}, when the answer to that question is asked for.
   * @example
   * for (const { decision } of verifier.decideMany(questions)) console.log(decision.outcome);
   */
  decideMany(questions: Iterable<Question>): IterableIterator<Answer>;
  /**
   * Judges by other documents from now on. The state stays, so that no older policy or list is accepted.
   *
   * @throws {PlacetError} Where a document cannot be read; then everything stays as it was.
   */
  update(changes: VerifierUpdate): void;
  /** What to keep, and to give the next verifier after a restart: bytes of a new copy each time. */
  readonly state: Uint8Array;
}

/**
 * A verifier that keeps policy, list and state parsed and verified, so that a decision takes no more signature
 * verifications than its bundle has signatures. There is nothing to free.
 *
 * @throws {PlacetError} Where a document cannot be read.
 * @example
 * const verifier = createVerifier({ trust, state: null });
 * const { decision } = verifier.decide(bundle, request);
 * verifier.update({ trust: newerTrust });
 */
export function createVerifier(options: VerifierOptions): Verifier;

/**
 * A date as documents and requests write it: in UTC, whole seconds, `YYYY-MM-DDTHH:MM:SSZ`.
 *
 * @param date Without it, the time by this machine's clock.
 * @throws {PlacetError} `invalid_argument` for a date that has no such form.
 */
export function timestamp(date?: Date): string;

/** The kinds of documents that are signed. */
export type Kind =
  | 'training_output'
  | 'proposal'
  | 'approval'
  | 'revocation'
  | 'deployment'
  | 'drift_report'
  | 'key_revocation'
  | 'policy'
  | 'revocation_list';

/** Who signed, and under which key. */
export interface Signer {
  /** The name that the policy gives them. */
  readonly principal: string;
  /** SHA-256 of the key as DER SubjectPublicKeyInfo. */
  readonly key_id: DigestText;
}

/** An envelope whose signer may say what it says. */
export interface VerifiedEnvelope {
  /** What it is. */
  readonly kind: Kind;
  /** The digest of the payload. */
  readonly digest: DigestText;
  /** One; several for policies and revocation lists, sorted. */
  readonly signers: readonly Signer[];
  /** The exact bytes that were signed: in-toto or plain JSON, by `kind`. */
  readonly payload: Uint8Array;
}

/**
 * Verifies one envelope under the newest policy of the first pin of `trust`, as a decision would.
 * For tools and screens: only {@link decide} answers whether a model may run.
 *
 * @param envelope A DSSE envelope as JSON.
 * @param trust As for {@link decide}.
 * @param now The time, `YYYY-MM-DDTHH:MM:SSZ`: see {@link timestamp}.
 * @throws {PlacetError} With the code with which a decision would refuse it, or that of what cannot be read.
 * @example
 * const { kind, signers, payload } = verifyEnvelope(envelope, trust, timestamp());
 * const statement = JSON.parse(new TextDecoder().decode(payload));
 */
export function verifyEnvelope(envelope: Bytes, trust: Bytes, now: string): VerifiedEnvelope;

/**
 * May a monitor end a proposal by itself? The newest policy must let it, its evidence must be its own newest conclusive
 * report about the model, measured against the signed baselines, and as many windows in a row as the policy asks must
 * have drifted. A registry asks this of every revocation of a monitor.
 *
 * @param revocation The monitor's revocation, a DSSE envelope as JSON.
 * @param trainingOutput The training output with the baselines.
 * @param proposal The proposal that it ends.
 * @param reports The drift reports that are on record: a JSON array of envelopes.
 * @param trust As for {@link decide}.
 * @param now The time, `YYYY-MM-DDTHH:MM:SSZ`: see {@link timestamp}.
 * @returns `code` is that of the first document that is not to be accepted, or `drift_not_on_record`,
 *   `drift_windows_not_met`, `window_overlap` or `baseline_mismatch`.
 */
export function verifyAutoRevocation(
  revocation: Bytes,
  trainingOutput: Bytes,
  proposal: Bytes,
  reports: Bytes,
  trust: Bytes,
  now: string,
): Verdict;

/** What an approver of a proposal is shown, and what goes into the approval. */
export interface Summary {
  /** The version of the template. */
  readonly format: 'placet-summary-v1';
  /** The text. */
  readonly text: string;
  /** SHA-256 of the text, which an approval signs. */
  readonly digest: DigestText;
  /** The proposal's digest as eight words, to compare with a second device. */
  readonly words: string;
}

/**
 * The summary of a proposal, once it and its training output are verified as {@link verifyEnvelope} does.
 *
 * @throws {PlacetError} Where one of them is not to be accepted, or `training_output_mismatch` and
 *   `proposal_policy_unknown`.
 * @example
 * const { text, words } = summary(trainingOutput, proposal, trust, timestamp());
 */
export function summary(trainingOutput: Bytes, proposal: Bytes, trust: Bytes, now: string): Summary;

/** What a low-level check found. */
export type Verdict =
  | { readonly valid: true }
  | { readonly valid: false; readonly code: Code | 'invalid_argument' };

/**
 * Verifies one Ed25519 signature exactly as `verify_strict` of ed25519-dalek: cofactorless, with a canonical
 * `S`, and neither the key nor `R` of small order. It knows no policy: valid is not entitled.
 *
 * It throws for no argument, only before {@link init}. The message is copied into the module's memory.
 *
 * @param publicKey 32 bytes; others are `invalid_public_key`.
 * @param signature 64 bytes; others are `signature_malformed`.
 * @example
 * const verdict = verifySignature(publicKey, message, signature);
 * if (!verdict.valid) console.log(verdict.code);
 */
export function verifySignature(publicKey: Bytes, message: Bytes, signature: Bytes): Verdict;

/**
 * The hash of a leaf of the evidence ledger (RFC 6962 §2.1), 32 bytes.
 *
 * @param data In Placet's ledger the 32 bytes of an accepted payload's digest.
 * @throws {PlacetError} `invalid_argument` for what is not bytes.
 */
export function leafHash(data: Bytes): Uint8Array;

/** A number of leaves: a whole number up to 2^53 - 1, or a bigint up to 2^64 - 1. */
export type TreeSize = number | bigint;

/**
 * Verifies that a leaf is number `index` (from 0) of the tree of `size` leaves (RFC 9162 §2.1.3.2).
 *
 * It throws for no argument, only before {@link init}: a size that is none and a hash that has not
 * 32 bytes are `invalid_argument`.
 *
 * @param root From a checkpoint whose signatures were verified, and `size` from the same.
 * @example
 * const { valid } = verifyInclusion(leafHash(digest), 4711n, 10_000n, proof, root);
 */
export function verifyInclusion(
  leafHash: Bytes,
  index: TreeSize,
  size: TreeSize,
  proof: readonly Bytes[],
  root: Bytes,
): Verdict;

/**
 * Verifies that the tree of `size1` leaves is the beginning of the tree of `size2` (RFC 9162 §2.1.4.2).
 *
 * It throws for no argument, only before {@link init}, as {@link verifyInclusion}.
 *
 * @example
 * const { valid } = verifyConsistency(seen.size, seen.root, size, root, proof);
 */
export function verifyConsistency(
  size1: TreeSize,
  root1: Bytes,
  size2: TreeSize,
  root2: Bytes,
  proof: readonly Bytes[],
): Verdict;

/** By what a record of the Python library `nanda-model-governance` is judged. */
export interface ReferenceRequest {
  /** The approvers' public keys in 64 lower-case hexadecimal digits, by the names that the record uses. */
  readonly keys: Readonly<Record<string, string>>;
  /** How many people with keys of their own must have signed; a record can ask for more, never for fewer. */
  readonly threshold: number;
  /** Where the model is to run; `null` is denied unless the record restricts no environment. */
  readonly environment: string | null;
  /** For what; `null` is denied unless the record restricts no scope. */
  readonly scope: string | null;
  /** The time, `YYYY-MM-DDTHH:MM:SSZ`: see {@link timestamp}. */
  readonly now: string;
  /** The model that is to run; left out, the verdict says `model_not_compared`. */
  readonly modelId?: string | undefined;
  /** The weights hash as the record writes it; left out, the verdict says `weights_not_compared`. */
  readonly weightsHash?: string | undefined;
}

/** What a record of the Python library cannot prove, however many signatures it carries. */
export type ReferenceLimit =
  /** The signed bytes are a bare digest that names no organisation, system or purpose. */
  | 'no_domain'
  /** The signed text names neither the signer nor a role: whose signature it is, only the directory of keys says. */
  | 'approver_not_signed'
  /** No signature says when it was made. */
  | 'signing_time_unknown'
  /** Whether the record is revoked is an unsigned word that anybody can change back. */
  | 'status_not_signed'
  /** Nothing tells whether the record is the newest, or was withdrawn or replaced. */
  | 'no_freshness'
  /** Metrics, model card, data and trainer are not part of what was signed. */
  | 'no_training_evidence'
  /** Nothing tells what the approvers were shown. */
  | 'no_review_evidence'
  /** Nothing tells whether an approver also trained, proposed or deployed the model. */
  | 'no_separation_of_duties'
  /** The caller named no model to compare with. */
  | 'model_not_compared'
  /** The caller named no weights hash to compare with. */
  | 'weights_not_compared'
  /** The record holds in every environment there is or will be. */
  | 'any_environment'
  /** The record holds for every scope there is or will be. */
  | 'any_scope';

/** What became of one entry of `approver_signatures`. */
export interface ReferenceSignature {
  /** The name that the entry bears. */
  readonly approver: string;
  /** Whether it counts. */
  readonly counted: boolean;
  /** Why it does not count. */
  readonly code: Code | null;
}

/** The answer about a record, which {@link decide} never counts. */
export interface ReferenceVerdict {
  /** Whether the signatures meet what was asked. */
  readonly outcome: 'permit' | 'deny';
  /** All reasons, each once; empty on permit. */
  readonly denials: readonly Code[];
  /** Always true: the record is of a format that proves less. */
  readonly legacy: true;
  /** What it does not prove. */
  readonly limits: readonly ReferenceLimit[];
  /** Every entry of `approver_signatures`, sorted by name; empty where the record cannot be read. */
  readonly signatures: readonly ReferenceSignature[];
}

/**
 * Verifies an approval record of the Python library, strictly, by what the caller pins.
 *
 * A record or an option that cannot be read is a denial with its code, an unknown option too.
 *
 * @param record The record's JSON.
 * @throws {PlacetError} `too_large` over 1 MiB; `invalid_argument` for a record that is not bytes and for options
 *   that JSON cannot hold.
 * @example
 * const { outcome, denials, limits } = verifyReferenceApproval(record, {
 *   keys: { alice: 'f754b841760c962065afec63c0e1397d07654f24da8ea557dffd55107c6a295d' },
 *   threshold: 1,
 *   environment: 'production',
 *   scope: null,
 *   now: timestamp(),
 * });
 */
export function verifyReferenceApproval(record: Bytes, options: ReferenceRequest): ReferenceVerdict;

/** What the signatures of a record cover. */
export interface ReferenceCanonical {
  /** The canonical JSON of the eleven signed fields, ASCII only. */
  readonly canonical: string;
  /** Its SHA-256 in 64 bare hexadecimal digits, which are the signed message. */
  readonly digest: string;
}

/**
 * The canonical form of a record of the Python library, byte for byte.
 *
 * @throws {PlacetError} The first rule that the record breaks.
 */
export function referenceCanonical(record: Bytes): ReferenceCanonical;

/** The part of a `ReadableStream` that hashing needs. */
export interface ByteStream {
  /** Begins to read. */
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Bytes | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** The part of a `File` or `Blob` that hashing needs. */
export interface ByteSource {
  /** The length in bytes. */
  readonly size: number;
  /** Begins to read from the start. */
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
  /** A file. */
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

/** A file of a directory of weights; further fields, such as those of {@link FileWeights}, are not looked at. */
export interface ManifestFile {
  /** Relative to the directory, `/` between components. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the file. */
  readonly digest: DigestText;
}

/** The weights of a directory, as a request names them. */
export interface DirectoryWeights {
  /** A directory. */
  readonly kind: 'directory';
  /** SHA-256 of what `sha256sum` prints for the files, sorted by the bytes of their paths. */
  readonly digest: DigestText;
}

/**
 * The digest of a directory of weights from those of its files, in any order.
 *
 * @throws {PlacetError} `manifest_empty`, `manifest_path`, `manifest_case_collision`, `invalid_digest`,
 *   `invalid_integer`, `too_many` over 65 536 files, or `invalid_argument`.
 * @example
 * const files = await Promise.all(blobs.map(async ({ path, blob }) => ({ path, ...(await hashWeights(blob)) })));
 * const { kind, digest } = hashManifest(files);
 */
export function hashManifest(files: readonly ManifestFile[]): DirectoryWeights;

/**
 * Values as every drift function takes them, at most 2^25. They are copied into the module's memory once.
 * NaN and infinities are values that are missing: they are counted and left out.
 */
export type Numbers =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | readonly number[];

/** Whether both sides had values. `inconclusive` is neither drift nor its absence: all its numbers are null. */
export type DriftStatus = 'ok' | 'inconclusive';

/** Where a p-value comes from: every arrangement was counted, or the distribution for large samples was taken. */
export type NullDistribution = 'exact' | 'limit';

/** The options of {@link ksTest}. */
export interface KsOptions {
  /** `auto` (the default) counts where n·m ≤ 10^7, `exact` wherever it can, `limit` nowhere. */
  readonly method?: 'auto' | NullDistribution | undefined;
}

/** The answer of {@link ksTest}. */
export interface KsTest {
  /** Whether there was enough to compare. */
  readonly status: DriftStatus;
  /** D, from 0 to 1. */
  readonly statistic: number | null;
  /** Two-sided. */
  readonly pValue: number | null;
  /** How the p-value was computed. */
  readonly method: NullDistribution | null;
  /** Finite reference values. */
  readonly n: number;
  /** Finite current values. */
  readonly m: number;
  /** NaN and infinities on both sides together. */
  readonly missing: number;
}

/**
 * The two-sample Kolmogorov–Smirnov test.
 *
 * @throws {PlacetError} `invalid_argument`, `too_large` or `option_out_of_range`, as all drift functions.
 * @example
 * const { status, statistic, pValue } = ksTest(Float64Array.of(1, 2, 3, 4), [3, 4, 5, NaN]);
 */
export function ksTest(reference: Numbers, current: Numbers, options?: KsOptions): KsTest;

/** The answer of {@link wasserstein}. */
export interface Wasserstein {
  /** Whether there was enough to compare. */
  readonly status: DriftStatus;
  /** ∫|F − G|, in the unit of the values. */
  readonly distance: number | null;
  /** The distance in standard deviations of the reference; null also where the reference does not vary. */
  readonly overReferenceSd: number | null;
}

/**
 * The first Wasserstein distance: how far mass has to be moved.
 *
 * @example
 * const { distance, overReferenceSd } = wasserstein([0, 2], [3, 5]); // 3 and 3
 */
export function wasserstein(reference: Numbers, current: Numbers): Wasserstein;

/** Where bins lie: at quantiles of the reference, or at equal distances over its range. */
export type Binning = 'quantile' | 'width';

/** Bins laid through the reference. */
export interface BinOptions {
  /** How many, 1 to 65 535, before equal edges are merged; 10 by default. */
  readonly bins?: number | undefined;
  /** `quantile` by default. */
  readonly binning?: Binning | undefined;
}

/** The options of {@link psi}. */
export interface PsiOptions extends BinOptions {
  /** For empty bins: shares below 10^-4 count as that (`epsilon`, the default), or half a value in every bin. */
  readonly smoothing?: 'epsilon' | 'jeffreys' | undefined;
}

/** The answer of {@link psi}. */
export interface Psi {
  /** Whether there was enough to compare. */
  readonly status: DriftStatus;
  /** Σ (p − q)·ln(p/q), 0 or more. */
  readonly value: number | null;
  /** The edges between the bins `(−∞, e0], (e0, e1], …, (ek, ∞)`. */
  readonly edges: readonly number[];
  /** Reference values in each bin. */
  readonly reference: readonly number[];
  /** Current values in each bin. */
  readonly current: readonly number[];
}

/**
 * The population stability index. Below 500 values a side chance alone exceeds the customary 0.1 and 0.2:
 * {@link checkDistributions} asks for a p-value too.
 *
 * @example
 * const { value } = psi(training, serving, { bins: 20, smoothing: 'jeffreys' });
 */
export function psi(reference: Numbers, current: Numbers, options?: PsiOptions): Psi;

/** The answer of {@link jensenShannon}. */
export interface JensenShannon {
  /** Whether there was enough to compare. */
  readonly status: DriftStatus;
  /** In bits, from 0 (equal) to 1 (disjoint). */
  readonly divergence: number | null;
  /** Its square root, which is a metric. */
  readonly distance: number | null;
}

/**
 * The Jensen–Shannon divergence of binned shares, without smoothing.
 *
 * @example
 * const { distance } = jensenShannon(training, serving);
 */
export function jensenShannon(reference: Numbers, current: Numbers, options?: BinOptions): JensenShannon;

/** The answer of {@link chiSquare}. */
export interface ChiSquare {
  /** Whether there was enough to compare. */
  readonly status: DriftStatus;
  /** The sum over all cells. */
  readonly statistic: number | null;
  /** Degrees of freedom: categories that occur on either side, less one. */
  readonly dof: number | null;
  /** The chance of as large a statistic without drift. */
  readonly pValue: number | null;
  /** The effect size, from 0 to 1. */
  readonly cramersV: number | null;
}

/**
 * Pearson's chi-square test of homogeneity of two lists of counts, one entry per category each.
 *
 * @throws {PlacetError} `length_mismatch`, `count_overflow`, or `option_out_of_range` for a count that is none.
 * @example
 * const { pValue, cramersV } = chiSquare([60, 40, 0], [50, 35, 15]);
 */
export function chiSquare(referenceCounts: Numbers, currentCounts: Numbers): ChiSquare;

/** The answer of {@link kuiper} and {@link cramerVonMises}. */
export interface DriftTest {
  /** Whether there was enough to compare. */
  readonly status: DriftStatus;
  /** The statistic. */
  readonly statistic: number | null;
  /** The chance of as large a statistic without drift. */
  readonly pValue: number | null;
}

/** Kuiper's test: as sensitive in the tails as around the median. */
export function kuiper(reference: Numbers, current: Numbers): DriftTest;

/** The two-sample Cramér–von Mises test. */
export function cramerVonMises(reference: Numbers, current: Numbers): DriftTest;

/** For a family of checks: Holm (1979), or Benjamini and Hochberg (1995). */
export type Correction = 'holm' | 'bh';

/**
 * Adjusts p-values, in their given order, for the number of checks.
 *
 * @throws {PlacetError} `p_value_out_of_range` where one is NaN, below 0 or above 1.
 * @example
 * adjustPValues([0.5, 0.01], 'holm'); // [0.5, 0.02]
 */
export function adjustPValues(pValues: Numbers, correction: Correction): number[];

/** The settings of {@link cusum}. */
export interface CusumOptions {
  /** The mean while in control. */
  readonly mean: number;
  /** The standard deviation while in control. */
  readonly sd: number;
  /** The slack in standard deviations, half the shift that should be found; 0.5 by default. */
  readonly k?: number | undefined;
  /** The decision limit in standard deviations; 5 by default, one false alarm in some 470 values. */
  readonly h?: number | undefined;
}

/**
 * The tabular cumulative-sum chart: the places of its alarms in the array. It starts afresh after each.
 *
 * @example
 * cusum([0, 3, NaN, 3, 3], { mean: 0, sd: 1 }); // [4]
 */
export function cusum(values: Numbers, options: CusumOptions): number[];

/** The settings of {@link pageHinkley}; the defaults are those of the Python library River. */
export interface PageHinkleyOptions {
  /** Values seen since the start or the last alarm before there can be one; 30 by default. */
  readonly minInstances?: number | undefined;
  /** The change that is tolerated; 0.005 by default. */
  readonly delta?: number | undefined;
  /** The decision limit; 50 by default. */
  readonly threshold?: number | undefined;
  /** How much of the sum is kept at each step; 0.9999 by default. */
  readonly alpha?: number | undefined;
  /** Which change to look for; `both` by default. */
  readonly mode?: 'up' | 'down' | 'both' | undefined;
}

/** The Page–Hinkley test, which needs no mean given in advance: the places of its alarms in the array. */
export function pageHinkley(values: Numbers, options?: PageHinkleyOptions): number[];

/**
 * A quantile sketch of values, as bytes: what is kept of a stream that is too long to keep.
 *
 * @param options `k`, 128 to 65 535: it keeps some 3k values, and its error falls as 1/k; 2048 by default.
 * @example
 * let stream = sketch(firstWindow);
 * stream = sketchMerge(stream, sketch(secondWindow));
 * const median = sketchQuantile(stream, 0.5);
 */
export function sketch(values: Numbers, options?: { readonly k?: number | undefined }): Uint8Array;

/**
 * The sketch of both streams, with the smaller k.
 *
 * @throws {PlacetError} `sketch_format`, `sketch_length` or `sketch_content`, as all functions that take sketches.
 */
export function sketchMerge(one: Bytes, other: Bytes): Uint8Array;

/** What a sketch says of itself. */
export interface SketchInfo {
  /** How much it keeps. */
  readonly k: number;
  /** Finite values seen. */
  readonly count: number;
  /** NaN and infinities seen. */
  readonly missing: number;
  /** Every rank, divided by the count, is right within ± this, but for a chance of one in a thousand. */
  readonly rankError: number;
}

/** What a sketch has seen, and how exact it is. */
export function sketchInfo(sketch: Bytes): SketchInfo;

/** The value below or at which a share `q` of the stream lies; null where the sketch is empty or `q` is NaN. */
export function sketchQuantile(sketch: Bytes, q: number): number | null;

/** How many of the finite values are not above `x`. */
export function sketchRank(sketch: Bytes, x: number): number;

/** The answer of {@link ksTestSketches}. */
export interface SketchKsTest extends KsTest {
  /** D of the streams lies within `statistic` ± this. */
  readonly error: number | null;
  /** The least D that the streams may have; `pValue` is of this. */
  readonly lowerBound: number | null;
}

/** The Kolmogorov–Smirnov test of two streams by their sketches, whose own error never raises an alarm. */
export function ksTestSketches(reference: Bytes, current: Bytes): SketchKsTest;

/** Why a check is inconclusive. */
export type DriftReason =
  /** A side has fewer values than the check needs. */
  | 'too_few_samples'
  /** There is nothing to compare with. */
  | 'missing_baseline'
  /** The metric has a baseline or a rule and was not reported now. */
  | 'missing_now'
  /** A value is NaN or infinite. */
  | 'not_finite'
  /** No direction is declared, and the name is not one with a known direction. */
  | 'unknown_direction'
  /** The baseline is zero or below, and the rule has no absolute tolerance. */
  | 'no_absolute_tolerance'
  /** A tolerance, a minimum or alpha makes no sense. */
  | 'invalid_rule'
  /** This test cannot be computed from this kind of baseline. */
  | 'unsuited_baseline';

/** What a check of a distribution computes. */
export type DistributionTest = 'ks' | 'wasserstein' | 'kuiper' | 'psi' | 'jensen_shannon' | 'chi_square';

/** One check's verdict, with all that led to it. */
export interface Check {
  /** The metric or the output. */
  readonly name: string;
  /** What was compared. */
  readonly test: 'metric' | 'missing_rate' | DistributionTest;
  /** `notice` is better than the baseline by more than the tolerance. */
  readonly outcome: 'stable' | 'notice' | 'drifted' | 'inconclusive';
  /** The test's statistic; of a metric its value now, of a missing rate the rate now. */
  readonly statistic: number | null;
  /** What the statistic is compared with, for a metric or a missing rate. */
  readonly baseline: number | null;
  /** The chance of as large a statistic without drift; null where the test has none. */
  readonly pValue: number | null;
  /** Adjusted for the family of checks; this one is compared with alpha. */
  readonly adjustedP: number | null;
  /** Negative where a metric has become better. */
  readonly effect: number | null;
  /** The effect from which on a check has drifted. */
  readonly threshold: number | null;
  /** From 0 to 1; null where inconclusive. */
  readonly severity: number | null;
  /** Why it is inconclusive, with what it has and what it needs in words. */
  readonly reason: { readonly code: DriftReason; readonly message: string } | null;
}

/** How a metric is judged. What is left out is left to its name: `loss`, `accuracy` and the like. */
export interface MetricRule {
  /** Which way is better. */
  readonly direction?: 'higher_is_better' | 'lower_is_better' | 'band' | undefined;
  /** How far it may move the bad way: a share of a baseline above zero, or in its unit. */
  readonly tolerance?: { readonly relative?: number | undefined; readonly absolute?: number | undefined } | undefined;
  /** It has drifted below this, whatever its baseline. */
  readonly floor?: number | undefined;
  /** It has drifted above this, whatever its baseline. */
  readonly ceiling?: number | undefined;
}

/**
 * Checks each metric of the baseline, of now, and of the rules, in the order of their names.
 *
 * @example
 * const checks = checkMetrics({ loss: 0.28 }, { loss: 0.35 }, { loss: { tolerance: { relative: 0.1 } } });
 */
export function checkMetrics(
  baseline: Readonly<Record<string, number>>,
  current: Readonly<Record<string, number>>,
  rules?: Readonly<Record<string, MetricRule>>,
): Check[];

/** A side as a sketch. */
export interface SketchSide {
  /** The bytes of the sketch. */
  readonly sketch: Bytes;
}

/** A side as counts of categories. */
export interface CategorySide {
  /** How often each occurred. */
  readonly categories: Readonly<Record<string, number>>;
}

/** A baseline as counts in frozen bins, one more than edges. */
export interface BinsSide {
  /** The edges between the bins, ascending. */
  readonly edges: Numbers;
  /** How many values were in each bin. */
  readonly counts: Numbers;
  /** How many values were missing. */
  readonly missing: number;
}

/** How an output is judged. */
export interface DistributionRule {
  /** What is computed. */
  readonly test: DistributionTest;
  /** The least effect that counts as drift, in the unit of the test; 0.1 by default, 0.2 for Wasserstein. */
  readonly minimumEffect?: number | undefined;
  /** The least number of values on each side; 10 by default. */
  readonly minimumSamples?: number | undefined;
  /** How far the share of missing values may rise; 0.05 by default. */
  readonly missingTolerance?: number | undefined;
}

/** One output of the model. */
export interface Distribution {
  /** What the output is called. */
  readonly name: string;
  /** Null is inconclusive. */
  readonly baseline: Numbers | SketchSide | CategorySide | BinsSide | null;
  /** Null is inconclusive. */
  readonly current: Numbers | SketchSide | CategorySide | null;
  /** How it is judged. */
  readonly rule: DistributionRule;
}

/** How the checks of one window are judged together. */
export interface FamilyOptions {
  /** The adjusted p-value below which an effect is not chance; 0.01 by default. */
  readonly alpha?: number | undefined;
  /** `holm` by default. */
  readonly correction?: Correction | undefined;
}

/**
 * Checks every output of a window as one family: for each its distribution and, unless it is categorical,
 * the share of missing values. Drift takes both an adjusted p below alpha and the least effect.
 *
 * @example
 * const checks = checkDistributions([{ name: 'score', baseline, current, rule: { test: 'ks' } }]);
 * const { status, recommendedAction } = report(checks);
 */
export function checkDistributions(distributions: readonly Distribution[], options?: FamilyOptions): Check[];

/** The checks of one window and their conclusion. */
export interface DriftReport {
  /** `inconclusive` where no check has drifted and one, or all of none, could not be judged. */
  readonly status: 'stable' | 'drifted' | 'inconclusive';
  /** The worst severity of any check, never the mean. */
  readonly severity: number;
  /** What to do, by the severity. */
  readonly recommendedAction: 'monitor' | 'investigate' | 'consider_revoke';
  /** How loud to say so, by the severity. */
  readonly alertLevel: 'low' | 'medium' | 'high' | 'critical';
  /** The checks as they were given. */
  readonly checks: readonly Check[];
}

/**
 * Concludes from the checks of a window. Without any check it is inconclusive.
 *
 * @throws {PlacetError} `option_out_of_range` for an outcome that there is not or a severity outside 0 to 1.
 */
export function report(checks: readonly Check[]): DriftReport;
