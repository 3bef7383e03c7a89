use super::*;
use crate::open;

const PASSPHRASE: &[u8] = b"test-only passphrase";

fn key() -> SecretKey {
    SecretKey::from_seed(Zeroizing::new(*b"placet test-only seed, no secret")).unwrap()
}

fn fresh() -> FreshBytes {
    FreshBytes::new(core::array::from_fn(|index| u8::try_from(3 * index).unwrap()))
}

fn locked() -> LockedKey {
    LockedKey::lock(&key(), "laptop", PASSPHRASE, fresh()).unwrap()
}

/// A well-formed file that opens to nothing, cheap to make.
fn unopened() -> LockedKey {
    LockedKey {
        name: "laptop".to_owned(),
        public_key: key().public_key(),
        work: Work { memory_kib: MEMORY_KIB, iterations: ITERATIONS, parallelism: PARALLELISM },
        salt: [1; 16],
        nonce: [2; 24],
        ciphertext: [3; 32],
        tag: [4; 16],
    }
}

fn code(file: &str) -> &'static str {
    LockedKey::parse(file.as_bytes()).map_or_else(|error| error.code(), |_| "parsed")
}

#[test]
fn locked_key_is_lost() {
    let locked = locked();
    let file = locked.to_json();
    assert_eq!(LockedKey::parse(file.as_bytes()).unwrap(), locked);
    assert_eq!(open(file.as_bytes(), Some(PASSPHRASE)).unwrap().seed(), key().seed());
    assert_eq!(format!("{locked:?}"), r#"LockedKey { name: "laptop", .. }"#);
}

#[test]
fn quotes_in_a_name_break_the_file() {
    let mut file = unopened();
    file.name = r#"a"b\c</script>", "kdf": "none"#.to_owned();
    assert_eq!(LockedKey::parse(file.to_json().as_bytes()).unwrap(), file);
}

#[test]
fn altered_file_opens() {
    let locked = locked();
    let altered = |alter: fn(&mut LockedKey)| {
        let mut file = locked.clone();
        alter(&mut file);
        file.unlock(PASSPHRASE).unwrap_err()
    };
    for error in [
        altered(|file| file.name = "Laptop".to_owned()),
        altered(|file| file.public_key[31] ^= 1),
        altered(|file| file.salt[0] ^= 1),
        altered(|file| file.nonce[23] ^= 1),
        altered(|file| file.ciphertext[0] ^= 1),
        altered(|file| file.tag[15] ^= 1),
        altered(|file| file.work.memory_kib += 1024),
        altered(|file| file.work.iterations += 1),
        altered(|file| file.work.parallelism += 1),
    ] {
        assert_eq!(error, KeyFileError::PassphraseWrong);
    }
    assert_eq!(locked.unlock(b"wrong").unwrap_err(), KeyFileError::PassphraseWrong);
    assert_eq!(locked.unlock(b"").unwrap_err(), KeyFileError::PassphraseWrong);
}

#[test]
fn work_factors_are_not_bounded() {
    let file = unopened().to_json();
    for (from, to, expected) in [
        ("65536", "65535", "key_file_parameters"),
        ("65536", "8", "key_file_parameters"),
        ("65536", "0", "key_file_parameters"),
        ("65536", "262144", "parsed"),
        ("65536", "262145", "key_file_parameters"),
        // 4 GiB, and what does not fit at all.
        ("65536", "4194304", "key_file_parameters"),
        ("65536", "4294967295", "key_file_parameters"),
        ("65536", "4294967296", "key_file_malformed"),
        ("65536", "-65536", "key_file_malformed"),
        ("65536", "65536.0", "key_file_malformed"),
        ("65536", "\"65536\"", "key_file_malformed"),
        ("\"iterations\": 3", "\"iterations\": 0", "key_file_parameters"),
        ("\"iterations\": 3", "\"iterations\": 2", "key_file_parameters"),
        ("\"iterations\": 3", "\"iterations\": 11", "key_file_parameters"),
        ("\"parallelism\": 1", "\"parallelism\": 0", "key_file_parameters"),
        ("\"parallelism\": 1", "\"parallelism\": 5", "key_file_parameters"),
        ("argon2id", "argon2i", "key_file_parameters"),
        ("xchacha20-poly1305", "none", "key_file_parameters"),
        ("-v1", "-v2", "key_file_unknown_format"),
    ] {
        assert!(file.contains(from), "{from}");
        assert_eq!(code(&file.replace(from, to)), expected, "{from} {to}");
    }
}

#[test]
fn members_are_added_repeated_or_left_out() {
    let file = unopened().to_json();
    assert_eq!(code(&file), "parsed");
    assert_eq!(code(&file.replace("{\n", "{\"comment\": \"\",")), "key_file_malformed");
    let lines: Vec<&str> = file.lines().collect();
    let members = &lines[1..lines.len() - 1];
    assert_eq!(members.len(), 11);
    for member in members {
        let member = member.trim_end_matches(',');
        let twice = file.replacen("{\n", &format!("{{\n{member},"), 1);
        assert_eq!(code(&twice), "key_file_malformed", "{member}");
        let left: Vec<&str> =
            members.iter().map(|line| line.trim_end_matches(',')).filter(|line| *line != member).collect();
        let without = format!("{{{}}}", left.join(","));
        let expected =
            if member.contains("\"format\"") { "key_file_unknown_format" } else { "key_file_malformed" };
        assert_eq!(code(&without), expected, "{member}");
    }
}

#[test]
fn bytes_of_another_length_or_encoding_are_taken() {
    let locked = unopened();
    let file = locked.to_json();
    for bytes in [locked.public_key.as_slice(), &locked.salt, &locked.nonce] {
        let text = Base64::encode_string(bytes);
        let longer = Base64::encode_string(&[bytes, &[0]].concat());
        let shorter = Base64::encode_string(&bytes[1..]);
        let unpadded = text.trim_end_matches('=').to_owned();
        let spare_bits = text.replacen("A=", "B=", 1).replacen("Q==", "R==", 1).replacen("E=", "F=", 1);
        for other in [longer, shorter, unpadded, spare_bits, format!(" {text}"), String::new()] {
            if other != text {
                assert_eq!(code(&file.replace(&text, &other)), "key_file_malformed", "{text} {other}");
            }
        }
    }
}

#[test]
fn name_hides_text() {
    let file = unopened().to_json();
    for name in ["", " laptop", "lap\\ntop", "lap\\u202etop", "läptop"] {
        let renamed = file.replace("\"laptop\"", &format!("\"{name}\""));
        assert_eq!(code(&renamed), "key_file_name", "{name}");
    }
    for (name, error) in [("", KeyFileError::Name), ("a\u{202e}b", KeyFileError::Name)] {
        assert_eq!(LockedKey::lock(&key(), name, PASSPHRASE, fresh()).unwrap_err(), error);
    }
    let blank = LockedKey::lock(&key(), "laptop", b" ", fresh());
    assert_eq!(blank.unwrap_err(), KeyFileError::PassphraseEmpty);
}

#[test]
fn file_that_locks_another_seed_opens() {
    // Somebody who knows the passphrase locks one seed with another key's public key.
    let other = SecretKey::from_seed(Zeroizing::new(*b"another test-only seed, no secre")).unwrap();
    let mut file = locked();
    let mut seed = *key().seed();
    let tag = file
        .work
        .cipher(PASSPHRASE, &file.salt)
        .unwrap()
        .encrypt_inout_detached(
            &file.nonce.into(),
            &associated_data(&file.name, &other.public_key()),
            seed.as_mut_slice().into(),
        )
        .unwrap();
    (file.public_key, file.ciphertext, file.tag) = (other.public_key(), seed, tag.into());
    assert_eq!(
        file.unlock(PASSPHRASE).unwrap_err(),
        KeyFileError::PublicMismatch { stated: other.public_key(), derived: key().public_key() }
    );
}
