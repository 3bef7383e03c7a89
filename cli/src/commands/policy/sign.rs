//! `placet policy sign`: a member of the root signs.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use placet_core::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    key::Signer as _,
    limits,
    policy::{Policy, TrustPolicy},
    trust::Trust,
};
use serde_json::json;

use super::{Read, newest, read};
use crate::{
    commands::Context,
    error::{Error, Result},
    files::{self, Access},
    signing::SigningArgs,
    store, terminal,
    words::{
        all_of,
        changes::{self, changes},
        policy::policy as policy_words,
    },
};

/// Sign a policy as a member of the root
///
/// An envelope is signed where it stands; a policy that nobody has signed yet needs --output. A next version is
/// installed with `placet policy rotate` once enough of the old root and of its own have signed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet policy sign --key bo.pem                                   version 1, still short of signatures
  placet policy sign draft.json --key alice.pem --output 0002.json
  placet policy sign 0002.json --key bo.pem
  placet policy rotate 0002.json")]
pub(super) struct Sign {
    /// The file [default: the newest policy of the directory]
    file: Option<PathBuf>,
    /// Sign without being asked
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    signing: SigningArgs,
}

impl Sign {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let (path, Read { policy, mut envelope, signed }) = match &self.file {
            Some(path) => (path.clone(), read(path)?),
            None => newest(context)?,
        };
        if !signed && self.signing.output.is_none() {
            let message = format!("{} is a policy that nobody has signed yet", path.display());
            return Err(Error::new("output_required", message).hint("name the signed file with --output"));
        }
        let digest = envelope.digest();
        let key = self.signing.open_key()?;
        let id = key.public_key().key_id();
        let evidence = context.source.evidence().ok();
        let before = evidence.as_ref().and_then(|evidence| evidence.policy_for_words());
        let signs = |policy: &Policy| {
            policy.owner(id).filter(|owner| policy.root.principals.contains(owner)).cloned()
        };
        let member = signs(&policy).or_else(|| before.and_then(signs)).ok_or_else(|| {
            let message = format!("the key {} is of no member of the root", key.public_key().fingerprint());
            Error::of(Code::SignerNotEntitled, message)
                .hint(format!("{} may sign", all_of(&policy.root.principals)))
        })?;
        if !self.yes {
            terminal::note(&policy_words(&policy, digest));
            let chain = evidence.as_ref().and_then(|evidence| evidence.chain().ok());
            let links = chain.into_iter().flat_map(TrustPolicy::links);
            if let Some(before) = links.into_iter().find(|link| Some(link.digest()) == policy.previous) {
                terminal::note(&changes::text(&changes(before.policy(), &policy)));
            }
        }
        terminal::confirm(&format!("Sign version {} as {member}?", policy.version), self.yes)?;
        envelope.add_signature(&key);
        let target = self.signing.output.clone().unwrap_or(path);
        if target.exists() {
            merge_into(&target, &envelope)?;
        } else {
            files::create(&target, &store::file_text(&envelope), Access::Anyone)?;
        }
        let complete =
            is_complete(&policy, &envelope, evidence.as_ref().map(crate::evidence::Evidence::trust));
        let text = format!(
            "Signed policy version {}, {digest}\n  {}\n  in {}\n",
            policy.version,
            if complete { "enough have signed it" } else { "it needs more signatures of the root" },
            target.display()
        );
        let json = json!({
            "digest": digest.to_string(),
            "version": policy.version,
            "path": target.display().to_string(),
            "complete": complete,
        });
        context.answer(&text, &json)
    }
}

/// Adds the signatures to an envelope that is there, which must be of the same policy.
fn merge_into(path: &Path, envelope: &Envelope) -> Result<()> {
    let _lock = store::lock(path)?;
    let mut held = store::read_document(path)?.envelope;
    if held.digest() != envelope.digest() {
        let message = format!("{} is there already and is another document", path.display());
        return Err(Error::new("file_exists", message));
    }
    held.merge(envelope.clone());
    if held.signature_count() > limits::SIGNATURES {
        return Err(Error::new("too_many", format!("more than {} signatures", limits::SIGNATURES)));
    }
    files::replace(path, &store::file_text(&held))
}

/// Whether the chain with this policy is whole.
fn is_complete(policy: &Policy, envelope: &Envelope, held: Option<&Trust>) -> bool {
    let mut trust = held.cloned().unwrap_or_default();
    let domain: Digest = policy.domain.unwrap_or_else(|| envelope.digest());
    trust.pins = [domain].into();
    trust.policies.push(Ok(envelope.clone()));
    let verified = trust.verify();
    verified.policy_failure(domain).is_none()
        && verified.policy(domain).is_some_and(|chain| chain.version(policy.version).is_some())
}
