//! Whose key is whose: the one thing about a record's signers that the record cannot say itself.

use alloc::{collections::BTreeMap, string::String};

use crate::{
    code::Code,
    error::ParseError,
    gather::gather,
    json::Value,
    key::{KeyId, PublicKey},
    limits,
    policy::Policy,
};

/// The keys of the approvers, by the names that the records use; pinned by the caller and never read from a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    keys: BTreeMap<String, PublicKey>,
}

impl Directory {
    /// A directory of these people, one key each; a name that comes twice keeps its last key.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = (String, PublicKey)>) -> Self {
        Self { keys: gather(keys) }
    }

    /// Reads an object of names and public keys in 64 lower-case hex digits.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidPublicKey`] or [`Code::SmallOrderKey`] with the name whose key is refused, and
    /// [`ParseError::TooMany`] over [`limits::PRINCIPALS`].
    pub(super) fn from_value(value: Value<'_>) -> Result<Self, ParseError> {
        const FIELD: &str = "keys";
        let members = value.members().ok_or(ParseError::WrongType { field: FIELD, expected: "an object" })?;
        let mut keys = BTreeMap::new();
        for (name, key) in members {
            if keys.len() >= limits::PRINCIPALS {
                return Err(ParseError::TooMany { field: FIELD, limit: limits::PRINCIPALS });
            }
            let text = key.as_str().ok_or(ParseError::WrongType { field: FIELD, expected: "a string" })?;
            let key =
                PublicKey::parse_hex(&text).map_err(|error| ParseError::rule(error.code(), name.as_ref()))?;
            keys.insert(name.into_owned(), key);
        }
        Ok(Self { keys })
    }

    /// The key of this name, which is compared character by character.
    #[must_use]
    pub fn key_of(&self, name: &str) -> Option<&PublicKey> {
        self.keys.get(name)
    }

    /// Makes sure that no key stands in `policy`, too. A record's signature covers 64 bare hex digits, so whoever can
    /// have a key sign such a digest elsewhere has an approval (attack: a signed hex digest from another system).
    ///
    /// # Errors
    ///
    /// [`Code::KeyInPolicy`] with the first name whose key the policy lists.
    pub fn check_apart_from(&self, policy: &Policy) -> Result<(), ParseError> {
        let members = policy.principals.values().flat_map(|member| &member.keys).map(|key| &key.public);
        let log = policy.log.iter().map(|log| &log.key);
        let witnesses = policy.log.iter().flat_map(|log| &log.witnesses).map(|witness| &witness.key);
        let listed: alloc::collections::BTreeSet<KeyId> =
            gather(members.chain(log).chain(witnesses).map(PublicKey::key_id));
        match self.keys.iter().find(|(_, key)| listed.contains(&key.key_id())) {
            Some((name, _)) => Err(ParseError::rule(Code::KeyInPolicy, name.as_str())),
            None => Ok(()),
        }
    }
}
