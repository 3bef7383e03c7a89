//! A proposal as this browser verified it, ready to be read and signed.
//!
//! Guards what an approver sees: the text is the core's summary of documents whose signatures were verified here, and
//! the decision is made here from the same bundle, for every place that the proposal asks for.

use std::collections::BTreeMap;

use placet_core::{
    approval::{Approval, SummaryRef, Verdict},
    bundle::Bundle,
    code::Code,
    decide::{Decided, evaluate},
    decision::{Decision, Outcome},
    digest::Digest,
    envelope::Envelope,
    error::VerifyError,
    name::{Environment, Principal, Role, RuleName, Scope},
    policy::{Policy, Rule},
    proposal::Proposal,
    request::Request,
    statement::Statement as _,
    summary,
    time::Timestamp,
    training::TrainingOutput,
    verify::Verified,
};

use super::{knowledge::Knowledge, quorum};

/// A verified proposal with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// The training output.
    pub training: Verified<TrainingOutput>,
    /// The proposal.
    pub proposal: Verified<Proposal>,
    /// The text that an approver signs for.
    pub summary: String,
    /// Its format and digest, as an approval names them.
    pub reference: SummaryRef,
    /// The decision for each place that the proposal asks for; never empty.
    pub places: Vec<Place>,
    /// Everything above came from this bundle.
    pub bundle: Bundle,
    /// When it was decided.
    pub now: Timestamp,
}

/// Scopes of one environment that the same rule governs, and the decision there.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The environment.
    pub environment: Environment,
    /// The scopes, at least one.
    pub scopes: Vec<Scope>,
    /// The rule that governs them.
    pub rule: Option<Rule>,
    /// The decision for the first of the scopes.
    pub decided: Decided,
}

/// Why a proposal cannot be reviewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No verified policy is held.
    NoPolicy,
    /// An envelope is missing or cannot be read.
    Unreadable(&'static str),
    /// The training output does not verify.
    Training(VerifyError),
    /// The proposal does not verify.
    Proposal(VerifyError),
    /// The proposal names a policy that is not in the verified chain.
    PolicyUnknown,
    /// The proposal is not the one that was asked for.
    Another {
        /// Asked for.
        asked: Digest,
        /// Served.
        served: Digest,
    },
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPolicy => Code::PolicyMissing.as_str(),
            Self::Unreadable(_) => Code::MissingField.as_str(),
            Self::Training(error) | Self::Proposal(error) => error.code().as_str(),
            Self::PolicyUnknown => Code::ProposalPolicyUnknown.as_str(),
            Self::Another { .. } => "another_document",
        }
    }

    /// What is so, for people.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::NoPolicy => "No policy is verified in this browser, so no signature can be.".into(),
            Self::Unreadable(what) => format!("The {what} cannot be read."),
            Self::Training(error) => format!("The training output does not verify: {error}."),
            Self::Proposal(error) => format!("The proposal does not verify: {error}."),
            Self::PolicyUnknown => "The proposal names a policy that does not follow from your pin.".into(),
            Self::Another { asked, served } => {
                format!("Asked for {asked}, the registry served {served}: another document.")
            }
        }
    }
}

impl Review {
    /// Verifies a bundle for reading.
    ///
    /// # Errors
    ///
    /// [`Refusal`] where there is nothing that could honestly be shown as the proposal.
    pub fn of(bundle: Bundle, knowledge: &Knowledge, now: Timestamp) -> Result<Self, Refusal> {
        let chain = knowledge.chain().ok_or(Refusal::NoPolicy)?;
        let revoked = knowledge.revoked_keys();
        let envelope = bundle.training_output().ok_or(Refusal::Unreadable("training output"))?;
        let training = chain.verify(envelope, now, &revoked).map_err(Refusal::Training)?;
        let envelope = bundle.proposal().ok_or(Refusal::Unreadable("proposal"))?;
        let proposal: Verified<Proposal> =
            chain.verify(envelope, now, &revoked).map_err(Refusal::Proposal)?;
        let policy = chain.find(proposal.statement().policy).ok_or(Refusal::PolicyUnknown)?.policy();
        Ok(Self {
            summary: summary::text(&training, &proposal, policy),
            reference: summary::reference(&training, &proposal, policy),
            places: places(&bundle, proposal.statement(), knowledge, now),
            training,
            proposal,
            bundle,
            now,
        })
    }

    /// As [`Self::of`], for the proposal with this digest and no other (attack: a registry that serves another bundle).
    ///
    /// # Errors
    ///
    /// [`Refusal::Another`] and those of [`Self::of`].
    pub fn of_proposal(
        asked: Digest,
        bundle: Bundle,
        knowledge: &Knowledge,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let served = bundle.proposal().ok_or(Refusal::Unreadable("proposal"))?.digest();
        if served != asked {
            return Err(Refusal::Another { asked, served });
        }
        Self::of(bundle, knowledge, now)
    }

    /// The model and its version: `digits-classifier 3`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {}", self.proposal.statement().subject.model_id, self.training.statement().version)
    }

    /// The place where most is missing, which is the one to talk about first.
    #[must_use]
    pub fn first(&self) -> Option<&Place> {
        self.places.iter().max_by_key(|place| {
            (place.decided.decision.outcome == Outcome::Deny, quorum::missing(&place.decided.decision))
        })
    }

    /// Whether it may run everywhere that it asks for.
    #[must_use]
    pub fn permitted(&self) -> bool {
        self.places.iter().all(|place| place.decided.decision.outcome == Outcome::Permit)
    }

    /// The roles in which a signature of `me` would count somewhere.
    #[must_use]
    pub fn my_roles(&self, me: &Principal) -> Vec<Role> {
        let mut roles: Vec<_> =
            self.places.iter().flat_map(|place| quorum::my_roles(&place.decided.decision, me)).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// The same proposal with one more approval, decided again.
    ///
    /// # Errors
    ///
    /// As [`Self::of`].
    pub fn with(&self, approval: Envelope, knowledge: &Knowledge, now: Timestamp) -> Result<Self, Refusal> {
        let approvals = self.bundle.approvals().cloned().chain([approval]).collect();
        let (Some(training), Some(proposal)) = (self.bundle.training_output(), self.bundle.proposal()) else {
            return Err(Refusal::Unreadable("bundle"));
        };
        let ledger = self.bundle.ledger().cloned();
        Self::of(Bundle::new(training.clone(), proposal.clone(), approvals, ledger), knowledge, now)
    }

    /// What each counted document says, by its digest; read from envelopes that the decision verified.
    #[must_use]
    pub fn statements(&self) -> BTreeMap<Digest, Approval> {
        let read = |envelope: &Envelope| Approval::parse(envelope.unverified_payload()).ok();
        self.bundle.approvals().filter_map(|envelope| Some((envelope.digest(), read(envelope)?))).collect()
    }

    /// Whether `other` holds the same two documents and comes to the same answers, if at another time.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let answers = |review: &Self| -> Vec<_> {
            let decisions = review.places.iter().map(|place| &place.decided.decision);
            decisions
                .map(|d| {
                    // Not the words of a gate, which say how old the list is.
                    let gates: Vec<_> =
                        d.gates.iter().map(|gate| (gate.gate, gate.status, gate.code)).collect();
                    (d.outcome, gates, d.denials.clone(), d.quorum.clone(), d.approvals.clone())
                })
                .collect()
        };
        self.same_documents(other) && answers(self) == answers(other)
    }

    /// Whether the bytes of both documents are the same as in `other`.
    #[must_use]
    pub fn same_documents(&self, other: &Self) -> bool {
        let payload = |envelope: Option<&Envelope>| {
            envelope
                .map(|envelope| (envelope.payload_type().to_owned(), envelope.unverified_payload().to_vec()))
        };
        payload(self.bundle.proposal()) == payload(other.bundle.proposal())
            && payload(self.bundle.training_output()) == payload(other.bundle.training_output())
            && self.summary == other.summary
    }
}

/// Why signing now would be wrong: a gate fails that no signature can mend. Empty where signing helps.
#[must_use]
pub fn obstacles(decision: &Decision) -> Vec<Code> {
    use placet_core::code::Gate;
    let mendable = [Gate::Quorum, Gate::SeparationOfDuties];
    let failing = decision.gates.iter().filter(|gate| !mendable.contains(&gate.gate));
    failing.filter_map(|gate| gate.code).collect()
}

/// Those gates of `obstacles` that a signature cannot mend but time can: the window has not begun.
#[must_use]
pub fn is_only_early(codes: &[Code]) -> bool {
    codes.iter().all(|code| *code == Code::NotYetValid)
}

/// The decision of each environment, once for all scopes under one rule.
fn places(bundle: &Bundle, proposal: &Proposal, knowledge: &Knowledge, now: Timestamp) -> Vec<Place> {
    let policy = knowledge.policy();
    let mut places: Vec<Place> = Vec::new();
    for environment in &proposal.environments {
        for scope in &proposal.scopes {
            let rule = policy.and_then(|policy| policy.rule(environment, scope));
            let name = |rule: Option<&Rule>| -> Option<RuleName> { rule.map(|rule| rule.name.clone()) };
            let known = places
                .iter_mut()
                .find(|place| place.environment == *environment && name(place.rule.as_ref()) == name(rule));
            if let Some(place) = known {
                place.scopes.push(scope.clone());
                continue;
            }
            let request = Request {
                model_id: proposal.subject.model_id.clone(),
                weights: proposal.subject.weights,
                environment: environment.clone(),
                scope: scope.clone(),
                now,
            };
            places.push(Place {
                environment: environment.clone(),
                scopes: vec![scope.clone()],
                rule: rule.cloned(),
                decided: evaluate(bundle, knowledge.trust(), &knowledge.state, &request),
            });
        }
    }
    places
}

/// Earlier words of people about the model's proposals, for the context of a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Principal,
    /// What they did.
    pub verdict: Verdict,
    /// Whether it was about this proposal.
    pub this: bool,
    /// What they wrote.
    pub comment: String,
}

/// Verified rejections and withdrawals among the loose statements about the same model, newest first.
#[must_use]
pub fn remarks(review: &Review, knowledge: &Knowledge) -> Vec<Remark> {
    let Some(chain) = knowledge.chain() else { return Vec::new() };
    let subject = &review.proposal.statement().subject;
    let all = knowledge.loose().chain(review.bundle.approvals());
    let mut remarks: Vec<_> = all
        .filter_map(|envelope| chain.verify_negative::<Approval>(envelope).ok())
        .map(|verified| verified.statement().clone())
        .filter(|said| said.verdict != Verdict::Approve && said.subject.model_id == subject.model_id)
        .map(|said| Remark {
            at: said.signed_at,
            who: said.approver,
            verdict: said.verdict,
            this: said.proposal == review.proposal.digest(),
            comment: said.comment,
        })
        .collect();
    remarks.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.who.cmp(&b.who)));
    remarks.dedup();
    remarks
}

/// The policy that the proposal names, which words the rules in the summary.
#[must_use]
pub fn policy_of<'a>(review: &Review, knowledge: &'a Knowledge) -> Option<&'a Policy> {
    knowledge.chain()?.find(review.proposal.statement().policy).map(placet_core::policy::Link::policy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::state::State;
    use placet_testkit::{NOW, Organisation, name_of, time};

    fn knowledge(org: &Organisation) -> Knowledge {
        Knowledge::new(Some(org.domain()), org.trust(), State::new())
    }

    fn review(org: &Organisation, approvers: &[&str]) -> Review {
        let training = org.training(|_| {});
        let proposal = org.proposal(&training, |_| {});
        let approvals: Vec<_> =
            approvers.iter().map(|name| org.approval(&training, &proposal, name, |_| {})).collect();
        Review::of(org.bundle(&training, &proposal, &approvals), &knowledge(org), time(NOW)).unwrap()
    }

    #[test]
    fn a_new_signature_says_something_else_and_a_minute_later_alone_does_not() {
        let org = Organisation::new();
        let first = review(&org, &["alice.ng"]);
        let later = Review::of(first.bundle.clone(), &knowledge(&org), time(NOW).plus(60)).unwrap();
        assert!(first.says_the_same(&later));
        assert!(!first.says_the_same(&review(&org, &["alice.ng", "chandra.iyer"])));
    }

    #[test]
    fn another_proposal_than_asked_for_is_refused() {
        let org = Organisation::new();
        let training = org.training(|_| {});
        let asked = org.proposal(&training, |_| {}).digest();
        let other = org.proposal(&training, |p| p.note = "other".into());
        let bundle = org.bundle(&training, &other, &[]);
        let refusal = Review::of_proposal(asked, bundle, &knowledge(&org), time(NOW)).unwrap_err();
        assert_eq!(refusal, Refusal::Another { asked, served: other.digest() });
    }

    #[test]
    fn nothing_is_reviewed_without_a_pinned_policy() {
        let org = Organisation::new();
        let training = org.training(|_| {});
        let proposal = org.proposal(&training, |_| {});
        let unpinned = Knowledge::new(None, org.trust(), State::new());
        let refusal = Review::of(org.bundle(&training, &proposal, &[]), &unpinned, time(NOW)).unwrap_err();
        assert_eq!(refusal.code(), "policy_missing");
    }

    #[test]
    fn a_training_output_of_somebody_else_is_not_shown() {
        let org = Organisation::new();
        let training = org.training(|t| t.trainer = name_of("alice.ng"));
        let proposal = org.proposal(&training, |_| {});
        let refusal = Review::of(org.bundle(&training, &proposal, &[]), &knowledge(&org), time(NOW));
        assert_eq!(refusal.unwrap_err().code(), "signer_not_entitled");
    }

    #[test]
    fn the_summary_is_the_core_s_and_its_digest_is_referred_to() {
        let review = review(&Organisation::new(), &[]);
        assert!(
            review.summary.starts_with("placet-summary-v1\nAllow digits-classifier 3 (weights file sha256:")
        );
        assert_eq!(review.reference.digest, Digest::of(review.summary.as_bytes()));
    }

    #[test]
    fn scopes_under_one_rule_are_one_place() {
        let org = Organisation::new();
        let training = org.training(|_| {});
        let proposal =
            org.proposal(&training, |p| p.environments = ["production", "staging"].map(name_of).into());
        let review = Review::of(org.bundle(&training, &proposal, &[]), &knowledge(&org), time(NOW)).unwrap();
        let places: Vec<_> =
            review.places.iter().map(|place| (place.environment.as_str(), place.scopes.len())).collect();
        assert_eq!(places, [("production", 2), ("staging", 2)]);
        // Production asks for more, so it comes first.
        assert_eq!(review.first().map(|place| place.environment.as_str()), Some("production"));
    }

    #[test]
    fn an_approval_turns_deny_into_permit_only_when_it_completes_the_quorum() {
        let org = Organisation::new();
        let one = review(&org, &["alice.ng"]);
        assert!(!one.permitted());
        let (training, proposal) = (org.training(|_| {}), org.proposal(&org.training(|_| {}), |_| {}));
        let approval = |name| org.approval(&training, &proposal, name, |_| {});
        let still = one.with(approval("bo.eriksen"), &knowledge(&org), time(NOW)).unwrap();
        assert!(!still.permitted());
        assert!(one.with(approval("chandra.iyer"), &knowledge(&org), time(NOW)).unwrap().permitted());
    }

    #[test]
    fn a_changed_note_is_another_document() {
        let org = Organisation::new();
        let training = org.training(|_| {});
        let read = |note: &str| {
            let proposal = org.proposal(&training, |p| p.note = note.into());
            Review::of(org.bundle(&training, &proposal, &[]), &knowledge(&org), time(NOW)).unwrap()
        };
        assert!(read("a").same_documents(&read("a")));
        assert!(!read("a").same_documents(&read("b")));
    }

    #[test]
    fn missing_signatures_are_no_obstacle_and_a_revocation_is_one() {
        let org = Organisation::new();
        let open = review(&org, &[]);
        assert!(obstacles(&open.places[0].decided.decision).is_empty());
        let mut trust = org.trust();
        let target = placet_core::revocation::Target::Proposal(open.proposal.digest());
        trust.revocations.push(Ok(org.revocation("dana.osei", target, |_| {})));
        let knowledge = Knowledge::new(Some(org.domain()), trust, State::new());
        let revoked = Review::of(open.bundle.clone(), &knowledge, time(NOW)).unwrap();
        assert_eq!(obstacles(&revoked.places[0].decided.decision), [Code::ProposalRevoked]);
    }

    #[test]
    fn an_earlier_rejection_is_remembered() {
        let org = Organisation::new();
        let training = org.training(|_| {});
        let earlier = org.proposal(&training, |p| p.note = "first try".into());
        let rejection = org.approval(&training, &earlier, "dana.osei", |a| {
            a.verdict = Verdict::Reject;
            a.comment = "no recall per digit".into();
        });
        let mut trust = org.trust();
        trust.revocations.push(Ok(rejection));
        let knowledge = Knowledge::new(Some(org.domain()), trust, State::new());
        let proposal = org.proposal(&training, |_| {});
        let review = Review::of(org.bundle(&training, &proposal, &[]), &knowledge, time(NOW)).unwrap();
        let remarks = remarks(&review, &knowledge);
        assert_eq!(remarks.len(), 1);
        assert!(!remarks[0].this && remarks[0].comment == "no recall per digit");
    }
}
