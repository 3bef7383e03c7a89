//! The frozen table of escapes. Whole summaries are frozen in the vectors.

use alloc::string::String;

use super::{escape, is_deceptive, quoted};
use crate::digest::Digest;

#[test]
fn the_table_of_escapes_is_frozen() {
    let table: String = ('\0'..=char::MAX).map(|c| if is_deceptive(c) { '1' } else { '0' }).collect();
    assert_eq!(
        Digest::of(table.as_bytes()).to_hex(),
        "e00865b62c8925c10d4efebc2a179b631d07134a7a5ecd46aa7019343a49432c",
        "a change of the table is a new format"
    );
}

#[test]
fn what_could_deceive_the_eye_is_escaped() {
    for (c, what) in [
        ('\0', "NUL"),
        ('\t', "tab"),
        ('\r', "carriage return"),
        ('\u{1b}', "terminal escape"),
        ('\u{7f}', "delete"),
        ('\u{85}', "next line"),
        ('\u{a0}', "no-break space"),
        ('\u{ad}', "soft hyphen"),
        ('\u{34f}', "grapheme joiner"),
        ('\u{61c}', "Arabic letter mark"),
        ('\u{180e}', "Mongolian vowel separator"),
        ('\u{200b}', "zero-width space"),
        ('\u{200d}', "zero-width joiner"),
        ('\u{200e}', "left-to-right mark"),
        ('\u{2028}', "line separator"),
        ('\u{202e}', "right-to-left override"),
        ('\u{2060}', "word joiner"),
        ('\u{2066}', "isolate"),
        ('\u{2800}', "blank braille"),
        ('\u{3000}', "ideographic space"),
        ('\u{3164}', "Hangul filler"),
        ('\u{e000}', "private use"),
        ('\u{fe0f}', "variation selector"),
        ('\u{feff}', "byte order mark"),
        ('\u{fffe}', "noncharacter"),
        ('\u{e0041}', "tag"),
        ('\u{10ffff}', "last code point"),
    ] {
        assert_eq!(escape(&String::from(c)), alloc::format!("\\u{{{:x}}}", u32::from(c)), "{what}");
    }
    for text in [
        "plain text, 0.978",
        "é à ü ß",
        "日本語",
        "Ελληνικά",
        "עברית",
        "العربية",
        "€ – — “ ” … 🙂",
        "e\u{301}",
    ] {
        assert_eq!(escape(text), text);
    }
}

#[test]
fn an_escape_cannot_be_forged() {
    assert_eq!(escape("\n"), "\\n");
    assert_eq!(escape("\\n"), "\\\\n");
    assert_eq!(escape("\u{202e}"), "\\u{202e}");
    assert_eq!(escape("\\u{202e}"), "\\\\u{202e}");
    // Nor can the end of a quotation, nor a line of the summary.
    assert_eq!(quoted("a\" from \"b\n  note: c"), r#""a\" from \"b\n  note: c""#);
    assert_eq!(quoted("\\\""), r#""\\\"""#);
}
