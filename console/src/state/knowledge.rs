//! What this browser knows: a policy pinned out of band, and signed documents that a registry handed over.
//!
//! Guards the line between claims and what was verified here: a [`Knowledge`] holds nothing that [`Trust::verify`] did
//! not accept under the pin, and the registry's own pins are thrown away (attack: a registry that brings its own root).

use std::collections::BTreeSet;

use placet_core::{
    digest::Digest,
    envelope::Envelope,
    error::ParseError,
    key::{KeyId, PublicKey},
    name::{Principal, Role},
    policy::{Policy, TrustPolicy},
    revocation::{KEY_REVOCATION, KeyRevocation},
    revocation_list::{EntryKind, VerifiedList},
    state::State,
    time::Timestamp,
    trust::{Trust, VerifiedTrust},
};

use super::words;

/// What was verified under the pin, and what a verifier remembers.
#[derive(Clone, Debug)]
pub struct Knowledge {
    pin: Option<Digest>,
    documents: Trust,
    verified: VerifiedTrust,
    /// What was seen before; it only grows.
    pub state: State,
}

/// A principal whose key is in this browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// The name in the policy.
    pub principal: Principal,
    /// The name to show.
    pub display_name: String,
    /// The roles that the policy gives.
    pub roles: Vec<Role>,
    /// The key in this browser that the policy names.
    pub key: PublicKey,
}

/// How a registry contradicts what this browser has verified before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contradiction {
    /// An older policy, or none that follows from the pin.
    PolicyWentBack {
        /// The version that is held.
        held: Option<u64>,
        /// The version that was served.
        served: Option<u64>,
    },
    /// An older revocation list, or none.
    ListWentBack {
        /// The number that is held.
        held: Option<u64>,
        /// The number that was served.
        served: Option<u64>,
    },
    /// Two lists of one number.
    TwoLists {
        /// The number.
        number: Option<u64>,
    },
    /// No trust document at all.
    Unreadable,
}

impl Contradiction {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        use placet_core::code::Code;
        match self {
            Self::PolicyWentBack { .. } => Code::PolicyRollback.as_str(),
            Self::ListWentBack { .. } => Code::ListRollback.as_str(),
            Self::TwoLists { .. } => Code::ListEquivocation.as_str(),
            Self::Unreadable => "trust_unreadable",
        }
    }

    /// What is so, for people.
    #[must_use]
    pub fn words(&self) -> String {
        let number = |number: &Option<u64>| number.map_or_else(|| "none".to_owned(), |n| n.to_string());
        match self {
            Self::PolicyWentBack { held, served } => {
                format!("The registry served policy {}, this browser holds {}.", number(served), number(held))
            }
            Self::ListWentBack { held, served } => {
                format!("The registry served revocation list {} after {}.", number(served), number(held))
            }
            Self::TwoLists { number: n } => {
                format!("The registry served two revocation lists {}.", number(n))
            }
            Self::Unreadable => "What the registry served cannot be read.".into(),
        }
    }
}

/// How sure a line of the rail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Verified here.
    Checked,
    /// Verified here, and about to run out or already too old.
    Stale,
    /// Not verified, or contradicted.
    Bad,
    /// Nothing is known.
    Unknown,
}

/// One line of "What this browser knows".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// How sure it is.
    pub standing: Standing,
    /// What is known.
    pub what: String,
    /// Since or until when.
    pub when: String,
}

impl Knowledge {
    /// Knows nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self::new(None, Trust::default(), State::new())
    }

    /// Verifies `documents` under `pin`, whatever pins they name themselves.
    #[must_use]
    pub fn new(pin: Option<Digest>, mut documents: Trust, state: State) -> Self {
        documents.pins = BTreeSet::from_iter(pin);
        let verified = documents.verify();
        Self { pin, documents, verified, state }
    }

    /// Reads a trust document and verifies it under `pin`.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where the bytes are no trust document.
    pub fn read(pin: Option<Digest>, bytes: &[u8], state: State) -> Result<Self, ParseError> {
        Trust::parse(bytes).map(|documents| Self::new(pin, documents, state))
    }

    /// The same documents, under another pin.
    #[must_use]
    pub fn pinned(&self, pin: Option<Digest>) -> Self {
        Self::new(pin, self.documents.clone(), self.state.clone())
    }

    /// The same, with one more policy to follow from the pin.
    #[must_use]
    pub fn with_policy(&self, envelope: Envelope) -> Self {
        let mut documents = self.documents.clone();
        documents.policies.push(Ok(envelope));
        Self::new(self.pin, documents, self.state.clone())
    }

    /// The pinned version 1.
    #[must_use]
    pub fn pin(&self) -> Option<Digest> {
        self.pin
    }

    /// The same, remembering more.
    #[must_use]
    pub fn remembering(&self, state: State) -> Self {
        Self { state, ..self.clone() }
    }

    /// What is newer, unless it goes back behind what is held (attack: a registry that serves yesterday's truth).
    ///
    /// # Errors
    ///
    /// [`Contradiction`]; what is held then stays.
    pub fn take(&self, newer: Self) -> Result<Self, Contradiction> {
        let version = |known: &Self| known.policy().map(|policy| policy.version);
        if version(&newer) < version(self) {
            return Err(Contradiction::PolicyWentBack { held: version(self), served: version(&newer) });
        }
        let number = |known: &Self| known.list().map(|list| list.list().number);
        if number(&newer) < number(self) {
            return Err(Contradiction::ListWentBack { held: number(self), served: number(&newer) });
        }
        let digest = |known: &Self| known.list().map(VerifiedList::digest);
        if number(&newer) == number(self) && digest(&newer) != digest(self) {
            return Err(Contradiction::TwoLists { number: number(self) });
        }
        Ok(newer)
    }

    /// What a decision is made with.
    #[must_use]
    pub fn trust(&self) -> &VerifiedTrust {
        &self.verified
    }

    /// The documents as they are kept for the next visit.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.documents.to_json()
    }

    /// Whether any document is held at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.documents.policies.is_empty()
    }

    /// The verified chain of policies.
    #[must_use]
    pub fn chain(&self) -> Option<&TrustPolicy> {
        self.verified.policy(self.pin?)
    }

    /// The newest verified policy.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.chain().map(|chain| chain.newest().policy())
    }

    /// The newest verified revocation list.
    #[must_use]
    pub fn list(&self) -> Option<&VerifiedList> {
        self.verified.revocation_list(self.pin?)
    }

    /// The keys that the list or a loose statement revokes.
    #[must_use]
    pub fn revoked_keys(&self) -> BTreeSet<KeyId> {
        let listed = self.list().into_iter().flat_map(|list| &list.list().entries);
        let listed = listed.filter(|entry| entry.kind == EntryKind::Key);
        let mut keys: BTreeSet<_> = listed.map(|entry| KeyId::from_digest(entry.value)).collect();
        if let Some(chain) = self.chain() {
            let loose = self.documents.revocations.iter().flatten();
            let loose = loose.filter(|envelope| envelope.payload_type() == KEY_REVOCATION);
            keys.extend(
                loose
                    .filter_map(|envelope| chain.verify_negative::<KeyRevocation>(envelope).ok())
                    .map(|revocation| revocation.statement().key),
            );
        }
        keys
    }

    /// Loose rejections, withdrawals and revocations: not verified.
    pub fn loose(&self) -> impl Iterator<Item = &Envelope> {
        self.documents.revocations.iter().flatten()
    }

    /// The name to show for a principal: what the verified policy calls them, or else the bare name.
    #[must_use]
    pub fn name(&self, principal: &Principal) -> String {
        let member = self.policy().and_then(|policy| policy.principals.get(principal));
        match member.map(|member| member.display_name.as_str()) {
            Some(name) if !name.is_empty() => placet_core::summary::escape(name),
            _ => principal.to_string(),
        }
    }

    /// Whom the verified policy names as the owner of one of these keys.
    #[must_use]
    pub fn me<'a>(&self, keys: impl IntoIterator<Item = &'a PublicKey>) -> Option<Me> {
        let policy = self.policy()?;
        let owned = keys.into_iter().find_map(|key| Some((key, policy.owner(key.key_id())?)));
        let (key, principal) = owned?;
        let roles = policy.principals.get(principal).map(|member| member.roles.clone());
        Some(Me {
            principal: principal.clone(),
            display_name: self.name(principal),
            roles: roles.unwrap_or_default(),
            key: key.clone(),
        })
    }

    /// The line about the policy.
    #[must_use]
    pub fn policy_fact(&self, now: Timestamp) -> Fact {
        let fact = |standing, what: &str, when: &str| Fact { standing, what: what.into(), when: when.into() };
        if self.pin.is_none() {
            return fact(Standing::Unknown, "No policy pinned", "nothing can be verified");
        }
        let Some(chain) = self.chain() else {
            return if self.is_empty() {
                fact(Standing::Unknown, "Policy pinned, not held yet", "the registry has it")
            } else {
                fact(Standing::Bad, "Policy does not follow from the pin", "nothing is verified by it")
            };
        };
        let policy = chain.newest().policy();
        let what = format!("Policy {}, checked here", policy.version);
        match chain.check_in_force(now) {
            Ok(()) => {
                let until = format!("pinned, valid until {}", words::until(policy.window.not_after));
                Fact { standing: Standing::Checked, what, when: until }
            }
            Err(code) => Fact { standing: Standing::Stale, what, when: code.meaning().to_lowercase() },
        }
    }

    /// The line about the revocation list. Its limit is the strictest of the policy's rules.
    #[must_use]
    pub fn list_fact(&self, now: Timestamp) -> Fact {
        let (Some(list), Some(policy)) = (self.list(), self.policy()) else {
            let what = "No revocation list".to_owned();
            return Fact {
                standing: Standing::Unknown,
                what,
                when: "no decision permits without one".into(),
            };
        };
        let age = now.since(list.list().window.not_before);
        let limit = policy.rules.iter().map(|rule| rule.revocation_list_max_age_seconds).min();
        let limit = limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or_default();
        let stale = age >= limit || now >= list.list().window.not_after;
        Fact {
            standing: if stale { Standing::Stale } else { Standing::Checked },
            what: format!("Revocation list {}", list.list().number),
            when: format!("{} old, limit {}", words::span(age), words::span(limit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::key::Signer as _;
    use placet_testkit::{Key, NOW, Organisation, time};

    #[test]
    fn a_registry_cannot_bring_its_own_pin() {
        let (ours, theirs) =
            (Organisation::new(), Organisation::new().with(|p| p.organization = "Other".into()));
        let knowledge = Knowledge::new(Some(ours.domain()), theirs.trust(), State::new());
        assert!(knowledge.chain().is_none());
        assert_eq!(knowledge.policy_fact(time(NOW)).standing, Standing::Bad);
        assert_eq!(knowledge.list_fact(time(NOW)).standing, Standing::Unknown);
    }

    #[test]
    fn a_registry_that_goes_back_is_not_followed() {
        let org = Organisation::new();
        let with = |list: Envelope| {
            let trust = Trust { revocation_lists: vec![Ok(list)], ..org.trust() };
            Knowledge::new(Some(org.domain()), trust, State::new())
        };
        let (held, older) = (with(org.list(|_| {})), with(org.list(|list| list.number = 211)));
        let code = |newer: &Knowledge| held.take(newer.clone()).map(drop).map_err(|error| error.code());
        assert_eq!(code(&older), Err("list_rollback"));
        assert_eq!(code(&with(org.list(|list| list.number = 213))), Ok(()));
        let forked = with(org.list(|list| list.window.not_after = time("2026-11-22T16:00:00Z")));
        assert_eq!(code(&forked), Err("list_equivocation"));
        assert_eq!(
            code(&Knowledge::new(Some(org.domain()), Trust::default(), State::new())),
            Err("policy_rollback")
        );
    }

    #[test]
    fn nothing_is_known_before_a_policy_is_pinned() {
        let knowledge = Knowledge::new(None, Organisation::new().trust(), State::new());
        assert!(knowledge.chain().is_none() && knowledge.list().is_none());
        assert!(knowledge.me([Key::of("alice.ng").public_key()]).is_none());
        assert_eq!(knowledge.policy_fact(time(NOW)).standing, Standing::Unknown);
    }

    #[test]
    fn the_list_turns_stale_at_its_limit_and_not_a_second_later() {
        let org = Organisation::new();
        let knowledge = Knowledge::new(Some(org.domain()), org.trust(), State::new());
        // Made at 14:01; the rules allow 3600 s.
        let standing = |at| knowledge.list_fact(time(at)).standing;
        assert_eq!(standing("2026-11-22T15:00:59Z"), Standing::Checked);
        assert_eq!(standing("2026-11-22T15:01:00Z"), Standing::Stale);
        assert_eq!(knowledge.list_fact(time(NOW)).when, "4 min old, limit 60 min");
    }

    #[test]
    fn an_expired_policy_is_not_shown_as_in_force() {
        let org = Organisation::new();
        let knowledge = Knowledge::new(Some(org.domain()), org.trust(), State::new());
        assert_eq!(knowledge.policy_fact(time(NOW)).standing, Standing::Checked);
        assert_eq!(knowledge.policy_fact(time("2027-06-30T00:00:00Z")).standing, Standing::Stale);
    }

    #[test]
    fn only_a_key_that_the_policy_names_makes_somebody_me() {
        let org = Organisation::new();
        let knowledge = Knowledge::new(Some(org.domain()), org.trust(), State::new());
        let (alice, stranger) = (Key::of("alice.ng"), Key::of("nobody"));
        assert!(knowledge.me([stranger.public_key()]).is_none());
        let me = knowledge.me([stranger.public_key(), alice.public_key()]).unwrap();
        assert_eq!((me.principal.as_str(), me.display_name.as_str()), ("alice.ng", "Alice Ng"));
    }

    #[test]
    fn a_loose_key_revocation_counts_at_once() {
        let org = Organisation::new();
        let mut trust = org.trust();
        trust.revocations.push(Ok(org.key_revocation("alice.ng", "chandra.iyer")));
        let knowledge = Knowledge::new(Some(org.domain()), trust, State::new());
        let chandra = Key::of("chandra.iyer").public_key().key_id();
        assert_eq!(knowledge.revoked_keys(), BTreeSet::from([chandra]));
    }

    #[test]
    fn names_from_the_policy_cannot_hide_text() {
        let org = Organisation::new().with(|policy| {
            for (name, member) in &mut policy.principals {
                if name.as_str() == "alice.ng" {
                    member.display_name = "Alice\u{202e}gN".into();
                }
            }
        });
        let knowledge = Knowledge::new(Some(org.domain()), org.trust(), State::new());
        assert_eq!(knowledge.name(&placet_testkit::name_of("alice.ng")), "Alice\\u{202e}gN");
    }
}
