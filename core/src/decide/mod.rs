//! The decision: `decide(bundle, trust, state, request) → decision, new state`, a pure function.
//!
//! Every gate is evaluated and reported; none hides another, and where evidence is missing the gate fails. The order of
//! what comes in never matters, and each signature is verified at most once, for a key that could count.

mod approvals;
mod deployment;
mod gates;
mod ledger;
mod outlook;
mod standing;
mod stops;
mod succession;

use alloc::{collections::BTreeSet, string::String, vec::Vec};

use approvals::Approvals;
pub use deployment::verify_deployment;
pub use outlook::{Outlook, Supposed};
pub(crate) use standing::Standing;
use stops::Stops;
pub use succession::superseded;

use crate::{
    bundle::Bundle,
    code::{Code, Gate},
    decision::{Decision, Evidence, GateResult, Outcome, Status},
    digest::Digest,
    envelope::Envelope,
    error::{ParseError, VerifyError},
    gather::gather,
    key::KeyId,
    policy::{Policy, Rule, TrustPolicy},
    proposal::Proposal,
    request::Request,
    revocation_list::VerifiedList,
    state::{CheckpointState, DomainState, State},
    statement::Statement,
    time::Timestamp,
    training::TrainingOutput,
    trust::{Domain, Trust, VerifiedTrust},
    verify::Verified,
};

/// A decision, its record, and what to remember.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The answer.
    pub decision: Decision,
    /// The answer's record: canonical JSON, byte-identical wherever it is made.
    pub bytes: Vec<u8>,
    /// What to pass as `state` the next time, whatever the outcome.
    pub state: State,
}

/// Decides from bytes whether a model may run.
///
/// `bundle`, `trust`, `state` and `request` are the JSON documents of [`Bundle`], [`Trust`], [`State`] and [`Request`];
/// `state` is `None` the first time.
///
/// # Errors
///
/// [`ParseError`] where one of them cannot be read at all; a caller treats that as a denial. Whatever is wrong with the
/// envelopes inside is no error but a denial with its code.
pub fn decide(
    bundle: &[u8],
    trust: &[u8],
    state: Option<&[u8]>,
    request: &[u8],
) -> Result<Decided, ParseError> {
    let request = Request::parse(request)?;
    let state = state.map_or_else(|| Ok(State::new()), State::parse)?;
    let trust = Trust::parse(trust)?.verify();
    Ok(evaluate(&Bundle::parse(bundle)?, &trust, &state, &request))
}

/// Decides as [`decide`] does, with what was parsed and verified before.
#[must_use]
pub fn evaluate(bundle: &Bundle, trust: &VerifiedTrust, state: &State, request: &Request) -> Decided {
    let claimed = claimed_domain(bundle);
    let (pin, domain) = trust.domain(claimed).unzip();
    let seen = pin.map(|pin| state.domain(pin)).unwrap_or_default();
    let case = Case::new(bundle, domain, seen, request);
    let (gates, denials) = case.gates();
    let outcome = if denials.is_empty() { Outcome::Permit } else { Outcome::Deny };
    let decision = Decision {
        request: request.clone(),
        outcome,
        gates,
        quorum: case.approvals.roles(),
        approvals: case.approvals.results(),
        denials,
        valid_until: case.valid_until(),
        evidence: case.evidence(pin),
    };
    let mut state = state.clone();
    if let Some(pin) = pin {
        state.insert(pin, case.next_state());
    }
    Decided { bytes: decision.to_json().into_bytes(), decision, state }
}

/// The domain of the proposal, or else of the training output; a claim that only chooses among pinned ones.
fn claimed_domain(bundle: &Bundle) -> Option<Digest> {
    let proposal = bundle.proposal().and_then(|e| Proposal::parse(e.unverified_payload()).ok());
    let training =
        || bundle.training_output().and_then(|e| TrainingOutput::parse(e.unverified_payload()).ok());
    proposal.map(|proposal| proposal.domain).or_else(|| training().map(|training| training.domain))
}

/// Everything that the gates look at.
struct Case<'a> {
    request: &'a Request,
    domain: Option<&'a Domain>,
    seen: DomainState,
    /// The rule of the newest policy that governs the request.
    rule: Option<&'a Rule>,
    list: Result<&'a VerifiedList, Code>,
    stops: Stops,
    training_digest: Option<Digest>,
    training: Result<Verified<TrainingOutput>, VerifyError>,
    proposal: Result<Verified<Proposal>, VerifyError>,
    approvals: Approvals<'a>,
    ledger: Result<Option<CheckpointState>, Code>,
    bundle: &'a Bundle,
}

impl<'a> Case<'a> {
    fn new(bundle: &'a Bundle, domain: Option<&'a Domain>, seen: DomainState, request: &'a Request) -> Self {
        let chain = domain.and_then(|domain| domain.policy.as_ref());
        let rule = chain.and_then(|chain| chain.newest().policy().rule(&request.environment, &request.scope));
        let list = best_list(domain, chain, &seen, request.now);
        let stops = Stops::collect(domain, list.ok(), &seen, request.now);
        let verify = Verify { chain, now: request.now, revoked: &stops.keys };
        let training = verify.statement(&bundle.training_output);
        let proposal = verify.statement(&bundle.proposal);
        let training_digest = bundle.training_output().map(Envelope::digest);
        let approvals =
            Approvals::examine(bundle, chain, domain, rule, &stops, &training, &proposal, request.now);
        let view = domain.and_then(|domain| domain.ledger.as_ref());
        let policy = chain.map(|chain| chain.newest().policy());
        let ledger = ledger::check(rule, policy, bundle, view, &approvals, &seen);
        Self {
            request,
            domain,
            seen,
            rule,
            list,
            stops,
            training_digest,
            training,
            proposal,
            approvals,
            ledger,
            bundle,
        }
    }

    fn chain(&self) -> Option<&'a TrustPolicy> {
        self.domain?.policy.as_ref()
    }

    fn policy(&self) -> Option<&'a Policy> {
        self.chain().map(|chain| chain.newest().policy())
    }

    /// Seconds by which a time may lie in the future.
    fn latest(&self) -> Timestamp {
        self.request.now.plus(self.policy().map_or(0, |policy| policy.clock_skew_seconds.into()))
    }

    /// All gates, and the codes of those that fail, each once.
    fn gates(&self) -> (Vec<GateResult>, Vec<Code>) {
        let mut denials = Vec::new();
        let gates = Gate::ALL.map(|gate| {
            let finding = self.finding(gate);
            for code in &finding.codes {
                if !denials.contains(code) {
                    denials.push(*code);
                }
            }
            let status = match finding.codes.first() {
                Some(_) => Status::Fail,
                None if finding.required => Status::Pass,
                None => Status::NotRequired,
            };
            GateResult { gate, status, code: finding.codes.first().copied(), detail: finding.detail }
        });
        (gates.into(), denials)
    }

    /// The earliest moment to come at which something that was looked at begins or ends.
    fn valid_until(&self) -> Option<Timestamp> {
        let mut times = Vec::new();
        if let Some(chain) = self.chain() {
            times.extend(chain.boundaries());
        }
        if let Ok(list) = self.list {
            times.extend(list.boundaries());
            let age = self.rule.map(|rule| rule.revocation_list_max_age_seconds);
            times.extend(
                age.and_then(|age| i64::try_from(age).ok())
                    .map(|age| list.list().window.not_before.plus(age)),
            );
        }
        if let Ok(training) = &self.training {
            times.extend([training.key_window().not_before, training.key_window().not_after]);
        }
        if let Ok(proposal) = &self.proposal {
            times.extend([proposal.key_window().not_before, proposal.key_window().not_after]);
            let window = proposal.statement().window;
            times.extend([window.not_before, window.not_after]);
        }
        times.extend(self.approvals.boundaries());
        times.into_iter().filter(|time| *time > self.request.now).min()
    }

    fn evidence(&self, domain: Option<Digest>) -> Evidence {
        let subjects: Vec<_> = self.weights().chain(self.bundle.proposal().map(Envelope::digest)).collect();
        Evidence {
            domain,
            policy: self.chain().map(|chain| chain.newest().reference()),
            revocation_list: self.list.ok().map(|list| (list.list().number, list.digest())),
            training_output: self.training.as_ref().ok().map(Verified::digest),
            proposal: self.proposal.as_ref().ok().map(Verified::digest),
            revocations: self.stops.sources(&subjects),
        }
    }

    /// What was seen, and what is accepted now.
    fn next_state(&self) -> DomainState {
        let mut next = self.seen.clone();
        if let Some(chain) = self.chain() {
            next.advance_policy(chain.newest().reference());
            let issued = chain.newest().policy().window.not_before;
            if issued <= self.latest() {
                next.advance_time(issued);
            }
        }
        if let Ok(list) = self.list {
            next.advance_list(list);
            next.advance_time(list.list().window.not_before);
        }
        if let Ok(Some(checkpoint)) = self.ledger {
            next.advance_checkpoint(checkpoint);
        }
        next
    }
}

/// What one gate found.
struct Finding {
    codes: Vec<Code>,
    /// Whether the rule asks for the gate.
    required: bool,
    detail: String,
}

/// Verifies envelopes of a bundle under the newest policy.
struct Verify<'a> {
    chain: Option<&'a TrustPolicy>,
    now: Timestamp,
    revoked: &'a BTreeSet<KeyId>,
}

impl Verify<'_> {
    fn statement<T: Statement>(
        &self,
        envelope: &Result<Envelope, ParseError>,
    ) -> Result<Verified<T>, VerifyError> {
        let envelope = envelope.as_ref().map_err(Clone::clone)?;
        let no_policy = VerifyError::Signer { code: Code::PolicyMissing, principal: String::new() };
        self.chain.ok_or(no_policy)?.verify(envelope, self.now, self.revoked)
    }
}

/// The best verified list, or why there is none to use.
fn best_list<'a>(
    domain: Option<&'a Domain>,
    chain: Option<&TrustPolicy>,
    seen: &DomainState,
    now: Timestamp,
) -> Result<&'a VerifiedList, Code> {
    let (Some(domain), Some(chain)) = (domain, chain) else { return Err(Code::ListMissing) };
    let best = domain.lists.iter().max_by_key(|list| (list.list().number, list.digest()));
    let best = best.ok_or(domain.list_failure.unwrap_or(Code::ListMissing))?;
    let same_number = |list: &&VerifiedList| list.list().number == best.list().number;
    if domain.lists.iter().filter(same_number).any(|list| list.digest() != best.digest()) {
        return Err(Code::ListEquivocation);
    }
    best.check_signers(chain, now)?;
    let number = best.list().number;
    match &seen.list {
        Some(seen) if number < seen.number => return Err(Code::ListRollback),
        Some(seen) if number == seen.number && best.digest() != seen.digest => {
            return Err(Code::ListEquivocation);
        }
        _ => {}
    }
    // What any earlier list revoked must stay listed until it runs out, be that list held or only remembered.
    let held = domain.lists.iter().filter(|list| list.list().number < number);
    let held =
        held.flat_map(|list| &list.list().entries).map(|entry| ((entry.kind, entry.value), entry.until));
    let remembered = seen.list.iter().filter(|seen| seen.number < number).flat_map(|seen| &seen.entries);
    let earlier = held.chain(remembered.map(|(key, until)| (*key, *until)));
    let listed: BTreeSet<_> = gather(best.list().entries.iter().map(|entry| (entry.kind, entry.value)));
    let must_stay =
        |until: Option<Timestamp>| until.is_none_or(|until| until > best.list().window.not_before);
    let mut dropped = earlier.filter(|(key, until)| must_stay(*until) && !listed.contains(key));
    if dropped.next().is_some() { Err(Code::ListEntryDropped) } else { Ok(best) }
}
