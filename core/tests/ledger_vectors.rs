//! Runs `tests/vectors/ledger`: data made by another implementation (`generate.py` there).

use placet_core::{
    key::PublicKey,
    ledger::{
        Hash, LogKey, LogPolicy, SignedCheckpoint, WitnessKey,
        merkle::{verify_consistency, verify_inclusion},
    },
};
use serde_json::Value;

/// Runs `check` on each case of a file and reports all cases whose code differs from the expected one.
fn run(json: &str, least: usize, check: impl Fn(&Value, &Value) -> Result<(), &'static str>) {
    let file: Value = serde_json::from_str(json).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= least, "only {} cases", cases.len());
    let wrong: Vec<_> = cases
        .iter()
        .filter_map(|case| {
            let found = check(&case["input"], &case["expected"]).err();
            (found != case["code"].as_str())
                .then(|| format!("{}: expected {}, found {found:?}", case["name"], case["code"]))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn false_merkle_proofs_fail_with_their_code() {
    run(include_str!("../../tests/vectors/ledger/merkle.json"), 100, |input, _| {
        let proof: Vec<Hash> = array(&input["proof"]).iter().map(hash).collect();
        let result = if input.get("leaf_hash").is_some() {
            let (index, size) = (number(&input["index"]), number(&input["size"]));
            verify_inclusion(&hash(&input["leaf_hash"]), index, size, &proof, &hash(&input["root"]))
        } else {
            let (size1, size2) = (number(&input["size1"]), number(&input["size2"]));
            let (root1, root2) = (hash(&input["root1"]), hash(&input["root2"]));
            verify_consistency(size1, &root1, size2, &root2, &proof)
        };
        result.map_err(|error| error.code().as_str())
    });
}

#[test]
fn false_checkpoints_fail_with_their_code() {
    run(include_str!("../../tests/vectors/ledger/checkpoint.json"), 100, |input, expected| {
        let policy = log_policy(&input["policy"])?;
        let note = input["note_hex"]
            .as_str()
            .map_or_else(|| input["note"].as_str().unwrap().as_bytes().to_vec(), hex);
        let checkpoint = SignedCheckpoint::parse(&note)
            .and_then(|checkpoint| checkpoint.verify(&policy))
            .map_err(|error| error.code().as_str())?;

        assert_eq!(Value::from(checkpoint.origin()), input["policy"]["origin"]);
        assert_eq!(checkpoint.size(), number(&expected["size"]));
        assert_eq!(*checkpoint.root(), hash(&expected["root"]));
        let cosignatures: Vec<_> =
            checkpoint.cosignatures().iter().map(|c| (c.witness(), c.timestamp())).collect();
        let expected: Vec<_> = array(&expected["cosignatures"])
            .iter()
            .map(|c| (c["witness"].as_str().unwrap(), number(&c["timestamp"])))
            .collect();
        assert_eq!(cosignatures, expected);
        Ok(())
    });
}

fn log_policy(json: &Value) -> Result<LogPolicy, &'static str> {
    let name = |key: &Value| key["name"].as_str().unwrap().to_owned();
    let log = LogKey::new(&name(&json["log"]), public_key(&json["log"])?);
    let witnesses: Result<Vec<_>, _> = array(&json["witnesses"])
        .iter()
        .map(|key| WitnessKey::new(&name(key), public_key(key).unwrap()))
        .collect();
    let threshold = usize::try_from(json["threshold"].as_u64().unwrap()).unwrap();
    log.and_then(|log| LogPolicy::new(json["origin"].as_str().unwrap(), log, witnesses?, threshold))
        .map_err(|error| error.code().as_str())
}

fn public_key(json: &Value) -> Result<PublicKey, &'static str> {
    PublicKey::from_bytes(&hash(&json["public_key"])).map_err(|error| error.code().as_str())
}

fn array(json: &Value) -> &[Value] {
    json.as_array().unwrap()
}

fn number(json: &Value) -> u64 {
    json.as_str().unwrap().parse().unwrap()
}

fn hash(json: &Value) -> Hash {
    hex(json.as_str().unwrap()).try_into().unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap();
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::try_from(digit(pair[0]) * 16 + digit(pair[1])).unwrap())
        .collect()
}
