//! Whether a document was ever good, whatever it counts for now.

use placet_core::{
    approval::Approval,
    code::Code,
    deployment::Deployment,
    drift_report::DriftReport,
    policy::Link,
    proposal::Proposal,
    revocation::{KeyRevocation, Revocation},
    revocation_list::VerifiedList,
    training::TrainingOutput,
};

use super::Evidence;
use crate::{
    document::{Claim, Document},
    error::{Error, Result},
};

impl Evidence {
    /// Whether a document was ever good: signed by whoever might say so under some policy of the chain. Whether it counts
    /// now is another question.
    ///
    /// # Errors
    ///
    /// Why it was not.
    pub(crate) fn check_once_good(&self, document: &Document) -> Result<()> {
        let (chain, envelope) = (self.chain()?, &document.envelope);
        match &document.claim {
            Claim::Policy(policy) => {
                if chain.version(policy.version).map(Link::digest) != Some(document.digest()) {
                    let message = "the policy is not of the chain that the pin begins";
                    return Err(Error::of(Code::PolicyUnpinned, message));
                }
            }
            Claim::RevocationList(_) => drop(VerifiedList::verify(envelope, chain)?),
            Claim::Approval(_) if !document.is_negative() && envelope.signature_count() != 1 => {
                return Err(Error::of(Code::SignatureCount, Code::SignatureCount.meaning()));
            }
            Claim::Approval(_) => drop(chain.verify_negative::<Approval>(envelope)?),
            Claim::TrainingOutput(_) => drop(chain.verify_negative::<TrainingOutput>(envelope)?),
            Claim::Proposal(_) => drop(chain.verify_negative::<Proposal>(envelope)?),
            Claim::Deployment(_) => drop(chain.verify_negative::<Deployment>(envelope)?),
            Claim::DriftReport(_) => drop(chain.verify_negative::<DriftReport>(envelope)?),
            Claim::Revocation(_) => drop(chain.verify_negative::<Revocation>(envelope)?),
            Claim::KeyRevocation(_) => drop(chain.verify_negative::<KeyRevocation>(envelope)?),
            Claim::Other(_) => {}
        }
        Ok(())
    }
}
