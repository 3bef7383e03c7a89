//! What leaves the ledger page as a file.

use std::fmt::Write as _;

use placet_core::{
    digest::Digest,
    json::{ArrayWriter, ObjectWriter},
    time::Timestamp,
};

use super::ledger::{Check, Entry, Inclusion, Looked};

/// The format of an exported ledger.
pub const EXPORT: &str = "placet-ledger-export-v1";

/// An entry with what was found out about it, and what somebody else needs to find out the same.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// What the registry says.
    pub entry: Option<Entry>,
    /// What was found here.
    pub looked: Looked,
    /// The envelope as it was served.
    pub envelope: Option<String>,
    /// The proof that it stands in the ledger.
    pub inclusion: Option<Inclusion>,
}

fn word(check: &Check) -> String {
    match check {
        Check::NotYet => "not checked".into(),
        Check::Holds => "checked".into(),
        Check::Fails(code) => code.clone(),
    }
}

/// A field of comma-separated values (RFC 4180). A text that a spreadsheet would take for a formula gets a quotation mark
/// in front (attack: a signer who is called `=HYPERLINK(…)`).
fn field(text: &str) -> String {
    let harmless =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.into() };
    if harmless.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", harmless.replace('"', "\"\""));
    }
    harmless
}

/// The entries as comma-separated values, with whole digests.
#[must_use]
pub fn csv(lines: &[Line]) -> String {
    let mut text =
        String::from("entry,logged,kind,signer,payload_digest,signature,inclusion,document,about\r\n");
    for line in lines {
        let Some(entry) = &line.entry else { continue };
        let fields = [
            entry.index.to_string(),
            entry.received_at.clone(),
            entry.kind.clone(),
            entry.signer.clone(),
            entry.digest.clone(),
            word(&line.looked.signature),
            word(&line.looked.inclusion),
            line.looked.what.clone(),
            line.looked.about.clone(),
        ];
        let fields: Vec<_> = fields.iter().map(|text| field(text)).collect();
        // Writing to a string cannot fail.
        let _ = write!(text, "{}\r\n", fields.join(","));
    }
    text
}

/// The entries with their envelopes and proofs, and the signed head that they are proved against: everything that is
/// needed to check them again, but for the pinned policy.
#[must_use]
pub fn json(lines: &[Line], checkpoint: &str, pin: Option<Digest>, at: Timestamp) -> String {
    let entries = lines.iter().filter_map(|line| {
        let entry = line.entry.as_ref()?;
        let proof = line.inclusion.iter().flat_map(|inclusion| &inclusion.proof);
        let proof = proof.fold(ArrayWriter::new(), |array, hash| array.string(hash)).finish();
        Some(
            ObjectWriter::new()
                .integer("index", entry.index)
                .string("digest", &entry.digest)
                .string("kind", &entry.kind)
                .string("signer", &entry.signer)
                .string("received_at", &entry.received_at)
                .string("signature", &word(&line.looked.signature))
                .string("inclusion", &word(&line.looked.inclusion))
                .raw("proof", proof)
                .raw("envelope", line.envelope.clone().unwrap_or_else(|| "null".into()))
                .finish(),
        )
    });
    let entries = entries.fold(ArrayWriter::new(), |array, entry| array.raw(&entry));
    ObjectWriter::new()
        .string("format", EXPORT)
        .display("exported_at", &at)
        .optional("policy", pin)
        .string("checkpoint", checkpoint)
        .raw("entries", entries.finish())
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::json::Value;
    use placet_testkit::{NOW, Organisation, time};

    fn line(signer: &str) -> Line {
        let envelope = Organisation::new().training(|_| {});
        let entry = Entry {
            index: 7,
            digest: envelope.digest().to_string(),
            kind: "training_output".into(),
            signer: signer.into(),
            received_at: NOW.into(),
        };
        let looked = Looked {
            signature: Check::Holds,
            inclusion: Check::Fails("ledger_root_mismatch".into()),
            what: "Training output".into(),
            about: "digits, \"3\"".into(),
            ..Looked::default()
        };
        let inclusion = Inclusion { index: 7, size: 9, proof: vec!["AA==".into()] };
        Line { entry: Some(entry), looked, envelope: Some(envelope.to_json()), inclusion: Some(inclusion) }
    }

    #[test]
    fn values_cannot_leave_their_cell_or_become_a_formula() {
        let text = csv(&[line("=HYPERLINK(\"x\",\"y\")")]);
        let row = text.lines().nth(1).unwrap();
        assert!(row.contains(r#","'=HYPERLINK(""x"",""y"")","#), "{row}");
        assert!(row.ends_with(r#",checked,ledger_root_mismatch,Training output,"digits, ""3""""#), "{row}");
        assert_eq!(text.matches("\r\n").count(), 2);
        assert!(row.contains("sha256:"), "digests are whole");
    }

    #[test]
    fn an_export_holds_what_another_verifier_needs() {
        let text = json(&[line("a")], "origin\n9\nroot\n", Some(Digest::of(b"pin")), time(NOW));
        let value = Value::parse(text.as_bytes()).unwrap();
        let names: Vec<_> = value.members().unwrap().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names.len(), 5, "{names:?}");
        let (_, entries) = value.members().unwrap().find(|(name, _)| name == "entries").unwrap();
        let entry = entries.elements().unwrap().next().unwrap();
        let (_, envelope) = entry.members().unwrap().find(|(name, _)| name == "envelope").unwrap();
        assert!(placet_core::envelope::Envelope::from_value(envelope).is_ok());
        assert!(text.contains(r#""proof":["AA=="]"#));
    }
}
