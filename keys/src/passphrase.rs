//! What a new passphrase must be.
//!
//! Guards against a file that is locked in name only. Reading a file applies none of these rules, so that a file of
//! another tool can still be opened and locked anew.

use crate::KeyFileError;

/// The longest new passphrase, in bytes.
pub const MAX_LEN: usize = 1024;

/// Checks that a new passphrase may lock a file: something other than white space, at most [`MAX_LEN`] bytes.
///
/// Every writer of a locked file in this crate calls this first.
///
/// # Errors
/// [`KeyFileError::PassphraseEmpty`] and [`KeyFileError::PassphraseTooLong`].
pub fn check(passphrase: &[u8]) -> Result<(), KeyFileError> {
    if passphrase.trim_ascii().is_empty() {
        return Err(KeyFileError::PassphraseEmpty);
    }
    if passphrase.len() > MAX_LEN {
        return Err(KeyFileError::PassphraseTooLong { length: passphrase.len(), limit: MAX_LEN });
    }
    Ok(())
}

/// Checks a key's name or comment: 1 to 64 printable ASCII characters, no space at either end.
///
/// A name is shown next to the decision to sign, so it holds nothing that reorders or hides text.
pub(crate) fn check_name(name: &str) -> Result<(), KeyFileError> {
    let printable = name.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let length = (1..=64).contains(&name.len());
    if printable && length && name.trim_ascii() == name { Ok(()) } else { Err(KeyFileError::Name) }
}

/// How well a passphrase protects a file that an attacker holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Below 45 bits: falls to an attacker with a few machines.
    Weak,
    /// 45 to 64 bits: four random words.
    Fair,
    /// 65 bits and more: five random words and upwards.
    Strong,
}

impl Strength {
    /// Rates the [`estimated_bits`] of a passphrase.
    ///
    /// ```
    /// use placet_keys::passphrase::Strength;
    /// assert_eq!(Strength::of("Summer2026!"), Strength::Weak);
    /// assert_eq!(Strength::of("correct horse battery staple"), Strength::Fair);
    /// ```
    #[must_use]
    pub fn of(passphrase: &str) -> Self {
        match estimated_bits(passphrase) {
            0..45 => Self::Weak,
            45..65 => Self::Fair,
            _ => Self::Strong,
        }
    }
}

/// A rough, low estimate of how many bits an attacker must guess.
///
/// The rule, with no dictionary: letters in a row (of one case, save the first) are taken for a word, which is worth
/// 4.7 bits a letter up to 13 bits (one of some eight thousand words) and 1.5 bits for each letter after the eighth;
/// a word that occurs again is worth nothing. Any other character is worth 3.3 bits if it is a digit, 5 if it is
/// another ASCII character, 7 if it is not ASCII, and 1 if it is a space, repeats or follows its predecessor, as in `aaa` and
/// `123`. A random string of letters is therefore underrated; a quotation or a name with a date is overrated, and no
/// rule of this size would find it.
#[must_use]
pub fn estimated_bits(passphrase: &str) -> u32 {
    let characters: Vec<char> = passphrase.chars().collect();
    let runs = characters.chunk_by(|a, b| a.is_alphabetic() && b.is_lowercase() || both_upper(*a, *b));
    let mut seen: Vec<&[char]> = Vec::new();
    let mut previous: Option<char> = None;
    let mut tenths: u32 = 0;
    for run in runs {
        let worth = match run {
            [single] if !single.is_alphabetic() => worth_of(*single, previous),
            word if seen.contains(&word) => 0,
            word => {
                seen.push(word);
                worth_of_word(word.len())
            }
        };
        tenths = tenths.saturating_add(worth);
        previous = run.last().copied();
    }
    tenths.div_euclid(10)
}

fn both_upper(a: char, b: char) -> bool {
    a.is_uppercase() && b.is_uppercase()
}

/// Tenths of a bit for a word of `letters` letters.
fn worth_of_word(letters: usize) -> u32 {
    let letters = u32::try_from(letters).unwrap_or(u32::MAX);
    let rest = letters.saturating_sub(8).saturating_mul(15);
    letters.saturating_mul(47).min(130).saturating_add(rest)
}

/// Tenths of a bit for a character that is no letter.
fn worth_of(character: char, previous: Option<char>) -> u32 {
    let follows = previous.is_some_and(|previous| u32::from(previous).abs_diff(character.into()) <= 1);
    match character {
        _ if follows => 10,
        '0'..='9' => 33,
        ' ' => 10,
        '\0'..='\x7f' => 50,
        _ => 70,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_and_blank_passphrases_lock_nothing() {
        for passphrase in [b"".as_slice(), b" ", b"\t\r\n "] {
            assert_eq!(check(passphrase), Err(KeyFileError::PassphraseEmpty));
        }
        assert_eq!(check(b"x"), Ok(()));
        assert_eq!(check(&[b'x'; MAX_LEN]), Ok(()));
        let error = check(&[b'x'; MAX_LEN + 1]).unwrap_err();
        assert_eq!(error.code(), "key_file_passphrase_too_long");
    }

    #[test]
    fn names_that_could_hide_text_are_refused() {
        for name in ["laptop", "ana@laptop 2", "~"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        let long = "x".repeat(65);
        for name in ["", " a", "a ", "a\nb", "a\u{202e}b", "a\0", "é", &long] {
            assert_eq!(check_name(name), Err(KeyFileError::Name), "{name:?}");
        }
    }

    #[test]
    fn length_without_variety_is_weak() {
        for passphrase in [
            "",
            "password",
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "11111111111111111111",
            "123456789012345678901234567890",
            "test test test test test test test",
            "P@ssw0rd!",
            "Summer2026!",
        ] {
            assert_eq!(Strength::of(passphrase), Strength::Weak, "{passphrase}");
        }
    }

    #[test]
    fn random_words_and_random_characters_are_not_weak() {
        assert_eq!(Strength::of("correct horse battery staple"), Strength::Fair);
        let five = "plunder oxidize spiffy tapestry gondola";
        assert_eq!(Strength::of(five), Strength::Strong);
        assert_eq!(Strength::of("k7#Vq2!mZp9$Xw4&"), Strength::Strong);
    }

    #[test]
    fn every_added_character_counts_or_does_no_harm() {
        let passphrase = "Zwei Hähne, 3 Körbe & 1 Übersetzung? — ja! 漢字";
        let mut bits = 0;
        for (end, _) in passphrase.char_indices() {
            let next = estimated_bits(&passphrase[..end]);
            assert!(next >= bits, "{}", &passphrase[..end]);
            bits = next;
        }
    }
}
