//! `placet list`: the registry plane signs what is revoked.

use std::process::ExitCode;

use clap::Args;
use placet_core::{
    code::Code,
    decide::superseded,
    envelope::Envelope,
    name::Principal,
    revocation_list::{Endings, REVOCATION_LIST, RevocationList, VerifiedList},
    time::Timestamp,
};
use serde_json::json;

use super::Context;
use crate::{
    clock,
    document::Claim,
    error::{Error, Result},
    evidence::Evidence,
    signing::{SigningArgs, sign},
    words::{Put as _, all_of},
};

/// Sign a revocation list from everything that was revoked
///
/// A model runs only under a fresh list, so this is signed again and again, within half of the shortest age that a rule
/// allows. Its number rises, and an entry stays until what it revokes has run out. Withdrawals are listed with the
/// approvals that they cancel, vetoes and superseded proposals as proposals.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet list --key registry.pem
  placet list --key registry.pem --valid-for 30m
  placet list --key second-registry.pem --cosign      where the policy asks for two signers")]
pub(super) struct List {
    /// How long the list holds at most [default: the longest age that a rule allows]
    #[arg(long, value_name = "DURATION", value_parser = clock::parse_duration, conflicts_with = "cosign")]
    valid_for: Option<i64>,
    /// Add a signature to the newest list instead of making one
    #[arg(long)]
    cosign: bool,
    #[command(flatten)]
    signing: SigningArgs,
}

impl List {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        context.check_delivery(self.signing.output.as_ref())?;
        let now = clock::now()?;
        let evidence = context.source.evidence()?;
        let chain = evidence.chain_in_force(now)?;
        let policy = chain.newest().policy();
        let (key, signer) = self.signing.open(policy)?;
        if !policy.list_signers.principals.contains(&signer) {
            let message = format!("{signer} does not sign revocation lists");
            let signers = all_of(&policy.list_signers.principals);
            return Err(Error::of(Code::SignerNotEntitled, message).hint(format!("{signers} may")));
        }
        let previous = evidence.list();
        let envelope = if self.cosign {
            let mut newest = newest_envelope(&evidence)?;
            newest.add_signature(&key);
            newest
        } else {
            let longest = policy.rules.iter().map(|rule| rule.revocation_list_max_age_seconds).max();
            let longest = i64::try_from(longest.unwrap_or(3600)).unwrap_or(i64::MAX);
            let seconds = self.valid_for.unwrap_or(longest);
            let endings = endings(&evidence, context, now)?;
            let list =
                RevocationList::next(chain, previous, evidence.highest_list(), &endings, now, seconds)?;
            sign(REVOCATION_LIST, list.to_payload(), &key)
        };
        let list = RevocationList::parse(envelope.unverified_payload())?;
        let complete = match VerifiedList::verify(&envelope, chain) {
            Ok(verified) => verified.check_signers(chain, now).map(|()| true),
            Err(error) if error.code() == Code::ListSignatures => Ok(false),
            Err(error) => return Err(error.into()),
        };
        let complete = complete.map_err(|code| Error::of(code, code.meaning()))?;
        let delivered = context.deliver(envelope, self.signing.output.as_ref())?;
        let before = previous.map_or(0, |previous| {
            let held = |entry| previous.list().entries.contains(entry);
            list.entries.iter().filter(|entry| held(entry)).count()
        });
        let new = list.entries.len().saturating_sub(before);
        let mut text = format!(
            "Signed revocation list {}\n  {} entries, {new} of them new\n  from {} until {}, by {}\n  in {}\n",
            list.number,
            list.entries.len(),
            list.window.not_before,
            list.window.not_after,
            evidence.person(&signer),
            delivered.path.display(),
        );
        if !complete {
            let others = others(&policy.list_signers.principals, &signer);
            let needed = policy.list_signers.threshold;
            text.put(format_args!("  it counts once {needed} have signed: --cosign by {others}\n"));
        }
        let mut json = delivered.json();
        json["number"] = json!(list.number);
        json["entries"] = json!(list.entries.len());
        json["new"] = json!(new);
        json["next_update"] = json!(list.window.not_after.to_string());
        json["complete"] = json!(complete);
        context.answer(&text, &json)
    }
}

fn others(signers: &[Principal], signer: &Principal) -> String {
    let others: Vec<_> = signers.iter().filter(|name| *name != signer).collect();
    all_of(&others)
}

/// The list with the highest number, verified or not.
fn newest_envelope(evidence: &Evidence) -> Result<Envelope> {
    let lists = evidence.trust().revocation_lists.iter().flatten();
    let numbered = lists.filter_map(|envelope| {
        RevocationList::parse(envelope.unverified_payload()).ok().map(|list| (list.number, envelope))
    });
    let newest = numbered.max_by_key(|(number, _)| *number).map(|(_, envelope)| envelope.clone());
    newest.ok_or_else(|| Error::of(Code::ListMissing, "there is no list to cosign"))
}

/// Everything that ended something.
fn endings(evidence: &Evidence, context: &Context, now: Timestamp) -> Result<Endings> {
    let chain = evidence.chain()?;
    let state = context.source.state()?;
    let mut endings = Endings::default();
    for document in evidence.documents() {
        let envelope = &document.envelope;
        // What does not verify never ended anything.
        match &document.claim {
            Claim::Proposal(_) => endings.proposals.extend(chain.verify_negative(envelope)),
            Claim::Approval(_) => endings.verdicts.extend(chain.verify_negative(envelope)),
            Claim::Revocation(_) => endings.revocations.extend(chain.verify_negative(envelope)),
            Claim::KeyRevocation(_) => endings.key_revocations.extend(chain.verify_negative(envelope)),
            _ => {}
        }
    }
    for (digest, proposal) in evidence.proposals().filter(|(_, proposal)| proposal.supersedes.is_some()) {
        let _ = proposal;
        // Without its training output nobody could have approved it.
        let Ok(bundle) = evidence.bundle(digest) else { continue };
        if let Some(old) = superseded(&bundle, evidence.verified(), &state, now) {
            endings.superseded.insert(old, digest);
        }
    }
    Ok(endings)
}
