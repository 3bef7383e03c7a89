//! How far a quorum is: one slot for each signature that a rule asks for, and the same in words.

use std::{collections::BTreeMap, fmt::Write as _};

use placet_core::{
    code::{Code, Gate},
    decision::{Decision, Status},
    digest::Digest,
    name::{Principal, Role},
};

use super::words;

/// One slot of a quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Verified here and counted.
    Signed,
    /// The registry says that somebody signed.
    Claimed,
    /// I could fill it.
    Mine,
    /// Nobody has filled it.
    Open,
    /// Somebody rejected.
    Rejected,
}

/// The slots of one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleSlots {
    /// The role.
    pub role: Role,
    /// As many as the rule asks for.
    pub slots: Vec<Slot>,
}

/// A signature line: who stands there, or could.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its slot.
    pub slot: Slot,
    /// The role.
    pub role: Option<Role>,
    /// Who signed or rejected; none where the slot is open.
    pub who: Option<Principal>,
    /// The digest of what they signed.
    pub document: Option<Digest>,
    /// Who could fill an open slot.
    pub could_sign: Vec<Principal>,
    /// Why something that was signed does not count.
    pub code: Option<Code>,
}

/// The slots of a decision that was made here.
#[must_use]
pub fn slots(decision: &Decision, me: Option<&Principal>) -> Vec<RoleSlots> {
    let role = |role: &placet_core::decision::RoleResult| {
        let required = usize::try_from(role.required).unwrap_or(usize::MAX).min(64);
        let mut slots = vec![Slot::Signed; role.counted.len().min(required)];
        if slots.len() < required && me.is_some_and(|me| role.could_sign.contains(me)) {
            slots.push(Slot::Mine);
        }
        slots.resize(required, Slot::Open);
        // Mine comes last, as in a queue that I am at the end of.
        slots.sort_by_key(|slot| match slot {
            Slot::Signed => 0,
            Slot::Mine => 2,
            _ => 1,
        });
        RoleSlots { role: role.role.clone(), slots }
    };
    decision.quorum.iter().map(role).collect()
}

/// The lines of a decision: those who count, what was signed and does not count, and what is still open.
#[must_use]
pub fn lines(decision: &Decision, me: Option<&Principal>) -> Vec<Line> {
    let mut lines = Vec::new();
    let documents: BTreeMap<_, _> = decision
        .approvals
        .iter()
        .filter(|approval| approval.counted)
        .filter_map(|approval| Some((approval.approver.as_ref()?, approval.digest)))
        .collect();
    for result in &decision.quorum {
        let role = Some(result.role.clone());
        lines.extend(result.counted.iter().map(|who| Line {
            slot: Slot::Signed,
            role: role.clone(),
            who: Some(who.clone()),
            document: documents.get(who).copied(),
            could_sign: Vec::new(),
            code: None,
        }));
    }
    for approval in decision.approvals.iter().filter(|approval| !approval.counted) {
        let rejected = approval.code == Some(Code::NotAnApproval);
        lines.push(Line {
            slot: if rejected { Slot::Rejected } else { Slot::Open },
            role: approval.role.clone(),
            who: approval.approver.clone(),
            document: Some(approval.digest),
            could_sign: Vec::new(),
            code: approval.code,
        });
    }
    for result in &decision.quorum {
        let short = usize::try_from(result.required).unwrap_or(usize::MAX).min(64);
        let short = short.saturating_sub(result.counted.len());
        let mine = short > 0 && me.is_some_and(|me| result.could_sign.contains(me));
        let open = |slot, who: Option<Principal>| Line {
            slot,
            role: Some(result.role.clone()),
            who,
            document: None,
            could_sign: result.could_sign.iter().filter(|name| Some(*name) != me).cloned().collect(),
            code: None,
        };
        if mine {
            lines.push(open(Slot::Mine, me.cloned()));
        }
        lines.extend((usize::from(mine)..short).map(|_| open(Slot::Open, None)));
    }
    lines
}

/// "1 of 2 ml-lead signed; still needs 1 ml-lead and 1 safety": everything that is missing is named.
#[must_use]
pub fn words(decision: &Decision) -> String {
    let counts = decision
        .quorum
        .iter()
        .map(|role| (role.role.as_str(), role.counted.len(), role.required, !role.could_sign.is_empty()));
    let mut text = sentence(counts);
    if gate_has(decision, Gate::Quorum, Code::UnitsNotMet) {
        text.push_str("; too few units");
    }
    if decision.denials.contains(&Code::Vetoed) {
        text.push_str("; rejected, which blocks it");
    }
    text
}

/// The same words from counts that may be a claim: role, counted, required, and whether anybody could still sign.
#[must_use]
pub fn sentence<'a>(counts: impl Iterator<Item = (&'a str, usize, u64, bool)>) -> String {
    let (mut signed, mut missing, mut nobody) = (String::new(), Vec::new(), Vec::new());
    let mut any = false;
    for (role, counted, required, possible) in counts {
        let required = usize::try_from(required).unwrap_or(usize::MAX);
        if counted > 0 || required == 0 {
            let _ = write!(signed, "{}{counted} of {required} {role}", if any { ", " } else { "" });
            any = true;
        }
        if counted < required {
            missing.push(format!("{} {role}", required - counted));
            if !possible {
                nobody.push(role.to_owned());
            }
        }
    }
    let mut text = if any { format!("{signed} signed; ") } else { "nobody signed yet; ".to_owned() };
    match (missing.is_empty(), any) {
        (true, _) => text.push_str("complete"),
        (false, true) => text.push_str("still needs "),
        (false, false) => text.push_str("needs "),
    }
    text.push_str(&words::list(&missing));
    if !nobody.is_empty() {
        let _ = write!(text, " (nobody could sign as {})", words::list(&nobody));
    }
    text
}

/// How many signatures are still missing.
#[must_use]
pub fn missing(decision: &Decision) -> usize {
    let short = |role: &placet_core::decision::RoleResult| {
        usize::try_from(role.required).unwrap_or(usize::MAX).saturating_sub(role.counted.len())
    };
    decision.quorum.iter().map(short).sum()
}

/// The roles in which a signature of `me` would count.
#[must_use]
pub fn my_roles(decision: &Decision, me: &Principal) -> Vec<Role> {
    let open = decision.quorum.iter().filter(|role| role.could_sign.contains(me));
    open.map(|role| role.role.clone()).collect()
}

fn gate_has(decision: &Decision, gate: Gate, code: Code) -> bool {
    decision.gate(gate).is_some_and(|gate| gate.status == Status::Fail) && decision.denials.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::{approval::Verdict, decide::evaluate, envelope::Envelope, state::State};
    use placet_testkit::{Organisation, name_of};

    fn decision(org: &Organisation, approvals: impl Fn(&Envelope, &Envelope) -> Vec<Envelope>) -> Decision {
        let training = org.training(|_| {});
        let proposal = org.proposal(&training, |_| {});
        let bundle = org.bundle(&training, &proposal, &approvals(&training, &proposal));
        evaluate(&bundle, &org.trust().verify(), &State::default(), &org.request()).decision
    }

    #[test]
    fn the_words_name_every_role_that_is_missing() {
        let org = Organisation::new();
        let none = decision(&org, |_, _| Vec::new());
        assert_eq!(words(&none), "nobody signed yet; needs 1 ml-lead and 1 safety");
        let one = decision(&org, |t, p| vec![org.approval(t, p, "alice.ng", |_| {})]);
        assert_eq!(words(&one), "1 of 1 ml-lead signed; still needs 1 safety");
        assert_eq!(missing(&one), 1);
        let two = decision(&org, |t, p| {
            ["alice.ng", "chandra.iyer"].map(|name| org.approval(t, p, name, |_| {})).into()
        });
        assert_eq!(words(&two), "1 of 1 ml-lead, 1 of 1 safety signed; complete");
    }

    #[test]
    fn a_slot_is_mine_only_where_my_signature_would_count() {
        let org = Organisation::new();
        let one = decision(&org, |t, p| vec![org.approval(t, p, "alice.ng", |_| {})]);
        let mine = |name: &str| {
            let slots = slots(&one, Some(&name_of(name)));
            slots.into_iter().flat_map(|role| role.slots).collect::<Vec<_>>()
        };
        assert_eq!(mine("chandra.iyer"), [Slot::Signed, Slot::Mine]);
        assert_eq!(mine("bo.eriksen"), [Slot::Signed, Slot::Open]);
        // The proposer operates the trainer and could never count.
        assert_eq!(mine("emil.novak"), [Slot::Signed, Slot::Open]);
        assert_eq!(my_roles(&one, &name_of("chandra.iyer")), [name_of("safety")]);
        assert!(my_roles(&one, &name_of("emil.novak")).is_empty());
    }

    #[test]
    fn what_does_not_count_stands_there_with_its_code() {
        let org = Organisation::new();
        let decision = decision(&org, |t, p| {
            vec![
                org.approval(t, p, "alice.ng", |_| {}),
                org.approval(t, p, "dana.osei", |a| a.verdict = Verdict::Reject),
                org.approval(t, p, "emil.novak", |_| {}),
            ]
        });
        let lines = lines(&decision, Some(&name_of("chandra.iyer")));
        let of = |name: &str| lines.iter().find(|line| line.who == Some(name_of(name))).unwrap();
        assert_eq!(of("alice.ng").slot, Slot::Signed);
        assert_eq!(of("dana.osei").slot, Slot::Rejected);
        assert!(of("emil.novak").slot == Slot::Open && of("emil.novak").code.is_some());
        assert_eq!(of("chandra.iyer").slot, Slot::Mine);
        assert!(words(&decision).ends_with("rejected, which blocks it"));
    }
}
