//! What may be a name, to the character.

use alloc::{format, string::String};

use super::{ModelId, Principal};
use crate::code::Code;

fn is_name(text: &str) -> bool {
    Principal::parse(text).inspect_err(|error| assert_eq!(error.code(), Code::InvalidIdentifier)).is_ok()
}

fn is_model(text: &str) -> bool {
    ModelId::parse(text).inspect_err(|error| assert_eq!(error.code(), Code::InvalidIdentifier)).is_ok()
}

#[test]
fn every_character_is_allowed_or_not_as_the_format_says() {
    for c in ('\0'..='\u{2ff}').chain(['\u{200b}', '\u{202e}', '\u{3000}', '\u{ff41}', '𝐚', '\u{10ffff}'])
    {
        let (lower, letter) = (c.is_ascii_lowercase() || c.is_ascii_digit(), c.is_ascii_alphanumeric());
        let (first, later) = (String::from(c), format!("a{c}"));
        assert_eq!(is_name(&first), lower, "{c:?}");
        assert_eq!(is_name(&later), lower || "._@:-".contains(c), "{c:?}");
        assert_eq!(is_model(&first), letter, "{c:?}");
        assert_eq!(is_model(&later), letter || "._/@:-".contains(c), "{c:?}");
    }
}

#[test]
fn names_end_at_their_longest() {
    assert!(is_name(&"a".repeat(128)) && !is_name(&"a".repeat(129)) && !is_name(""));
    assert!(is_model(&"A".repeat(256)) && !is_model(&"A".repeat(257)) && !is_model(""));
}

#[test]
fn twins_of_a_name_are_no_names() {
    // Composed and decomposed, full width, Cyrillic, invisible, right to left.
    for text in [
        "caf\u{e9}",
        "cafe\u{301}",
        "\u{ff41}lice",
        "\u{430}lice",
        "ali\u{200b}ce",
        "\u{202e}ecila",
        "alice ",
    ] {
        assert!(!is_name(text) && !is_model(text), "{text:?}");
    }
    assert!(!is_name("Production") && !is_name("*"));
}
