//! What is JSON and what is not, and that there is one reading of it.

use alloc::{
    format,
    string::{String, ToString as _},
    vec,
    vec::Vec,
};

use proptest::prelude::*;

use super::{ArrayWriter, Fields, ObjectWriter, Value, write_string};
use crate::{code::Code, limits};

fn refusal(bytes: &[u8]) -> Option<Code> {
    Value::parse(bytes).err().map(|error| error.code())
}

/// The value as another implementation would hold it.
fn tree(value: Value<'_>) -> serde_json::Value {
    if let Some(members) = value.members() {
        return members.map(|(key, value)| (key.into_owned(), tree(value))).collect();
    }
    if let Some(elements) = value.elements() {
        return elements.map(tree).collect();
    }
    match (value.as_str(), value.as_bool(), value.as_f64()) {
        (Some(text), None, None) => text.into_owned().into(),
        (None, Some(truth), None) => truth.into(),
        (None, None, Some(number)) => number.into(),
        (None, None, None) => serde_json::Value::Null,
        several => panic!("one value of two types: {several:?}"),
    }
}

/// Makes every number a binary64, as integers are apart in `serde_json`.
fn floats(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Number(number) => number.as_f64().into(),
        serde_json::Value::Array(elements) => elements.into_iter().map(floats).collect(),
        serde_json::Value::Object(members) => {
            members.into_iter().map(|(key, value)| (key, floats(value))).collect()
        }
        other => other,
    }
}

#[test]
fn documents_that_are_json_are_read_as_another_reader_does() {
    for text in [
        "0",
        "-0",
        "null",
        " true ",
        "false\n",
        "\t[\r\n]",
        "{}",
        "[[]]",
        "[null]",
        "[1,2 , 3]",
        r#"{"a":1}"#,
        r#"{ "a" : { "b" : [ { } , [ ] , "" ] } , "c" : null }"#,
        r#"{"":0}"#,
        "{\"a\":1,\"A\":2,\"\u{e1}\":3,\"a\u{301}\":4}",
        r#"{"a":{"a":{"a":1}},"b":{"a":1}}"#,
        r#"{"a\u0000b":1,"a":2}"#,
        "0.1",
        "-0.0",
        "1e0",
        "1E+2",
        "1e-2",
        "-12.34e-05",
        "123456789012345678901234567890",
        "1.7976931348623157e308",
        "4.9e-324",
        "1e-400",
        r#""""#,
        r#""\"\\\/\b\f\n\r\t""#,
        r#""\u00e9\u00E9é""#,
        r#""\ud834\udd1e 𝄞""#,
        r#""\uDBFF\uDFFF""#,
        r#""\u0000\u001f""#,
        "\"\u{7f}\u{80}\u{2028}\u{2029}\u{feff}\u{fffe}\"",
        r#"["{","}","[","]",":",",","\"","\\","\\\""]"#,
        r#"[1,"a",true,null,{"b":[2.5e1]}]"#,
        r#"{"a":"}","b":"]\"{","c\"}":[",",":"]}"#,
    ] {
        let value = Value::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
        let expected: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(tree(value), floats(expected), "{text}");
    }
}

/// Nearly JSON: numbers, words, brackets, strings and comments of other notations.
#[rustfmt::skip]
const NO_JSON: [&str; 97] = [
    "", " ", "\u{feff}{}", "nul", "nulll", "True", "NULL", "NaN", "Infinity", "-Infinity", "-", "+1",
    "--1", "01", "-01", "00", "1.", ".1", "-.1", "1.e1", "1e", "1e+", "1E-", "1e1.5", "0x10", "1_000",
    "1,", "1 2", "- 1", "1\u{a0}", "١", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]",
    "[1;2]", "[1}", "[\u{b}1]", "[\u{a0}1]", "{", "}", "{a:1}", "{'a':1}", "{1:2}", "{null:1}",
    "{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,\"a\":1}", "{\"a\" 1}",
    "{\"a\",1}", "{\"a\"::1}", "{\"a\":1:2}", "{\"a\":1 \"b\":2}", "{\"a\":1]", "{[]:1}", "\"", "\"a",
    "'a'", "\"\\\"", "\"\\", "\"\\a\"", "\"\\x41\"", "\"\\U0041\"", "\"\\u\"", "\"\\u00\"",
    "\"\\u004\"", "\"\\u004g\"", "\"\\u+041\"", "\"\\u 041\"", "\"\\u00é\"", "\"\\'\"", "\"\\\n\"",
    "\"\u{0}\"", "\"a\nb\"", "\"a\tb\"", "\"\u{1f}\"", "// a\n1", "/* a */1", "1 // a", "#1",
    "[1] /* a */", "undefined", "[true,false,nul]", "[tru]", "\"a\" \"b\"", "{} {}", "[]]", "{}}",
    "<a/>",
];

#[test]
fn what_is_no_json_is_a_syntax_error() {
    for text in NO_JSON {
        let code = refusal(text.as_bytes());
        // Where a document ends before the bytes do, the rest is what is wrong.
        assert!(matches!(code, Some(Code::JsonSyntax | Code::TrailingBytes)), "{text:?}: {code:?}");
        assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text:?}");
    }
}

#[test]
fn bytes_after_the_document_are_told_from_others() {
    for text in ["{}{}", "1 2", "null\0", "[] x", "{}\u{feff}", "true,", "01", "0x"] {
        assert_eq!(refusal(text.as_bytes()), Some(Code::TrailingBytes), "{text:?}");
    }
}

#[test]
fn half_a_surrogate_pair_is_refused() {
    for text in [
        r#""\ud800""#,
        r#""\udc00""#,
        r#""\uDFFF""#,
        r#""\ud800a""#,
        r#""\ud800\n""#,
        r#""\ud800\\udc00""#,
        r#""\ud800\u0041""#,
        r#""\ud800\ud800""#,
        r#""\udc00\ud800""#,
        r#""\ud834\udd1e\ud834""#,
        r#"{"\ud800":1}"#,
        r#"{"a":["\udead"]}"#,
    ] {
        assert_eq!(refusal(text.as_bytes()), Some(Code::LoneSurrogate), "{text}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_refused() {
    for bytes in [
        &b"\xff"[..],
        b"\"\x80\"",
        b"\"\xc0\xaf\"",
        b"\"\xe0\x80\xaf\"",
        b"\"\xed\xa0\x80\"",
        b"\"\xf4\x90\x80\x80\"",
        b"\"\xf0\x9d\x84\"",
        b"\xff\xfe{\0}\0",
        b"{}\xff",
    ] {
        assert_eq!(refusal(bytes), Some(Code::JsonUtf8), "{bytes:?}");
    }
}

#[test]
fn a_key_twice_is_refused_at_every_level_and_however_it_is_escaped() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"b":2,"a":3}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"\u00e9":1,"é":2}"#,
        r#"{"\ud834\udd1e":1,"𝄞":2}"#,
        r#"{"/":1,"\/":2}"#,
        r#"{"":1,"":2}"#,
        r#"{"\n":1,"\u000a":2}"#,
        r#"[[{"a":{"b":1,"c":{},"b":2}}]]"#,
        r#"{"x":{"a":1},"y":{"a":1,"a":1}}"#,
    ] {
        assert_eq!(refusal(text.as_bytes()), Some(Code::DuplicateKey), "{text}");
    }
}

#[test]
fn the_thirty_third_level_is_refused() {
    let nested = |open: &str, inner: &str, close: &str, levels: usize| {
        format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
    };
    for (open, inner, close) in [("[", "", "]"), ("{\"a\":", "1", "}"), ("[{\"a\":", "0", "}]")] {
        let levels = limits::DEPTH / open.bytes().filter(|b| matches!(b, b'[' | b'{')).count();
        assert_eq!(refusal(nested(open, inner, close, levels).as_bytes()), None, "{open}");
        let deeper = nested(open, inner, close, levels + 1);
        assert_eq!(refusal(deeper.as_bytes()), Some(Code::NestingTooDeep), "{open}");
    }
    // Side by side is not deeper.
    assert_eq!(refusal(format!("[{}[]]", "[],".repeat(1000)).as_bytes()), None);
    // A hundred thousand brackets must not take the stack.
    assert_eq!(refusal("[".repeat(100_000).as_bytes()), Some(Code::NestingTooDeep));
    assert_eq!(refusal("{\"\":".repeat(100_000).as_bytes()), Some(Code::NestingTooDeep));
}

#[test]
fn numbers_are_rounded_correctly() {
    let value = |text: &str| Value::parse(text.as_bytes()).unwrap().as_f64();
    for (text, bits) in [
        ("0.1", 0x3FB9_9999_9999_999A_u64),
        ("-0", 0x8000_0000_0000_0000),
        // Half-way cases go to the even neighbour (2⁵³ + 1, and the half of the smallest subnormal).
        ("9007199254740993", 0x4340_0000_0000_0000),
        ("9007199254740995", 0x4340_0000_0000_0002),
        ("2.4703282292062327e-324", 0),
        ("2.4703282292062328e-324", 1),
        ("5e-324", 1),
        ("2.2250738585072011e-308", 0x000F_FFFF_FFFF_FFFF),
        ("2.2250738585072014e-308", 0x0010_0000_0000_0000),
        ("1.7976931348623157e308", 0x7FEF_FFFF_FFFF_FFFF),
        ("1.7976931348623158e308", 0x7FEF_FFFF_FFFF_FFFF),
        ("179769313486231580793728971405301e276", 0x7FEF_FFFF_FFFF_FFFF),
    ] {
        assert_eq!(value(text).unwrap().to_bits(), bits, "{text}");
    }
    for text in ["1e309", "-1e309", "1.7976931348623159e308", "1e999999999999999999999"] {
        assert_eq!(value(text), None, "{text}");
    }
    for text in [r#""1""#, "true", "null", "[1]", "{}"] {
        assert_eq!(value(text), None, "{text}");
    }
}

#[test]
fn integers_are_plain_digits_that_every_reader_holds() {
    let value = |text: &str| Value::parse(text.as_bytes()).unwrap().as_u64();
    assert_eq!(value("0"), Some(0));
    assert_eq!(value("9007199254740991"), Some((1 << 53) - 1));
    for text in
        ["9007199254740992", "18446744073709551616", "-1", "-0", "1.0", "1e3", "\"1\"", "true", "null", "[]"]
    {
        assert_eq!(value(text), None, "{text}");
    }
}

#[test]
fn a_value_is_quoted_as_it_stands() {
    let text = r#" { "a" : [ 1.50 , "\u0041" ] , "b" : { } } "#;
    let value = Value::parse(text.as_bytes()).unwrap();
    assert_eq!(value.raw(), text.trim());
    let raw: Vec<_> = value.members().unwrap().map(|(key, value)| (key.into_owned(), value.raw())).collect();
    assert_eq!(raw, [("a".into(), r#"[ 1.50 , "\u0041" ]"#), ("b".into(), "{ }")]);
    let elements = value.members().unwrap().next().unwrap().1.elements().unwrap();
    assert_eq!(elements.map(Value::raw).collect::<Vec<_>>(), ["1.50", r#""\u0041""#]);
}

#[test]
fn a_field_that_nobody_takes_is_unknown() {
    let fields = || Fields::of(Value::parse(br#"{"b":1,"a":2,"c":3}"#).unwrap(), "test").unwrap();
    let mut taken = fields();
    assert_eq!(taken.required("b").unwrap().raw(), "1");
    assert_eq!(taken.required("b").unwrap_err().code(), Code::MissingField);
    assert!(taken.optional("d").is_none());
    // The first by name, whatever the order of the document.
    assert_eq!(taken.finish().unwrap_err().to_string(), "field `a` is not known here");
    let error = Fields::of(Value::parse(b"[]").unwrap(), "test").unwrap_err();
    assert_eq!(error.code(), Code::WrongType);
}

#[test]
fn strings_are_written_with_the_escapes_of_rfc_8785() {
    let written = |text: &str| {
        let mut out = String::new();
        write_string(&mut out, text);
        out
    };
    // RFC 8785 §3.2.2.2: the short escapes, lower-case hex, and nothing else.
    let controls: String = (0..0x20_u8).map(char::from).collect();
    assert_eq!(
        written(&controls),
        concat!(
            r#""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#,
            r#"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f""#
        )
    );
    assert_eq!(written("\"\\/\u{7f}é\u{2028}𝄞"), "\"\\\"\\\\/\u{7f}é\u{2028}𝄞\"");
}

#[test]
fn members_are_sorted_by_utf16_units() {
    // RFC 8785 §3.2.3: a character outside the basic plane comes before U+E000 and later, unlike in UTF-8.
    let keys = ["\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}"];
    let object = keys.iter().fold(ObjectWriter::new(), |object, key| object.boolean(key, true)).finish();
    let written: Vec<String> = Value::parse(object.as_bytes())
        .unwrap()
        .members()
        .unwrap()
        .map(|(key, _)| key.into_owned())
        .collect();
    assert_eq!(written, ["\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1f600}", "\u{fb33}"]);
}

#[test]
fn what_is_written_has_no_white_space_and_no_stray_comma() {
    assert_eq!(ObjectWriter::new().finish(), "{}");
    assert_eq!(ArrayWriter::new().finish(), "[]");
    let array = ArrayWriter::new().string("").raw("1").raw("[]").finish();
    let object = ObjectWriter::new()
        .string("s", "x")
        .optional("o", None::<&str>)
        .integer("i", (1 << 53) - 1)
        .strings("l", ["b", "a"])
        .raw("a", array)
        .finish();
    assert_eq!(object, r#"{"a":["",1,[]],"i":9007199254740991,"l":["b","a"],"o":null,"s":"x"}"#);
}

/// Text that is nearly JSON.
fn nearly_json() -> impl Strategy<Value = String> {
    let pieces = vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\",
        "\\u",
        "d834",
        "dd1e",
        "0041",
        "a",
        "\"a\"",
        "\"b\":",
        "1",
        "-",
        "0",
        ".",
        "e",
        "+",
        "9",
        "true",
        "null",
        " ",
        "\n",
        "é",
        "𝄞",
        "\u{1}",
        "\\n",
        "\\ud834\\udd1e",
        "\\ud800",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|members| members.into_iter().collect::<serde_json::Value>()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_accepted_is_read_as_by_another_reader(text in nearly_json()) {
        let reference = serde_json::from_str::<serde_json::Value>(&text);
        match Value::parse(text.as_bytes()) {
            Ok(value) => prop_assert_eq!(Some(tree(value)), reference.ok().map(floats)),
            // This reader is stricter in one thing only here: it refuses a key twice.
            Err(error) => prop_assert!(reference.is_err() || error.code() == Code::DuplicateKey, "{text}: {error}"),
        }
    }

    #[test]
    fn json_comes_back_as_it_was_written(value in json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        prop_assert_eq!(tree(Value::parse(text.as_bytes()).unwrap()), floats(value));
    }

    #[test]
    fn any_text_comes_back_from_a_written_string(text in any::<String>()) {
        let mut out = String::new();
        write_string(&mut out, &text);
        prop_assert_eq!(Value::parse(out.as_bytes()).unwrap().as_str().unwrap(), text.as_str());
    }

    #[test]
    fn decimals_are_rounded_as_by_the_standard_library(
        sign in "-?", integer in "0|[1-9][0-9]{0,24}", fraction in "([.][0-9]{1,24})?", exponent in "([eE][+-]?[0-9]{1,3})?"
    ) {
        let text = format!("{sign}{integer}{fraction}{exponent}");
        let expected = text.parse::<f64>().unwrap();
        let expected = expected.is_finite().then_some(expected.to_bits());
        prop_assert_eq!(Value::parse(text.as_bytes()).unwrap().as_f64().map(f64::to_bits), expected);
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(value) = Value::parse(&bytes) {
            tree(value);
        }
    }
}

/// RFC 8785 appendix B, and the borders between its forms.
#[test]
#[allow(clippy::excessive_precision, reason = "figures from elsewhere")]
fn numbers_are_written_as_ecmascript_writes_them() {
    for (bits, text) in [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x3ff0_0000_0000_0000, "1"),
        (0x4059_0000_0000_0000, "100"),
        (0x3fe8_0000_0000_0000, "0.75"),
    ] {
        let number = f64::from_bits(bits);
        assert_eq!(super::write_number(number), text);
        assert_eq!((text.parse::<f64>().unwrap() + 0.0).to_bits(), (number + 0.0).to_bits());
    }
    assert_eq!(super::write_number(f64::NAN), "null");
}
