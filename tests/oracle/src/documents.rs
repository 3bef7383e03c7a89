//! Envelopes as anybody reads them, and who signed them.

use base64ct::{Base64, Encoding as _};
use placet_core::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    json::Value,
    key::{KeyId, PublicKey},
    name::Principal,
    policy::{Policy, PolicyKey},
    statement::Statement,
    time::{Timestamp, Window},
};

use crate::chain::Chain;

/// An envelope and its signature entries: key ids, and base64 that may be anything.
#[derive(Clone)]
pub(crate) struct Document {
    pub(crate) envelope: Envelope,
    pub(crate) entries: Vec<(String, String)>,
}

impl Document {
    pub(crate) fn read(value: Value<'_>) -> Result<Self, Code> {
        let envelope = Envelope::from_value(value).map_err(|error| error.code())?;
        let signatures = member(value, "signatures").and_then(Value::elements).into_iter().flatten();
        let text = |entry, name| member(entry, name).and_then(Value::as_str).unwrap_or_default().into_owned();
        let entries = signatures.map(|entry| (text(entry, "keyid"), text(entry, "sig"))).collect();
        Ok(Self { envelope, entries })
    }

    pub(crate) fn payload(&self) -> &[u8] {
        self.envelope.unverified_payload()
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::of(self.payload())
    }

    /// Whether an entry that names the key is its signature; if not, the first code of the table among the reasons.
    pub(crate) fn signed_under(&self, key: &PublicKey) -> Result<(), Code> {
        let kind = self.envelope.payload_type();
        let mut message = format!("DSSEv1 {} {kind} {} ", kind.len(), self.payload().len()).into_bytes();
        message.extend_from_slice(self.payload());
        let mut reasons = vec![Code::SignerMismatch];
        for (key_id, base64) in &self.entries {
            if *key_id != key.key_id().to_string() {
                continue;
            }
            match Base64::decode_vec(base64) {
                Err(_) => reasons.push(Code::SignatureMalformed),
                Ok(bytes) => match key.verify(&message, &bytes) {
                    Ok(()) => return Ok(()),
                    Err(code) => reasons.push(code),
                },
            }
        }
        let named: Vec<_> = reasons.iter().filter(|code| **code != Code::SignerMismatch).collect();
        Err(named.into_iter().min().copied().unwrap_or(Code::SignerMismatch))
    }

    fn names(&self, key: KeyId) -> bool {
        self.entries.iter().any(|(key_id, _)| *key_id == key.to_string())
    }
}

/// A member of an object, if there is one.
pub(crate) fn member<'a>(value: Value<'a>, name: &str) -> Option<Value<'a>> {
    value.members()?.find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Documents of one payload and type as one, with the signatures of all.
pub(crate) fn merged(documents: &[Document]) -> Vec<Document> {
    let mut merged: Vec<Document> = Vec::new();
    for document in documents {
        let same = |other: &&mut Document| {
            other.payload() == document.payload()
                && other.envelope.payload_type() == document.envelope.payload_type()
        };
        match merged.iter_mut().find(same) {
            Some(other) => other.entries.extend(document.entries.clone()),
            None => merged.push(document.clone()),
        }
    }
    merged
}

/// A statement that somebody has been found to have made.
#[derive(Clone)]
pub(crate) struct Said<T> {
    pub(crate) statement: T,
    pub(crate) key: KeyId,
    pub(crate) window: Window,
}

fn parsed<T: Statement>(document: &Document) -> Result<T, Code> {
    if document.envelope.payload_type() != T::PAYLOAD_TYPE {
        return Err(Code::WrongPayloadType);
    }
    T::parse(document.payload()).map_err(|error| error.code())
}

/// A statement that must be valid now under the newest policy.
pub(crate) fn positive<T: Statement>(
    document: &Document,
    chain: &Chain,
    now: Timestamp,
    revoked: &[KeyId],
) -> Result<Said<T>, Code> {
    let statement: T = parsed(document)?;
    let policy = chain.newest();
    if statement.domain() != chain.domain {
        return Err(Code::ForeignDomain);
    }
    let Some(signer) = policy.principals.get(statement.signer()) else { return Err(Code::SignerUnknown) };
    if !statement.entitled(policy) {
        return Err(Code::SignerNotEntitled);
    }
    let made = statement.made_at();
    if made > now.plus(policy.clock_skew_seconds.into()) {
        return Err(Code::FromFuture);
    }
    let mut reason = Code::SignerMismatch;
    for PolicyKey { public, window } in &signer.keys {
        let key = public.key_id();
        if !document.names(key) {
            continue;
        }
        reason = if revoked.contains(&key) {
            Code::KeyRevoked
        } else if now >= window.not_after || made >= window.not_after {
            Code::KeyExpired
        } else if now < window.not_before || made < window.not_before {
            Code::KeyNotYetValid
        } else {
            match document.signed_under(public) {
                Ok(()) => return Ok(Said { statement, key, window: *window }),
                Err(code) => code,
            }
        };
    }
    Err(reason)
}

/// A statement that ends something: its signer was entitled under some policy of the chain, with a key of that policy.
pub(crate) fn negative<T: Statement>(document: &Document, chain: &Chain) -> Result<Said<T>, Code> {
    let statement: T = parsed(document)?;
    if statement.domain() != chain.domain {
        return Err(Code::ForeignDomain);
    }
    let entitling = || chain.policies.iter().filter(|policy| statement.entitled(policy));
    let mut keys: Vec<&PolicyKey> = Vec::new();
    for key in entitling().flat_map(|policy| keys_of(policy, statement.signer())) {
        if keys.iter().all(|known| known.public.key_id() != key.public.key_id()) {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        return Err(Code::SignerNotEntitled);
    }
    keys.sort_by_key(|key| key.public.key_id());
    let mut reason = Code::SignerMismatch;
    for PolicyKey { public, window } in keys {
        match document.signed_under(public) {
            Ok(()) => return Ok(Said { key: public.key_id(), window: *window, statement }),
            Err(Code::SignerMismatch) => {}
            Err(code) => reason = code,
        }
    }
    Err(reason)
}

/// The keys that a policy gives a principal.
pub(crate) fn keys_of<'a>(policy: &'a Policy, name: &Principal) -> &'a [PolicyKey] {
    policy.principals.get(name).map_or(&[], |member| &member.keys)
}
