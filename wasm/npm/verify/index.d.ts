/**
 * The small build of `placet`: decisions and verified envelopes by a module of its own, for gateways and workers.
 *
 * Everything is as in `placet`, and the error class is the same. Load the module of the one that you use.
 *
 * @packageDocumentation
 */

export { createVerifier, decide, init, initSync, PlacetError, timestamp, verifyEnvelope } from '../index.js';
export type {
  Answer,
  ApprovalResult,
  Bytes,
  Code,
  CompiledModule,
  Decided,
  Decision,
  DecisionBase,
  Denial,
  DigestText,
  Evidence,
  Gate,
  GateResult,
  Kind,
  ModuleResponse,
  ModuleSource,
  PackageErrorCode,
  Permit,
  PlacetErrorCode,
  Question,
  Request,
  RoleResult,
  Signer,
  VerifiedEnvelope,
  Verifier,
  VerifierOptions,
  VerifierUpdate,
  Weights,
  WeightsKind,
} from '../index.js';
