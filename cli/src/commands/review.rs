//! `placet review`: what an approver is asked, word for word.

use std::process::ExitCode;

use clap::Args;
use placet_core::{digest::Digest, key::words, summary};
use serde_json::json;

use super::Context;
use crate::{
    clock,
    error::Result,
    terminal::{self, HEADING, paint},
    words::Table,
};

/// Read what an approval would sign: the same text on every screen
///
/// The digest of the text stands in every approval. Two people who see the same eight words see the same text.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet review digits-classifier@2
  placet review 9f2c41 --text | sha256sum       the digest that approvals name
  placet review digits-classifier@2 --bundle request.json --trust trust.json")]
pub(super) struct Review {
    /// The proposal: its digest or the beginning of it, a file, or MODEL@VERSION
    proposal: String,
    /// Print the text alone, byte for byte
    #[arg(long, conflicts_with = "json")]
    text: bool,
}

impl Review {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let now = clock::now()?;
        let mut evidence = context.source.evidence()?;
        let digest = evidence.find_proposal(&self.proposal)?;
        let proposed = evidence.proposed(digest, now)?;
        let summary = summary::text(&proposed.training, &proposed.proposal, proposed.policy);
        if self.text {
            terminal::write_bytes(summary.as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        let summary_digest = Digest::of(summary.as_bytes());
        let mut table = Table::default();
        table
            .row("format", summary::SUMMARY_V1)
            .row("digest", summary_digest)
            .row("in words", words(&summary_digest));
        let heading = paint(HEADING, "This text, as an approval names it");
        let text = format!("{summary}\n{heading}\n{}", table.finish(2));
        let json = json!({
            "proposal": digest.to_string(),
            "format": summary::SUMMARY_V1,
            "text": summary,
            "digest": summary_digest.to_string(),
            "words": words(&summary_digest),
        });
        context.answer(&text, &json)
    }
}
