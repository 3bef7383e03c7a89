//! Every model in every environment, decided here from bundles that were verified here.

use placet_core::{
    code::{Code, Gate},
    decision::{Decision, Outcome, Status},
    digest::Digest,
    drift::ReportStatus,
    drift_report::DriftReport,
    name::{Environment, Principal},
    time::Timestamp,
    verify::Verified,
};

use super::{
    drift,
    inbox::{Group, group},
    review::{Place, Review},
    words,
};

/// Approvals that end sooner are shown as expiring, in days.
pub const SOON: i64 = 14;

/// How a model stands in an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// May run.
    Approved,
    /// May run, for no more than [`SOON`] days.
    Expiring,
    /// Its quorum was complete, and its time is over.
    Expired,
    /// Stopped.
    Revoked,
    /// Somebody with a veto said no.
    Rejected,
    /// Proposed there, and nothing is decided.
    Pending,
    /// Proposed there, and its time ran out or something else denies it.
    Denied,
    /// No proposal for it is known.
    Never,
}

impl Standing {
    /// All of them, worse ones first among those that ask for attention.
    pub const ALL: [Self; 8] = [
        Self::Approved,
        Self::Expiring,
        Self::Pending,
        Self::Expired,
        Self::Revoked,
        Self::Rejected,
        Self::Denied,
        Self::Never,
    ];

    /// As a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Approved => "Approved",
            Self::Expiring => "Expiring",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
            Self::Rejected => "Rejected",
            Self::Pending => "Pending",
            Self::Denied => "Denied",
            Self::Never => "Never proposed",
        }
    }

    /// Whether somebody should look at it.
    #[must_use]
    pub fn needs_attention(self) -> bool {
        matches!(self, Self::Expiring | Self::Expired | Self::Revoked | Self::Rejected | Self::Denied)
    }

    fn of(decision: &Decision, ends: Timestamp, now: Timestamp) -> Self {
        let denied = |code: Code| decision.denials.contains(&code);
        let quorum = decision.gate(Gate::Quorum).is_some_and(|gate| gate.status == Status::Pass);
        if decision.outcome == Outcome::Permit {
            let soon = ends.since(now) < SOON * 86_400;
            return if soon { Self::Expiring } else { Self::Approved };
        }
        if denied(Code::ProposalRevoked) || denied(Code::WeightsRevoked) {
            Self::Revoked
        } else if denied(Code::Vetoed) {
            Self::Rejected
        } else if denied(Code::Expired) && quorum {
            Self::Expired
        } else if super::review::is_only_early(&super::review::obstacles(decision)) {
            Self::Pending
        } else {
            Self::Denied
        }
    }

    /// Which of several proposals for one environment speaks for it: one that may run, or else what ended one that did.
    fn rank(self) -> u8 {
        match self {
            Self::Approved | Self::Expiring => 0,
            Self::Expired | Self::Revoked => 1,
            Self::Rejected | Self::Denied => 2,
            Self::Pending => 3,
            Self::Never => 4,
        }
    }
}

/// A model in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The environment.
    pub environment: Environment,
    /// How it stands.
    pub standing: Standing,
    /// The version that it is about; empty where there is none.
    pub version: String,
    /// The proposal that it is about.
    pub proposal: Option<Digest>,
    /// When the proposal ends or ended.
    pub ends: Option<Timestamp>,
    /// Who approved it.
    pub approved_by: Vec<Principal>,
    /// The scopes in which another proposal, or none, speaks.
    pub only: Vec<String>,
    /// The first code that denies it.
    pub code: Option<Code>,
    /// What the newest drift report about this version concludes there.
    pub drift: Option<ReportStatus>,
}

/// A proposal that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its digest.
    pub proposal: Digest,
    /// Its version.
    pub version: String,
    /// For where.
    pub environments: Vec<String>,
    /// Whether it waits for me.
    pub mine: bool,
}

/// A model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub model: String,
    /// One cell for each environment, in the policy's order.
    pub cells: Vec<Cell>,
    /// What waits for signatures.
    pub waiting: Vec<Waiting>,
    /// Proposals that the registry serves and that do not verify here.
    pub refused: usize,
    /// Proposals that were not looked at.
    pub unread: usize,
}

/// A row from verified proposals of one model.
#[must_use]
pub fn row(
    model: &str,
    reviews: &[Review],
    environments: &[Environment],
    me: Option<&Principal>,
    now: Timestamp,
) -> Row {
    let mine: Vec<_> =
        reviews.iter().filter(|r| r.proposal.statement().subject.model_id.as_str() == model).collect();
    let waiting = mine.iter().filter_map(|review| {
        let group = group(review, me);
        (group != Group::Decided).then(|| Waiting {
            proposal: review.proposal.digest(),
            version: review.training.statement().version.to_string(),
            environments: open_places(review),
            mine: group == Group::NeedsMe,
        })
    });
    Row {
        model: model.to_owned(),
        cells: environments.iter().map(|environment| cell(&mine, environment, now)).collect(),
        waiting: waiting.collect(),
        refused: 0,
        unread: 0,
    }
}

/// The environments that a proposal still waits for.
fn open_places(review: &Review) -> Vec<String> {
    let open = review.places.iter().filter(|place| place.decided.decision.outcome == Outcome::Deny);
    let mut names: Vec<_> = open.map(|place| place.environment.to_string()).collect();
    names.dedup();
    names
}

fn cell(reviews: &[&Review], environment: &Environment, now: Timestamp) -> Cell {
    let found = reviews.iter().flat_map(|review| {
        let ends = review.proposal.statement().window.not_after;
        let places = review.places.iter().filter(|place| place.environment == *environment);
        places.map(move |place| (Standing::of(&place.decided.decision, ends, now), *review, place))
    });
    let key = |(standing, review, _): &(Standing, &Review, &Place)| {
        let proposal = review.proposal.statement();
        (standing.rank(), std::cmp::Reverse((proposal.proposed_at, review.proposal.digest())))
    };
    let Some((standing, review, place)) = found.min_by_key(key) else {
        return Cell {
            environment: environment.clone(),
            standing: Standing::Never,
            version: String::new(),
            proposal: None,
            ends: None,
            approved_by: Vec::new(),
            only: Vec::new(),
            code: None,
            drift: None,
        };
    };
    let several = review.places.iter().filter(|p| p.environment == *environment).count() > 1;
    let decision = &place.decided.decision;
    Cell {
        environment: environment.clone(),
        standing,
        version: review.training.statement().version.to_string(),
        proposal: Some(review.proposal.digest()),
        ends: Some(review.proposal.statement().window.not_after),
        approved_by: decision.quorum.iter().flat_map(|role| role.counted.clone()).collect(),
        only: if several { place.scopes.iter().map(ToString::to_string).collect() } else { Vec::new() },
        code: decision.denials.first().copied(),
        drift: None,
    }
}

impl Cell {
    /// Whether it may run and its monitor says that it behaves otherwise than it did.
    #[must_use]
    pub fn drifts(&self) -> bool {
        let runs = matches!(self.standing, Standing::Approved | Standing::Expiring);
        runs && self.drift == Some(ReportStatus::Drifted)
    }

    /// How it stands, with the days that are left.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> String {
        match (self.standing, self.ends) {
            (Standing::Expiring, Some(ends)) => format!("Expires in {}", words::span(ends.since(now))),
            (standing, _) => standing.word().to_owned(),
        }
    }

    /// The version and since or until when.
    #[must_use]
    pub fn detail(&self) -> String {
        let when = match (self.standing, self.ends) {
            (Standing::Approved | Standing::Expiring, Some(ends)) => {
                format!("until {}", words::date(ends))
            }
            (Standing::Expired, Some(ends)) => format!("on {}", words::date(ends)),
            (Standing::Denied, _) => {
                self.code.map(|code| code.as_str().replace('_', " ")).unwrap_or_default()
            }
            _ => String::new(),
        };
        let only =
            if self.only.is_empty() { String::new() } else { format!("for {}", words::list(&self.only)) };
        let parts = [self.version.clone(), when, only];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

impl Row {
    /// The row with what drift reports that were verified here say about the versions in it.
    #[must_use]
    pub fn with_drift(mut self, reviews: &[Review], reports: &[Verified<DriftReport>]) -> Self {
        for cell in &mut self.cells {
            let review = reviews.iter().find(|review| Some(review.proposal.digest()) == cell.proposal);
            cell.drift =
                review.and_then(|review| drift::newest(reports, &cell.environment, review.training.digest()));
        }
        self
    }

    /// Whether somebody should look at it.
    #[must_use]
    pub fn needs_attention(&self) -> bool {
        self.refused > 0
            || self.waiting.iter().any(|waiting| waiting.mine)
            || self.cells.iter().any(|cell| cell.standing.needs_attention() || cell.drifts())
    }
}

/// How many cells stand how, and how many proposals wait for me.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Proposals that need me.
    pub mine: usize,
    /// Proposals that wait for others.
    pub waiting: usize,
    /// Cells that may run and drift.
    pub drifted: usize,
    /// Cells by standing, those that there are.
    pub standing: Vec<(Standing, usize)>,
}

/// Counts the rows.
#[must_use]
pub fn counts<'a>(rows: impl Iterator<Item = &'a Row> + Clone) -> Counts {
    let waiting = || rows.clone().flat_map(|row| &row.waiting);
    let cells = || rows.clone().flat_map(|row| &row.cells);
    let count = |standing| cells().filter(|cell| cell.standing == standing).count();
    let shown =
        Standing::ALL.into_iter().filter(|standing| !matches!(standing, Standing::Never | Standing::Pending));
    Counts {
        mine: waiting().filter(|waiting| waiting.mine).count(),
        waiting: waiting().filter(|waiting| !waiting.mine).count(),
        drifted: cells().filter(|cell| cell.drifts()).count(),
        standing: shown.map(|standing| (standing, count(standing))).filter(|(_, n)| *n > 0).collect(),
    }
}

/// What the address narrows the list to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of the model's name.
    pub model: String,
    /// Only what somebody should look at.
    pub attention: bool,
}

impl Filter {
    /// Reads a filter from the parameters of the address.
    #[must_use]
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            model: get("model").unwrap_or_default(),
            attention: get("status").as_deref() == Some("attention"),
        }
    }

    /// The address of this filter.
    #[must_use]
    pub fn query(&self) -> String {
        let plain: String =
            self.model.chars().filter(|c| c.is_ascii_alphanumeric() || "._/@:-".contains(*c)).collect();
        let model = (!plain.is_empty()).then(|| format!("model={plain}"));
        let status = self.attention.then(|| "status=attention".to_owned());
        let parts: Vec<_> = model.into_iter().chain(status).collect();
        if parts.is_empty() { "/models".into() } else { format!("/models?{}", parts.join("&")) }
    }

    /// Whether a model passes; what was not looked at yet is not hidden.
    #[must_use]
    pub fn passes(&self, model: &str, row: Option<&Row>) -> bool {
        let named = model.to_lowercase().contains(&self.model.to_lowercase());
        named && (!self.attention || row.is_none_or(Row::needs_attention))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::knowledge::Knowledge;
    use placet_core::{approval::Verdict, name::Label, revocation::Target, state::State};
    use placet_testkit::{NOW, Organisation, name_of, time};

    const BOTH: &[&str] = &["alice.ng", "chandra.iyer"];
    const MODEL: &str = "digits-classifier";

    /// A version with approvals, that ends on a day, and what is revoked of it.
    fn review(version: &str, approvers: &[&str], ends: &str, revoked: bool, vetoed: bool) -> Review {
        let org = Organisation::new();
        let training = org.training(|t| t.version = Label::parse(version).unwrap());
        let proposal = org.proposal(&training, |p| p.window.not_after = time(ends));
        let mut approvals: Vec<_> =
            approvers.iter().map(|name| org.approval(&training, &proposal, name, |_| {})).collect();
        if vetoed {
            approvals.push(org.approval(&training, &proposal, "dana.osei", |a| a.verdict = Verdict::Reject));
        }
        let mut trust = org.trust();
        if revoked {
            let target = Target::Proposal(proposal.digest());
            trust.revocations.push(Ok(org.revocation("dana.osei", target, |_| {})));
        }
        let knowledge = Knowledge::new(Some(org.domain()), trust, State::new());
        Review::of(org.bundle(&training, &proposal, &approvals), &knowledge, time(NOW)).unwrap()
    }

    fn one(reviews: &[Review], me: &str) -> Row {
        let environments = ["staging", "production"].map(name_of);
        row(MODEL, reviews, &environments, Some(&name_of(me)), time(NOW))
    }

    const FAR: &str = "2027-02-19T00:00:00Z";
    const NEAR: &str = "2026-12-01T00:00:00Z";
    const PAST: &str = "2026-11-22T12:00:00Z";

    #[test]
    fn each_standing_is_told_apart() {
        let standing = |review: Review| one(&[review], "emil.novak").cells[1].standing;
        assert_eq!(standing(review("3", BOTH, FAR, false, false)), Standing::Approved);
        assert_eq!(standing(review("3", BOTH, NEAR, false, false)), Standing::Expiring);
        assert_eq!(standing(review("3", BOTH, PAST, false, false)), Standing::Expired);
        assert_eq!(standing(review("3", &["alice.ng"], PAST, false, false)), Standing::Denied);
        assert_eq!(standing(review("3", BOTH, FAR, true, false)), Standing::Revoked);
        assert_eq!(standing(review("3", BOTH, FAR, false, true)), Standing::Rejected);
        assert_eq!(standing(review("3", &["alice.ng"], FAR, false, false)), Standing::Pending);
        assert_eq!(one(&[], "emil.novak").cells[1].standing, Standing::Never);
    }

    #[test]
    fn a_running_version_is_not_hidden_by_a_newer_proposal() {
        let row =
            one(&[review("3", &[], FAR, false, false), review("2", BOTH, NEAR, false, false)], "dana.osei");
        let production = &row.cells[1];
        assert_eq!((production.standing, production.version.as_str()), (Standing::Expiring, "2"));
        assert_eq!(production.words(time(NOW)), "Expires in 8 d");
        assert_eq!(production.detail(), "2, until 1 Dec 2026");
        assert_eq!(row.waiting.len(), 1);
        assert!(row.waiting[0].mine && row.needs_attention());
        assert_eq!(row.cells[0].standing, Standing::Never);
    }

    #[test]
    fn a_revoked_version_is_not_hidden_by_one_that_waits() {
        let row =
            one(&[review("3", &[], FAR, false, false), review("2", BOTH, FAR, true, false)], "emil.novak");
        assert_eq!(row.cells[1].standing, Standing::Revoked);
        assert!(row.needs_attention());
    }

    #[test]
    fn counts_say_what_needs_attention() {
        let rows = [
            one(&[review("3", BOTH, NEAR, false, false)], "dana.osei"),
            one(&[review("3", &["alice.ng"], FAR, false, false)], "dana.osei"),
        ];
        let counts = counts(rows.iter());
        assert_eq!((counts.mine, counts.waiting), (1, 0));
        assert_eq!(counts.standing, [(Standing::Expiring, 1)]);
    }

    #[test]
    fn what_runs_and_drifts_needs_attention_and_what_another_version_did_does_not() {
        let org = Organisation::new();
        let known = Knowledge::new(Some(org.domain()), org.trust(), State::new());
        let watched = |version: &str| {
            org.training(|training| {
                training.version = Label::parse(version).unwrap();
                training.baselines = Organisation::baselines().to_json();
            })
        };
        let review = |training: &placet_core::envelope::Envelope| {
            let proposal = org.proposal(training, |proposal| proposal.window.not_after = time(FAR));
            let approvals: Vec<_> =
                BOTH.iter().map(|name| org.approval(training, &proposal, name, |_| {})).collect();
            Review::of(org.bundle(training, &proposal, &approvals), &known, time(NOW)).unwrap()
        };
        let (old, new) = (watched("2"), watched("3"));
        let reviews = [review(&old), review(&new)];
        let read = |training: &placet_core::envelope::Envelope, shift: i32| {
            let report = org.drift_report(training, 1, shift, "drift-monitor", |_| {});
            drift::read(&Organisation::subject().model_id, &[Some(report)], &reviews, &known, time(NOW)).0
        };
        let runs = one(&reviews[1..], "emil.novak");
        let drifted = runs.clone().with_drift(&reviews, &read(&new, 80));
        assert!(drifted.cells[1].drifts() && drifted.needs_attention() && !drifted.cells[0].drifts());
        assert_eq!(counts([drifted].iter()).drifted, 1);
        for calm in [read(&new, 0), read(&old, 80), Vec::new()] {
            let row = runs.clone().with_drift(&reviews, &calm);
            assert!(!row.cells[1].drifts() && !row.needs_attention(), "{:?}", row.cells[1].drift);
        }
    }

    #[test]
    fn another_model_is_not_counted_in() {
        let environments = ["production"].map(name_of);
        let row = row("other", &[review("3", BOTH, FAR, false, false)], &environments, None, time(NOW));
        assert_eq!(row.cells[0].standing, Standing::Never);
        assert!(row.waiting.is_empty());
    }

    #[test]
    fn a_filter_survives_the_address() {
        let filter = Filter { model: "digits".into(), attention: true };
        assert_eq!(filter.query(), "/models?model=digits&status=attention");
        let read = Filter::read(|name| match name {
            "model" => Some("digits".into()),
            "status" => Some("attention".into()),
            _ => None,
        });
        assert_eq!(read, filter);
        let fine = one(&[review("3", BOTH, FAR, false, false)], "emil.novak");
        assert!(!filter.passes(MODEL, Some(&fine)));
        assert!(filter.passes(MODEL, None), "what was not looked at is not hidden");
        assert!(!filter.passes("other", None));
    }
}
