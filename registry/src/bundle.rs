//! Putting together the evidence for a proposal.

use placet_core::{
    bundle::{Bundle, LedgerProofs},
    digest::Digest,
    envelope::Envelope,
    limits::BUNDLE_ENVELOPES,
};

use crate::{
    error::Error,
    kind::Kind,
    store::{Connection, Stored, documents},
};

/// The envelopes of a bundle.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) training_output: Envelope,
    pub(crate) proposal: Envelope,
    /// Rejections and withdrawals first: where not all fit, what denies is kept.
    pub(crate) approvals: Vec<Envelope>,
}

impl Parts {
    /// Reads the envelopes about a proposal; none where it is not known.
    pub(crate) async fn load(db: &mut Connection, proposal: Digest) -> Result<Option<Self>, Error> {
        let Some(row) = documents::proposal(db, proposal).await? else { return Ok(None) };
        let Some(training_output) = documents::document(db, row.training_output).await? else {
            return Ok(None);
        };
        let about = documents::about_proposal(db, proposal).await?;
        let Some(document) = about.iter().find(|document| document.kind == Kind::Proposal) else {
            return Ok(None);
        };
        let of = |kinds: &'static [Kind]| about.iter().filter(|document| kinds.contains(&document.kind));
        let verdicts = of(&[Kind::Rejection, Kind::Withdrawal]).chain(of(&[Kind::Approval]));
        Ok(Some(Self {
            training_output: training_output.envelope()?,
            proposal: document.envelope()?,
            approvals: verdicts.map(Stored::envelope).collect::<Result<_, _>>()?,
        }))
    }

    /// The digests of all payloads.
    pub(crate) fn digests(&self) -> impl Iterator<Item = Digest> {
        let both = [self.training_output.digest(), self.proposal.digest()];
        both.into_iter().chain(self.approvals.iter().map(Envelope::digest))
    }

    /// The bundle.
    pub(crate) fn into_bundle(mut self, ledger: Option<LedgerProofs>) -> Bundle {
        self.approvals.truncate(BUNDLE_ENVELOPES - 2);
        Bundle::new(self.training_output, self.proposal, self.approvals, ledger)
    }
}
