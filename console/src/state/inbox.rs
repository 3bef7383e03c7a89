//! The inbox: what the registry lists, and what this browser found when it looked.
//!
//! A row begins as a claim. Once its bundle was verified here, the row says what was found, and a registry that
//! withheld or turned something is contradicted on the page.

use placet_core::{
    code::Code,
    decision::{Decision, Outcome},
    digest::Digest,
    name::Principal,
    time::Timestamp,
};
use serde::Deserialize;

use super::{
    quorum::{self, RoleSlots, Slot},
    review::Review,
};

/// What a registry says about a proposal.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Claim {
    /// The digest of the proposal.
    pub digest: String,
    /// The model.
    pub model_id: String,
    /// Its version.
    pub version: String,
    /// Where it shall run.
    pub environments: Vec<String>,
    /// For what it shall run.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// When it was proposed.
    pub proposed_at: String,
    /// Who proposed it.
    #[serde(default)]
    pub proposed_by: String,
    /// When it ends.
    #[serde(default)]
    pub expires_at: String,
    /// How it stands.
    #[serde(default)]
    pub state: String,
    /// How far the quorum of each environment is.
    #[serde(default)]
    pub quorum: serde_json::Value,
}

/// The registry's three lists.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Claims {
    /// What it says needs me.
    pub needs_me: Vec<Claim>,
    /// What it says waits for others.
    pub waiting: Vec<Claim>,
    /// What it says is decided.
    pub decided: Vec<Claim>,
}

/// What is asked of me.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// My signature would count.
    NeedsMe,
    /// Others must sign.
    Waiting,
    /// Nothing can be added.
    Decided,
}

impl Group {
    /// All groups in their order.
    pub const ALL: [Self; 3] = [Self::NeedsMe, Self::Waiting, Self::Decided];

    /// In addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeedsMe => "needs-me",
            Self::Waiting => "waiting",
            Self::Decided => "decided",
        }
    }

    /// On the page.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::NeedsMe => "Needs me",
            Self::Waiting => "Waiting for others",
            Self::Decided => "Decided",
        }
    }
}

/// A row of the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The proposal.
    pub digest: String,
    /// The model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// Where it shall run.
    pub environments: Vec<String>,
    /// In which group it stands.
    pub group: Group,
    /// The slots.
    pub slots: Vec<RoleSlots>,
    /// The slots in words.
    pub words: String,
    /// When it was proposed.
    pub proposed_at: Option<Timestamp>,
    /// When no approval can be added any more, or it ends.
    pub closes_at: Option<Timestamp>,
    /// How far this was looked at.
    pub looked: Looked,
    /// Whether it is permitted, where that was decided here and nothing can be added.
    pub permitted: Option<bool>,
}

/// How far a row was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// The registry's word.
    Claimed,
    /// Verified and decided here.
    Here,
    /// Verified here, and it stands otherwise than the registry says.
    Contradicts(String),
    /// It does not verify.
    Refused(String),
}

/// A row from the registry's word alone.
#[must_use]
pub fn claimed(claim: &Claim, group: Group) -> Row {
    let roles = claimed_roles(&claim.quorum);
    let slots = roles.iter().filter_map(|(role, counted, required)| {
        let role = placet_core::name::Role::parse(role).ok()?;
        let required = usize::try_from(*required).unwrap_or(64).min(64);
        let mut slots = vec![Slot::Claimed; (*counted).min(required)];
        slots.resize(required, Slot::Open);
        Some(RoleSlots { role, slots })
    });
    let counts = roles.iter().map(|(role, counted, required)| (role.as_str(), *counted, *required, true));
    Row {
        digest: claim.digest.clone(),
        model: safe(&claim.model_id),
        version: safe(&claim.version),
        environments: claim.environments.iter().map(|name| safe(name)).collect(),
        group,
        slots: slots.collect(),
        words: if roles.is_empty() { safe(&claim.state) } else { quorum::sentence(counts) },
        proposed_at: Timestamp::parse(&claim.proposed_at),
        closes_at: Timestamp::parse(&claim.expires_at),
        looked: Looked::Claimed,
        permitted: None,
    }
}

/// A claim may hold anything.
fn safe(text: &str) -> String {
    placet_core::summary::escape(text).chars().take(300).collect()
}

/// Role, counted and required of the environment that asks most.
fn claimed_roles(quorum: &serde_json::Value) -> Vec<(String, usize, u64)> {
    let list = |value: &serde_json::Value| -> Vec<(String, usize, u64)> {
        let role = |entry: &serde_json::Value| {
            let counted = &entry["counted"];
            let counted = counted.as_u64().or_else(|| counted.as_array().map(|names| names.len() as u64));
            Some((
                safe(entry["role"].as_str()?),
                usize::try_from(counted?).unwrap_or(usize::MAX),
                entry["required"].as_u64()?,
            ))
        };
        value.as_array().map(|list| list.iter().filter_map(role).collect()).unwrap_or_default()
    };
    let each: Vec<Vec<_>> = match quorum {
        serde_json::Value::Object(map) => map.values().map(list).collect(),
        serde_json::Value::Array(items) => {
            let mut places: Vec<(&serde_json::Value, Vec<serde_json::Value>)> = Vec::new();
            for item in items {
                let place = &item["environment"];
                match places.iter_mut().find(|(known, _)| *known == place) {
                    Some((_, seats)) => seats.push(item.clone()),
                    None => places.push((place, vec![item.clone()])),
                }
            }
            places.into_iter().map(|(_, seats)| list(&serde_json::Value::Array(seats))).collect()
        }
        _ => Vec::new(),
    };
    let asked = |roles: &Vec<(String, usize, u64)>| roles.iter().map(|role| role.2).sum::<u64>();
    each.into_iter().max_by_key(asked).unwrap_or_default()
}

/// The row after its bundle was verified here.
#[must_use]
pub fn looked_at(row: &Row, review: &Review, me: Option<&Principal>) -> Row {
    let Some(first) = review.first() else { return row.clone() };
    let decision = &first.decided.decision;
    let group = group(review, me);
    let proposal = review.proposal.statement();
    let window = first.rule.as_ref().map(|rule| proposal.proposed_at.plus_days(rule.approval_window_days));
    let ends = proposal.window.not_after;
    let contradicts = row.group != group && (row.group == Group::Decided) != (group == Group::Decided);
    Row {
        digest: row.digest.clone(),
        model: proposal.subject.model_id.to_string(),
        version: review.training.statement().version.to_string(),
        environments: proposal.environments.iter().map(ToString::to_string).collect(),
        group,
        slots: quorum::slots(decision, me),
        words: match (group, decision.outcome) {
            (Group::Decided, Outcome::Permit) => "permitted".into(),
            (Group::Decided, Outcome::Deny) => ended(decision),
            _ => quorum::words(decision),
        },
        proposed_at: Some(proposal.proposed_at),
        closes_at: Some(window.map_or(ends, |window| window.min(ends))),
        looked: if contradicts {
            Looked::Contradicts(format!("the registry lists it under “{}”", row.group.title()))
        } else {
            Looked::Here
        },
        permitted: (group == Group::Decided).then(|| review.permitted()),
    }
}

/// Why nothing can be added: what ended it rather than what it lacked besides.
fn ended(decision: &Decision) -> String {
    let ends = [Code::ProposalRevoked, Code::WeightsRevoked, Code::Vetoed, Code::Expired];
    let code = ends.into_iter().find(|code| decision.denials.contains(code));
    let code = code.or(decision.denials.first().copied());
    code.map_or_else(|| "denied".into(), |code| code.as_str().replace('_', " "))
}

/// The row of a bundle that does not verify.
#[must_use]
pub fn refused(row: &Row, code: &str) -> Row {
    Row { looked: Looked::Refused(code.to_owned()), ..row.clone() }
}

/// What a verified proposal asks of me.
#[must_use]
pub fn group(review: &Review, me: Option<&Principal>) -> Group {
    let open = |place: &&super::review::Place| {
        let decision = &place.decided.decision;
        decision.outcome == Outcome::Deny && super::review::is_only_early(&super::review::obstacles(decision))
    };
    let open: Vec<_> = review.places.iter().filter(open).collect();
    let mine = me
        .is_some_and(|me| open.iter().any(|place| !quorum::my_roles(&place.decided.decision, me).is_empty()));
    match (open.is_empty(), mine) {
        (true, _) => Group::Decided,
        (false, true) => Group::NeedsMe,
        (false, false) => Group::Waiting,
    }
}

/// What the address bar narrows the list to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// One group alone; all that is open otherwise.
    pub group: Option<Group>,
    /// Part of the model's name.
    pub model: String,
    /// One environment alone.
    pub environment: String,
    /// Newest first instead of those that close first.
    pub newest: bool,
}

impl Filter {
    /// Reads a filter from the parameters of the address; what it does not know is left out.
    #[must_use]
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let view = get("view").unwrap_or_default();
        Self {
            group: Group::ALL.into_iter().find(|group| group.as_str() == view),
            model: get("model").unwrap_or_default(),
            environment: get("environment").unwrap_or_default(),
            newest: get("sort").as_deref() == Some("newest"),
        }
    }

    /// The address of this filter.
    #[must_use]
    pub fn query(&self) -> String {
        let pair = |name: &str, value: &str| {
            let plain = value.chars().filter(|c| c.is_ascii_alphanumeric() || "._/@:-".contains(*c));
            let value: String = plain.collect();
            (!value.is_empty()).then(|| format!("{name}={value}"))
        };
        let parts = [
            self.group.and_then(|group| pair("view", group.as_str())),
            pair("model", &self.model),
            pair("environment", &self.environment),
            self.newest.then(|| "sort=newest".to_owned()),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        if parts.is_empty() { "/".into() } else { format!("/?{}", parts.join("&")) }
    }

    /// The rows of a group that pass, in order.
    #[must_use]
    pub fn rows<'a>(&self, rows: &'a [Row], group: Group) -> Vec<&'a Row> {
        let shown = match self.group {
            Some(only) => only == group,
            None => group != Group::Decided,
        };
        let model = self.model.to_lowercase();
        let mut rows: Vec<_> = rows
            .iter()
            .filter(|row| shown && row.group == group)
            .filter(|row| row.model.to_lowercase().contains(&model))
            .filter(|row| self.environment.is_empty() || row.environments.contains(&self.environment))
            .collect();
        if self.newest {
            rows.sort_by(|a, b| b.proposed_at.cmp(&a.proposed_at).then_with(|| a.digest.cmp(&b.digest)));
        } else {
            let key = |row: &Row| (row.closes_at.is_none(), row.closes_at, row.digest.clone());
            rows.sort_by_key(|row| key(row));
        }
        rows
    }
}

/// The digest of a row, where the registry's text is one.
#[must_use]
pub fn digest(row: &Row) -> Option<Digest> {
    Digest::parse(&row.digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::knowledge::Knowledge;
    use placet_core::state::State;
    use placet_testkit::{NOW, Organisation, name_of, time};

    fn claim(quorum: serde_json::Value) -> Claim {
        Claim {
            digest: Digest::of(b"p").to_string(),
            model_id: "digits-classifier".into(),
            version: "3".into(),
            environments: vec!["production".into()],
            scopes: vec!["eu-west".into()],
            proposed_at: "2026-11-21T15:58:00Z".into(),
            proposed_by: "emil.novak".into(),
            expires_at: "2027-02-19T00:00:00Z".into(),
            state: "open".into(),
            quorum,
        }
    }

    fn review(approvers: &[&str]) -> Review {
        let org = Organisation::new();
        let training = org.training(|_| {});
        let proposal = org.proposal(&training, |_| {});
        let approvals: Vec<_> =
            approvers.iter().map(|name| org.approval(&training, &proposal, name, |_| {})).collect();
        let knowledge = Knowledge::new(Some(org.domain()), org.trust(), State::new());
        Review::of(org.bundle(&training, &proposal, &approvals), &knowledge, time(NOW)).unwrap()
    }

    #[test]
    fn a_claim_never_looks_verified() {
        let quorum = serde_json::json!([{"role": "ml-lead", "required": 2, "counted": 2}]);
        let row = claimed(&claim(quorum), Group::NeedsMe);
        assert_eq!(row.slots[0].slots, [Slot::Claimed, Slot::Claimed]);
        assert_eq!(row.looked, Looked::Claimed);
    }

    #[test]
    fn claims_of_any_shape_do_no_harm() {
        for quorum in [
            serde_json::json!(null),
            serde_json::json!([[], 3, {"role": 1}]),
            serde_json::json!({"production": [{"role": "ml-lead", "required": 18_446_744_073_709_551_615_u64, "counted": 0}]}),
            serde_json::json!([{"environment": "production", "roles": [{"role": "safety", "required": 1, "counted": []}]}]),
        ] {
            let row = claimed(&claim(quorum), Group::Waiting);
            assert!(row.slots.iter().all(|role| role.slots.len() <= 64));
        }
    }

    #[test]
    fn seats_of_several_environments_are_not_added_up() {
        let seat = |place: &str, required: u64| serde_json::json!({"environment": place, "role": "ml-lead", "required": required, "counted": 0});
        let row =
            claimed(&claim(serde_json::json!([seat("staging", 1), seat("production", 2)])), Group::Waiting);
        assert_eq!(row.slots.len(), 1);
        assert_eq!(row.slots[0].slots.len(), 2);
    }

    #[test]
    fn hidden_characters_of_a_claim_are_shown() {
        let mut hostile = claim(serde_json::Value::Null);
        hostile.model_id = "a\u{202e}b".into();
        assert_eq!(claimed(&hostile, Group::Waiting).model, "a\\u{202e}b");
    }

    #[test]
    fn what_needs_me_is_worked_out_here() {
        let (chandra, bo) = (name_of("chandra.iyer"), name_of("bo.eriksen"));
        let one = review(&["alice.ng"]);
        assert_eq!(group(&one, Some(&chandra)), Group::NeedsMe);
        assert_eq!(group(&one, Some(&bo)), Group::Waiting);
        assert_eq!(group(&one, None), Group::Waiting);
        assert_eq!(group(&review(&["alice.ng", "chandra.iyer"]), Some(&chandra)), Group::Decided);
    }

    #[test]
    fn a_registry_that_calls_an_open_proposal_decided_is_contradicted() {
        let chandra = name_of("chandra.iyer");
        let row = claimed(&claim(serde_json::Value::Null), Group::Decided);
        let looked = looked_at(&row, &review(&["alice.ng"]), Some(&chandra));
        assert_eq!(looked.group, Group::NeedsMe);
        assert!(matches!(looked.looked, Looked::Contradicts(_)));
        let honest = claimed(&claim(serde_json::Value::Null), Group::NeedsMe);
        assert_eq!(looked_at(&honest, &review(&["alice.ng"]), Some(&chandra)).looked, Looked::Here);
    }

    #[test]
    fn it_closes_when_approvals_are_no_longer_taken() {
        let row = looked_at(&claimed(&claim(serde_json::Value::Null), Group::NeedsMe), &review(&[]), None);
        assert_eq!(row.closes_at, Some(time("2026-11-28T15:58:00Z")));
    }

    #[test]
    fn a_revocation_is_named_before_what_was_wrong_besides() {
        let mut decision = review(&[]).places[0].decided.decision.clone();
        decision.denials = vec![Code::MetricOutOfBounds, Code::ProposalRevoked];
        assert_eq!(ended(&decision), "proposal revoked");
        decision.denials = vec![Code::MetricOutOfBounds];
        assert_eq!(ended(&decision), "metric out of bounds");
    }

    #[test]
    fn filters_live_in_the_address() {
        let filter = Filter {
            group: Some(Group::Waiting),
            model: "digits".into(),
            environment: "production".into(),
            newest: true,
        };
        let query = filter.query();
        assert_eq!(query, "/?view=waiting&model=digits&environment=production&sort=newest");
        let read = Filter::read(|name| {
            let pairs = query.trim_start_matches("/?").split('&').filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
        });
        assert_eq!(read, filter);
        assert_eq!(Filter::default().query(), "/");
    }

    #[test]
    fn what_closes_first_comes_first_and_decided_is_not_open() {
        let row = |name: &str, closes: &str, group| Row {
            closes_at: Some(time(closes)),
            model: name.into(),
            group,
            ..claimed(&claim(serde_json::Value::Null), group)
        };
        let rows = [
            row("late", "2026-12-05T00:00:00Z", Group::NeedsMe),
            row("soon", "2026-11-23T00:00:00Z", Group::NeedsMe),
            row("done", "2026-11-23T00:00:00Z", Group::Decided),
        ];
        let filter = Filter::default();
        let names: Vec<_> = filter.rows(&rows, Group::NeedsMe).iter().map(|row| row.model.as_str()).collect();
        assert_eq!(names, ["soon", "late"]);
        assert!(filter.rows(&rows, Group::Decided).is_empty());
    }
}
