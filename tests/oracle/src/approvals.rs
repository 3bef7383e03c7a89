//! Who approved, who said no, and who counts.

use placet_core::{
    approval::{Approval, SummaryRef, Verdict},
    code::{Area, Code, Gate},
    digest::Digest,
    key::KeyId,
    name::Principal,
    policy::{Policy, Rule},
    proposal::Proposal,
    statement::Statement as _,
    time::{Timestamp, Window},
    training::TrainingOutput,
};

use crate::{
    chain::Chain,
    documents::{Document, Said, keys_of, negative, positive},
    list::Revoked,
};

/// What approvals are held against.
pub(crate) struct Facts<'a> {
    pub(crate) chain: Option<&'a Chain>,
    pub(crate) rule: Option<&'a Rule>,
    pub(crate) revoked: &'a Revoked,
    pub(crate) training: &'a Result<Said<TrainingOutput>, Code>,
    pub(crate) proposal: &'a Result<Said<Proposal>, Code>,
    pub(crate) proposal_digest: Option<Digest>,
    /// What the approvers were to be shown.
    pub(crate) summary: Option<SummaryRef>,
    pub(crate) now: Timestamp,
}

/// What one payload comes to.
struct Row {
    digest: Digest,
    /// The approval, if it was verified.
    said: Option<Said<Approval>>,
    code: Option<Code>,
    begins: Option<Timestamp>,
}

/// All of them together.
#[derive(Default)]
pub(crate) struct Counted {
    approvals: Vec<Said<Approval>>,
    pub(crate) digests: Vec<Digest>,
    pub(crate) reasons: Vec<Code>,
    pub(crate) vetoed: bool,
    pub(crate) boundaries: Vec<Timestamp>,
}

impl Counted {
    /// Whether too few people, or people of too few units, count.
    pub(crate) fn short_of(&self, rule: &Rule, policy: &Policy) -> (bool, bool) {
        let people = rule.quorum.iter().any(|seat| {
            let holders = self.approvals.iter().filter(|said| said.statement.role == seat.role);
            (holders.count() as u64) < seat.threshold
        });
        let unit = |said: &Said<Approval>| policy.principals.get(&said.statement.approver).map(|m| &m.unit);
        let mut units: Vec<_> = self.approvals.iter().filter_map(unit).filter(|u| !u.is_empty()).collect();
        units.sort();
        units.dedup();
        (people, (units.len() as u64) < rule.distinct_units)
    }

    /// Why some do not count: those reasons that belong to the separation of duties, or the others.
    pub(crate) fn reasons(&self, separation: bool) -> impl Iterator<Item = Code> {
        let of_separation = |code: &Code| code.area() == Area::Gate(Gate::SeparationOfDuties);
        let reasons = self.reasons.iter().copied().filter(|code| *code != Code::NotAnApproval);
        reasons.filter(move |code| of_separation(code) == separation)
    }
}

/// Counts. Each of `held` is the digest of a payload and an envelope of it.
pub(crate) fn count(held: &[(Digest, Result<Document, Code>)], facts: &Facts<'_>) -> Counted {
    let against = against(held, facts);
    let mut digests: Vec<Digest> = held.iter().map(|(digest, _)| *digest).collect();
    digests.sort();
    digests.dedup();
    let mut rows = Vec::new();
    for digest in digests {
        let envelopes = held.iter().filter(|(other, _)| *other == digest);
        let judged = envelopes.map(|(_, document)| judge(digest, document, facts));
        rows.extend(judged.min_by_key(|row| (row.code, row.said.as_ref().map(|said| said.key))));
    }
    // A person who approves in two roles, whatever else is wrong with those approvals.
    let approves =
        |row: &&Row| row.said.as_ref().is_some_and(|said| said.statement.verdict == Verdict::Approve);
    let pairs: Vec<_> = rows
        .iter()
        .filter(approves)
        .filter_map(|row| row.said.as_ref())
        .map(|said| (said.statement.approver.clone(), said.statement.role.clone()))
        .collect();
    let in_two_roles = |name: &Principal| {
        let mut roles: Vec<_> =
            pairs.iter().filter(|(other, _)| other == name).map(|(_, role)| role).collect();
        roles.sort();
        roles.dedup();
        roles.len() > 1
    };
    let mut counted = Counted { vetoed: against.vetoed, ..Counted::default() };
    let (mut people, mut keys): (Vec<Principal>, Vec<KeyId>) = (Vec::new(), Vec::new());
    for row in rows {
        counted.boundaries.extend(row.begins);
        let reason = row.code.or_else(|| {
            let said = row.said.as_ref()?;
            let name = &said.statement.approver;
            if against.people.contains(name) {
                Some(Code::ApprovalCancelled)
            } else if in_two_roles(name) {
                Some(Code::RoleConflict)
            } else if let Some(code) = kept_out(name, facts) {
                Some(code)
            } else if people.contains(name) || keys.contains(&said.key) {
                Some(Code::DuplicateApprover)
            } else {
                None
            }
        });
        match (reason, row.said) {
            (Some(code), _) => counted.reasons.push(code),
            (None, Some(said)) => {
                let Window { not_before, not_after } = said.window;
                counted.boundaries.extend([not_before, not_after]);
                people.push(said.statement.approver.clone());
                keys.push(said.key);
                counted.digests.push(row.digest);
                counted.approvals.push(said);
            }
            (None, None) => {}
        }
    }
    counted
}

/// Who said no.
struct Against {
    people: Vec<Principal>,
    vetoed: bool,
}

fn against(held: &[(Digest, Result<Document, Code>)], facts: &Facts<'_>) -> Against {
    let mut against = Against { people: Vec::new(), vetoed: false };
    let Some(chain) = facts.chain else { return against };
    let shown = held.iter().filter_map(|(_, document)| {
        negative::<Approval>(document.as_ref().ok()?, chain).ok().map(|said| said.statement)
    });
    let verdicts = shown.chain(facts.revoked.verdicts.iter().cloned());
    for verdict in verdicts.filter(|verdict| verdict.verdict != Verdict::Approve) {
        if Some(verdict.proposal) != facts.proposal_digest {
            continue;
        }
        let seats = facts.rule.into_iter().flat_map(|rule| &rule.quorum);
        let holds = |policy: &Policy, role| {
            policy.principals.get(&verdict.approver).is_some_and(|member| member.roles.contains(role))
        };
        let mut roles = seats.map(|seat| &seat.role);
        let has_a_say = roles.any(|role| chain.policies.iter().any(|policy| holds(policy, role)));
        against.vetoed |= verdict.verdict == Verdict::Reject && has_a_say;
        against.people.push(verdict.approver);
    }
    against
}

fn judge(digest: Digest, document: &Result<Document, Code>, facts: &Facts<'_>) -> Row {
    let refused = |code| Row { digest, said: None, code: Some(code), begins: None };
    let document = match document {
        Ok(document) => document,
        Err(code) => return refused(*code),
    };
    let approval = match Approval::parse(document.payload()) {
        Ok(approval) => approval,
        Err(error) => return refused(error.code()),
    };
    let Some(chain) = facts.chain else { return refused(Code::PolicyMissing) };
    if Some(approval.proposal) != facts.proposal_digest {
        return refused(Code::ApprovalOtherProposal);
    }
    if approval.verdict != Verdict::Approve {
        return match negative::<Approval>(document, chain) {
            Ok(said) => Row { said: Some(said), ..refused(Code::NotAnApproval) },
            Err(code) => refused(code),
        };
    }
    if document.entries.len() != 1 {
        return refused(Code::SignatureCount);
    }
    match positive::<Approval>(document, chain, facts.now, &facts.revoked.keys) {
        Ok(said) => {
            let code = misfit(digest, &said.statement, chain, facts);
            Row { digest, said: Some(said), code, begins: None }
        }
        Err(code) => {
            let policy = chain.newest();
            let begins = match code {
                Code::FromFuture => Some(approval.signed_at.plus(-i64::from(policy.clock_skew_seconds))),
                Code::KeyNotYetValid => {
                    let starts = keys_of(policy, &approval.approver).iter().map(|key| key.window.not_before);
                    starts.filter(|start| *start > facts.now).min()
                }
                _ => None,
            };
            let code = if is_trainer(&approval.approver, facts) { Code::ApproverIsTrainer } else { code };
            Row { begins, ..refused(code) }
        }
    }
}

/// Why an approval that is signed does not fit.
fn misfit(digest: Digest, approval: &Approval, chain: &Chain, facts: &Facts<'_>) -> Option<Code> {
    if facts.revoked.approvals.contains(&digest) {
        return Some(Code::ApprovalRevoked);
    }
    let proposal = match (facts.proposal, facts.training) {
        (Err(code), _) | (Ok(_), Err(code)) => return Some(*code),
        (Ok(proposal), Ok(_)) => &proposal.statement,
    };
    if approval.subject != proposal.subject {
        return Some(Code::ApprovalOtherProposal);
    }
    let member = chain.newest().principals.get(&approval.approver);
    if !member.is_some_and(|member| member.roles.contains(&approval.role)) {
        return Some(Code::RoleNotHeld);
    }
    let Some(rule) = facts.rule else { return Some(Code::RuleMissing) };
    if !rule.quorum.iter().any(|seat| seat.role == approval.role) {
        return Some(Code::RoleNotInQuorum);
    }
    let Some(summary) = &facts.summary else { return Some(Code::ProposalPolicyUnknown) };
    if approval.summary.format != summary.format {
        return Some(Code::SummaryFormatUnknown);
    }
    if approval.summary.digest != summary.digest {
        return Some(Code::SummaryMismatch);
    }
    if approval.signed_at < proposal.proposed_at {
        return Some(Code::ApprovalBeforeProposal);
    }
    let last = proposal.proposed_at.plus_days(rule.approval_window_days);
    (approval.signed_at > last).then_some(Code::ApprovalTooLate)
}

fn is_trainer(name: &Principal, facts: &Facts<'_>) -> bool {
    facts.training.as_ref().is_ok_and(|training| training.statement.trainer == *name)
}

/// Why a person may not count for this model, whatever they sign.
fn kept_out(name: &Principal, facts: &Facts<'_>) -> Option<Code> {
    let (policy, rule) = (facts.chain?.newest(), facts.rule?);
    let operates = |service: &Principal| {
        policy.principals.get(service).is_some_and(|member| member.operators.contains(name))
    };
    if let Ok(training) = facts.training {
        if training.statement.trainer == *name {
            return Some(Code::ApproverIsTrainer);
        }
        if operates(&training.statement.trainer) {
            return Some(Code::ApproverOperatesTrainer);
        }
    }
    let proposal = facts.proposal.as_ref().ok().filter(|_| !rule.proposer_may_approve)?;
    if proposal.statement.proposed_by == *name {
        return Some(Code::ApproverIsProposer);
    }
    operates(&proposal.statement.proposed_by).then_some(Code::ApproverOperatesProposer)
}
