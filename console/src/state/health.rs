//! Whether quorums can still be reached: with somebody away, with the proposer counted out, and when keys run out.

use std::collections::{BTreeMap, BTreeSet};

use placet_core::{
    key::KeyId,
    name::{Principal, Role},
    policy::{Plane, Policy, Rule},
    time::Timestamp,
};

/// Steps of the search for people who fill a quorum. Real organisations take a few dozen.
const STEPS: usize = 20_000;
/// How far ahead is looked, in days.
pub const AHEAD: u64 = 400;

/// Whether a proposal can reach its quorum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Whoever proposes.
    Can,
    /// Unless one of these proposes, who then may not approve.
    Unless(Vec<Principal>),
    /// Not at all.
    Cannot,
}

/// The state of all rules when somebody is away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who is away; nobody where none.
    pub away: Option<Principal>,
    /// From when on; now where none.
    pub from: Option<Timestamp>,
    /// Each rule, by name, in the policy's order.
    pub reach: Vec<Reach>,
    /// Who is left for each role of the first rule whose quorum cannot always be reached, or of the first.
    pub left: Vec<(Role, Vec<Principal>)>,
}

/// Who may sign in which roles at a moment.
fn pool(
    policy: &Policy,
    revoked: &BTreeSet<KeyId>,
    at: Timestamp,
    away: Option<&Principal>,
) -> BTreeMap<Principal, Vec<Role>> {
    // Who operates what trains never counts, whichever service trained it.
    let trains = |person: &Principal| {
        policy.principals.iter().any(|(service, member)| {
            member.operators.contains(person) && policy.stands_in(service, Plane::Training)
        })
    };
    let valid = |person: &Principal| {
        policy.keys(person).any(|key| key.window.contains(at) && !revoked.contains(&key.public.key_id()))
    };
    let able = policy.principals.iter().filter(|(name, _)| {
        Some(*name) != away && policy.stands_in(name, Plane::Governance) && valid(name) && !trains(name)
    });
    able.map(|(name, member)| (name.clone(), member.roles.clone())).collect()
}

/// Whether some of these people can fill the quorum, each in one role, from as many units as are asked for.
fn fills(rule: &Rule, people: &BTreeMap<Principal, Vec<Role>>, policy: &Policy) -> bool {
    let mut seats: Vec<&Role> = Vec::new();
    for seat in &rule.quorum {
        let count = usize::try_from(seat.threshold).unwrap_or(usize::MAX).min(people.len() + 1);
        seats.extend(std::iter::repeat_n(&seat.role, count));
    }
    // Seats that few can fill come first, which keeps the search short.
    let able = |role: &Role| people.values().filter(|roles| roles.contains(role)).count();
    seats.sort_by_key(|role| able(role));
    let units = usize::try_from(rule.distinct_units).unwrap_or(usize::MAX);
    let mut search = Search { people, policy, units, steps: 0 };
    search.fill(&seats, &mut Vec::new())
}

struct Search<'a> {
    people: &'a BTreeMap<Principal, Vec<Role>>,
    policy: &'a Policy,
    units: usize,
    steps: usize,
}

impl<'a> Search<'a> {
    fn fill(&mut self, seats: &[&Role], taken: &mut Vec<&'a Principal>) -> bool {
        self.steps += 1;
        let Some((seat, rest)) = seats.split_first() else {
            let unit = |name: &&Principal| self.policy.principals.get(*name).map(|member| &member.unit);
            let units: BTreeSet<_> = taken.iter().filter_map(unit).filter(|unit| !unit.is_empty()).collect();
            return units.len() >= self.units;
        };
        for (name, roles) in self.people {
            if self.steps > STEPS {
                return false;
            }
            if roles.contains(seat) && !taken.contains(&name) {
                taken.push(name);
                if self.fill(rest, taken) {
                    return true;
                }
                taken.pop();
            }
        }
        false
    }
}

/// Whether a rule's quorum can be reached by these people, and who must not be the one who proposes.
fn reach(rule: &Rule, people: &BTreeMap<Principal, Vec<Role>>, policy: &Policy) -> Reach {
    if !fills(rule, people, policy) {
        return Reach::Cannot;
    }
    if rule.proposer_may_approve {
        return Reach::Can;
    }
    let without = |name: &&Principal| {
        let mut others = people.clone();
        others.remove(*name);
        !fills(rule, &others, policy)
    };
    let needed: Vec<_> = people.keys().filter(without).cloned().collect();
    if needed.is_empty() { Reach::Can } else { Reach::Unless(needed) }
}

fn row(
    policy: &Policy,
    revoked: &BTreeSet<KeyId>,
    away: Option<&Principal>,
    at: Timestamp,
    from: Option<Timestamp>,
) -> Row {
    let people = pool(policy, revoked, at, away);
    let reach: Vec<_> = policy.rules.iter().map(|rule| self::reach(rule, &people, policy)).collect();
    let scarce = reach.iter().position(|reach| *reach == Reach::Cannot);
    let scarce = scarce.or_else(|| reach.iter().position(|reach| *reach != Reach::Can)).unwrap_or_default();
    let seats = policy.rules.get(scarce).map(|rule| rule.quorum.as_slice()).unwrap_or_default();
    let left = seats.iter().map(|seat| {
        let holders = people.iter().filter(|(_, roles)| roles.contains(&seat.role));
        (seat.role.clone(), holders.map(|(name, _)| name.clone()).collect())
    });
    Row { away: away.cloned(), from, left: left.collect(), reach }
}

/// The people whose signature some rule counts.
fn approvers(policy: &Policy) -> Vec<Principal> {
    let seats: BTreeSet<_> =
        policy.rules.iter().flat_map(|rule| &rule.quorum).map(|seat| &seat.role).collect();
    let holds = |(_, member): &(&Principal, &placet_core::policy::Member)| {
        member.roles.iter().any(|role| seats.contains(role))
    };
    policy.principals.iter().filter(holds).map(|(name, _)| name.clone()).collect()
}

/// The moments at which a key of an approver runs out, soonest first.
#[must_use]
pub fn dates(policy: &Policy, now: Timestamp) -> Vec<(Timestamp, Principal)> {
    let last = now.plus_days(AHEAD);
    let mut dates: Vec<_> = approvers(policy)
        .into_iter()
        .filter_map(|name| Some((policy.keys(&name).map(|key| key.window.not_after).max()?, name)))
        .filter(|(at, _)| *at > now && *at <= last)
        .collect();
    dates.sort();
    dates
}

/// How quorums stand with nobody and with each approver away; and from later dates on, where that gets worse.
#[must_use]
pub fn rows(policy: &Policy, revoked: &BTreeSet<KeyId>, now: Timestamp) -> Vec<Row> {
    let people = approvers(policy);
    let away = || std::iter::once(None).chain(people.iter().map(Some));
    let mut rows: Vec<Row> = away().map(|name| row(policy, revoked, name, now, None)).collect();
    let mut moments: Vec<_> = dates(policy, now).into_iter().map(|(at, _)| at).collect();
    moments.dedup();
    for at in moments {
        let nobody = row(policy, revoked, None, at, Some(at)).reach;
        for name in away() {
            let later = row(policy, revoked, name, at, Some(at));
            if name.is_some() && later.reach == nobody {
                // It makes no difference then whether they are away.
                continue;
            }
            let before = rows.iter().rev().find(|row| row.away.as_ref() == name);
            if before.is_some_and(|before| before.reach != later.reach) {
                rows.push(later);
            }
        }
    }
    rows
}

/// What should be done, worst first: the rows in which some quorum cannot be reached any more though it can be now.
#[must_use]
pub fn warnings(
    policy: &Policy,
    rows: &[Row],
    name: impl Fn(&Principal) -> String,
    date: impl Fn(Timestamp) -> String,
) -> Vec<String> {
    let places = |row: &Row, wanted: &dyn Fn(&Reach) -> bool| -> Vec<String> {
        let rules = policy.rules.iter().zip(&row.reach);
        rules.filter(|(_, reach)| wanted(reach)).map(|(rule, _)| rule.name.to_string()).collect()
    };
    let mut warnings = Vec::new();
    for row in rows {
        let lost = places(row, &|reach| *reach == Reach::Cannot);
        if lost.is_empty() {
            continue;
        }
        let lost = super::words::list(&lost);
        warnings.push(match (&row.away, row.from) {
            (None, None) => format!("{lost} cannot reach quorum now, whoever signs."),
            (None, Some(from)) => format!("From {} {lost} cannot reach quorum, whoever signs.", date(from)),
            (Some(away), None) => format!("With {} away, {lost} cannot reach quorum.", name(away)),
            (Some(away), Some(from)) => {
                format!("With {} away, from {} {lost} cannot reach quorum.", name(away), date(from))
            }
        });
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::policy::RoleThreshold;
    use placet_testkit::{Key, NOW, Organisation, name_of, time};

    /// Two ML leads and one of safety; Alice's key runs out on 4 December.
    fn policy() -> Policy {
        Organisation::new()
            .with(|policy| {
                for rule in &mut policy.rules {
                    if rule.name.as_str() == "production" {
                        rule.quorum = vec![
                            RoleThreshold { role: name_of("ml-lead"), threshold: 2 },
                            RoleThreshold { role: name_of("safety"), threshold: 1 },
                        ];
                    }
                }
                let emil = policy.principals.get_mut("emil.novak").unwrap();
                emil.keys[0].window.not_after = time("2026-12-04T00:00:00Z");
                policy.principals.get_mut("training-pipeline").unwrap().operators.clear();
            })
            .policy
    }

    fn production(policy: &Policy, row: &Row) -> Reach {
        let index = policy.rules.iter().position(|rule| rule.name.as_str() == "production").unwrap();
        row.reach[index].clone()
    }

    fn find(rows: &[Row], away: Option<&str>, from: Option<&str>) -> Row {
        let away: Option<Principal> = away.map(name_of);
        let from = from.map(time);
        rows.iter().find(|row| row.away == away && row.from == from).cloned().unwrap()
    }

    #[test]
    fn an_expiry_that_makes_somebody_indispensable_is_seen_ahead() {
        let policy = policy();
        let rows = rows(&policy, &BTreeSet::new(), time(NOW));
        assert_eq!(production(&policy, &find(&rows, None, None)), Reach::Can);
        let bo = production(&policy, &find(&rows, Some("bo.eriksen"), None));
        assert_eq!(bo, Reach::Unless(vec![name_of("alice.ng"), name_of("emil.novak")]));
        let later = Some("2026-12-04T00:00:00Z");
        assert_eq!(production(&policy, &find(&rows, Some("bo.eriksen"), later)), Reach::Cannot);
        let nobody = production(&policy, &find(&rows, None, later));
        assert_eq!(nobody, Reach::Unless(vec![name_of("alice.ng"), name_of("bo.eriksen")]));
        let warnings = warnings(&policy, &rows, ToString::to_string, |_| "4 Dec".into());
        assert!(
            warnings.contains(&"With bo.eriksen away, from 4 Dec production cannot reach quorum.".to_owned()),
            "{warnings:?}"
        );
    }

    #[test]
    fn who_operates_the_trainer_and_whose_key_is_revoked_do_not_count() {
        let org = Organisation::new();
        let revoked = BTreeSet::from([Key::of("chandra.iyer").key_id(), Key::of("dana.osei").key_id()]);
        let rows = rows(&org.policy, &revoked, time(NOW));
        let row = find(&rows, None, None);
        assert_eq!(production(&org.policy, &row), Reach::Cannot);
        let leads = &row.left.iter().find(|(role, _)| role.as_str() == "ml-lead").unwrap().1;
        assert!(!leads.contains(&name_of("emil.novak")));
        let safety = &row.left.iter().find(|(role, _)| role.as_str() == "safety").unwrap().1;
        assert!(safety.is_empty());
    }

    #[test]
    fn what_nobody_can_mend_is_said_once() {
        let policy = Organisation::new().policy;
        let rows = rows(&policy, &BTreeSet::new(), time(NOW));
        let later: Vec<_> = rows.iter().filter(|row| row.from.is_some()).collect();
        assert!(later.len() == 1 && later[0].away.is_none(), "all keys run out on one day: {later:?}");
        let warnings = warnings(&policy, &rows, ToString::to_string, |_| "1 Jul".into());
        assert_eq!(warnings, ["From 1 Jul production and staging cannot reach quorum, whoever signs."]);
    }

    #[test]
    fn one_person_does_not_fill_two_seats_and_units_are_counted() {
        let org = Organisation::new().with(|policy| {
            policy.principals.get_mut("alice.ng").unwrap().roles =
                vec![name_of("ml-lead"), name_of("safety")];
        });
        let people = |names: &[&str]| -> BTreeMap<Principal, Vec<Role>> {
            let all = pool(&org.policy, &BTreeSet::new(), time(NOW), None);
            all.into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect()
        };
        let mut rule =
            org.policy.rules.iter().find(|rule| rule.name.as_str() == "production").unwrap().clone();
        assert!(!fills(&rule, &people(&["alice.ng"]), &org.policy));
        assert!(fills(&rule, &people(&["alice.ng", "bo.eriksen"]), &org.policy));
        rule.distinct_units = 2;
        assert!(fills(&rule, &people(&["alice.ng", "bo.eriksen"]), &org.policy));
        assert!(!fills(&rule, &people(&["chandra.iyer", "dana.osei"]), &org.policy));
        rule.distinct_units = 3;
        assert!(!fills(&rule, &people(&["alice.ng", "bo.eriksen"]), &org.policy));
    }

    #[test]
    fn a_large_organisation_is_worked_out_in_bounded_steps() {
        let mut policy = Organisation::new().policy;
        let alice = policy.principals.get("alice.ng").unwrap().clone();
        for number in 0..60 {
            policy.principals.insert(name_of(&format!("lead-{number}")), alice.clone());
        }
        let rule = policy.rules.iter_mut().find(|rule| rule.name.as_str() == "production").unwrap();
        rule.distinct_units = 9;
        let rule = rule.clone();
        let people = pool(&policy, &BTreeSet::new(), time(NOW), None);
        assert!(!fills(&rule, &people, &policy));
    }
}
