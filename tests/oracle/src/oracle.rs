//! The gates, one after the other.

use std::collections::BTreeSet;

use placet_core::{
    bundle::Bundle,
    code::Code,
    decision::{Decision, Outcome},
    digest::Digest,
    json::Value,
    name::{Environment, Scope},
    policy::{Pattern, Policy, Rule},
    proposal::Proposal,
    request::Request,
    state::State,
    statement::{Statement as _, Subject},
    summary,
    time::Timestamp,
    training::TrainingOutput,
    trust::{Trust, VerifiedTrust},
};

use crate::{
    approvals::{self, Facts},
    chain::{Chain, chain},
    documents::{Document, member, positive},
    ledger,
    list::{InUse, Revoked, Seen, in_use},
};

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the model may run.
    pub permit: bool,
    /// Why not.
    pub denials: BTreeSet<Code>,
    /// The next moment at which that may change.
    pub valid_until: Option<Timestamp>,
}

impl Verdict {
    pub(crate) fn of(decision: &Decision) -> Self {
        Self {
            permit: decision.outcome == Outcome::Permit,
            denials: decision.denials.iter().copied().collect(),
            valid_until: decision.valid_until,
        }
    }
}

/// Decides, naively.
///
/// # Errors
///
/// The code of the document that cannot be read at all.
pub fn decide(bundle: &[u8], trust: &[u8], state: Option<&[u8]>, request: &[u8]) -> Result<Verdict, Code> {
    let request = Request::parse(request).map_err(|error| error.code())?;
    state.map(State::parse).transpose().map_err(|error| error.code())?;
    let trusted = Trust::parse(trust).map_err(|error| error.code())?;
    Bundle::parse(bundle).map_err(|error| error.code())?;
    let (bundle, trust) = (Value::parse(bundle), Value::parse(trust));
    let (Ok(bundle), Ok(trust)) = (bundle, trust) else { return Err(Code::JsonSyntax) };

    let training = document(bundle, "training_output");
    let proposal = document(bundle, "proposal");
    // What the documents claim only chooses among the pins.
    let claimed = [
        proposal.as_ref().ok().and_then(|d| Proposal::parse(d.payload()).ok()).map(|p| p.domain),
        training.as_ref().ok().and_then(|d| TrainingOutput::parse(d.payload()).ok()).map(|t| t.domain),
    ];
    let claimed = claimed.into_iter().flatten().next().filter(|claimed| trusted.pins.contains(claimed));
    let pin = claimed.or(trusted.pins.first().copied());

    let (chain, broken) = match pin {
        Some(pin) => chain(pin, &documents(trust, "policies")),
        None => (None, Some(Code::PolicyUnpinned)),
    };
    let seen = pin.and_then(|pin| Seen::read(state, pin)).unwrap_or_default();
    let list = match &chain {
        Some(chain) => in_use(&documents(trust, "revocation_lists"), chain, &seen, request.now),
        None => Err(Code::ListMissing),
    };
    let mut revoked = Revoked::default();
    for (kind, value, until) in &seen.entries {
        if until.is_none_or(|until| request.now < until) {
            revoked.add(*kind, *value);
        }
    }
    list.iter().flat_map(|used| &used.list.entries).for_each(|entry| revoked.add(entry.kind, entry.value));
    if let Some(chain) = &chain {
        let loose = documents(trust, "revocations");
        loose.iter().flatten().for_each(|document| revoked.add_loose(document, chain));
    }
    let case = Case { bundle, trust, trusted: trusted.verify(), request, chain, broken, seen, list, revoked };
    Ok(case.verdict(&training, &proposal))
}

fn document(holder: Value<'_>, name: &str) -> Result<Document, Code> {
    Document::read(member(holder, name).ok_or(Code::MissingField)?)
}

fn documents(holder: Value<'_>, name: &str) -> Vec<Result<Document, Code>> {
    member(holder, name).and_then(Value::elements).into_iter().flatten().map(Document::read).collect()
}

struct Case<'a> {
    bundle: Value<'a>,
    trust: Value<'a>,
    trusted: VerifiedTrust,
    request: Request,
    chain: Option<Chain>,
    broken: Option<Code>,
    seen: Seen,
    list: Result<InUse, Code>,
    revoked: Revoked,
}

impl Case<'_> {
    fn policy(&self) -> Option<&Policy> {
        self.chain.as_ref().map(Chain::newest)
    }

    fn verdict(&self, training: &Result<Document, Code>, proposal: &Result<Document, Code>) -> Verdict {
        let now = self.request.now;
        let rule = self.policy().and_then(|p| rule(p, &self.request.environment, &self.request.scope));
        let said_training = self.positive::<TrainingOutput>(training);
        let said_proposal = self.positive::<Proposal>(proposal);
        let facts = Facts {
            chain: self.chain.as_ref(),
            rule,
            revoked: &self.revoked,
            training: &said_training,
            proposal: &said_proposal,
            proposal_digest: proposal.as_ref().ok().map(Document::digest),
            summary: self.summary(training, proposal),
            now,
        };
        let held = member(self.bundle, "approvals").and_then(Value::elements).into_iter().flatten();
        let held = held.map(|value| match Document::read(value) {
            Ok(document) => (document.digest(), Ok(document)),
            Err(code) => (Digest::of(value.raw().as_bytes()), Err(code)),
        });
        let counted = approvals::count(&held.collect::<Vec<_>>(), &facts);

        let mut denials = BTreeSet::new();
        denials.extend(self.broken);
        self.policy_gate(&mut denials);
        denials.extend(said_training.as_ref().err());
        denials.extend(said_proposal.as_ref().err());
        if let Ok(proposed) = &said_proposal {
            let proposed = &proposed.statement;
            if training.as_ref().ok().map(Document::digest) != Some(proposed.training_output) {
                denials.insert(Code::TrainingOutputMismatch);
            }
            if let Ok(trained) = &said_training {
                other_subject(&proposed.subject, &trained.statement.subject, &mut denials);
            }
            if self.chain.as_ref().and_then(|chain| chain.find(proposed.policy)).is_none() {
                denials.insert(Code::ProposalPolicyUnknown);
            }
            if now < proposed.window.not_before {
                denials.insert(Code::NotYetValid);
            }
            if now >= proposed.window.not_after {
                denials.insert(Code::Expired);
            }
            let longest = rule.map(|rule| proposed.proposed_at.plus_days(rule.max_ttl_days));
            if longest.is_some_and(|longest| proposed.window.not_after > longest) {
                denials.insert(Code::TtlExceeded);
            }
        }
        let asked = Subject { model_id: self.request.model_id.clone(), weights: self.request.weights };
        let subjects = [
            said_training.as_ref().ok().map(|said| &said.statement.subject),
            said_proposal.as_ref().ok().map(|said| &said.statement.subject),
        ];
        subjects.into_iter().flatten().for_each(|subject| other_subject(subject, &asked, &mut denials));
        let skew = self.policy().map_or(0, |policy| policy.clock_skew_seconds.into());
        if self.seen.time.is_some_and(|seen| seen > now.plus(skew)) {
            denials.insert(Code::ClockRollback);
        }
        self.place_gate(said_proposal.as_ref().ok().map(|said| &said.statement), &mut denials);
        if let Some((rule, policy)) = rule.zip(self.policy()) {
            let (people, units) = counted.short_of(rule, policy);
            if people {
                denials.insert(Code::ThresholdNotMet);
            }
            if units {
                denials.insert(Code::UnitsNotMet);
            }
            if people || units {
                denials.extend(counted.reasons(false).chain(counted.reasons(true)));
            }
            if rule.veto && counted.vetoed {
                denials.insert(Code::Vetoed);
            }
            if let Ok(trained) = &said_training {
                metrics_gate(rule, &trained.statement, &mut denials);
            }
        } else {
            denials.insert(Code::RuleMissing);
        }
        let mut weights: Vec<_> = subjects.into_iter().flatten().map(|s| s.weights.digest).collect();
        weights.push(self.request.weights.digest);
        self.revocation_gate(rule, facts.proposal_digest, &weights, &mut denials);
        let mut included: Vec<_> = facts.proposal_digest.into_iter().collect();
        included.extend(&counted.digests);
        let proofs = member(self.bundle, "ledger").expect("a bundle that was read");
        let view = member(self.trust, "ledger").filter(|view| !view.is_null());
        denials.extend(ledger::fault(rule, self.policy(), proofs, view, &included, &self.seen));

        let mut boundaries = counted.boundaries;
        for (key, own) in [
            said_training.as_ref().ok().map(|said| (said.window, None)),
            said_proposal.as_ref().ok().map(|said| (said.window, Some(said.statement.window))),
        ]
        .into_iter()
        .flatten()
        {
            let windows = [Some(key), own].into_iter().flatten();
            boundaries.extend(windows.flat_map(|window| [window.not_before, window.not_after]));
        }
        boundaries.extend(self.boundaries(rule));
        let valid_until = boundaries.into_iter().filter(|time| *time > now).min();
        Verdict { permit: denials.is_empty(), denials, valid_until }
    }

    fn positive<T: placet_core::statement::Statement>(
        &self,
        document: &Result<Document, Code>,
    ) -> Result<crate::documents::Said<T>, Code> {
        let document = document.as_ref().map_err(|code| *code)?;
        let chain = self.chain.as_ref().ok_or(Code::PolicyMissing)?;
        positive(document, chain, self.request.now, &self.revoked.keys)
    }

    /// The text is the core's, which vectors hold; that it was shown is what is checked here.
    fn summary(
        &self,
        training: &Result<Document, Code>,
        proposal: &Result<Document, Code>,
    ) -> Option<placet_core::approval::SummaryRef> {
        let trusted = self.trusted.policy(self.chain.as_ref()?.domain)?;
        let keys = self.revoked.keys.iter().copied().collect();
        let now = self.request.now;
        let training = trusted.verify(&training.as_ref().ok()?.envelope, now, &keys).ok()?;
        let proposal = trusted.verify::<Proposal>(&proposal.as_ref().ok()?.envelope, now, &keys).ok()?;
        let policy = self.chain.as_ref()?.find(proposal.statement().policy)?;
        Some(summary::reference(&training, &proposal, policy))
    }

    fn policy_gate(&self, denials: &mut BTreeSet<Code>) {
        let Some(chain) = &self.chain else { return };
        denials.extend(chain.not_in_force(self.request.now));
        let newest = chain.newest().version;
        let unknown =
            |(version, digest)| chain.find(placet_core::proposal::PolicyRef { version, digest }).is_none();
        if let Some(seen) = self.seen.policy {
            if seen.0 > newest {
                denials.insert(Code::PolicyRollback);
            } else if unknown(seen) {
                denials.insert(Code::PolicyEquivocation);
            }
        }
        if let Ok(used) = &self.list {
            let named = used.list.policy;
            if named.version > newest {
                denials.insert(Code::PolicyStale);
            } else if unknown((named.version, named.digest)) {
                denials.insert(Code::PolicyEquivocation);
            }
        }
    }

    fn place_gate(&self, proposal: Option<&Proposal>, denials: &mut BTreeSet<Code>) {
        let Request { environment, scope, .. } = &self.request;
        if let Some(policy) = self.policy() {
            let environments = proposal.into_iter().flat_map(|proposal| &proposal.environments);
            if environments.chain([environment]).any(|e| !policy.environments.contains(e)) {
                denials.insert(Code::EnvironmentUndeclared);
            }
            let scopes = proposal.into_iter().flat_map(|proposal| &proposal.scopes);
            if scopes.chain([scope]).any(|s| !policy.scopes.contains(s)) {
                denials.insert(Code::ScopeUndeclared);
            }
        }
        if proposal.is_some_and(|proposal| !proposal.environments.contains(environment)) {
            denials.insert(Code::EnvironmentNotApproved);
        }
        if proposal.is_some_and(|proposal| !proposal.scopes.contains(scope)) {
            denials.insert(Code::ScopeNotApproved);
        }
    }

    fn revocation_gate(
        &self,
        rule: Option<&Rule>,
        proposal: Option<Digest>,
        weights: &[Digest],
        denials: &mut BTreeSet<Code>,
    ) {
        match &self.list {
            Err(code) => {
                denials.insert(*code);
            }
            Ok(used) => {
                let window = used.list.window;
                let age = self.request.now.seconds() - window.not_before.seconds();
                let oldest = rule.map(|rule| rule.revocation_list_max_age_seconds.cast_signed());
                if oldest.is_some_and(|oldest| age >= oldest) || self.request.now >= window.not_after {
                    denials.insert(Code::ListStale);
                }
            }
        }
        if proposal.is_some_and(|proposal| self.revoked.proposals.contains(&proposal)) {
            denials.insert(Code::ProposalRevoked);
        }
        if weights.iter().any(|weights| self.revoked.weights.contains(weights)) {
            denials.insert(Code::WeightsRevoked);
        }
    }

    /// When policy and list begin and end.
    fn boundaries(&self, rule: Option<&Rule>) -> Vec<Timestamp> {
        let mut times = Vec::new();
        if let Some(chain) = &self.chain {
            let windows = chain.windows().into_iter().chain([chain.newest().window]);
            times.extend(windows.flat_map(|window| [window.not_before, window.not_after]));
        }
        if let Ok(used) = &self.list {
            times.push(used.list.window.not_after);
            times.extend(used.windows.iter().map(|window| window.not_after));
            let oldest = rule.map(|rule| rule.revocation_list_max_age_seconds.cast_signed());
            times.extend(oldest.map(|oldest| used.list.window.not_before.plus(oldest)));
        }
        times
    }
}

/// The first of (e, s), (e, *), (*, s), (*, *).
fn rule<'a>(policy: &'a Policy, environment: &Environment, scope: &Scope) -> Option<&'a Rule> {
    if !policy.environments.contains(environment) || !policy.scopes.contains(scope) {
        return None;
    }
    let (e, s) = (Pattern::Only(environment.clone()), Pattern::Only(scope.clone()));
    let cells = [(&e, &s), (&e, &Pattern::Any), (&Pattern::Any, &s), (&Pattern::Any, &Pattern::Any)];
    let governs =
        |rule: &&Rule, cell: (&Pattern<_>, &Pattern<_>)| rule.environment == *cell.0 && rule.scope == *cell.1;
    cells.into_iter().find_map(|cell| policy.rules.iter().find(|rule| governs(rule, cell)))
}

fn other_subject(one: &Subject, other: &Subject, denials: &mut BTreeSet<Code>) {
    if one.model_id != other.model_id {
        denials.insert(Code::ModelMismatch);
    }
    if one.weights != other.weights {
        denials.insert(Code::WeightsMismatch);
    }
}

fn metrics_gate(rule: &Rule, training: &TrainingOutput, denials: &mut BTreeSet<Code>) {
    for bound in &rule.metrics {
        let Some(metric) = training.metrics.get(&bound.name) else {
            denials.insert(Code::MetricMissing);
            continue;
        };
        let least = bound.min.as_ref().map_or(f64::NEG_INFINITY, |min| min.value);
        let most = bound.max.as_ref().map_or(f64::INFINITY, |max| max.value);
        if !(least..=most).contains(&metric.value) {
            denials.insert(Code::MetricOutOfBounds);
        }
    }
}
