//! Every code that Placet answers with, in one table.
//!
//! A code is stable: it is shared by Rust, the HTTP problem details, TypeScript and the vectors, and it never changes
//! its meaning. New ones may be added.

use core::fmt;

/// Where a code arises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Area {
    /// Reading bytes: the document is not what it must be.
    Document,
    /// The weights of a model and the manifest of a directory.
    Weights,
    /// The rules that a policy must keep to be one.
    PolicyDocument,
    /// Who signed a statement, and whether that person may.
    Signature,
    /// Why an approval that is present does not count.
    Approval,
    /// A gate of the decision.
    Gate(Gate),
    /// A deployment statement.
    Deployment,
    /// A drift report, or a revocation that names one as its evidence.
    Drift,
    /// A proof, a checkpoint or a log's keys, checked by themselves.
    Ledger,
    /// A record of the Python reference.
    Reference,
}

impl Area {
    /// The name in the table of codes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Weights => "weights",
            Self::PolicyDocument => "policy document",
            Self::Signature => "signature",
            Self::Approval => "approval",
            Self::Gate(gate) => gate.as_str(),
            Self::Deployment => "deployment",
            Self::Drift => "drift report",
            Self::Ledger => "ledger proof",
            Self::Reference => "reference",
        }
    }
}

/// The gates of a decision, in the order in which they are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// A pinned, unbroken and valid policy chain is held.
    Policy,
    /// The training plane signed what was trained.
    TrainingOutput,
    /// The governance plane proposed exactly that.
    Proposal,
    /// Model and weights are the ones asked about.
    Subject,
    /// Now lies within the proposal's window, which the rule allows.
    Validity,
    /// Environment and scope are declared, approved, and governed by a rule.
    Environment,
    /// Enough people in each role approved.
    Quorum,
    /// Nobody counted where their other part in this model forbids it.
    SeparationOfDuties,
    /// Nobody with a say rejected.
    Veto,
    /// The signed metrics keep the rule's bounds.
    Metrics,
    /// A fresh revocation list names nothing of this, nor does a loose statement.
    Revocation,
    /// The evidence stands in the ledger, where the rule asks for it.
    Ledger,
}

impl Gate {
    /// All gates, in order.
    pub const ALL: [Self; 12] = [
        Self::Policy,
        Self::TrainingOutput,
        Self::Proposal,
        Self::Subject,
        Self::Validity,
        Self::Environment,
        Self::Quorum,
        Self::SeparationOfDuties,
        Self::Veto,
        Self::Metrics,
        Self::Revocation,
        Self::Ledger,
    ];

    /// The name in a decision.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::TrainingOutput => "training_output",
            Self::Proposal => "proposal",
            Self::Subject => "subject",
            Self::Validity => "validity",
            Self::Environment => "environment",
            Self::Quorum => "quorum",
            Self::SeparationOfDuties => "separation_of_duties",
            Self::Veto => "veto",
            Self::Metrics => "metrics",
            Self::Revocation => "revocation",
            Self::Ledger => "ledger",
        }
    }
}

macro_rules! codes {
    ($($variant:ident $code:literal $area:expr, $meaning:literal;)*) => {
        /// A stable code: why bytes were refused, or why a decision is what it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// The whole table, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as it is written everywhere.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Where it arises.
            #[must_use]
            pub const fn area(self) -> Area {
                match self { $(Self::$variant => $area,)* }
            }

            /// What it means, as one sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    JsonSyntax "json_syntax" Area::Document, "The bytes are not JSON.";
    JsonUtf8 "invalid_utf8" Area::Document, "The bytes are not UTF-8.";
    DuplicateKey "duplicate_key" Area::Document, "A key occurs twice in one object.";
    LoneSurrogate "lone_surrogate" Area::Document, "A string holds half of a surrogate pair.";
    NestingTooDeep "nesting_too_deep" Area::Document, "The document nests deeper than 32 levels.";
    TrailingBytes "trailing_bytes" Area::Document, "Bytes follow the end of the document.";
    TooLarge "too_large" Area::Document, "The document or a field of it is larger than its limit.";
    TooMany "too_many" Area::Document, "A list holds more elements than its limit.";
    MissingField "missing_field" Area::Document, "A required field is not there.";
    UnknownField "unknown_field" Area::Document, "A field is there that the format does not know.";
    WrongType "wrong_type" Area::Document, "A field holds another type of JSON value than the format says.";
    UnknownValue "unknown_value" Area::Document, "A field that names one of a few values holds none of them.";
    InvalidInteger "invalid_integer" Area::Document, "An integer is no plain digits, over 2^53 - 1, or out of its range.";
    InvalidNumber "invalid_number" Area::Document, "A number is no finite binary64.";
    InvalidIdentifier "invalid_identifier" Area::Document, "A name holds a character that names may not hold, or is empty or too long.";
    InvalidTime "invalid_time" Area::Document, "A time is not exactly YYYY-MM-DDTHH:MM:SSZ, or no such time exists.";
    InvalidDigest "invalid_digest" Area::Document, "A digest is not sha256: and 64 lower-case hex digits.";
    InvalidBase64 "invalid_base64" Area::Document, "Base64 is not in the standard alphabet, padded and canonical.";
    InvalidPublicKey "invalid_public_key" Area::Document, "A public key is not the one canonical encoding of a point, in 64 lower-case hex digits.";
    SmallOrderKey "small_order_key" Area::Document, "A public key is of small order: signatures under it prove nothing.";
    EmptyList "empty_list" Area::Document, "A list that must name something is empty.";
    NotSorted "not_sorted" Area::Document, "A list that must be sorted and free of repetition is not.";
    EmptyValidity "empty_validity" Area::Document, "An interval ends before it begins, or as it begins.";
    WrongPayloadType "wrong_payload_type" Area::Document, "The envelope's payload type is not the one of such a document.";
    WrongStatementType "wrong_statement_type" Area::Document, "The statement's _type is not in-toto Statement v1.";
    WrongPredicateType "wrong_predicate_type" Area::Document, "The predicate type is not the one of such a statement.";
    SubjectCount "subject_count" Area::Document, "A statement names other than exactly one subject with exactly one digest.";
    UnsupportedVersion "unsupported_version" Area::Document, "The document's format is of a version that is not known here.";

    ManifestEmpty "manifest_empty" Area::Weights, "A directory without files has no weights digest.";
    ManifestPath "manifest_path" Area::Weights, "A path is absolute, leaves the directory, or holds a character or component that manifests may not hold.";
    ManifestCaseCollision "manifest_case_collision" Area::Weights, "Two files or directories differ only in the case of their names, or a file stands where a directory must.";
    ManifestMismatch "manifest_mismatch" Area::Weights, "The listed files do not give the weights digest of the subject.";

    PolicyVersion "policy_version" Area::PolicyDocument, "Version 1 has neither previous nor domain; every later version has both.";
    PolicyKeyReused "policy_key_reused" Area::PolicyDocument, "A public key occurs twice in the policy.";
    PolicyMixedPlanes "policy_mixed_planes" Area::PolicyDocument, "A principal's roles are of more than one plane.";
    PolicyRoot "policy_root" Area::PolicyDocument, "The root has too few members, too few keys for its threshold, or a member outside the governance plane.";
    PolicyThreshold "policy_threshold" Area::PolicyDocument, "A threshold is zero or more than those who could meet it.";
    PolicyUnknownName "policy_unknown_name" Area::PolicyDocument, "The policy refers to a principal or role that it does not define.";
    PolicyOperators "policy_operators" Area::PolicyDocument, "An operator is a service itself.";
    PolicyRuleOverlap "policy_rule_overlap" Area::PolicyDocument, "Two rules govern the same environment and scope, or have the same name.";
    PolicyUndeclared "policy_undeclared" Area::PolicyDocument, "A rule is for an environment or scope that the policy does not declare.";
    PolicyQuorum "policy_quorum" Area::PolicyDocument, "A rule's quorum is empty, names a role twice, or names a role outside the governance plane.";
    PolicyListSigners "policy_list_signers" Area::PolicyDocument, "A signer of the revocation list is outside the registry plane or has no key.";
    PolicyLog "policy_log" Area::PolicyDocument, "The log's witnesses repeat, are fewer than their threshold, or a rule asks for a ledger that the policy does not name.";

    SignatureMalformed "signature_malformed" Area::Signature, "A signature is not 64 bytes in canonical base64.";
    SignatureInvalid "signature_invalid" Area::Signature, "The signature does not verify under the key that it names.";
    SignatureCount "signature_count" Area::Signature, "An approval envelope carries other than exactly one signature.";
    SignerUnknown "signer_unknown" Area::Signature, "The policy knows no principal of the name that the document gives.";
    SignerMismatch "signer_mismatch" Area::Signature, "No signature names a key of the principal that the document names.";
    SignerNotEntitled "signer_not_entitled" Area::Signature, "The principal holds no role that may make such a statement.";
    KeyNotYetValid "key_not_yet_valid" Area::Signature, "The key's window had not begun, now or when the statement was made.";
    KeyExpired "key_expired" Area::Signature, "The key's window is over, now or when the statement was made.";
    KeyRevoked "key_revoked" Area::Signature, "The key is revoked.";
    ForeignDomain "foreign_domain" Area::Signature, "The document belongs to another domain.";
    FromFuture "from_future" Area::Signature, "The statement says that it was made later than now.";

    ApprovalOtherProposal "approval_other_proposal" Area::Approval, "The approval is of another proposal or of other weights.";
    RoleNotHeld "role_not_held" Area::Approval, "The approver does not hold the role in which the approval was given.";
    RoleNotInQuorum "role_not_in_quorum" Area::Approval, "The rule's quorum does not ask for the role.";
    SummaryMismatch "summary_mismatch" Area::Approval, "What the approver saw is not the summary of this proposal.";
    SummaryFormatUnknown "summary_format_unknown" Area::Approval, "The summary is of a format that is not known here.";
    ApprovalBeforeProposal "approval_before_proposal" Area::Approval, "The approval was signed before the proposal was made.";
    ApprovalTooLate "approval_too_late" Area::Approval, "The approval was signed after the rule's approval window.";
    ApprovalCancelled "approval_cancelled" Area::Approval, "The same person rejected the proposal or withdrew.";
    ApprovalRevoked "approval_revoked" Area::Approval, "The revocation list names the approval.";
    DuplicateApprover "duplicate_approver" Area::Approval, "Another approval of the same person counts already.";
    NotAnApproval "not_an_approval" Area::Approval, "The statement rejects or withdraws.";

    PolicyMissing "policy_missing" Area::Gate(Gate::Policy), "No policy is held.";
    PolicyUnpinned "policy_unpinned" Area::Gate(Gate::Policy), "Version 1 of the policy is not the pinned one.";
    PolicyVersionGap "policy_version_gap" Area::Gate(Gate::Policy), "A version of the policy chain is missing.";
    PolicyPreviousMismatch "policy_previous_mismatch" Area::Gate(Gate::Policy), "A policy names another predecessor than the one held.";
    PolicySignatures "policy_signatures" Area::Gate(Gate::Policy), "A policy is not signed by the threshold of its own root and of the one before.";
    PolicyNotYetValid "policy_not_yet_valid" Area::Gate(Gate::Policy), "The newest policy is not yet in force.";
    PolicyExpired "policy_expired" Area::Gate(Gate::Policy), "The newest policy has expired.";
    PolicyRollback "policy_rollback" Area::Gate(Gate::Policy), "The newest policy held is older than one seen before.";
    PolicyStale "policy_stale" Area::Gate(Gate::Policy), "The revocation list was made under a newer policy than the newest held.";
    PolicyEquivocation "policy_equivocation" Area::Gate(Gate::Policy), "Two different policies have the same version.";

    TrainingOutputMismatch "training_output_mismatch" Area::Gate(Gate::Proposal), "The proposal is of another training output.";
    ProposalPolicyUnknown "proposal_policy_unknown" Area::Gate(Gate::Proposal), "The proposal names a policy that is not in the chain.";

    ModelMismatch "model_mismatch" Area::Gate(Gate::Subject), "The documents are about another model than asked.";
    WeightsMismatch "weights_mismatch" Area::Gate(Gate::Subject), "The documents are about other weights than asked.";

    NotYetValid "not_yet_valid" Area::Gate(Gate::Validity), "The approval's window has not begun.";
    Expired "expired" Area::Gate(Gate::Validity), "The approval's window is over.";
    TtlExceeded "ttl_exceeded" Area::Gate(Gate::Validity), "The proposal asks for more time than the rule allows.";
    ClockRollback "clock_rollback" Area::Gate(Gate::Validity), "The time asked about lies before something already seen.";

    EnvironmentUndeclared "environment_undeclared" Area::Gate(Gate::Environment), "The policy declares no such environment.";
    EnvironmentNotApproved "environment_not_approved" Area::Gate(Gate::Environment), "The proposal is not for this environment.";
    ScopeUndeclared "scope_undeclared" Area::Gate(Gate::Environment), "The policy declares no such scope.";
    ScopeNotApproved "scope_not_approved" Area::Gate(Gate::Environment), "The proposal is not for this scope.";
    RuleMissing "rule_missing" Area::Gate(Gate::Environment), "No rule of the policy governs this environment and scope.";

    ThresholdNotMet "threshold_not_met" Area::Gate(Gate::Quorum), "Too few people in a role approved.";
    UnitsNotMet "units_not_met" Area::Gate(Gate::Quorum), "Those who approved are of too few units.";

    RoleConflict "role_conflict" Area::Gate(Gate::SeparationOfDuties), "The person approved in two roles and counts in none.";
    ApproverIsTrainer "approver_is_trainer" Area::Gate(Gate::SeparationOfDuties), "The approver trained the model.";
    ApproverOperatesTrainer "approver_operates_trainer" Area::Gate(Gate::SeparationOfDuties), "The approver operates the service that trained the model.";
    ApproverIsProposer "approver_is_proposer" Area::Gate(Gate::SeparationOfDuties), "The approver made the proposal, which the rule forbids.";
    ApproverOperatesProposer "approver_operates_proposer" Area::Gate(Gate::SeparationOfDuties), "The approver operates the service that made the proposal, which the rule forbids.";

    Vetoed "vetoed" Area::Gate(Gate::Veto), "A holder of a quorum role rejected the proposal.";

    MetricMissing "metric_missing" Area::Gate(Gate::Metrics), "The training output lacks a metric that the rule bounds.";
    MetricOutOfBounds "metric_out_of_bounds" Area::Gate(Gate::Metrics), "A metric lies outside the rule's bounds.";

    ListMissing "list_missing" Area::Gate(Gate::Revocation), "No revocation list is held.";
    ListSignatures "list_signatures" Area::Gate(Gate::Revocation), "The revocation list is not signed by the threshold of its signers.";
    ListFromFuture "list_from_future" Area::Gate(Gate::Revocation), "The revocation list says that it was made later than now.";
    ListStale "list_stale" Area::Gate(Gate::Revocation), "The revocation list is older than the rule or the list itself allows.";
    ListRollback "list_rollback" Area::Gate(Gate::Revocation), "The revocation list is older than one seen before.";
    ListEquivocation "list_equivocation" Area::Gate(Gate::Revocation), "Two different revocation lists have the same number.";
    ListEntryDropped "list_entry_dropped" Area::Gate(Gate::Revocation), "The revocation list lacks an entry of an older one that has not run out.";
    ProposalRevoked "proposal_revoked" Area::Gate(Gate::Revocation), "The proposal is revoked.";
    WeightsRevoked "weights_revoked" Area::Gate(Gate::Revocation), "The weights are revoked.";

    LedgerMissing "ledger_missing" Area::Gate(Gate::Ledger), "The rule asks for the ledger, and its proofs are not there.";
    LedgerCheckpoint "ledger_checkpoint" Area::Gate(Gate::Ledger), "The checkpoint is not the log's: its origin, its key or its form is another.";
    LedgerWitnesses "ledger_witnesses" Area::Gate(Gate::Ledger), "Too few witnesses cosigned the checkpoint.";
    LedgerInclusion "ledger_inclusion" Area::Gate(Gate::Ledger), "A document is not proved to stand in the ledger.";
    LedgerShrunk "ledger_shrunk" Area::Gate(Gate::Ledger), "The ledger is smaller than one seen before.";
    LedgerForked "ledger_forked" Area::Gate(Gate::Ledger), "The ledger does not continue the one seen before.";

    NotPermitted "not_permitted" Area::Deployment, "The deployment says permit where the decision is deny, or the other way round.";
    DeploymentMismatch "deployment_mismatch" Area::Deployment, "The deployment is of another proposal, place or decision.";
    DeployerIsApprover "deployer_is_approver" Area::Deployment, "Who deployed approved the same proposal.";

    BaselineContent "baseline_content" Area::Document, "The values of a baseline are not ascending, its counts do not fit its bins, or its sketch contradicts itself.";
    ReportInconsistent "report_inconsistent" Area::Document, "A drift report concludes something else than its checks say, or lacks values that they speak of.";
    WindowNotOver "window_not_over" Area::Document, "The window of a drift report ends after the report was signed.";
    BaselineMismatch "baseline_mismatch" Area::Drift, "The drift report was not measured against the signed baselines of the training output.";
    WindowOverlap "window_overlap" Area::Drift, "The window overlaps another of the same monitor for the same model and environment.";
    DriftNotOnRecord "drift_not_on_record" Area::Drift, "The evidence of a monitor's revocation is no report of its own about this model in a place of this proposal.";
    DriftWindowsNotMet "drift_windows_not_met" Area::Drift, "Too few windows in a row have drifted for a monitor to revoke by itself.";

    TimeNotIsoformat "time_not_isoformat" Area::Reference, "A time is not in the form in which Python writes a datetime that knows its offset.";
    SignatureNotHex "signature_not_hex" Area::Reference, "A signature is not 128 lower-case hex digits.";
    RecordRevoked "record_revoked" Area::Reference, "The record says that it is revoked.";
    RecordNeverExpires "record_never_expires" Area::Reference, "The record names no moment at which it expires.";
    KeyInPolicy "key_in_policy" Area::Reference, "A key that signs such records occurs in a policy, too.";

    LedgerIndexOutOfRange "ledger_index_out_of_range" Area::Ledger, "The tree of size leaves has no leaf index.";
    LedgerTreeShrunk "ledger_tree_shrunk" Area::Ledger, "The later tree is smaller than the earlier one.";
    LedgerProofTooShort "ledger_proof_too_short" Area::Ledger, "The proof ends below the root.";
    LedgerProofTooLong "ledger_proof_too_long" Area::Ledger, "The proof goes on beyond the root.";
    LedgerRootMismatch "ledger_root_mismatch" Area::Ledger, "The proof leads to another root than that of the tree of size leaves.";
    LedgerSizeOutOfRange "ledger_size_out_of_range" Area::Ledger, "A proof was asked for a tree that is larger than what is held.";
    LedgerPeakCount "ledger_peak_count" Area::Ledger, "A compact range of this size has another number of peaks.";
    LedgerTreeFull "ledger_tree_full" Area::Ledger, "The tree cannot grow further.";
    CheckpointTooLong "checkpoint_too_long" Area::Ledger, "The note is longer than is read.";
    CheckpointNotUtf8 "checkpoint_not_utf8" Area::Ledger, "The note is not UTF-8.";
    CheckpointControlCharacter "checkpoint_control_character" Area::Ledger, "The note holds a control character other than the newline.";
    CheckpointUnsigned "checkpoint_unsigned" Area::Ledger, "No blank line divides text and signatures, or no signature follows it.";
    CheckpointSignatureLine "checkpoint_signature_line" Area::Ledger, "A signature line is not an em dash, a name and base64, or the note does not end with a newline.";
    CheckpointTooManySignatures "checkpoint_too_many_signatures" Area::Ledger, "More signature lines than are read.";
    CheckpointMissingLine "checkpoint_missing_line" Area::Ledger, "The text has fewer than three lines.";
    CheckpointEmptyLine "checkpoint_empty_line" Area::Ledger, "A line of the text is empty.";
    CheckpointOrigin "checkpoint_origin" Area::Ledger, "The origin is empty or holds a control character.";
    CheckpointTreeSize "checkpoint_tree_size" Area::Ledger, "The tree size is not a canonical decimal number up to 2^53 - 1.";
    CheckpointRootHash "checkpoint_root_hash" Area::Ledger, "The root hash is not canonical base64 of 32 bytes.";
    CheckpointOriginMismatch "checkpoint_origin_mismatch" Area::Ledger, "The checkpoint is of another log.";
    CheckpointLogSignatureMissing "checkpoint_log_signature_missing" Area::Ledger, "The log's key did not sign.";
    CheckpointLogSignatureInvalid "checkpoint_log_signature_invalid" Area::Ledger, "The signature under the log's name and key id does not verify.";
    CheckpointWitnessThresholdNotMet "checkpoint_witness_threshold_not_met" Area::Ledger, "Too few of the known witnesses cosigned.";
    LogOrigin "log_origin" Area::Ledger, "The origin is empty or holds a control character.";
    LogKeyName "log_key_name" Area::Ledger, "A key name is empty or holds a space, a plus sign or a control character.";
    LogPublicKey "log_public_key" Area::Ledger, "A public key is no canonical Ed25519 point of large order.";
    LogDuplicateKey "log_duplicate_key" Area::Ledger, "One public key occurs twice, or is the log's and a witness's.";
    LogTooManyWitnesses "log_too_many_witnesses" Area::Ledger, "More witnesses than are allowed.";
    LogThreshold "log_threshold" Area::Ledger, "More witnesses are required than there are.";
}

impl Code {
    /// The code of this text, if there is one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
