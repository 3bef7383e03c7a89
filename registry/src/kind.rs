//! What kinds of documents there are, and how they are told apart before one is read.

use placet_core::{
    approval::{APPROVAL, Approval, Verdict},
    code::Code,
    deployment::DEPLOYMENT,
    drift_report::DRIFT_REPORT,
    envelope::Envelope,
    error::ParseError,
    json::Value,
    policy::POLICY,
    proposal::PROPOSAL,
    revocation::{KEY_REVOCATION, REVOCATION},
    revocation_list::REVOCATION_LIST,
    statement::{IN_TOTO, Statement as _, predicate_type},
    training::TRAINING_OUTPUT,
};

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $name:literal $entry:literal;)*) => {
        /// A kind of document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
        }

        impl Kind {
            /// The kind as the interface and the database write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Reads a kind.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($name => Some(Self::$variant),)* _ => None }
            }

            /// The kind of its entry in the ledger; empty for the one kind that is not entered.
            #[must_use]
            pub const fn ledger_entry(self) -> &'static str {
                match self { $(Self::$variant => $entry,)* }
            }
        }
    };
}

kinds! {
    /// A version of the trust policy.
    Policy "policy" "policy_adopted";
    /// A training output.
    TrainingOutput "training_output" "training_completed";
    /// A proposal.
    Proposal "proposal" "model_proposed";
    /// An approval.
    Approval "approval" "model_approved";
    /// A rejection.
    Rejection "rejection" "model_rejected";
    /// A withdrawal.
    Withdrawal "withdrawal" "model_approval_revoked";
    /// A revocation of a proposal or of weights.
    Revocation "revocation" "model_approval_revoked";
    /// A revocation of a key.
    KeyRevocation "key_revocation" "key_revoked";
    /// A deployment.
    Deployment "deployment" "model_deployment";
    /// A drift report; one that found no drift is entered as `model_drift_checked`.
    DriftReport "drift_report" "model_drift_detected";
    /// A revocation list, which stands beside the ledger.
    RevocationList "revocation_list" "";
}

impl Kind {
    /// The kinds that end something.
    pub const NEGATIVE: [Self; 4] =
        [Self::Rejection, Self::Withdrawal, Self::Revocation, Self::KeyRevocation];

    /// Whether a document of this kind ends something.
    #[must_use]
    pub fn is_negative(self) -> bool {
        Self::NEGATIVE.contains(&self)
    }

    /// The kind of document in an envelope, as it claims.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where it is none of those known here.
    pub fn of(envelope: &Envelope) -> Result<Self, ParseError> {
        match envelope.payload_type() {
            POLICY => return Ok(Self::Policy),
            KEY_REVOCATION => return Ok(Self::KeyRevocation),
            REVOCATION_LIST => return Ok(Self::RevocationList),
            IN_TOTO => {}
            _ => return Err(ParseError::Invalid { field: "payloadType", code: Code::WrongPayloadType }),
        }
        let payload = envelope.unverified_payload();
        match predicate_type(payload).as_deref() {
            Some(TRAINING_OUTPUT) => Ok(Self::TrainingOutput),
            Some(PROPOSAL) => Ok(Self::Proposal),
            Some(REVOCATION) => Ok(Self::Revocation),
            Some(DEPLOYMENT) => Ok(Self::Deployment),
            Some(DRIFT_REPORT) => Ok(Self::DriftReport),
            Some(APPROVAL) => Ok(match Approval::parse(payload)?.verdict {
                Verdict::Approve => Self::Approval,
                Verdict::Reject => Self::Rejection,
                Verdict::Withdraw => Self::Withdrawal,
            }),
            Some(_) => Err(ParseError::Invalid { field: "predicateType", code: Code::WrongPredicateType }),
            None => {
                Value::parse(payload)?;
                Err(ParseError::MissingField { field: "predicateType" })
            }
        }
    }
}
