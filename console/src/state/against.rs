//! Saying no to a proposal: a rejection or a withdrawal, for a reason that stands in the signed bytes.
//!
//! The formats have one free text for it, so the category leads that text: `metrics: recall of 8 is too low`.

use placet_core::{
    approval::Verdict,
    name::{Principal, Role},
    policy::{Plane, Policy},
};

use super::{knowledge::Knowledge, review::Review};

/// Why somebody says no, as one of a few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// A metric is not good enough.
    Metrics,
    /// Something that should be shown is not.
    Evidence,
    /// The data is not fit for it.
    Data,
    /// It is dangerous.
    Security,
    /// It was not done as agreed.
    Process,
    /// Another reason, which the text tells.
    Other,
}

impl Category {
    /// All categories.
    pub const ALL: [Self; 6] =
        [Self::Metrics, Self::Evidence, Self::Data, Self::Security, Self::Process, Self::Other];

    /// The word that leads the comment.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Evidence => "evidence",
            Self::Data => "data",
            Self::Security => "security",
            Self::Process => "process",
            Self::Other => "other",
        }
    }

    /// What it means, for a choice.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Metrics => "metrics: a measured value is not good enough",
            Self::Evidence => "evidence: something that should be shown is not",
            Self::Data => "data: what it was trained or measured on is not fit",
            Self::Security => "security: it is dangerous to run",
            Self::Process => "process: it was not done as agreed",
            Self::Other => "other: the text below tells",
        }
    }

    /// Reads the leading word of a comment.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == text)
    }
}

/// The comment that is signed.
#[must_use]
pub fn comment(category: Category, reason: &str) -> String {
    format!("{}: {}", category.as_str(), reason.trim())
}

/// The category and the reason of a comment that leads with one.
#[must_use]
pub fn read(comment: &str) -> (Option<Category>, &str) {
    let split = comment.split_once(": ").and_then(|(word, reason)| Some((Category::parse(word)?, reason)));
    split.map_or((None, comment), |(category, reason)| (Some(category), reason))
}

/// The roles in which I may say it; empty where it would say nothing.
///
/// Everybody of the governance plane may reject, first in a role that the quorum asks for: only there a rejection can
/// block. Only who has approved has something to withdraw, and only in that role.
#[must_use]
pub fn roles(verdict: Verdict, review: &Review, knowledge: &Knowledge, me: &Principal) -> Vec<Role> {
    if verdict == Verdict::Withdraw {
        let mine = review.statements().into_values().filter(|said| said.approver == *me);
        let (yes, no): (Vec<_>, Vec<_>) = mine.partition(|said| said.verdict == Verdict::Approve);
        let mut roles: Vec<_> = yes.into_iter().map(|said| said.role).collect();
        roles.sort_unstable();
        roles.dedup();
        return if no.is_empty() { roles } else { Vec::new() };
    }
    let Some(policy) = knowledge.policy() else { return Vec::new() };
    let held = policy.principals.get(me).map(|member| member.roles.clone()).unwrap_or_default();
    let mut roles: Vec<_> =
        held.into_iter().filter(|role| policy.roles.get(role) == Some(&Plane::Governance)).collect();
    roles.sort_by_key(|role| !in_a_quorum(review, role));
    roles
}

fn in_a_quorum(review: &Review, role: &Role) -> bool {
    let rules = review.places.iter().filter_map(|place| place.rule.as_ref());
    rules.flat_map(|rule| &rule.quorum).any(|seat| seat.role == *role)
}

/// What it does in each environment, in sentences.
#[must_use]
pub fn effects(verdict: Verdict, review: &Review, policy: &Policy, me: &Principal) -> Vec<String> {
    let effect = |place: &super::review::Place| {
        let name = &place.environment;
        let has_a_say = place
            .rule
            .as_ref()
            .filter(|rule| rule.veto)
            .is_some_and(|rule| rule.quorum.iter().any(|seat| policy.holds(me, &seat.role)));
        let quorum = &place.decided.decision.quorum;
        let counted = quorum.iter().find(|role| role.counted.contains(me));
        match (verdict, has_a_say, counted) {
            (Verdict::Reject, true, _) => {
                format!("{name}: one rejection denies. Nobody can approve this proposal there any more.")
            }
            (_, _, Some(role)) if role.required <= role.counted.len() as u64 => {
                format!("{name}: your approval no longer counts, and the quorum is no longer complete.")
            }
            (_, _, Some(_)) => format!("{name}: your approval no longer counts."),
            (Verdict::Reject, false, None) => {
                format!(
                    "{name}: it is on record, and everybody who reviews sees it. By itself it does not block."
                )
            }
            _ => format!("{name}: nothing changes; no approval of yours counts there."),
        }
    };
    review.places.iter().map(effect).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{approval::Draft, approval::check};
    use placet_core::{code::Code, state::State};
    use placet_testkit::{Key, NOW, Organisation, name_of, time};

    fn setup(approvers: &[&str]) -> (Knowledge, Review) {
        let org = Organisation::new();
        let knowledge = Knowledge::new(Some(org.domain()), org.trust(), State::new());
        let training = org.training(|_| {});
        let proposal = org.proposal(&training, |_| {});
        let approvals: Vec<_> =
            approvers.iter().map(|name| org.approval(&training, &proposal, name, |_| {})).collect();
        let review = Review::of(org.bundle(&training, &proposal, &approvals), &knowledge, time(NOW)).unwrap();
        (knowledge, review)
    }

    #[test]
    fn the_category_is_in_the_signed_bytes_and_comes_back() {
        let text = comment(Category::Metrics, "  recall of 8: 0.71 ");
        assert_eq!(text, "metrics: recall of 8: 0.71");
        assert_eq!(read(&text), (Some(Category::Metrics), "recall of 8: 0.71"));
        assert_eq!(read("recall: too low"), (None, "recall: too low"));
        for category in Category::ALL {
            assert!(category.title().starts_with(category.as_str()));
            assert_eq!(Category::parse(category.as_str()), Some(category));
        }
    }

    #[test]
    fn a_rejection_denies_once_it_is_signed() {
        let (knowledge, review) = setup(&["alice.ng", "chandra.iyer"]);
        assert!(review.permitted());
        let me = name_of("dana.osei");
        let role = roles(Verdict::Reject, &review, &knowledge, &me).remove(0);
        let draft = Draft::say(Verdict::Reject, &review, &me, &role, "metrics: no", time(NOW));
        let envelope = draft.sign(&Key::of("dana.osei"));
        check(&draft, &envelope, &knowledge, time(NOW)).unwrap();
        let after = review.with(envelope, &knowledge, time(NOW)).unwrap();
        assert!(!after.permitted());
        assert!(after.places[0].decided.decision.denials.contains(&Code::Vetoed));
        let effects = effects(Verdict::Reject, &review, knowledge.policy().unwrap(), &me);
        assert_eq!(
            effects,
            ["production: one rejection denies. Nobody can approve this proposal there any more."]
        );
    }

    #[test]
    fn only_who_approved_has_something_to_withdraw() {
        let (knowledge, review) = setup(&["alice.ng", "chandra.iyer"]);
        let may = |name: &str| roles(Verdict::Withdraw, &review, &knowledge, &name_of(name));
        assert_eq!(may("alice.ng"), [name_of("ml-lead")]);
        assert!(may("bo.eriksen").is_empty() && may("dana.osei").is_empty());
        let me = name_of("alice.ng");
        let draft =
            Draft::say(Verdict::Withdraw, &review, &me, &name_of("ml-lead"), "other: wrong one", time(NOW));
        let after = review.with(draft.sign(&Key::of("alice.ng")), &knowledge, time(NOW)).unwrap();
        assert!(!after.permitted());
        assert!(roles(Verdict::Withdraw, &after, &knowledge, &me).is_empty(), "it is withdrawn already");
        assert_eq!(
            effects(Verdict::Withdraw, &review, knowledge.policy().unwrap(), &me),
            ["production: your approval no longer counts, and the quorum is no longer complete."]
        );
    }

    #[test]
    fn a_service_may_not_reject() {
        let (knowledge, review) = setup(&[]);
        assert!(roles(Verdict::Reject, &review, &knowledge, &name_of("training-pipeline")).is_empty());
        assert!(roles(Verdict::Reject, &review, &knowledge, &name_of("mallory")).is_empty());
    }
}
