//! The report about an audit file, for people and for programs.

use placet_core::{
    code::Code,
    decision::{Decision, Outcome},
    name::ModelId,
    summary::escape,
    time::Timestamp,
};
use serde_json::{Value, json};

use crate::{
    audit::{Again, AuditFile, LedgerFinding, Recorded, Report, Standing},
    error::Result,
    terminal::{BAD, FAINT, GOOD, HEADING, LOOK, paint},
    words::{Put as _, Table, all_of, person},
};

/// What the file says of itself, and what was asked.
pub(super) struct About {
    model: Option<ModelId>,
    exported_at: Timestamp,
    at: Timestamp,
}

impl About {
    pub(super) fn of(file: &AuditFile, at: Timestamp) -> Self {
        Self { model: file.model.clone(), exported_at: file.exported_at, at }
    }
}

/// The report in words.
pub(super) fn text(about: &About, report: &Report) -> String {
    let mut head = Table::default();
    let policy = report.evidence.policy_for_words();
    if let (Some(policy), Ok(chain)) = (policy, report.evidence.chain()) {
        head.row("organisation", escape(&policy.organization));
        head.row("pin", chain.domain());
        head.row(
            "policy",
            format!("versions 1 to {}, each signed by the root before and its own", policy.version),
        );
    }
    head.row("about", about.model.as_ref().map_or_else(|| "every model".to_owned(), ToString::to_string));
    head.row("exported", format!("{}, as the file says", about.exported_at));
    head.row("asked about", about.at);
    let mut text = format!("{}\n{}", paint(HEADING, "Audit"), head.finish(2));

    text.put(format_args!("\n{}\n  {} verified\n", paint(HEADING, "Documents"), report.verified));
    for (digest, kind, code) in &report.bad {
        text.put(format_args!("  {} {kind} {digest}: {code}\n", paint(BAD, "✗")));
    }
    if let Some(ledger) = &report.ledger {
        text.put(format_args!("\n{}\n{}", paint(HEADING, "Ledger"), ledger_text(ledger)));
    }
    text.put(format_args!("\n{}\n", paint(HEADING, "Recorded decisions")));
    if report.decisions.is_empty() {
        text.push_str("  none: nobody deployed from this directory\n");
    }
    for recorded in &report.decisions {
        text.push_str(&recorded_text(recorded, report));
    }
    text.put(format_args!("\n{}\n", paint(HEADING, format!("Proposals as of {}", about.at))));
    if report.standings.is_empty() {
        text.push_str("  none had been made\n");
    }
    for standing in &report.standings {
        text.push_str(&standing_text(standing));
    }
    match report.findings() {
        0 => text.put(format_args!("\n{}\n", paint(GOOD, "Everything in the file holds."))),
        count => {
            let plural = if count == 1 { "thing does" } else { "things do" };
            text.put(format_args!("\n{}\n", paint(BAD, format!("{count} {plural} not hold."))));
        }
    }
    text
}

fn ledger_text(ledger: &Result<LedgerFinding>) -> String {
    match ledger {
        Err(error) => format!("  {} {error}\n", paint(BAD, "✗")),
        Ok(LedgerFinding { size, witnesses, included, missing }) => {
            let cosigned = match witnesses.as_slice() {
                [] => "no witness".to_owned(),
                names => all_of(&names.iter().map(|name| escape(name)).collect::<Vec<_>>()),
            };
            let mut text = format!(
                "  {size} entries, signed by the log, cosigned by {cosigned}\n  {included} documents of the file stand in it\n"
            );
            for digest in missing {
                text.put(format_args!("  {} {digest} does not\n", paint(LOOK, "!")));
            }
            text
        }
    }
}

fn codes(codes: &[Code]) -> String {
    codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(", ")
}

fn answer(outcome: Outcome, denials: &[Code]) -> String {
    match outcome {
        Outcome::Permit => paint(GOOD, "permit"),
        Outcome::Deny => format!("{}: {}", paint(BAD, "deny"), codes(denials)),
    }
}

fn recorded_text(recorded: &Recorded, report: &Report) -> String {
    let digest: String = recorded.digest.to_hex().chars().take(12).collect();
    let what = match (&recorded.request, recorded.outcome) {
        (Some(request), Some(outcome)) => format!(
            "{} {} in {}, for {}, at {}",
            outcome.as_str(),
            request.model_id,
            request.environment,
            request.scope,
            request.now
        ),
        _ => "unreadable".to_owned(),
    };
    let (style, again) = match &recorded.again {
        Again::Same => (GOOD, "✓ the same record comes out again, byte for byte".to_owned()),
        Again::Other(outcome, denials) => {
            (BAD, format!("✗ another record comes out: {}", answer(*outcome, denials)))
        }
        Again::Lacking(why) => (BAD, format!("✗ it cannot be made again: {why}")),
    };
    let mut text = format!("  {} {what}\n    {}\n", paint(FAINT, digest), paint(style, again));
    for deployment in &recorded.deployments {
        match deployment {
            Ok((who, when)) => {
                let who = person(report.evidence.policy_for_words(), who);
                text.put(format_args!("    followed by {who} at {when}\n"));
            }
            Err(code) => {
                text.put(format_args!("    {} its deployment does not hold: {code}\n", paint(BAD, "✗")));
            }
        }
    }
    if recorded.deployments.is_empty() {
        text.put(format_args!("    {} nobody signed that it was followed\n", paint(LOOK, "!")));
    }
    text
}

fn standing_text(standing: &Standing) -> String {
    let Decision { request, outcome, denials, valid_until, .. } = &standing.then.decision;
    let version = standing.version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
    let mut text = format!(
        "  {}{version} in {}, for {}: {}\n    {}\n",
        request.model_id,
        request.environment,
        request.scope,
        answer(*outcome, denials),
        paint(FAINT, standing.proposal)
    );
    if let (Outcome::Permit, Some(until)) = (outcome, valid_until) {
        text.put(format_args!("    until {until}\n"));
    }
    if let Some(since) = &standing.since {
        let line = format!("by what the file knows besides: {}", codes(&since.decision.denials));
        text.put(format_args!("    {} {line}\n", paint(LOOK, "!")));
    }
    text
}

/// The report for programs.
pub(super) fn json(about: &About, report: &Report) -> Value {
    let chain = report.evidence.chain().ok();
    let policy = report.evidence.policy_for_words();
    let texts = |codes: &[Code]| codes.iter().map(|code| code.as_str()).collect::<Vec<_>>();
    let ledger = report.ledger.as_ref().map(|ledger| match ledger {
        Err(error) => json!({ "code": error.code() }),
        Ok(ledger) => json!({
            "size": ledger.size,
            "witnesses": ledger.witnesses,
            "included": ledger.included,
            "missing": ledger.missing.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }),
    });
    let recorded = |recorded: &Recorded| {
        let (again, outcome, why) = match &recorded.again {
            Again::Same => ("same", None, Value::Null),
            Again::Other(outcome, denials) => ("other", Some(outcome.as_str()), json!(texts(denials))),
            Again::Lacking(why) => ("lacking", None, json!(why)),
        };
        let deployments = recorded.deployments.iter().map(|deployment| match deployment {
            Ok((who, when)) => json!({ "deployed_by": who.as_str(), "deployed_at": when.to_string() }),
            Err(code) => json!({ "code": code.as_str() }),
        });
        json!({
            "digest": recorded.digest.to_string(),
            "model_id": recorded.request.as_ref().map(|request| request.model_id.as_str()),
            "at": recorded.request.as_ref().map(|request| request.now.to_string()),
            "outcome": recorded.outcome.map(Outcome::as_str),
            "again": again,
            "outcome_again": outcome,
            "why": why,
            "deployments": deployments.collect::<Vec<_>>(),
        })
    };
    let standing = |standing: &Standing| {
        let Decision { request, outcome, denials, valid_until, .. } = &standing.then.decision;
        json!({
            "proposal": standing.proposal.to_string(),
            "model_id": request.model_id.as_str(),
            "version": standing.version,
            "environment": request.environment.as_str(),
            "scope": request.scope.as_str(),
            "outcome": outcome.as_str(),
            "denials": texts(denials),
            "valid_until": valid_until.map(|time| time.to_string()),
            "denials_since": standing.since.as_ref().map(|since| texts(&since.decision.denials)),
        })
    };
    json!({
        "pin": chain.map(|chain| chain.domain().to_string()),
        "organization": policy.map(|policy| policy.organization.as_str()),
        "policy_version": policy.map(|policy| policy.version),
        "model_id": about.model.as_ref().map(ModelId::as_str),
        "exported_at": about.exported_at.to_string(),
        "at": about.at.to_string(),
        "documents": {
            "verified": report.verified,
            "bad": report.bad.iter().map(|(digest, kind, code)| json!({
                "digest": digest.to_string(), "kind": kind, "code": code,
            })).collect::<Vec<_>>(),
        },
        "ledger": ledger,
        "decisions": report.decisions.iter().map(recorded).collect::<Vec<_>>(),
        "proposals": report.standings.iter().map(standing).collect::<Vec<_>>(),
        "findings": report.findings(),
    })
}
