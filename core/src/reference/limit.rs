//! What a record of the Python library cannot prove, however many signatures it carries.

/// An enumeration whose variants have a stable code and a meaning in one sentence.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident, $list:literal: $($variant:ident $code:literal $meaning:literal;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = $meaning] $variant,)*
        }

        impl $name {
            #[doc = $list]
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as it is written everywhere.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What it means, as one sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}
pub(super) use coded;

coded! {
    /// One thing that a record leaves unproved. The codes are stable, as those of [`Code`](crate::code::Code).
    Limit, "All limits, in the order in which they are reported.":
    NoDomain "no_domain" "The signed bytes are a bare digest that names no organisation, system or purpose.";
    ApproverNotSigned "approver_not_signed" "The signed text names neither the signer nor a role: whose signature it is, only the directory of keys says.";
    SigningTimeUnknown "signing_time_unknown" "No signature says when it was made.";
    StatusNotSigned "status_not_signed" "Whether the record is revoked is an unsigned word that anybody can change back.";
    NoFreshness "no_freshness" "Nothing tells whether the record is the newest, or was withdrawn or replaced.";
    NoTrainingEvidence "no_training_evidence" "Metrics, model card, data and trainer are not part of what was signed.";
    NoReviewEvidence "no_review_evidence" "Nothing tells what the approvers were shown.";
    NoSeparationOfDuties "no_separation_of_duties" "Nothing tells whether an approver also trained, proposed or deployed the model.";
    ModelNotCompared "model_not_compared" "The caller named no model to compare with.";
    WeightsNotCompared "weights_not_compared" "The caller named no weights hash to compare with.";
    AnyEnvironment "any_environment" "The record holds in every environment there is or will be.";
    AnyScope "any_scope" "The record holds for every scope there is or will be.";
}

impl Limit {
    /// The limits that every record has, whatever it says.
    pub(super) fn of_every_record() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|limit| *limit < Self::ModelNotCompared)
    }
}
