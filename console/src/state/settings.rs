//! What is kept between visits and set by hand: where the registry is, and the pinned policy.

use placet_core::{
    digest::Digest,
    envelope::Envelope,
    json::{Fields, ObjectWriter, Value},
    key,
    policy::{POLICY, Policy},
};

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The path below this page's own origin at which the registry answers; empty for the root.
    pub registry: String,
    /// The digest of version 1 of the policy.
    pub pin: Option<Digest>,
}

/// Why an address or a pin is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The page's headers forbid it to talk to another origin.
    OtherOrigin,
    /// The address is no path.
    NoAddress,
    /// Neither a digest nor eight words.
    NoDigest,
    /// The words or the digest are not those of the policy that is offered.
    NotTheOffered,
    /// The words are right, but there is no policy on offer that they could belong to.
    NothingOffered,
    /// The file holds no version 1 of a policy.
    NoFirstPolicy,
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::OtherOrigin => "other_origin",
            Self::NoAddress => "no_address",
            Self::NoDigest => "invalid_digest",
            Self::NotTheOffered => "policy_unpinned",
            Self::NothingOffered => "policy_missing",
            Self::NoFirstPolicy => "policy_version",
        }
    }

    /// What is so, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::OtherOrigin => {
                "This page may talk to its own origin only; its headers say so. Open the console that the other \
                 registry serves."
            }
            Self::NoAddress => "Not a path such as /registry, and not this page’s own origin.",
            Self::NoDigest => "Neither sha256: with 64 hex digits nor eight words.",
            Self::NotTheOffered => {
                "Not the policy that the registry offers. Nothing was pinned. Ask a root holder before you go on."
            }
            Self::NothingOffered => {
                "Words can only be compared with a policy that the registry offers. Paste the digest."
            }
            Self::NoFirstPolicy => "The file holds no version 1 of a policy.",
        }
    }
}

impl Settings {
    /// Reads what was kept; whatever cannot be read counts as not set, which pins nothing.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let read = || {
            let mut fields = Fields::of(Value::parse(text.as_bytes()).ok()?, "settings").ok()?;
            let registry = fields.required("registry").ok()?.as_str()?.into_owned();
            let pin = fields.required("pin").ok()?;
            let pin = if pin.is_null() { None } else { Some(Digest::parse(&pin.as_str()?)?) };
            fields.finish().ok()?;
            Some(Self { registry, pin })
        };
        read().unwrap_or_default()
    }

    /// The settings as they are kept.
    #[must_use]
    pub fn to_json(&self) -> String {
        ObjectWriter::new().string("registry", &self.registry).optional("pin", self.pin).finish()
    }
}

/// Reads the registry's address: a path, or this page's origin and a path.
///
/// # Errors
///
/// [`Refusal::OtherOrigin`] or [`Refusal::NoAddress`].
pub fn registry(text: &str, origin: &str) -> Result<String, Refusal> {
    let text = text.trim().trim_end_matches('/');
    let path = text.strip_prefix(origin).unwrap_or(text);
    if path.contains("://") || path.starts_with("//") {
        return Err(Refusal::OtherOrigin);
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~');
    let rooted = path.is_empty() || path.starts_with('/');
    if rooted && path.chars().all(plain) && !path.contains("..") {
        Ok(path.to_owned())
    } else {
        Err(Refusal::NoAddress)
    }
}

/// The pin that somebody typed: a digest, or the eight words of the policy that the registry offers.
///
/// Guards the first visit: whatever the registry offers is pinned only by what came on another way. A typed digest
/// stands by itself; words only choose the offered policy, and only where they are its words.
///
/// # Errors
///
/// [`Refusal`] where nothing may be pinned.
pub fn pin(typed: &str, offered: Option<Digest>) -> Result<Digest, Refusal> {
    let typed = typed.trim().to_lowercase();
    if let Some(digest) = Digest::parse(&typed).or_else(|| Digest::parse_hex(&typed)) {
        return match offered {
            Some(offered) if offered != digest => Err(Refusal::NotTheOffered),
            _ => Ok(digest),
        };
    }
    let words: Vec<&str> =
        typed.split(|c: char| !c.is_ascii_lowercase()).filter(|word| !word.is_empty()).collect();
    if words.len() != 8 {
        return Err(Refusal::NoDigest);
    }
    let offered = offered.ok_or(Refusal::NothingOffered)?;
    if key::words(&offered) == words.join(" ") { Ok(offered) } else { Err(Refusal::NotTheOffered) }
}

/// The pin of a policy file that came on another way: the envelope of version 1.
///
/// # Errors
///
/// [`Refusal::NoFirstPolicy`].
pub fn pin_of_file(bytes: &[u8]) -> Result<Digest, Refusal> {
    first_policy(bytes).map(|(digest, _)| digest).ok_or(Refusal::NoFirstPolicy)
}

/// The digest and the contents of an envelope of version 1, not verified.
#[must_use]
pub fn first_policy(bytes: &[u8]) -> Option<(Digest, Policy)> {
    let envelope = Envelope::parse(bytes).ok().filter(|envelope| envelope.payload_type() == POLICY)?;
    let policy = Policy::parse(envelope.unverified_payload()).ok().filter(|policy| policy.version == 1)?;
    Some((envelope.digest(), policy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_testkit::Organisation;

    #[test]
    fn the_offered_policy_is_pinned_only_by_its_own_words() {
        let offered = Organisation::new().domain();
        let words = key::words(&offered);
        assert_eq!(pin(&words, Some(offered)), Ok(offered));
        assert_eq!(pin(&words.to_uppercase().replace(' ', ",\n "), Some(offered)), Ok(offered));
        let other = Digest::of(b"other");
        assert_eq!(pin(&key::words(&other), Some(offered)), Err(Refusal::NotTheOffered));
        assert_eq!(pin(&words, None), Err(Refusal::NothingOffered));
        assert_eq!(pin("seven words are not enough to be sure", Some(offered)), Err(Refusal::NotTheOffered));
        assert_eq!(pin("seven words are not enough to tell", Some(offered)), Err(Refusal::NoDigest));
        assert_eq!(pin("", Some(offered)), Err(Refusal::NoDigest));
    }

    #[test]
    fn a_typed_digest_does_not_pin_what_the_registry_offers_instead() {
        let (mine, offered) = (Digest::of(b"mine"), Digest::of(b"offered"));
        assert_eq!(pin(&mine.to_string(), None), Ok(mine));
        assert_eq!(pin(&mine.to_hex(), Some(mine)), Ok(mine));
        assert_eq!(pin(&mine.to_string(), Some(offered)), Err(Refusal::NotTheOffered));
    }

    #[test]
    fn only_a_first_policy_is_a_pin() {
        let org = Organisation::new();
        assert_eq!(pin_of_file(org.policy_envelope().to_json().as_bytes()), Ok(org.domain()));
        let second = org.next_policy(|_| {}, &["alice.ng", "dana.osei"]);
        assert_eq!(pin_of_file(second.to_json().as_bytes()), Err(Refusal::NoFirstPolicy));
        assert_eq!(pin_of_file(b"{}"), Err(Refusal::NoFirstPolicy));
    }

    #[test]
    fn another_origin_is_no_registry() {
        let ours = "https://console.example";
        assert_eq!(registry("", ours), Ok(String::new()));
        assert_eq!(registry("https://console.example/", ours), Ok(String::new()));
        assert_eq!(registry("/registry/", ours), Ok("/registry".into()));
        assert_eq!(registry("https://evil.example", ours), Err(Refusal::OtherOrigin));
        assert_eq!(registry("https://console.example.evil.example", ours), Err(Refusal::NoAddress));
        assert_eq!(registry("//evil.example", ours), Err(Refusal::OtherOrigin));
        assert_eq!(registry("/a/../b", ours), Err(Refusal::NoAddress));
    }

    #[test]
    fn settings_that_were_tampered_with_pin_nothing() {
        let settings = Settings { registry: "/r".into(), pin: Some(Digest::of(b"x")) };
        assert_eq!(Settings::parse(&settings.to_json()), settings);
        for text in ["", "{}", r#"{"pin":"sha256:12","registry":""}"#, r#"{"pin":null,"registry":"","x":1}"#]
        {
            assert_eq!(Settings::parse(text), Settings::default());
        }
    }
}
