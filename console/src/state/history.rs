//! The metrics of a model over its versions, from documents that were verified here.

use placet_core::{code::Code, decision::Outcome, digest::Digest, time::Timestamp, training::TrainingOutput};

use super::{
    changes::{self, Better},
    review::Review,
    words::natural,
};

/// How a version stands in the environment that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Permitted now.
    Approved,
    /// The one under review.
    Candidate,
    /// Revoked.
    Revoked,
    /// Anything else.
    Other,
}

impl Standing {
    /// As a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Candidate => "candidate",
            Self::Revoked => "revoked",
            Self::Other => "not approved",
        }
    }
}

/// One version.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// The digest of its proposal.
    pub proposal: Digest,
    /// When it was trained.
    pub made: Timestamp,
    /// What the trainer signed.
    pub training: TrainingOutput,
    /// How it stands.
    pub standing: Standing,
}

/// One metric of all versions, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The metric.
    pub name: String,
    /// Its value in each version that has it.
    pub points: Vec<Point>,
    /// What the rule asks for.
    pub bound: Option<placet_core::policy::MetricBound>,
    /// Which way is better.
    pub better: Better,
}

/// A value of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The version's name.
    pub version: String,
    /// The value.
    pub value: f64,
    /// As it was written.
    pub text: String,
    /// How the version stands.
    pub standing: Standing,
}

/// The versions of the candidate's model by when they were trained: other verified proposals for the same environment,
/// and the candidate. Of several proposals of one training output the one that is permitted counts, or the newest.
#[must_use]
pub fn versions(candidate: &Review, others: &[Review]) -> Vec<Version> {
    let environment = candidate.first().map(|place| &place.environment);
    let model = &candidate.proposal.statement().subject.model_id;
    let standing = |review: &Review| {
        let place = review.places.iter().find(|place| Some(&place.environment) == environment)?;
        Some(standing_of(&place.decided.decision))
    };
    let mut versions: Vec<Version> = Vec::new();
    for review in others {
        let same = review.proposal.statement().subject.model_id == *model;
        let again = review.training.digest() == candidate.training.digest();
        let Some(standing) = standing(review).filter(|_| same && !again) else { continue };
        let version = Version {
            proposal: review.proposal.digest(),
            made: review.training.statement().created_at,
            training: review.training.statement().clone(),
            standing,
        };
        match versions.iter_mut().find(|known| known.training == version.training) {
            Some(known) if standing == Standing::Approved => *known = version,
            Some(_) => {}
            None => versions.push(version),
        }
    }
    versions.push(Version {
        proposal: candidate.proposal.digest(),
        made: candidate.training.statement().created_at,
        training: candidate.training.statement().clone(),
        standing: Standing::Candidate,
    });
    versions.sort_by(|a, b| order(a).cmp(&order(b)));
    versions
}

/// The one that is permitted now, the newest of several.
#[must_use]
pub fn approved(versions: &[Version]) -> Option<&Version> {
    versions.iter().rev().find(|version| version.standing == Standing::Approved)
}

/// The versions of a model in an environment, oldest first, none of them under review; as [`versions`] otherwise.
#[must_use]
pub fn settled(reviews: &[Review], environment: &placet_core::name::Environment) -> Vec<Version> {
    let mut versions: Vec<Version> = Vec::new();
    for review in reviews {
        let place = review.places.iter().find(|place| place.environment == *environment);
        let Some(place) = place else { continue };
        let version = Version {
            proposal: review.proposal.digest(),
            made: review.training.statement().created_at,
            training: review.training.statement().clone(),
            standing: standing_of(&place.decided.decision),
        };
        match versions.iter_mut().find(|known| known.training == version.training) {
            Some(known) if version.standing == Standing::Approved => *known = version,
            Some(_) => {}
            None => versions.push(version),
        }
    }
    versions.sort_by(|a, b| order(a).cmp(&order(b)));
    versions
}

/// Oldest first. Of those that were trained in the same second the lower version comes first, numbers read as numbers.
fn order(version: &Version) -> (Timestamp, Vec<(usize, &[u8])>, Digest) {
    (version.made, natural(version.training.version.as_str()), version.proposal)
}

fn standing_of(decision: &placet_core::decision::Decision) -> Standing {
    let revoked =
        decision.denials.iter().any(|code| matches!(code, Code::ProposalRevoked | Code::WeightsRevoked));
    match (decision.outcome, revoked) {
        (Outcome::Permit, _) => Standing::Approved,
        (_, true) => Standing::Revoked,
        _ => Standing::Other,
    }
}

/// The metrics of the candidate, or else of the newest version, as series; those with a bound first.
#[must_use]
pub fn series(versions: &[Version], rule: Option<&placet_core::policy::Rule>) -> Vec<Series> {
    let candidate = versions.iter().find(|version| version.standing == Standing::Candidate);
    let Some(candidate) = candidate.or(versions.last()) else { return Vec::new() };
    let series = |name: &placet_core::name::Label| {
        let point = |version: &Version| {
            let metric = version.training.metrics.get(name)?;
            Some(Point {
                version: version.training.version.to_string(),
                value: metric.value,
                text: metric.text.clone(),
                standing: version.standing,
            })
        };
        let bound = changes::bound(rule, name.as_str());
        Series {
            name: name.to_string(),
            points: versions.iter().filter_map(point).collect(),
            better: changes::better(name.as_str(), bound),
            bound: bound.cloned(),
        }
    };
    let mut all: Vec<_> = candidate.training.metrics.keys().map(series).collect();
    all.sort_by_key(|series| series.bound.is_none());
    all
}

impl Series {
    /// The candidate's value.
    #[must_use]
    pub fn candidate(&self) -> Option<&Point> {
        self.points.iter().find(|point| point.standing == Standing::Candidate)
    }

    /// The value that is approved now.
    #[must_use]
    pub fn approved(&self) -> Option<&Point> {
        self.points.iter().rev().find(|point| point.standing == Standing::Approved)
    }

    /// What the chart shows where nothing is under review: what may run now, or the newest version.
    fn standing_finding(&self) -> String {
        let Some(point) = self.approved().or(self.points.last()) else { return "Not measured.".into() };
        let who = match point.standing {
            Standing::Approved => format!("Version {}, approved now, has {}", point.version, point.text),
            _ => format!("No version is approved; {} has {}", point.version, point.text),
        };
        let rule = self.bound.as_ref().map(|bound| {
            let low = bound.min.as_ref().is_some_and(|min| point.value < min.value);
            let high = bound.max.as_ref().is_some_and(|max| point.value > max.value);
            let verb = if low || high { "outside the rule" } else { "inside the rule" };
            format!(", {verb}: {}", changes::bound_words(bound))
        });
        format!("{who}{}.", rule.unwrap_or_default())
    }

    /// What the chart shows, in a sentence; bad news first.
    #[must_use]
    pub fn finding(&self) -> String {
        let Some(candidate) = self.candidate() else { return self.standing_finding() };
        let mut words = Vec::new();
        if let Some(bound) = &self.bound {
            let low = bound.min.as_ref().is_some_and(|min| candidate.value < min.value);
            let high = bound.max.as_ref().is_some_and(|max| candidate.value > max.value);
            if low || high {
                words.push(format!("Outside the rule: {}", changes::bound_words(bound)));
            } else {
                words.push(format!("Keeps the rule, {}", changes::bound_words(bound)));
            }
        }
        let against = match self.approved() {
            None if self.points.len() == 1 => "the first version measured".to_owned(),
            None => "no version is approved to compare with".to_owned(),
            Some(approved) => match (candidate.value.total_cmp(&approved.value), self.better) {
                (std::cmp::Ordering::Equal, _) => format!("the same as version {}", approved.version),
                (order, better) => {
                    let good = order.is_gt() == (better == Better::Higher);
                    let word = match (better, good) {
                        (Better::Unknown, _) if order.is_gt() => "more than",
                        (Better::Unknown, _) => "less than",
                        (_, true) => "better than",
                        (_, false) => "worse than",
                    };
                    format!("{word} version {}, which has {}", approved.version, approved.text)
                }
            },
        };
        words.push(against);
        let mut text = words.join("; ");
        text.push('.');
        let first: String = text.chars().take(1).flat_map(char::to_uppercase).collect();
        first + text.get(1..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::knowledge::Knowledge;
    use placet_core::{name::Label, revocation::Target, state::State, training::Metric};
    use placet_testkit::{NOW, Organisation, time};

    fn review(version: &str, accuracy: &str, day: &str, approvers: &[&str], revoke: bool) -> Review {
        let org = Organisation::new();
        let training = org.training(|t| {
            t.version = Label::parse(version).unwrap();
            t.created_at = time(&format!("2026-11-{day}T09:00:00Z"));
            t.metrics.insert(Label::parse("accuracy").unwrap(), Metric::parse(accuracy).unwrap());
        });
        let proposal = org.proposal(&training, |_| {});
        let approvals: Vec<_> =
            approvers.iter().map(|name| org.approval(&training, &proposal, name, |_| {})).collect();
        let mut trust = org.trust();
        if revoke {
            let target = Target::Proposal(proposal.digest());
            trust.revocations.push(Ok(org.revocation("dana.osei", target, |_| {})));
        }
        let knowledge = Knowledge::new(Some(org.domain()), trust, State::new());
        Review::of(org.bundle(&training, &proposal, &approvals), &knowledge, time(NOW)).unwrap()
    }

    const BOTH: &[&str] = &["alice.ng", "chandra.iyer"];

    #[test]
    fn versions_stand_as_they_were_decided_here() {
        let candidate = review("3", "0.978", "17", &[], false);
        let others = [review("2", "0.972", "10", BOTH, false), review("1", "0.961", "02", BOTH, true)];
        let versions = versions(&candidate, &others);
        let standing: Vec<_> = versions.iter().map(|v| (v.training.version.as_str(), v.standing)).collect();
        assert_eq!(
            standing,
            [("1", Standing::Revoked), ("2", Standing::Approved), ("3", Standing::Candidate)]
        );
        assert_eq!(approved(&versions).map(|v| v.training.version.as_str()), Some("2"));
    }

    #[test]
    fn versions_of_the_same_second_are_in_the_order_of_their_numbers() {
        let candidate = review("10", "0.978", "17", &[], false);
        let others = ["1.2", "9", "2", "1.10"].map(|version| review(version, "0.9", "17", BOTH, false));
        let environment = placet_testkit::name_of("production");
        let names =
            |versions: Vec<Version>| versions.into_iter().map(|v| v.training.version.to_string()).collect();
        let compared: Vec<_> = names(versions(&candidate, &others));
        assert_eq!(compared, ["1.2", "1.10", "2", "9", "10"]);
        let settled: Vec<_> = names(settled(&others, &environment));
        assert_eq!(settled, ["1.2", "1.10", "2", "9"]);
    }

    #[test]
    fn the_finding_says_the_limit_first() {
        let candidate = review("3", "0.940", "17", &[], false);
        let others = [review("2", "0.972", "10", BOTH, false)];
        let rule = candidate.first().and_then(|place| place.rule.clone());
        let series = series(&versions(&candidate, &others), rule.as_ref());
        assert_eq!(
            series[0].finding(),
            "Outside the rule: at least 0.95; worse than version 2, which has 0.972."
        );
    }

    #[test]
    fn without_a_candidate_what_is_approved_speaks() {
        let reviews = [review("2", "0.972", "10", BOTH, false), review("3", "0.940", "17", &[], false)];
        let environment = placet_testkit::name_of("production");
        let versions = settled(&reviews, &environment);
        let rule = reviews[0].first().and_then(|place| place.rule.clone());
        let series = series(&versions, rule.as_ref());
        assert_eq!(
            series[0].finding(),
            "Version 2, approved now, has 0.972, inside the rule: at least 0.95."
        );
        let newest = self::series(&settled(&reviews[1..], &environment), rule.as_ref());
        assert_eq!(
            newest[0].finding(),
            "No version is approved; 3 has 0.940, outside the rule: at least 0.95."
        );
        assert!(settled(&reviews, &placet_testkit::name_of("staging")).is_empty());
    }

    #[test]
    fn a_first_version_is_compared_with_nothing() {
        let candidate = review("3", "0.978", "17", &[], false);
        let series = series(&versions(&candidate, &[]), None);
        assert_eq!(series[0].finding(), "The first version measured.");
    }
}
