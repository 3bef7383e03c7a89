//! What an audit file shows under a pin: every document verified again, every decision made again.

use std::collections::BTreeSet;

use placet_core::{
    code::Code, decide::Decided, decision::Outcome, digest::Digest, envelope::Envelope, request::Request,
    state::State, time::Timestamp,
};

use super::{
    AuditFile,
    recorded::{Again, Recorded},
};
use crate::{
    document::Document,
    error::{At as _, Error, Result},
    evidence::Evidence,
    ledger::log_of,
    store::Held,
};

/// Everything that was found.
#[derive(Debug)]
pub(crate) struct Report {
    /// The evidence of the whole file.
    pub(crate) evidence: Evidence,
    /// How many documents were verified.
    pub(crate) verified: usize,
    /// Documents that were never good, and why.
    pub(crate) bad: Vec<(Digest, String, &'static str)>,
    /// What the ledger shows; none where neither policy nor file has one.
    pub(crate) ledger: Option<Result<LedgerFinding>>,
    /// The decisions that were recorded, made again.
    pub(crate) decisions: Vec<Recorded>,
    /// Every proposal in every place that it names, at the time that is asked about.
    pub(crate) standings: Vec<Standing>,
}

/// A ledger that is what the log signed.
#[derive(Debug)]
pub(crate) struct LedgerFinding {
    pub(crate) size: u64,
    pub(crate) witnesses: Vec<String>,
    /// Documents of the file that stand in it.
    pub(crate) included: usize,
    /// Documents of the file that do not.
    pub(crate) missing: Vec<Digest>,
}

/// A proposal in one place at one time.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) proposal: Digest,
    pub(crate) version: Option<String>,
    /// What was decided by what was known then.
    pub(crate) then: Decided,
    /// What is decided about the same time by everything in the file, where that is another answer.
    pub(crate) since: Option<Decided>,
}

impl Report {
    /// Looks at everything, as of `at`.
    ///
    /// # Errors
    ///
    /// Why there is no policy to go by under the pins.
    pub(crate) fn of(mut file: AuditFile, pins: BTreeSet<Digest>, at: Timestamp) -> Result<Self> {
        file.held.pins = pins;
        let evidence = Evidence::from_directory(file.held.clone(), None, &State::new());
        evidence.chain()?;
        let mut report = Self {
            evidence,
            verified: 0,
            bad: Vec::new(),
            ledger: None,
            decisions: Vec::new(),
            standings: Vec::new(),
        };
        report.check_documents(&file.held);
        report.ledger = report.check_ledger(&file.held);
        report.decisions = file.decisions.iter().map(|record| Recorded::of(&file.held, record)).collect();
        report.standings = report.standings_at(&file.held, at)?;
        Ok(report)
    }

    /// How many things are not as they must be.
    pub(crate) fn findings(&self) -> usize {
        // That a document stands in no ledger proves nothing against it: whoever made it may have kept it.
        let ledger = usize::from(matches!(self.ledger, Some(Err(_))));
        let decisions = self.decisions.iter().map(|decision| {
            usize::from(decision.again != Again::Same)
                + decision.deployments.iter().filter(|deployment| deployment.is_err()).count()
        });
        self.bad.len() + ledger + decisions.sum::<usize>()
    }

    fn check_documents(&mut self, held: &Held) {
        let system = held.policies.values().chain(held.lists.values()).cloned().map(Document::of);
        let documents = system.flatten().chain(held.documents.values().cloned());
        for document in documents {
            match self.evidence.check_once_good(&document) {
                Ok(()) => self.verified += 1,
                Err(error) => self.bad.push((document.digest(), document.kind().to_owned(), error.code())),
            }
        }
    }

    fn check_ledger(&self, held: &Held) -> Option<Result<LedgerFinding>> {
        let policy = self.evidence.policy().ok()?;
        if policy.log.is_none() && held.ledger.is_none() {
            return None;
        }
        let find = || {
            let log = log_of(policy)?;
            let missing = || Error::of(Code::LedgerMissing, "the file has no copy of the ledger");
            let ledger = held.ledger.as_ref().ok_or_else(missing)?.verify(&log)?;
            let policies = held.policies.values().map(Envelope::digest);
            // Lists number themselves, and are in no ledger.
            let all: Vec<_> = policies.chain(held.documents.keys().copied()).collect();
            let missing: Vec<_> =
                all.iter().copied().filter(|digest| ledger.index_of(*digest).is_none()).collect();
            let witnesses = ledger.checkpoint.cosignatures().iter().map(|c| c.witness().to_owned()).collect();
            Ok(LedgerFinding { size: ledger.size(), witnesses, included: all.len() - missing.len(), missing })
        };
        Some(find())
    }

    fn standings_at(&self, held: &Held, at: Timestamp) -> Result<Vec<Standing>> {
        let then = Evidence::from_directory(as_of(held, at), None, &State::new());
        let mut standings = Vec::new();
        for (proposal, claim) in self.evidence.proposals().filter(|(_, claim)| claim.proposed_at <= at) {
            let version = self.evidence.version_of(claim).map(str::to_owned);
            // A proposal without its training output was never more than a wish.
            if self.evidence.bundle(proposal).is_err() {
                continue;
            }
            for (environment, scope) in claim.places() {
                let request = Request {
                    model_id: claim.subject.model_id.clone(),
                    weights: claim.subject.weights,
                    environment: environment.clone(),
                    scope: scope.clone(),
                    now: at,
                };
                let known = then.decide(proposal, &request, &State::new()).at(proposal)?;
                let all = self.evidence.decide(proposal, &request, &State::new()).at(proposal)?;
                let newer_list = |code: &Code| {
                    matches!(
                        code,
                        Code::ListFromFuture
                            | Code::PolicyNotYetValid
                            | Code::ClockRollback
                            | Code::PolicyStale
                    )
                };
                let real = all.decision.denials.iter().any(|code| !newer_list(code));
                let since = (known.decision.outcome == Outcome::Permit && real).then_some(all);
                standings.push(Standing { proposal, version: version.clone(), then: known, since });
            }
        }
        Ok(standings)
    }
}

/// What was made by then, as its signers say.
fn as_of(held: &Held, at: Timestamp) -> Held {
    let mut held = held.clone();
    let made = |envelope: &Envelope| {
        Document::of(envelope.clone())
            .ok()
            .and_then(|document| document.made_at())
            .is_some_and(|made| made <= at)
    };
    held.policies.retain(|_, envelope| made(envelope));
    held.lists.retain(|_, envelope| made(envelope));
    held.documents.retain(|_, document| document.made_at().is_none_or(|made| made <= at));
    held
}
