//! Documents for implementations that know nothing of Placet, and theirs for Placet.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64ct::{Base64, Encoding as _};
use placet_core::{
    bundle::Bundle,
    decide::decide,
    decision::Outcome,
    digest::Digest,
    envelope::Envelope,
    key::Signer,
    ledger::{LogKey, Tree, TreeHead, WitnessKey, merkle::leaf_hash},
    revocation::Target,
    weights::{Manifest, WeightsFile},
};
use placet_testkit::{Key, Organisation, sign_by};
use serde_json::{Value, json};

/// The names under which files of a hostile tree lie.
const NAMES: [&str; 18] = [
    "weights.bin",
    "a b/c  d",
    " leading",
    "trailing ",
    ".hidden",
    "..double",
    "quo'te\"s",
    "$(touch x)`id`",
    "*?[a-z]",
    "semi;colon&pipe|",
    "#comment",
    "~",
    "%s%n",
    "ünïcödé/é",
    "emoji-😀",
    "e\u{301}",
    "\u{202e}gnp.exe",
    "deep/er/and/deeper/still/file",
];
const TREES: usize = 60;
const NOTES: u64 = 40;
const ORIGIN: &str = "registry.example/ledger";

type Result<T> = std::result::Result<T, String>;

/// Writes `case.json` and directories of files.
pub(crate) fn write(directory: &Path) -> Result<()> {
    let case = json!({
        "envelopes": envelopes(),
        "to_sign": to_sign(),
        "checkpoints": (1..=NOTES).map(checkpoint).collect::<std::result::Result<Vec<_>, _>>()?,
        "trees": (0..TREES).map(|number| tree(directory, number)).collect::<Result<Vec<_>>>()?,
    });
    put(&directory.join("case.json"), case.to_string().as_bytes())
}

/// Verifies `signed.json`, which others signed: the whole of it is permitted, and nothing of it when it is changed.
///
/// Gives how many envelopes that were.
pub(crate) fn read(directory: &Path) -> Result<usize> {
    let path = directory.join("signed.json");
    let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let signed: Vec<Value> = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    let envelopes = signed.iter().map(|envelope| Envelope::parse(envelope.to_string().as_bytes()));
    let envelopes: Vec<_> =
        envelopes.collect::<std::result::Result<_, _>>().map_err(|error| error.to_string())?;
    let [training, proposal, approvals @ ..] = envelopes.as_slice() else {
        return Err("nothing was signed".into());
    };
    if outcome(training, proposal, approvals)? != Outcome::Permit {
        return Err("what others signed is not permitted".into());
    }
    for left_out in 0..approvals.len() {
        let fewer = approvals.iter().enumerate().filter(|(at, _)| *at != left_out);
        let fewer: Vec<_> = fewer.map(|(_, approval)| approval.clone()).collect();
        if outcome(training, proposal, &fewer)? != Outcome::Deny {
            return Err(format!("approval {left_out} did not matter"));
        }
    }
    Ok(envelopes.len())
}

fn outcome(training: &Envelope, proposal: &Envelope, approvals: &[Envelope]) -> Result<Outcome> {
    let org = Organisation::new();
    let bundle = Bundle::new(training.clone(), proposal.clone(), approvals.to_vec(), None).to_json();
    let (trust, request) = (org.trust().to_json(), org.request().to_json());
    let decided = decide(bundle.as_bytes(), trust.as_bytes(), None, request.as_bytes());
    decided.map(|decided| decided.decision.outcome).map_err(|error| error.to_string())
}

/// Envelopes of every kind, and some of types that nobody knows, each with the keys that signed it.
fn envelopes() -> Vec<Value> {
    let org = Organisation::new();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let sound = [
        (training.clone(), &["training-pipeline"][..]),
        (proposal.clone(), &["emil.novak"]),
        (org.approval(&training, &proposal, "alice.ng", |_| {}), &["alice.ng"]),
        (
            org.approval(&training, &proposal, "dana.osei", |a| a.comment = "gut so — ✓".into()),
            &["dana.osei"],
        ),
        (org.policy_envelope(), &["alice.ng", "dana.osei"]),
        (org.list(|_| {}), &["registry"]),
        (org.revocation("bo.eriksen", Target::Proposal(proposal.digest()), |_| {}), &["bo.eriksen"]),
        (org.key_revocation("alice.ng", "alice.ng"), &["alice.ng"]),
    ];
    let types = ["text/plain", "a b", "", "tÿpe/ünknown", "application/octet-stream"];
    let other = (0..50_usize).map(|number| {
        let payload: Vec<u8> = (0..number * 7).map(|byte| byte.to_le_bytes()[0]).collect();
        (sign_by(types[number % types.len()], payload, &["log", "w1", "w2"]), &["log", "w1", "w2"][..])
    });
    let written = sound.into_iter().chain(other).map(|(envelope, names)| {
        let keys: Vec<_> = names.iter().map(|name| key(name)).collect();
        json!({"envelope": envelope.to_json(), "keys": keys})
    });
    written.collect()
}

fn key(name: &str) -> Value {
    let key = Key::of(name);
    json!({"keyid": key.key_id().to_string(), "public": key.public_key().to_hex()})
}

/// Payloads for others to sign with keys of the organisation.
fn to_sign() -> Vec<Value> {
    let org = Organisation::new();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let approval = |who: &str| org.approval(&training, &proposal, who, |_| {});
    let signers = ["training-pipeline", "emil.novak", "alice.ng", "chandra.iyer"];
    let documents =
        [training.clone(), proposal.clone(), approval("alice.ng"), approval("chandra.iyer")].into_iter();
    let written = documents.zip(signers).map(|(document, who)| {
        json!({
            "payload": Base64::encode_string(document.unverified_payload()),
            "payloadType": document.payload_type(),
            "key": key(who),
            "seed": Digest::from_bytes(Key::of(who).seed()).to_hex(),
        })
    });
    written.collect()
}

fn checkpoint(size: u64) -> Result<Value> {
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let tree: Tree = (0..size).map(|leaf| leaf_hash(Digest::of(&leaf.to_le_bytes()).as_bytes())).collect();
    let head = TreeHead::new(ORIGIN, size, tree.root()).map_err(|error| failed(&error))?;
    let (text, log) = (head.to_text(), Key::of("log"));
    let named = LogKey::new(ORIGIN, log.public_key().clone()).map_err(|error| failed(&error))?;
    let mut lines = vec![named.signature_line(&log.sign(text.as_bytes()))];
    for name in ["w1", "w2"].into_iter().take(usize::try_from(size % 3).unwrap_or_default()) {
        let (witness, time) = (Key::of(name), 1_795_350_000 + size);
        let named = WitnessKey::new(name, witness.public_key().clone()).map_err(|error| failed(&error))?;
        let message = WitnessKey::cosigned_message(time, &text);
        lines.push(named.signature_line(time, &witness.sign(message.as_bytes())));
    }
    Ok(json!({
        "note": head.to_note(&lines),
        "origin": ORIGIN,
        "size": size,
        "root": Digest::from_bytes(tree.root()).to_hex(),
        "public": log.public_key().to_hex(),
        "signatures": lines.len(),
    }))
}

/// A directory of some of the names, and its digest.
fn tree(directory: &Path, number: usize) -> Result<Value> {
    let tree = format!("trees/{number}");
    let mut files = Vec::new();
    let chosen = NAMES.iter().enumerate().filter(|(at, _)| !(number + at * at + at / 3).is_multiple_of(4));
    for (at, name) in chosen {
        let content = vec![u8::try_from(at).unwrap_or_default(); number * at];
        put(&directory.join(&tree).join(name), &content)?;
        let size = u64::try_from(content.len()).unwrap_or_default();
        files.push(WeightsFile { path: (*name).into(), size, digest: Digest::of(&content) });
    }
    let count = files.len();
    let manifest = Manifest::directory(files).map_err(|error| error.to_string())?;
    Ok(json!({"path": tree, "digest": manifest.weights().digest.to_hex(), "files": count}))
}

fn put(path: &Path, content: &[u8]) -> Result<()> {
    let parent: PathBuf = path.parent().map_or_else(PathBuf::new, Into::into);
    let written = fs::create_dir_all(parent).and_then(|()| fs::write(path, content));
    written.map_err(|error| format!("{}: {error}", path.display()))
}
