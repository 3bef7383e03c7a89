use super::*;
use crate::open;

fn key() -> SecretKey {
    SecretKey::from_seed(Zeroizing::new(*b"placet test-only seed, no secret")).unwrap()
}

fn options(salt: &[u8], rounds: u32) -> Vec<u8> {
    let mut options = Vec::new();
    put(&mut options, salt);
    options.extend(rounds.to_be_bytes());
    options
}

fn code(file: &str, passphrase: Option<&[u8]>) -> &'static str {
    open(file.as_bytes(), passphrase).unwrap_err().code()
}

/// A plain private part that the caller may spoil.
fn private() -> Zeroizing<Vec<u8>> {
    private_part(&key(), "test", [1, 2, 3, 4], PLAIN_BLOCK).unwrap()
}

/// A plain file around a private part.
fn plain(private: &[u8]) -> Zeroizing<String> {
    assemble(&key(), NONE, NONE, &[], private).unwrap()
}

#[test]
fn rounds_that_never_end_or_never_begin_are_computed() {
    let private = private_part(&key(), "test", [1; 4], BLOCK).unwrap();
    for rounds in [0, 513, u32::MAX] {
        let file = assemble(&key(), AES_CTR, BCRYPT, &options(&[7; 16], rounds), &private).unwrap();
        assert_eq!(code(&file, Some(b"x")), "key_file_parameters", "{rounds}");
    }
    let file = assemble(&key(), AES_CTR, BCRYPT, &options(&[], 1), &private).unwrap();
    assert_eq!(code(&file, Some(b"x")), "key_file_malformed");
}

#[test]
fn passphrase_or_cipher_is_claimed_but_not_used() {
    let private = private();
    for (cipher, kdf, options) in [
        (NONE, BCRYPT, options(&[7; 16], 1)),
        (AES_CTR, NONE, Vec::new()),
        (NONE, NONE, options(&[7; 16], 1)),
        (AES_CTR, BCRYPT, Vec::new()),
        (AES_CTR, BCRYPT, [options(&[7; 16], 1), vec![0]].concat()),
    ] {
        let file = assemble(&key(), cipher, kdf, &options, &private).unwrap();
        assert_eq!(code(&file, Some(b"x")), "key_file_malformed");
    }
    for (cipher, kdf) in [(b"aes128-ctr".as_slice(), BCRYPT), (AES_CTR, b"argon2")] {
        let file = assemble(&key(), cipher, kdf, &options(&[7; 16], 1), &private).unwrap();
        assert_eq!(code(&file, Some(b"x")), "key_file_parameters");
    }
}

#[test]
fn second_key_is_overlooked() {
    let text = plain(&private());
    let bytes = pem::decode(text.as_bytes(), LABEL).unwrap();
    // magic, "none", "none", "", count
    let count_at = MAGIC.len() + 8 + 8 + 4;
    for count in [0_u32, 2, u32::MAX] {
        let mut bytes = bytes.clone();
        bytes[count_at..count_at + 4].copy_from_slice(&count.to_be_bytes());
        let file = pem::encode(LABEL, LINE_WIDTH, &bytes).unwrap();
        assert_eq!(code(&file, None), "key_file_several_keys", "{count}");
    }
    // A second private part in the place of the padding, and data behind the file.
    let twice = [private().as_slice(), &private()].concat();
    assert_eq!(code(&plain(&twice), None), "key_file_malformed");
    let file = pem::encode(LABEL, LINE_WIDTH, &[&bytes, b"more".as_slice()].concat()).unwrap();
    assert_eq!(code(&file, None), "key_file_malformed");
}

#[test]
fn one_of_the_public_keys_is_another() {
    let public = key().public_key();
    let private = private();
    let at = |nth: usize| {
        let mut found = private.windows(32).enumerate().filter(|(_, window)| *window == public);
        found.nth(nth).unwrap().0
    };
    for position in [at(0), at(1)] {
        let mut spoiled = private.clone();
        spoiled[position] ^= 1;
        assert_eq!(code(&plain(&spoiled), None), "key_file_public_mismatch");
    }
    // The one outside the locked part, which anybody can change.
    let other = SecretKey::from_seed(Zeroizing::new(*b"another test-only seed, no secre")).unwrap();
    let file = assemble(&other, NONE, NONE, &[], &private).unwrap();
    assert_eq!(code(&file, None), "key_file_public_mismatch");
}

#[test]
fn padding_hides_data() {
    let mut spoiled = private();
    *spoiled.last_mut().unwrap() ^= 1;
    assert_eq!(code(&plain(&spoiled), None), "key_file_malformed");
    // A whole block of padding too many.
    let mut long = private();
    let last = *long.last().unwrap();
    long.extend((last + 1)..=(last + 16));
    assert_eq!(code(&plain(&long), None), "key_file_malformed");
    // Not a whole block.
    let mut short = private();
    short.pop();
    assert_eq!(code(&plain(&short), None), "key_file_malformed");
}

#[test]
fn unequal_check_numbers_of_a_plain_file_ask_for_a_passphrase() {
    let mut spoiled = private();
    spoiled[0] ^= 1;
    assert_eq!(code(&plain(&spoiled), None), "key_file_malformed");
}

#[test]
fn comment_or_passphrase_breaks_the_file() {
    let fresh = || FreshBytes::new([7; 40]);
    for comment in ["", "a\nb", "é", &"x".repeat(65)] {
        assert_eq!(write(&key(), comment, fresh()).unwrap_err(), KeyFileError::Name);
    }
    let locked = write_encrypted(&key(), "x", b" ", fresh());
    assert_eq!(locked.unwrap_err(), KeyFileError::PassphraseEmpty);
}

#[test]
fn some_comment_length_pads_wrongly() {
    for length in 1..=17 {
        let file = write(&key(), &"x".repeat(length), FreshBytes::new([7; 40])).unwrap();
        assert_eq!(open(file.as_bytes(), None).unwrap().public_key(), key().public_key());
    }
}
