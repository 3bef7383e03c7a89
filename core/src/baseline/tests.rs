use alloc::{
    collections::BTreeMap,
    string::{String, ToString as _},
    vec::Vec,
};

use super::{Baselines, StoredBaseline, Window};
use crate::{
    code::Code,
    drift::{Bins, Sketch},
    limits,
    name::Label,
};

fn all_kinds() -> Baselines {
    let mut sketch = Sketch::new(128).unwrap();
    let stream: Vec<f64> = (0..5000).map(|i| f64::from(i * 7919 % 5000)).collect();
    sketch.extend(&stream);
    assert!(sketch.rank_error() > 0.0);
    let outputs = [
        (
            "score",
            StoredBaseline::Sample { values: [0.1, 0.1, 0.5, 1e-7].map(|x| x + 0.25).into(), missing: 3 },
        ),
        (
            "width",
            StoredBaseline::Bins {
                bins: Bins::from_edges([-1.5, 1e21].into()).unwrap(),
                counts: [1, 0, 2].into(),
                missing: 0,
            },
        ),
        ("digit", StoredBaseline::Categories(BTreeMap::from([("0".into(), 4), ("é\n".into(), 0)]))),
        ("stream", StoredBaseline::Sketch(sketch)),
    ];
    let mut outputs: BTreeMap<_, _> =
        outputs.into_iter().map(|(name, baseline)| (Label::parse(name).unwrap(), baseline)).collect();
    if let Some(StoredBaseline::Sample { values, .. }) = outputs.get_mut("score") {
        values.sort_by(f64::total_cmp);
    }
    Baselines(outputs)
}

#[test]
fn what_is_written_is_what_is_read() {
    let written = all_kinds().to_json();
    let read = Baselines::parse(&written).unwrap();
    assert_eq!(read, all_kinds());
    assert_eq!(read.to_json(), written);
}

#[test]
fn a_baseline_that_contradicts_itself_is_refused() {
    for (text, code) in [
        ("[]", Code::WrongType),
        (r#"{"a":{}}"#, Code::MissingField),
        (r#"{"a":{"kind":"histogram"}}"#, Code::UnknownValue),
        (r#"{"a b":{"kind":"sample","values":[1],"missing":0}}"#, Code::InvalidIdentifier),
        (r#"{"a":{"kind":"sample","values":[],"missing":0}}"#, Code::BaselineContent),
        (r#"{"a":{"kind":"sample","values":[2,1],"missing":0}}"#, Code::BaselineContent),
        (r#"{"a":{"kind":"sample","values":[-0.0],"missing":0}}"#, Code::BaselineContent),
        (r#"{"a":{"kind":"sample","values":[1e999],"missing":0}}"#, Code::InvalidNumber),
        (r#"{"a":{"kind":"sample","values":["1"],"missing":0}}"#, Code::WrongType),
        (r#"{"a":{"kind":"sample","values":[null],"missing":0}}"#, Code::WrongType),
        (r#"{"a":{"kind":"sample","values":[1],"missing":-1}}"#, Code::InvalidInteger),
        (r#"{"a":{"kind":"sample","values":[1]}}"#, Code::MissingField),
        (r#"{"a":{"kind":"sample","values":[1],"missing":0,"n":1}}"#, Code::UnknownField),
        (r#"{"a":{"kind":"sample","values":[1],"values":[1],"missing":0}}"#, Code::DuplicateKey),
        (r#"{"a":{"kind":"bins","edges":[1,1],"counts":[1,1,1],"missing":0}}"#, Code::BaselineContent),
        (r#"{"a":{"kind":"bins","edges":[1],"counts":[1],"missing":0}}"#, Code::BaselineContent),
        (r#"{"a":{"kind":"bins","edges":[1],"counts":[1,0.5],"missing":0}}"#, Code::InvalidInteger),
        (
            r#"{"a":{"kind":"bins","edges":[1],"counts":[9007199254740991,1],"missing":0}}"#,
            Code::BaselineContent,
        ),
        (r#"{"a":{"kind":"categories","counts":{"x":-1}}}"#, Code::InvalidInteger),
        (r#"{"a":{"kind":"categories","counts":[["x",1]]}}"#, Code::WrongType),
        (r#"{"a":{"kind":"sketch","k":128,"rank_error":0,"sketch":"UEtMTA=="}}"#, Code::BaselineContent),
    ] {
        assert_eq!(Baselines::parse(text).unwrap_err().code(), code, "{text}");
    }
}

#[test]
fn a_sketch_that_claims_to_be_better_than_it_is() {
    let honest = all_kinds().to_json();
    let error = honest.split_once(r#""rank_error":"#).unwrap().1.split_once(',').unwrap().0;
    let k = honest.replace(r#""k":128"#, r#""k":2048"#);
    let exact = honest.replace(error, "0.0001");
    for lie in [k, exact] {
        assert_eq!(Baselines::parse(&lie).unwrap_err().code(), Code::BaselineContent);
    }
}

#[test]
fn more_than_is_allowed() {
    let long =
        alloc::format!(r#"{{"a":{{"kind":"sample","values":[1{}],"missing":0}}}}"#, ",1".repeat(200_000));
    assert!(long.len() > limits::BASELINES);
    assert_eq!(Baselines::parse(&long).unwrap_err().code(), Code::TooLarge);
    let one = r#":{"kind":"sample","values":[1],"missing":0}"#;
    let many: Vec<String> = (0..=limits::OUTPUTS).map(|i| alloc::format!("\"a{i}\"{one}")).collect();
    assert_eq!(
        Baselines::parse(&alloc::format!("{{{}}}", many.join(","))).unwrap_err().code(),
        Code::TooMany
    );
}

#[test]
fn a_tally_is_counted_in_the_bins_of_the_signed_baseline() {
    let baselines = all_kinds();
    let window = Window::Numbers([f64::NAN, 0.0, 10_000.0, 2500.0].into());
    for name in ["score", "width", "stream"] {
        let baseline = baselines.output(name).unwrap();
        let tally = baseline.tally(&window).unwrap();
        assert_eq!(tally.totals(), (3, 1), "{name}");
        assert!(baseline.fits(&tally));
        let itself = baseline.tally_of_itself().unwrap();
        assert_eq!(itself.totals(), baseline.totals(), "{name}");
        assert!(baseline.fits(&itself));
        let others = baselines.0.iter().filter(|(other, _)| other.as_str() != name);
        assert!(others.map(|(_, other)| other).all(|other| !other.fits(&tally)), "{name}");
    }
    let digits = baselines.output("digit").unwrap();
    assert_eq!(digits.tally(&window), None);
    let counts = Window::Categories(BTreeMap::from([("7".to_string(), 2)]));
    assert_eq!(digits.tally(&counts).unwrap().totals(), (2, 0));
    assert_eq!(baselines.output("score").unwrap().tally(&counts), None);
}
