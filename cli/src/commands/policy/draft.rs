//! `placet policy draft`: the next version, with changes, for the root to sign.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use placet_core::{digest::Digest, json::Value as Json, key::words, policy::Policy, time::Window};
use serde_json::json;

use super::edits::Edits;
use crate::{
    clock,
    commands::Context,
    error::Result,
    files::{self, Access},
    registry_client::RegistryArgs,
    terminal,
    words::changes::{self, changes},
};

/// Draft the next version of the policy, unsigned
///
/// Takes the newest policy that the pin leads to, makes the changes, and checks the result by every structural rule. It
/// is issued now and holds for as long as the one before, unless --expires says otherwise. A key that is added holds
/// from now until the policy expires. Without any change it renews the policy.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet policy draft --renew-keys --output 2.draft.json                  the same again, for another year
  placet policy draft --enrolment bo.json --output 2.draft.json           a key that somebody made in the console
  placet policy draft --remove-key 9f2c41 --add-key bo=64-hex-digits --output 2.draft.json
  placet policy draft --add-principal fay:safety --display-name 'fay=Fay Lund' --unit fay=safety \\
      --enrolment 7 --registry http://127.0.0.1:8787 --output 2.draft.json
  placet policy draft --remove-principal dana --add-root chandra --output 2.draft.json
  placet policy draft --from edits.toml --output 2.draft.json             anything else

An edits.toml, such as this, is merged into the policy:
  [rules.production]
  distinct_units = 2
  require_ledger = true
  [log]
  origin = \"registry.example/log\"
  key = \"64 hex digits\"
  witnesses = []
  threshold = 0")]
pub(super) struct Draft {
    #[command(flatten)]
    edits: Edits,
    #[command(flatten)]
    registry: RegistryArgs,
    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

impl Draft {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let evidence = context.source.evidence()?;
        let chain = evidence.chain()?;
        let newest = chain.newest();
        let version = newest.policy().version.checked_add(1);
        let now = clock::now()?;
        let old = newest.policy().window;
        let mut draft = newest.policy().clone();
        draft.window = Window { not_before: now, not_after: now.plus(old.not_after.since(old.not_before)) };
        let mut draft = self.edits.apply(draft, now, &self.registry)?;
        draft.version = version.unwrap_or(u64::MAX);
        draft.previous = Some(newest.digest());
        draft.domain = Some(chain.domain());
        // What is signed is what everybody else will read, and only that.
        let payload = draft.to_payload();
        let draft = Policy::parse(&payload)?;
        let digest = Digest::of(&payload);
        files::create(&self.output, &payload, Access::Anyone)?;
        let held = evidence.trust().policies.iter().flatten();
        let before = held.into_iter().find(|envelope| envelope.digest() == newest.digest());
        let annotated = before.is_some_and(|envelope| {
            Json::parse(envelope.unverified_payload())
                .ok()
                .and_then(Json::members)
                .is_some_and(|mut members| members.any(|(name, _)| name == "annotations"))
        });
        if annotated {
            terminal::note("The annotations of the policy before are not taken over.");
        }
        let changes = changes(newest.policy(), &draft);
        let text = format!(
            "Drafted policy version {}, until {}\n  digest    {digest}\n  in words  {}\n  in        {}\n{}\
             Next: placet policy diff {}\n",
            draft.version,
            draft.window.not_after,
            words(&digest),
            self.output.display(),
            changes::text(&changes),
            self.output.display(),
        );
        let json = json!({
            "version": draft.version,
            "digest": digest.to_string(),
            "words": words(&digest),
            "path": self.output.display().to_string(),
            "expires_at": draft.window.not_after.to_string(),
            "changes": changes::json(&changes),
        });
        context.answer(&text, &json)
    }
}
