//! The text that an approver is shown: a pure function of what is proposed, so that its digest can be signed and anyone
//! can show the same words again.
//!
//! Formats are frozen: a change of one letter is a new format, and old ones stay for ever. Free text cannot forge a
//! line, and what could deceive the eye is written as an escape.

use alloc::{
    format,
    string::{String, ToString as _},
    vec::Vec,
};
use core::fmt::Write as _;

use crate::{
    approval::SummaryRef,
    digest::Digest,
    key::words,
    name::{Environment, Scope},
    policy::{Policy, Rule},
    proposal::Proposal,
    training::{Metric, TrainingOutput},
    verify::Verified,
    weights::WeightsKind,
};

/// The one format there is.
pub const SUMMARY_V1: &str = "placet-summary-v1";
/// Bytes of the card that are shown, cut at a code point.
const CARD_BYTES: usize = 4096;

/// The summary of a verified proposal in the format `placet-summary-v1`, ending in a line feed.
///
/// `policy` is the one that the proposal names; its rules are those that would govern.
#[must_use]
pub fn text(training: &Verified<TrainingOutput>, proposal: &Verified<Proposal>, policy: &Policy) -> String {
    let mut page = Page::default();
    page.line(SUMMARY_V1);
    sentence(&mut page, training.statement(), proposal.statement());
    request(&mut page, proposal);
    rules(&mut page, proposal.statement(), policy);
    trained(&mut page, training);
    card(&mut page, &training.statement().card);
    page.text
}

/// The format and digest of [`text`], as an approval names them.
#[must_use]
pub fn reference(
    training: &Verified<TrainingOutput>,
    proposal: &Verified<Proposal>,
    policy: &Policy,
) -> SummaryRef {
    let text = text(training, proposal, policy);
    SummaryRef { format: SUMMARY_V1.into(), digest: Digest::of(text.as_bytes()) }
}

/// Writes code points that could deceive as `\u{…}`, and a backslash as `\\`, so that escapes cannot be forged.
#[must_use]
pub fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if is_deceptive(c) => {
                // Writing to a `String` cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
        out
    })
}

/// The frozen table of code points that are invisible, change direction, look like a space, or mean nothing: controls,
/// default-ignorable code points, bidirectional and separator controls, private use and noncharacters (Unicode 16.0,
/// `DerivedCoreProperties.txt`, `Default_Ignorable_Code_Point`; UAX #9; general categories Cc, Cf, Zl, Zp, Zs, Co).
fn is_deceptive(c: char) -> bool {
    matches!(u32::from(c),
        0x00..=0x1F | 0x7F..=0xA0 | 0xAD | 0x34F | 0x600..=0x605 | 0x61C | 0x6DD | 0x70F | 0x890..=0x891 | 0x8E2
        | 0x115F..=0x1160 | 0x1680 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x2000..=0x200F | 0x2028..=0x202F
        | 0x205F..=0x206F | 0x2800 | 0x3000 | 0x3164 | 0xE000..=0xF8FF | 0xFDD0..=0xFDEF | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0
        | 0xFFF0..=0xFFFB | 0xFFFE..=0xFFFF | 0x110BD | 0x110CD | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3
        | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF | 0xF0000..=0x10_FFFF)
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Lines, each ended by a line feed.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn section(&mut self, title: &str) {
        self.line("");
        self.line(title);
    }

    fn field(&mut self, name: &str, value: &str) {
        self.line(&format!("  {name}: {value}"));
    }
}

fn sentence(page: &mut Page, training: &TrainingOutput, proposal: &Proposal) {
    let weights = proposal.subject.weights;
    page.line(&format!(
        "Allow {} {} ({} {}) to run in {}, for {}, from {} until {}.",
        proposal.subject.model_id,
        training.version,
        match weights.kind {
            WeightsKind::File => "weights file",
            WeightsKind::Directory => "weights directory",
        },
        weights.digest,
        join(&proposal.environments),
        join(&proposal.scopes),
        proposal.window.not_before,
        proposal.window.not_after,
    ));
}

fn request(page: &mut Page, proposal: &Verified<Proposal>) {
    let digest = proposal.digest();
    let proposal = proposal.statement();
    page.section("Proposal");
    page.field("digest", &digest.to_string());
    page.field("in words", &words(&digest));
    page.field("proposed by", proposal.proposed_by.as_str());
    page.field("proposed at", &proposal.proposed_at.to_string());
    page.field("policy", &format!("version {}, {}", proposal.policy.version, proposal.policy.digest));
    page.field("domain", &proposal.domain.to_string());
    page.field(
        "supersedes",
        &proposal.supersedes.map_or_else(|| "nothing".into(), |digest| digest.to_string()),
    );
    page.field("note", &quoted(&proposal.note));
}

fn rules(page: &mut Page, proposal: &Proposal, policy: &Policy) {
    page.section("Rules that govern");
    for environment in &proposal.environments {
        for scope in &proposal.scopes {
            page.line(&format!("  {}", rule_words(environment, scope, policy.rule(environment, scope))));
        }
    }
}

fn rule_words(environment: &Environment, scope: &Scope, rule: Option<&Rule>) -> String {
    let Some(rule) = rule else { return format!("{environment}, {scope}: no rule, so it is denied") };
    let quorum: Vec<_> = rule.quorum.iter().map(|seat| format!("{} {}", seat.threshold, seat.role)).collect();
    let mut words = format!("{environment}, {scope}: rule {}; {}", rule.name, quorum.join(" and "));
    let mut add = |clause: String| {
        words.push_str("; ");
        words.push_str(&clause);
    };
    if rule.distinct_units > 0 {
        add(format!("from at least {} units", rule.distinct_units));
    }
    add(format!("approvals within {} days", rule.approval_window_days));
    add(format!("at most {} days in all", rule.max_ttl_days));
    add(if rule.veto { "one rejection denies" } else { "a rejection does not deny" }.into());
    add(if rule.proposer_may_approve { "who proposes may approve" } else { "who proposes may not approve" }
        .into());
    add(format!("revocation list at most {} s old", rule.revocation_list_max_age_seconds));
    if rule.require_ledger {
        add("in the ledger".into());
    }
    for bound in &rule.metrics {
        let side = |words: &str, metric: Option<&Metric>| {
            metric.map(|metric| format!(" {words} {}", metric.text)).unwrap_or_default()
        };
        let (min, max) = (side("at least", bound.min.as_ref()), side("at most", bound.max.as_ref()));
        add(format!("{}{min}{max}", bound.name));
    }
    words
}

fn trained(page: &mut Page, training: &Verified<TrainingOutput>) {
    let digest = training.digest();
    let training = training.statement();
    page.section("Training output");
    page.field("digest", &digest.to_string());
    page.field("trained by", training.trainer.as_str());
    page.field("created at", &training.created_at.to_string());
    page.field("correlation id", &quoted(&training.correlation_id));
    page.field(
        "weights files",
        &format!("{}, {} bytes", training.manifest.files().len(), training.manifest.size()),
    );
    page.field("baselines", &hashed(&training.baselines));
    page.field("metadata", &hashed(&training.metadata));
    page.section("Metrics");
    for (name, metric) in &training.metrics {
        page.field(name.as_str(), &metric.text);
    }
    page.section("Materials");
    for material in &training.materials {
        page.line(&format!("  {}: {} {}", material.name, material.digest, quoted(&material.uri)));
    }
}

fn card(page: &mut Page, card: &str) {
    page.section(&format!("Model card, {}", hashed(card)));
    let cut = card.floor_char_boundary(CARD_BYTES);
    let shown = card.get(..cut).unwrap_or_default();
    for line in shown.split('\n') {
        page.line(&format!("  | {}", escape(line)));
    }
    if cut < card.len() {
        page.line(&format!("  The first {cut} bytes are shown."));
    }
}

fn hashed(text: &str) -> String {
    format!("{} bytes, {}", text.len(), Digest::of(text.as_bytes()))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escape(text).replace('"', "\\\""))
}

fn join<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
