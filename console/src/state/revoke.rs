//! Revoking what runs: the bytes, and what stops where and when.
//!
//! Guards the last step before something stops for good: the impact is worked out here from verified documents before
//! anybody is asked to sign, and a revocation leaves the page only after it verifies as anybody else's would.

use placet_core::{
    decision::Outcome,
    digest::Digest,
    envelope::Envelope,
    key::Signer,
    name::{Environment, Principal, Scope},
    policy::{Plane, Policy},
    revocation::{Reason, Revocation, Target},
    statement::IN_TOTO,
    time::Timestamp,
    verify::Verified,
};

use super::{approval::Unsigned, knowledge::Knowledge, review::Review, words};

/// What is about to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The statement.
    pub revocation: Revocation,
    /// Its exact bytes.
    pub payload: Vec<u8>,
}

/// What a person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Whether the weights end in every proposal, and not this proposal alone.
    pub weights: bool,
    /// Why, as one of a few words.
    pub reason_code: Reason,
    /// Why, in words.
    pub reason: String,
    /// The digest of a drift report or another document.
    pub evidence: Option<Digest>,
}

impl Choice {
    /// What ends.
    #[must_use]
    pub fn target(&self, review: &Review) -> Target {
        if self.weights {
            Target::Weights(review.proposal.statement().subject.weights.digest)
        } else {
            Target::Proposal(review.proposal.digest())
        }
    }
}

impl Draft {
    /// A revocation of what `review` shows, signed at a moment that does not move any more.
    #[must_use]
    pub fn new(review: &Review, me: &Principal, choice: &Choice, revoked_at: Timestamp) -> Self {
        let proposal = review.proposal.statement();
        let revocation = Revocation {
            domain: proposal.domain,
            subject: proposal.subject.clone(),
            target: choice.target(review),
            reason_code: choice.reason_code,
            reason: choice.reason.trim().to_owned(),
            revoked_by: me.clone(),
            revoked_at,
            evidence: choice.evidence,
        };
        Self { payload: revocation.to_payload(), revocation }
    }

    /// The digest of the bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.payload)
    }

    /// Signs the bytes.
    #[must_use]
    pub fn sign(&self, key: &impl Signer) -> Envelope {
        Envelope::sign(IN_TOTO, self.payload.clone(), key)
    }
}

/// Verifies a signature just made as anybody else will, and that it covers the bytes that were shown.
///
/// # Errors
///
/// [`Unsigned`] where the policy would not count it.
pub fn check(
    draft: &Draft,
    envelope: &Envelope,
    knowledge: &Knowledge,
    now: Timestamp,
) -> Result<Verified<Revocation>, Unsigned> {
    let chain = knowledge.chain().ok_or(Unsigned::NoPolicy)?;
    let parsed = Envelope::parse(envelope.to_json().as_bytes()).map_err(|_| Unsigned::OtherBytes)?;
    if parsed.unverified_payload() != draft.payload || parsed.signature_count() != 1 {
        return Err(Unsigned::OtherBytes);
    }
    chain.verify(&parsed, now, &knowledge.revoked_keys()).map_err(Unsigned::NotVerified)
}

/// Whether somebody may revoke whatever was proposed.
#[must_use]
pub fn may_revoke(policy: &Policy, me: &Principal) -> bool {
    policy.stands_in(me, Plane::Governance)
}

/// What a revocation does in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The environment.
    pub environment: Environment,
    /// The scopes.
    pub scopes: Vec<Scope>,
    /// The version that stops, where it may run there now.
    pub stops: Option<String>,
    /// Another version that may run there and goes on.
    pub stays: Option<String>,
    /// How old a list may be there, in seconds: by then every gateway has stopped.
    pub within: Option<u64>,
}

/// What stops where if `target` is revoked. `others` are the other verified proposals of the same model.
#[must_use]
pub fn impact(target: Target, review: &Review, others: &[Review]) -> Vec<Stop> {
    let ends = |review: &Review| match target {
        Target::Proposal(digest) => review.proposal.digest() == digest,
        Target::Weights(digest) => review.proposal.statement().subject.weights.digest == digest,
    };
    let all = || std::iter::once(review).chain(others);
    let version = |review: &Review| review.training.statement().version.to_string();
    let mut stops: Vec<Stop> = Vec::new();
    for ended in all().filter(|review| ends(review)) {
        for place in &ended.places {
            let known = stops
                .iter_mut()
                .find(|stop| stop.environment == place.environment && stop.scopes == place.scopes);
            let runs = (place.decided.decision.outcome == Outcome::Permit).then(|| version(ended));
            if let Some(known) = known {
                known.stops = known.stops.take().or(runs);
                continue;
            }
            let covers = |other: &&Review| {
                other.places.iter().any(|p| {
                    p.environment == place.environment
                        && place.scopes.iter().all(|scope| p.scopes.contains(scope))
                        && p.decided.decision.outcome == Outcome::Permit
                })
            };
            stops.push(Stop {
                environment: place.environment.clone(),
                scopes: place.scopes.clone(),
                stops: runs,
                stays: all().filter(|other| !ends(other)).find(covers).map(version),
                within: place.rule.as_ref().map(|rule| rule.revocation_list_max_age_seconds),
            });
        }
    }
    stops
}

impl Stop {
    /// What stops there.
    #[must_use]
    pub fn head(&self) -> String {
        let place = format!("{}, {}", self.environment, words::list(&self.scopes));
        match &self.stops {
            Some(version) => format!("{place}: version {version} stops."),
            None => format!("{place}: it may not run there now."),
        }
    }

    /// What is left there.
    #[must_use]
    pub fn rest(&self) -> String {
        match (&self.stops, &self.stays) {
            (_, Some(version)) => format!("Version {version} may go on there."),
            (Some(_), None) => "Nothing else of this model is approved there: gateways refuse it.".into(),
            (None, None) => "It can never be approved there any more.".into(),
        }
    }
}

/// By when everything has stopped, in a sentence; the slowest place counts.
#[must_use]
pub fn when(stops: &[Stop]) -> String {
    let slowest = stops.iter().filter_map(|stop| Some((stop.within?, &stop.environment))).max();
    match slowest {
        Some((seconds, environment)) => format!(
            "At once on gateways that hear the registry; everywhere within {}, the age that {environment} allows a revocation list.",
            words::span(i64::try_from(seconds).unwrap_or(i64::MAX))
        ),
        None => "At once on gateways that hear the registry; elsewhere when their revocation list runs out."
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::{
        name::Label,
        state::State,
        weights::{Manifest, WeightsFile},
    };
    use placet_testkit::{Key, NOW, Organisation, name_of, time};

    fn knowledge(org: &Organisation) -> Knowledge {
        Knowledge::new(Some(org.domain()), org.trust(), State::new())
    }

    fn review(org: &Organisation, version: &str, note: &str, approvers: &[&str]) -> Review {
        let training = org.training(|t| {
            t.version = Label::parse(version).unwrap();
            if version != "3" {
                let digest = Digest::of(version.as_bytes());
                let file = WeightsFile { path: "w".into(), size: 1, digest };
                t.manifest = Manifest::file(file).unwrap();
                t.subject.weights = t.manifest.weights();
            }
        });
        let proposal = org.proposal(&training, |p| p.note = note.into());
        let approvals: Vec<_> =
            approvers.iter().map(|name| org.approval(&training, &proposal, name, |_| {})).collect();
        Review::of(org.bundle(&training, &proposal, &approvals), &knowledge(org), time(NOW)).unwrap()
    }

    const BOTH: &[&str] = &["alice.ng", "chandra.iyer"];

    fn choice(weights: bool) -> Choice {
        Choice { weights, reason_code: Reason::Drift, reason: " accuracy fell ".into(), evidence: None }
    }

    #[test]
    fn what_stays_is_named_and_what_stops_is_named() {
        let org = Organisation::new();
        let (running, other) = (review(&org, "3", "", BOTH), review(&org, "2", "", BOTH));
        let target = choice(false).target(&running);
        let alone = impact(target, &running, &[]);
        assert_eq!(alone[0].head(), "production, eu-west and us-east: version 3 stops.");
        assert_eq!(alone[0].rest(), "Nothing else of this model is approved there: gateways refuse it.");
        let beside = impact(target, &running, &[other]);
        assert_eq!(beside[0].rest(), "Version 2 may go on there.");
        assert_eq!(
            when(&beside),
            "At once on gateways that hear the registry; everywhere within 60 min, the age that production allows a revocation list."
        );
    }

    #[test]
    fn weights_stop_in_every_proposal_of_them() {
        let org = Organisation::new();
        let (open, running) = (review(&org, "3", "again", &[]), review(&org, "3", "first", BOTH));
        let alone = impact(choice(false).target(&open), &open, std::slice::from_ref(&running));
        assert_eq!((alone[0].stops.clone(), alone[0].stays.clone()), (None, Some("3".into())));
        let both = impact(choice(true).target(&open), &open, std::slice::from_ref(&running));
        assert_eq!((both[0].stops.clone(), both[0].stays.clone()), (Some("3".into()), None));
    }

    #[test]
    fn a_revocation_is_verified_before_it_leaves_the_page() {
        let org = Organisation::new();
        let known = knowledge(&org);
        let review = review(&org, "3", "", BOTH);
        let draft = |me: &str| Draft::new(&review, &name_of(me), &choice(false), time(NOW));
        let signed = draft("dana.osei").sign(&Key::of("dana.osei"));
        let verified = check(&draft("dana.osei"), &signed, &known, time(NOW)).unwrap();
        assert_eq!(verified.statement().reason, "accuracy fell");
        let code = |draft: &Draft, key: &str| {
            check(draft, &draft.sign(&Key::of(key)), &known, time(NOW)).unwrap_err().code().to_owned()
        };
        assert_eq!(code(&draft("dana.osei"), "alice.ng"), "signer_mismatch");
        assert_eq!(code(&draft("deployer"), "deployer"), "signer_not_entitled");
        let other = Draft::new(&review, &name_of("dana.osei"), &choice(true), time(NOW));
        assert_eq!(check(&other, &signed, &known, time(NOW)), Err(Unsigned::OtherBytes));
        assert_ne!(other.digest(), draft("dana.osei").digest());
    }

    #[test]
    fn only_governance_is_offered_to_revoke() {
        let org = Organisation::new();
        assert!(may_revoke(&org.policy, &name_of("emil.novak")));
        assert!(!may_revoke(&org.policy, &name_of("drift-monitor")));
    }
}
