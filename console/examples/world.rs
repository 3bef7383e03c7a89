//! Writes the world of the browser tests: `world DIRECTORY`.
//!
//! The organisation of the test kit with three versions of one model: 1 revoked, 2 approved for production, 3 waiting
//! for the second of two signatures. All keys follow from names, so nothing of it is secret.

use std::{
    error::Error,
    fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use placet_core::{
    baseline::{StoredBaseline, Window},
    bundle::Bundle,
    digest::Digest,
    drift::{Distribution, DistributionRule, Family, Test, check_distributions, report as conclude},
    drift_report::DriftReport,
    envelope::Envelope,
    key::{Signer as _, words},
    ledger::{CompactRange, LogKey, TreeHead, merkle},
    name::Label,
    policy::{Log, MetricBound},
    revocation::Target,
    training::{Metric, TrainingOutput},
    trust::Trust,
    weights::{Manifest, WeightsFile},
};
use placet_keys::{SecretKey, pkcs8};
use placet_testkit::{Key, NOW, Organisation, time};

/// The origin of the ledger.
const LOG: &str = "registry.example/ledger";

fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(std::env::args().nth(1).ok_or("usage: world DIRECTORY")?);
    for name in ["data", "keys", "documents"] {
        fs::create_dir_all(directory.join(name))?;
    }
    secret(&directory.join("data/list-key.pem"), "registry")?;
    secret(&directory.join("data/log-key.pem"), "log")?;
    for name in ["alice.ng", "bo.eriksen", "chandra.iyer", "dana.osei", "emil.novak"] {
        secret(&directory.join(format!("keys/{name}.pem")), name)?;
    }

    let org = organisation();
    let versions = [
        Version { name: "1", metrics: ["0.961", "0.236", "0.125"], made: "2026-10-02", card: CARDS[0] },
        Version { name: "2", metrics: ["0.972", "0.085", "0.019"], made: "2026-10-20", card: CARDS[1] },
        Version { name: "3", metrics: ["0.978", "0.114", "0.049"], made: "2026-11-17", card: CARDS[2] },
    ];
    let mut order = Vec::new();
    let mut proposals = Vec::new();
    for version in &versions {
        let training = org.training(|output| version.describe(output));
        let proposal = org.proposal(&training, |proposal| {
            proposal.note = version.note().into();
            proposal.proposed_at = time(&format!("{}T15:58:00Z", version.proposed()));
            proposal.window.not_before = time(&format!("{}T16:00:00Z", version.proposed()));
            proposal.window.not_after = time(version.until());
        });
        let signed = time(&format!("{}T16:40:00Z", version.proposed()));
        let who: &[&str] = if version.name == "3" { &["alice.ng"] } else { &["bo.eriksen", "dana.osei"] };
        let approve =
            |name: &&str| org.approval(&training, &proposal, name, |approval| approval.signed_at = signed);
        let approvals: Vec<_> = who.iter().map(approve).collect();
        let bundle = org.bundle(&training, &proposal, &approvals);
        write(&directory, &format!("documents/bundle-{}.json", version.name), &bundle.to_json())?;
        order.extend([training.clone(), proposal.clone()]);
        order.extend(approvals);
        proposals.push((training, proposal));
        fs::write(directory.join(format!("documents/weights-{}.npz", version.name)), version.weights())?;
    }
    let [(_, first), (running, _), (training, waiting)] = proposals.as_slice() else {
        return Err("three versions".into());
    };
    order.push(org.revocation("dana.osei", Target::Proposal(first.digest()), |revocation| {
        revocation.subject = subject(first);
        revocation.reason = "Recall of the worst digit is too low.".into();
    }));
    let revocation = org.revocation("dana.osei", Target::Proposal(waiting.digest()), |revocation| {
        revocation.subject = subject(waiting);
    });
    write(&directory, "documents/revocation-of-3.json", &revocation.to_json())?;
    for (index, envelope) in order.iter().enumerate() {
        write(&directory, &format!("documents/envelope-{index:02}.json"), &envelope.to_json())?;
    }

    let policy = org.policy_envelope();
    write(&directory, "policy.json", &policy.to_json())?;
    let trust: Trust = org.trust();
    write(&directory, "documents/trust.json", &trust.to_json())?;
    let approval = org.approval(training, waiting, "alice.ng", |_| {});
    write(&directory, "documents/approval.json", &approval.to_json())?;
    let forged = org.approval(training, waiting, "alice.ng", |approval| {
        approval.approver = placet_testkit::name_of("chandra.iyer");
    });
    let with_forged: Bundle = org.bundle(training, waiting, &[approval, forged]);
    write(&directory, "documents/bundle-forged.json", &with_forged.to_json())?;
    // The same world under another root, as a lying registry would serve it.
    let liar = organisation().with(|policy| policy.organization = "Examp1e".into());
    write(&directory, "documents/trust-of-another.json", &liar.trust().to_json())?;

    // Three hours of the version that runs: the last one drifted.
    let reports = [
        org.drift_report(running, 3, 0, "drift-monitor", too_few),
        org.drift_report(running, 2, 0, "drift-monitor", |_| {}),
        org.drift_report(running, 1, 80, "drift-monitor", |_| {}),
    ];
    for (name, report) in ["inconclusive", "stable", "drifted"].into_iter().zip(&reports) {
        write(&directory, &format!("documents/drift-{name}.json"), &report.to_json())?;
    }
    let [.., drifted] = &reports;

    write(&directory, "documents/large-checkpoint.txt", &large_checkpoint()?)?;

    let pin: Digest = org.domain();
    let about = format!(
        "{{\"now\":\"{NOW}\",\"pin\":\"{pin}\",\"words\":\"{}\",\"proposals\":[{}],\"chandra\":\"{}\",\"drifted\":\"{}\"}}\n",
        words(&pin),
        proposals.iter().map(|(_, p)| format!("\"{}\"", p.digest())).collect::<Vec<_>>().join(","),
        Key::of("chandra.iyer").public_key().fingerprint(),
        drifted.digest(),
    );
    write(&directory, "world.json", &about)?;
    Ok(())
}

const CARDS: [&str; 3] = [
    r#"{"summary":"Reads handwritten digits. Trained on 8 x 8 grey images."}"#,
    r#"{"summary":"Reads handwritten digits. Scores are probabilities and may be compared with a threshold. Trained on 8 x 8 grey images."}"#,
    r#"{"summary":"Reads handwritten digits. Scores are probabilities but over-cautious below 0.9: recalibrate before comparing with a threshold. Trained on 8 x 8 grey images."}"#,
];

struct Version {
    name: &'static str,
    /// Accuracy, log loss, calibration error.
    metrics: [&'static str; 3],
    made: &'static str,
    card: &'static str,
}

impl Version {
    fn weights(&self) -> Vec<u8> {
        format!("the weights of version {}", self.name).repeat(900 * self.name.len()).into_bytes()
    }

    fn describe(&self, output: &mut TrainingOutput) {
        let bytes = self.weights();
        let file = WeightsFile {
            path: format!("digits-classifier-{}.npz", self.name),
            size: bytes.len() as u64,
            digest: Digest::of(&bytes),
        };
        output.version = label(self.name);
        output.created_at = time(&format!("{}T09:00:00Z", self.made));
        output.card = self.card.into();
        output.correlation_id = format!("run-{}", self.name);
        let manifest = Manifest::file(file).unwrap_or_else(|error| unreachable!("{error}"));
        output.baselines = Organisation::baselines().to_json();
        output.subject.weights = manifest.weights();
        output.manifest = manifest;
        let names = ["accuracy", "log_loss", "calibration_error"];
        output.metrics = names.into_iter().map(label).zip(self.metrics.map(metric)).collect();
    }

    fn proposed(&self) -> &'static str {
        match self.name {
            "1" => "2026-10-05",
            "2" => "2026-10-22",
            _ => "2026-11-21",
        }
    }

    fn until(&self) -> &'static str {
        match self.name {
            "1" => "2026-12-20T00:00:00Z",
            "2" => "2026-12-01T00:00:00Z",
            _ => "2027-02-19T00:00:00Z",
        }
    }

    fn note(&self) -> &'static str {
        match self.name {
            "3" => {
                "Wider hidden layer with stronger regularisation. Two more of the 360 test images are right. \
                 Calibration is worse; the router that reads the scores uses ranks only."
            }
            "2" => "Second training, calibrated.",
            _ => "First training.",
        }
    }
}

/// A window of ten rows, too few to judge.
fn too_few(report: &mut DriftReport) {
    let baselines = Organisation::baselines();
    let window = Window::Numbers((0..10).map(|x| f64::from(20 * x)).collect());
    let tally = baselines.output("score").and_then(|baseline| baseline.tally(&window));
    let score = Distribution {
        name: "score",
        baseline: baselines.output("score").map(StoredBaseline::view),
        current: Some(window.view()),
        rule: DistributionRule { minimum_samples: 30, ..DistributionRule::of(Test::KolmogorovSmirnov) },
    };
    report.window.samples = 10;
    report.outputs.0 = tally.into_iter().map(|tally| (label("score"), tally)).collect();
    report.report = conclude(check_distributions(&[score], Family::default()));
}

/// The signed head of a ledger of 100 000 entries, whose digests are those of their numbers as text.
fn large_checkpoint() -> Result<String, Box<dyn Error>> {
    let mut range = CompactRange::new();
    for number in 0..100_000_u32 {
        range.append(merkle::leaf_hash(Digest::of(number.to_string().as_bytes()).as_bytes()))?;
    }
    let key = Key::of("log");
    let head = TreeHead::new(LOG, range.size(), range.root())?;
    let name = LogKey::new(LOG, key.public_key().clone())?;
    Ok(head.to_note(&[name.signature_line(&key.sign(head.to_text().as_bytes()))]))
}

/// Production bounds the calibration error from above and the accuracy from below.
fn organisation() -> Organisation {
    let ceiling = MetricBound { name: label("calibration_error"), min: None, max: Some(metric("0.05")) };
    Organisation::new().with(|policy| {
        policy.log = Some(Log {
            origin: LOG.into(),
            key: Key::of("log").public_key().clone(),
            witnesses: Vec::new(),
            threshold: 0,
        });
        for rule in &mut policy.rules {
            if rule.name.as_str() == "production" {
                rule.metrics.push(ceiling.clone());
            }
        }
    })
}

fn label(text: &str) -> Label {
    Label::parse(text).unwrap_or_else(|error| unreachable!("{error}"))
}

fn metric(text: &str) -> Metric {
    Metric::parse(text).unwrap_or_else(|error| unreachable!("{error}"))
}

fn subject(proposal: &Envelope) -> placet_core::statement::Subject {
    use placet_core::statement::Statement as _;
    placet_core::proposal::Proposal::parse(proposal.unverified_payload())
        .unwrap_or_else(|error| unreachable!("{error}"))
        .subject
}

fn write(directory: &Path, name: &str, text: &str) -> std::io::Result<()> {
    fs::write(directory.join(name), text)
}

/// A secret key that only its owner may read.
fn secret(path: &Path, name: &str) -> Result<(), Box<dyn Error>> {
    let key = SecretKey::from_seed(Key::of(name).seed().into())?;
    let mut file = fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(pkcs8::write(&key)?.as_bytes())?;
    Ok(())
}
