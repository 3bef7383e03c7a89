//! A locked key as it is kept, and what was proved about it.

use placet_core::{key::PublicKey, time::Timestamp};
use placet_keys::locked::LockedKey;
use serde::{Deserialize, Serialize};

/// A locked key. Its name and public key are what the file says until it was opened once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// The locked file.
    pub locked: LockedKey,
    /// Its public key.
    pub public: PublicKey,
    /// When it came into this browser.
    pub since: Option<Timestamp>,
    /// When its backup file was loaded back and opened.
    pub backup_proven: Option<Timestamp>,
    /// When it signed a test line that verified.
    pub tested: Option<Timestamp>,
    /// When enrolment was asked for.
    pub enrolment_asked: Option<Timestamp>,
}

/// The next thing to do with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Load the backup file back.
    ProveBackup,
    /// Sign a test line.
    SelfTest,
    /// Send the public key.
    AskEnrolment,
    /// Wait for a policy that names the key.
    Wait,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    file: String,
    since: Option<String>,
    backup_proven: Option<String>,
    tested: Option<String>,
    enrolment_asked: Option<String>,
}

impl StoredKey {
    /// A key that came in now, of which nothing is proved.
    ///
    /// None where the core refuses the public key.
    #[must_use]
    pub fn new(locked: LockedKey, now: Timestamp) -> Option<Self> {
        let public = PublicKey::from_bytes(&locked.public_key()).ok()?;
        Some(Self {
            locked,
            public,
            since: Some(now),
            backup_proven: None,
            tested: None,
            enrolment_asked: None,
        })
    }

    /// Reads what was kept.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let document: Document = serde_json::from_str(text).ok()?;
        let locked = LockedKey::parse(document.file.as_bytes()).ok()?;
        let time = |text: Option<String>| text.as_deref().and_then(Timestamp::parse);
        Some(Self {
            public: PublicKey::from_bytes(&locked.public_key()).ok()?,
            locked,
            since: time(document.since),
            backup_proven: time(document.backup_proven),
            tested: time(document.tested),
            enrolment_asked: time(document.enrolment_asked),
        })
    }

    /// The text to keep.
    #[must_use]
    pub fn to_json(&self) -> String {
        let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
        let document = Document {
            file: self.locked.to_json(),
            since: time(self.since),
            backup_proven: time(self.backup_proven),
            tested: time(self.tested),
            enrolment_asked: time(self.enrolment_asked),
        };
        // Strings and nulls always serialise.
        serde_json::to_string(&document).unwrap_or_default()
    }

    /// What comes next.
    #[must_use]
    pub fn step(&self) -> Step {
        if self.backup_proven.is_none() {
            Step::ProveBackup
        } else if self.tested.is_none() {
            Step::SelfTest
        } else if self.enrolment_asked.is_none() {
            Step::AskEnrolment
        } else {
            Step::Wait
        }
    }

    /// The name of the backup file.
    #[must_use]
    pub fn file_name(&self) -> String {
        let safe = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let name: String = self.locked.name().chars().map(safe).collect();
        format!("{}.placet-key", name.trim_matches('-'))
    }

    /// Whether a file that was loaded is a backup of this very key: the same public key, under whatever passphrase.
    ///
    /// # Errors
    ///
    /// [`NoBackup`].
    pub fn check_backup(&self, file: &[u8]) -> Result<LockedKey, NoBackup> {
        let backup = LockedKey::parse(file).map_err(|_| NoBackup::NoKeyFile)?;
        if backup.public_key() == self.locked.public_key() { Ok(backup) } else { Err(NoBackup::AnotherKey) }
    }
}

/// Why a file is no backup of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoBackup {
    /// It is no locked key file.
    NoKeyFile,
    /// It holds another key.
    AnotherKey,
}

impl NoBackup {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoKeyFile => "key_file_unknown_format",
            Self::AnotherKey => "another_key",
        }
    }

    /// What is so, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NoKeyFile => "This is no placet-key file.",
            Self::AnotherKey => "This file holds another key, not a backup of this one.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_keys::{FreshBytes, SecretKey};
    use placet_testkit::{Key, NOW, time};

    fn stored(name: &str) -> StoredKey {
        let secret = SecretKey::from_seed(Key::of(name).seed().into()).unwrap();
        let locked =
            LockedKey::lock(&secret, "Chandra's laptop", b"pass phrase", FreshBytes::new([7; 40])).unwrap();
        StoredKey::new(locked, time(NOW)).unwrap()
    }

    #[test]
    fn a_kept_key_is_read_back_with_what_was_proved() {
        let mut key = stored("chandra.iyer");
        assert_eq!(key.step(), Step::ProveBackup);
        key.backup_proven = Some(time(NOW));
        assert_eq!(key.step(), Step::SelfTest);
        key.tested = Some(time(NOW));
        assert_eq!(key.step(), Step::AskEnrolment);
        assert_eq!(StoredKey::parse(&key.to_json()), Some(key));
    }

    #[test]
    fn storage_that_was_tampered_with_is_no_key() {
        let text = stored("chandra.iyer").to_json();
        for bad in
            ["", "{}", &text.replace("placet-locked-key-v1", "v2"), &text.replace("\"since\"", "\"x\"")]
        {
            assert_eq!(StoredKey::parse(bad), None);
        }
    }

    #[test]
    fn another_key_s_file_proves_no_backup() {
        let (mine, other) = (stored("chandra.iyer"), stored("alice.ng"));
        assert!(mine.check_backup(mine.locked.to_json().as_bytes()).is_ok());
        let refused = |file: &[u8]| mine.check_backup(file).map(drop).map_err(NoBackup::code);
        assert_eq!(refused(other.locked.to_json().as_bytes()), Err("another_key"));
        assert_eq!(refused(b"weights"), Err("key_file_unknown_format"));
    }

    #[test]
    fn a_file_name_holds_nothing_but_letters_and_digits() {
        assert_eq!(stored("x").file_name(), "chandra-s-laptop.placet-key");
    }
}
