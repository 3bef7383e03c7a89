//! Which approvals count, and why the others do not.
//!
//! A junk or foreign signature never counts and never blocks: it is listed with its code. What a person said against
//! the proposal holds whatever else is shown (attack: a rejection hidden behind a later approval).

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::stops::Stops;
use crate::{
    approval::{Approval, SummaryRef, Verdict},
    bundle::Bundle,
    code::{Area, Code, Gate},
    decision::{ApprovalResult, RoleResult},
    digest::Digest,
    envelope::Envelope,
    error::VerifyError,
    gather::gather,
    name::{Principal, Role},
    policy::{Policy, Rule, TrustPolicy},
    proposal::Proposal,
    quorum::Tally,
    sort::sort,
    statement::Statement as _,
    summary,
    time::Timestamp,
    training::TrainingOutput,
    trust::Domain,
    verify::Verified,
};

/// The approvals of a bundle, examined.
pub(super) struct Approvals<'a> {
    rows: Vec<Row>,
    rule: Option<&'a Rule>,
    policy: Option<&'a Policy>,
    /// A holder of a quorum role who rejected the proposal.
    vetoed_by: BTreeSet<Principal>,
    /// Who must not count whatever they sign.
    excluded: BTreeSet<Principal>,
}

/// One payload, however many envelopes carry it.
struct Row {
    digest: Digest,
    approver: Option<Principal>,
    role: Option<Role>,
    verified: Option<Verified<Approval>>,
    code: Option<Code>,
    /// When it may begin to count, and then also contradict another of the same person.
    begins: Option<Timestamp>,
}

/// What an approval is held against.
struct Context<'a> {
    chain: Option<&'a TrustPolicy>,
    rule: Option<&'a Rule>,
    stops: &'a Stops,
    training: &'a Result<Verified<TrainingOutput>, VerifyError>,
    proposal: &'a Result<Verified<Proposal>, VerifyError>,
    proposal_digest: Option<Digest>,
    /// What an approver of this proposal was shown: the text is that of the policy which the proposal names.
    summary: Option<SummaryRef>,
    now: Timestamp,
}

impl<'a> Approvals<'a> {
    #[expect(
        clippy::too_many_arguments,
        reason = "each is one input of the decision, and there is one caller"
    )]
    pub(super) fn examine(
        bundle: &Bundle,
        chain: Option<&'a TrustPolicy>,
        domain: Option<&'a Domain>,
        rule: Option<&'a Rule>,
        stops: &Stops,
        training: &Result<Verified<TrainingOutput>, VerifyError>,
        proposal: &Result<Verified<Proposal>, VerifyError>,
        now: Timestamp,
    ) -> Self {
        let shown = training.as_ref().ok().zip(proposal.as_ref().ok()).and_then(|(training, proposal)| {
            let link = chain?.find(proposal.statement().policy)?;
            Some(summary::reference(training, proposal, link.policy()))
        });
        let context = Context {
            chain,
            rule,
            stops,
            training,
            proposal,
            proposal_digest: bundle.proposal().map(Envelope::digest),
            summary: shown,
            now,
        };
        let mut payloads = BTreeMap::<Digest, Vec<_>>::new();
        for (digest, envelope) in &bundle.approvals {
            payloads.entry(*digest).or_default().push(envelope);
        }
        let mut against = Against::of(&context, domain);
        let mut rows = Vec::with_capacity(payloads.len());
        for (digest, envelopes) in payloads {
            // The same payload under other signatures is one approval: the best of its envelopes speaks for it.
            let examined = envelopes.into_iter().map(|envelope| match envelope {
                Ok(envelope) => context.examine(envelope, &mut against),
                Err(error) => Row::refused(digest, error.code()),
            });
            rows.extend(examined.min_by_key(|row| (row.code, row.verified.as_ref().map(Verified::key_id))));
        }
        let policy = chain.map(|chain| chain.newest().policy());
        let excluded = BTreeSet::new();
        let mut approvals = Self { rows, rule, policy, vetoed_by: against.vetoes, excluded };
        approvals.refuse(Code::ApprovalCancelled, |row| against.people.contains(&row.approver));
        approvals.refuse_role_conflicts();
        for row in &mut approvals.rows {
            if row.code.is_none() {
                row.code = context.separation(row.approver.as_ref());
            }
        }
        approvals.refuse_duplicates();
        approvals.excluded = context.excluded(&approvals, &against.people);
        approvals
    }

    /// Gives `code` to the approvals that would count but for `reason`.
    fn refuse(&mut self, code: Code, reason: impl Fn(&Row) -> bool) {
        for row in self.rows.iter_mut().filter(|row| row.code.is_none()) {
            if reason(row) {
                row.code = Some(code);
            }
        }
    }

    /// A person who approves in two roles counts in none.
    fn refuse_role_conflicts(&mut self) {
        let mut roles = BTreeMap::<_, BTreeSet<_>>::new();
        for approval in self.rows.iter().filter_map(|row| row.verified.as_ref()).map(Verified::statement) {
            if approval.verdict == Verdict::Approve {
                roles.entry(approval.approver.clone()).or_default().insert(approval.role.clone());
            }
        }
        let conflicted = |row: &Row| {
            let held = row.approver.as_ref().and_then(|approver| roles.get(approver));
            held.is_some_and(|held| held.len() > 1)
        };
        self.refuse(Code::RoleConflict, conflicted);
    }

    /// One approval counts per person and per key: the one with the smallest digest.
    fn refuse_duplicates(&mut self) {
        let mut tally = Tally::default();
        for row in self.rows.iter_mut().filter(|row| row.code.is_none()) {
            let counts = row
                .verified
                .as_ref()
                .is_some_and(|approval| tally.add(&approval.statement().approver, approval.key_id()));
            if !counts {
                row.code = Some(Code::DuplicateApprover);
            }
        }
    }

    fn counted(&self) -> impl Iterator<Item = &Verified<Approval>> {
        self.rows.iter().filter(|row| row.code.is_none()).filter_map(|row| row.verified.as_ref())
    }

    /// How far each role of the quorum is.
    pub(super) fn roles(&self) -> Vec<RoleResult> {
        let seats = self.rule.into_iter().flat_map(|rule| &rule.quorum);
        let seat = |seat: &crate::policy::RoleThreshold| {
            let mut tally = Tally::default();
            let approvals = self.counted().filter(|approval| approval.statement().role == seat.role);
            let mut counted: Vec<_> = approvals
                .filter(|approval| tally.add(&approval.statement().approver, approval.key_id()))
                .map(|approval| approval.statement().approver.clone())
                .collect();
            sort(&mut counted);
            let met = tally.reaches(seat.threshold);
            let could_sign = if met { Vec::new() } else { self.could_sign(&seat.role) };
            RoleResult { role: seat.role.clone(), required: seat.threshold, counted, could_sign }
        };
        seats.map(seat).collect()
    }

    /// The people who hold `role`, have a key, and are neither counted nor kept out.
    fn could_sign(&self, role: &Role) -> Vec<Principal> {
        let Some(policy) = self.policy else { return Vec::new() };
        let counted: BTreeSet<_> = gather(self.counted().map(|approval| &approval.statement().approver));
        let holders = policy
            .principals
            .iter()
            .filter(|(_, member)| member.roles.contains(role) && !member.keys.is_empty());
        let free = holders
            .map(|(name, _)| name)
            .filter(|name| !counted.contains(name) && !self.excluded.contains(*name));
        free.cloned().collect()
    }

    /// How many distinct units those who count are of; an empty unit is none.
    pub(super) fn units(&self) -> u64 {
        let member = |name: &Principal| self.policy.and_then(|policy| policy.principals.get(name));
        let units = self.counted().filter_map(|approval| member(&approval.statement().approver));
        let units: BTreeSet<_> = gather(units.map(|member| &member.unit).filter(|unit| !unit.is_empty()));
        u64::try_from(units.len()).unwrap_or(u64::MAX)
    }

    /// The holders of a quorum role who rejected the proposal.
    pub(super) fn vetoes(&self) -> &BTreeSet<Principal> {
        &self.vetoed_by
    }

    /// The digests of the approvals that count.
    pub(super) fn counted_digests(&self) -> impl Iterator<Item = Digest> {
        self.counted().map(Verified::digest)
    }

    /// Why approvals do not count, each reason once: those that belong to separation of duties, or the others.
    pub(super) fn refusals(&self, separation: bool) -> BTreeSet<Code> {
        let codes = self.rows.iter().filter_map(|row| row.code).filter(|code| *code != Code::NotAnApproval);
        gather(codes.filter(|code| (code.area() == Area::Gate(Gate::SeparationOfDuties)) == separation))
    }

    /// When a counted key runs out, or an approval that does not count yet may begin to.
    pub(super) fn boundaries(&self) -> impl Iterator<Item = Timestamp> {
        let windows = self.counted().map(Verified::key_window);
        let begins = self.rows.iter().filter_map(|row| row.begins);
        windows.flat_map(|window| [window.not_before, window.not_after]).chain(begins)
    }

    /// Every payload with its fate, sorted by digest.
    pub(super) fn results(&self) -> Vec<ApprovalResult> {
        let result = |row: &Row| ApprovalResult {
            digest: row.digest,
            approver: row.approver.clone(),
            role: row.role.clone(),
            key_id: row.verified.as_ref().map(Verified::key_id),
            counted: row.code.is_none(),
            code: row.code,
        };
        self.rows.iter().map(result).collect()
    }
}

impl Row {
    fn refused(digest: Digest, code: Code) -> Self {
        Self { digest, approver: None, role: None, verified: None, code: Some(code), begins: None }
    }
}

/// What people said against the proposal.
#[derive(Default)]
struct Against {
    people: BTreeSet<Option<Principal>>,
    vetoes: BTreeSet<Principal>,
}

impl Against {
    /// What loose statements say.
    fn of(context: &Context<'_>, domain: Option<&Domain>) -> Self {
        let mut against = Self::default();
        let loose = domain.into_iter().flat_map(|domain| &domain.negative_verdicts);
        for verdict in loose.filter(|verdict| Some(verdict.statement().proposal) == context.proposal_digest) {
            against.add(verdict.statement(), context);
        }
        against
    }

    fn add(&mut self, verdict: &Approval, context: &Context<'_>) {
        self.people.insert(Some(verdict.approver.clone()));
        let Some((chain, rule)) = context.chain.zip(context.rule) else { return };
        let has_a_say = chain
            .links()
            .any(|link| rule.quorum.iter().any(|seat| link.policy().holds(&verdict.approver, &seat.role)));
        if verdict.verdict == Verdict::Reject && has_a_say {
            self.vetoes.insert(verdict.approver.clone());
        }
    }
}

impl Context<'_> {
    /// Judges one envelope by itself.
    fn examine(&self, envelope: &Envelope, against: &mut Against) -> Row {
        let mut row = Row::refused(envelope.digest(), Code::PolicyMissing);
        let approval = match Approval::parse(envelope.unverified_payload()) {
            Ok(approval) => approval,
            Err(error) => return Row { code: Some(error.code()), ..row },
        };
        row.approver = Some(approval.approver.clone());
        row.role = Some(approval.role.clone());
        let Some(chain) = self.chain else { return row };
        if Some(approval.proposal) != self.proposal_digest {
            return Row { code: Some(Code::ApprovalOtherProposal), ..row };
        }
        if approval.verdict != Verdict::Approve {
            // Anything signed by that person holds, even with entries added to the envelope since.
            row.code = match chain.verify_negative::<Approval>(envelope) {
                Ok(verified) => {
                    against.add(verified.statement(), self);
                    row.verified = Some(verified);
                    Some(Code::NotAnApproval)
                }
                Err(error) => Some(error.code()),
            };
            return row;
        }
        if envelope.signature_count() != 1 {
            return Row { code: Some(Code::SignatureCount), ..row };
        }
        match chain.verify::<Approval>(envelope, self.now, &self.stops.keys) {
            Ok(verified) => {
                row.code = self.check(&verified, chain).err();
                row.verified = Some(verified);
            }
            Err(error) => {
                row.begins = self.begins(&approval, error.code(), chain.newest().policy());
                row.code = Some(self.trains(&approval.approver).unwrap_or(error.code()));
            }
        }
        row
    }

    /// The moment at which an approval may begin to count that is too early now.
    fn begins(&self, approval: &Approval, code: Code, policy: &Policy) -> Option<Timestamp> {
        match code {
            Code::FromFuture => {
                let skew = i64::from(policy.clock_skew_seconds);
                Some(approval.signed_at.plus(skew.saturating_neg()))
            }
            Code::KeyNotYetValid => {
                let starts = policy.keys(&approval.approver).map(|key| key.window.not_before);
                starts.filter(|start| *start > self.now).min()
            }
            _ => None,
        }
    }

    fn trains(&self, approver: &Principal) -> Option<Code> {
        let trainer = self.training.as_ref().map(|training| &training.statement().trainer);
        (trainer == Ok(approver)).then_some(Code::ApproverIsTrainer)
    }

    /// Whether an approval with a good signature fits the proposal, the rule and the time.
    fn check(&self, approval: &Verified<Approval>, chain: &TrustPolicy) -> Result<(), Code> {
        let statement = approval.statement();
        let ensure = |holds: bool, code| if holds { Ok(()) } else { Err(code) };
        ensure(!self.stops.approvals.contains(&approval.digest()), Code::ApprovalRevoked)?;
        // Where what it stands on does not hold, that is why it does not count.
        let proposal = self.proposal.as_ref().map_err(VerifyError::code)?;
        self.training.as_ref().map_err(VerifyError::code)?;
        ensure(statement.subject == proposal.statement().subject, Code::ApprovalOtherProposal)?;
        let policy = chain.newest().policy();
        ensure(policy.holds(&statement.approver, &statement.role), Code::RoleNotHeld)?;
        let rule = self.rule.ok_or(Code::RuleMissing)?;
        ensure(rule.quorum.iter().any(|seat| seat.role == statement.role), Code::RoleNotInQuorum)?;
        let summary = self.summary.as_ref().ok_or(Code::ProposalPolicyUnknown)?;
        ensure(statement.summary.format == summary.format, Code::SummaryFormatUnknown)?;
        ensure(statement.summary == *summary, Code::SummaryMismatch)?;
        let proposed_at = proposal.statement().proposed_at;
        ensure(statement.signed_at >= proposed_at, Code::ApprovalBeforeProposal)?;
        ensure(statement.signed_at <= proposed_at.plus_days(rule.approval_window_days), Code::ApprovalTooLate)
    }

    /// Why `approver` may not count in this model, if there is a reason.
    fn separation(&self, approver: Option<&Principal>) -> Option<Code> {
        let (approver, chain, rule) = (approver?, self.chain?, self.rule?);
        let policy = chain.newest().policy();
        let trainer = self.training.as_ref().ok().map(|training| &training.statement().trainer);
        let proposer = self.proposal.as_ref().ok().map(|proposal| &proposal.statement().proposed_by);
        let operates =
            |service: Option<&Principal>| service.is_some_and(|service| policy.operates(approver, service));
        if let Some(code) = self.trains(approver) {
            return Some(code);
        }
        if operates(trainer) {
            return Some(Code::ApproverOperatesTrainer);
        }
        if rule.proposer_may_approve {
            return None;
        }
        if proposer == Some(approver) {
            return Some(Code::ApproverIsProposer);
        }
        operates(proposer).then_some(Code::ApproverOperatesProposer)
    }

    /// The people who cannot help this proposal any more.
    fn excluded(
        &self,
        approvals: &Approvals<'_>,
        against: &BTreeSet<Option<Principal>>,
    ) -> BTreeSet<Principal> {
        let Some(policy) = approvals.policy else { return BTreeSet::new() };
        let conflicted = |name: &Principal| {
            let rows = approvals.rows.iter().filter(|row| row.approver.as_ref() == Some(name));
            rows.into_iter().any(|row| row.code == Some(Code::RoleConflict))
        };
        let out = |name: &&Principal| {
            self.separation(Some(name)).is_some()
                || against.contains(&Some((*name).clone()))
                || conflicted(name)
        };
        gather(policy.principals.keys().filter(out).cloned())
    }
}
