//! A decision, gate by gate.

use placet_core::{
    code::{Code, Gate},
    decision::{ApprovalResult, Decision, GateResult, Outcome, RoleResult, Status},
    policy::Policy,
};

use super::{Put as _, any_of, person};
use crate::terminal::{BAD, FAINT, GOOD, HEADING, LOOK, paint};

/// The whole decision.
pub(crate) fn decision(decision: &Decision, policy: Option<&Policy>) -> String {
    let mut text = format!("{}\n\n", headline(decision));
    for gate in &decision.gates {
        text.push_str(&gate_line(gate));
    }
    let missing = missing(decision, policy);
    if !missing.is_empty() {
        text.push('\n');
        for line in missing {
            text.put(format_args!("{} {line}\n", paint(LOOK, "Still needed:")));
        }
    }
    if !decision.approvals.is_empty() {
        text.put(format_args!("\n{}\n", paint(HEADING, "Approvals")));
        for approval in &decision.approvals {
            text.push_str(&approval_line(approval, policy));
        }
    }
    if let Some(code) = decision.denials.first() {
        text.put(format_args!("\n{} {}\n", paint(HEADING, "Why not:"), codes(&decision.denials)));
        if let Some(advice) = advice(*code) {
            text.put(format_args!("  hint: {advice}\n"));
        }
    }
    if let Some(until) = decision.valid_until {
        text.put(format_args!("\nThis answer holds until {until} at the latest; ask again by then.\n"));
    }
    text
}

/// The answer in one line.
pub(crate) fn headline(decision: &Decision) -> String {
    let request = &decision.request;
    let (style, word) = match decision.outcome {
        Outcome::Permit => (GOOD, "PERMIT"),
        Outcome::Deny => (BAD, "DENY"),
    };
    format!(
        "{} {} in {}, for {}, at {}",
        paint(style, word),
        request.model_id,
        request.environment,
        request.scope,
        request.now
    )
}

fn codes(codes: &[Code]) -> String {
    codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(", ")
}

fn gate_name(gate: Gate) -> String {
    gate.as_str().replace('_', " ")
}

fn gate_line(result: &GateResult) -> String {
    let (mark, style) = match result.status {
        Status::Pass => ("✓ pass", GOOD),
        Status::Fail => ("✗ FAIL", BAD),
        Status::NotRequired => ("– n/a ", FAINT),
    };
    let code = result.code.map(|code| format!("{}: ", paint(BAD, code))).unwrap_or_default();
    let detail = match result.status {
        Status::NotRequired => "not asked for by the rule",
        _ => &result.detail,
    };
    format!("  {}  {:<20}  {code}{detail}\n", paint(style, mark), gate_name(result.gate))
}

/// Who could still complete the quorum, a line for each role that lacks somebody.
pub(crate) fn missing(decision: &Decision, policy: Option<&Policy>) -> Vec<String> {
    missing_of(&decision.quorum, policy)
}

/// The same of a quorum alone.
pub(crate) fn missing_of(quorum: &[RoleResult], policy: Option<&Policy>) -> Vec<String> {
    let short = |role: &&RoleResult| count(role) < role.required;
    quorum.iter().filter(short).map(|role| missing_line(role, policy)).collect()
}

fn count(role: &RoleResult) -> u64 {
    u64::try_from(role.counted.len()).unwrap_or(u64::MAX)
}

fn missing_line(role: &RoleResult, policy: Option<&Policy>) -> String {
    let needed = role.required.saturating_sub(count(role));
    let people: Vec<_> = role.could_sign.iter().map(|name| person(policy, name)).collect();
    if people.is_empty() {
        return format!("{needed} of {}, and nobody is left who could sign", role.role);
    }
    format!("{needed} of {}: {}", role.role, any_of(&people))
}

fn approval_line(approval: &ApprovalResult, policy: Option<&Policy>) -> String {
    let who = approval.approver.as_ref().map_or("unreadable".into(), |name| person(policy, name));
    let role = approval.role.as_ref().map(|role| format!(" as {role}")).unwrap_or_default();
    let digest: String = approval.digest.to_hex().chars().take(12).collect();
    let (mark, why) = match approval.code {
        None => (paint(GOOD, "✓ counts"), String::new()),
        Some(Code::NotAnApproval) => (paint(LOOK, "! says no"), String::new()),
        Some(code) => (paint(BAD, "✗ does not count"), format!(": {code}")),
    };
    format!("  {mark}  {who}{role}{why}  {}\n", paint(FAINT, digest))
}

/// What to do about the first reason of a denial.
fn advice(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::ListMissing | Code::ListStale => "the registry plane signs a new list with `placet list`",
        Code::ThresholdNotMet | Code::UnitsNotMet => {
            "whoever is missing reads it with `placet review` and signs with `placet approve`"
        }
        Code::WeightsMismatch => {
            "these are other weights than those that were approved: load the approved ones, or propose these"
        }
        Code::PolicyUnpinned => "check the digest in `pins` against the one that your organisation gave you",
        Code::Expired | Code::ProposalRevoked | Code::Vetoed => "it takes a new proposal",
        Code::ClockRollback => "set the clock of this machine",
        _ => return None,
    })
}
