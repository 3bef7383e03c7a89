//! What a draft changes: a merge patch from a file, and what root holders need most as options.

use std::path::{Path, PathBuf};

use clap::Args;
use placet_core::{
    key::{KeyId, PublicKey},
    limits,
    name::{Principal, Role},
    policy::{Member, Policy, PolicyKey},
    time::{Timestamp, Window},
};
use serde_json::{Map, Value};

use crate::{
    clock,
    enrolment::Enrolment,
    error::{At as _, Error, Result},
    files,
    registry_client::RegistryArgs,
    terminal,
};

/// Fields that a draft sets itself.
const OWN_FIELDS: [&str; 4] = ["version", "previous", "domain", "issued_at"];

/// The changes of a draft.
#[derive(Args, Debug)]
#[command(next_help_heading = "Changes")]
pub(super) struct Edits {
    /// Merge this TOML or JSON file into the policy (RFC 7396: what is named is replaced, null removes); rules can be
    /// named: `[rules.production]`
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The first moment at which the policy no longer holds [default: it holds for as long as the one before]
    #[arg(long, value_name = "TIME", value_parser = clock::parse_time)]
    expires: Option<Timestamp>,
    /// Let every key that still holds hold until the new policy expires
    #[arg(long)]
    renew_keys: bool,
    /// Add a person or service with its roles, all of one plane; may be given again, as may all that follow
    #[arg(long, value_name = "NAME:ROLE,…", value_parser = parse_member)]
    add_principal: Vec<(Principal, Vec<Role>)>,
    /// Remove a person or service, wherever it is named
    #[arg(long, value_name = "NAME", value_parser = parse_principal)]
    remove_principal: Vec<Principal>,
    /// The name to show
    #[arg(long, value_name = "NAME=TEXT", value_parser = parse_text)]
    display_name: Vec<(Principal, String)>,
    /// The part of the organisation
    #[arg(long, value_name = "NAME=TEXT", value_parser = parse_text)]
    unit: Vec<(Principal, String)>,
    /// Name a key of somebody, by its public half in 64 hex digits
    #[arg(long, value_name = "NAME=KEY", value_parser = parse_key)]
    add_key: Vec<(Principal, PublicKey)>,
    /// Name the key of an enrolment: its file, or its number in the registry
    #[arg(long, value_name = "FILE|NUMBER")]
    enrolment: Vec<String>,
    /// No longer name a key: its public half, its id, or the beginning of one (at least six digits)
    #[arg(long, value_name = "KEY")]
    remove_key: Vec<String>,
    /// Make somebody a member of the root
    #[arg(long, value_name = "NAME", value_parser = parse_principal)]
    add_root: Vec<Principal>,
    /// Make somebody no member of the root any more
    #[arg(long, value_name = "NAME", value_parser = parse_principal)]
    remove_root: Vec<Principal>,
    /// How many of the root must sign
    #[arg(long, value_name = "COUNT")]
    root_threshold: Option<u64>,
}

impl Edits {
    /// Makes the changes; `registry` answers for enrolments that are named by their number.
    pub(super) fn apply(&self, policy: Policy, now: Timestamp, registry: &RegistryArgs) -> Result<Policy> {
        let mut policy = match &self.from {
            Some(path) => merged(&policy, patch(path)?).at(path.display())?,
            None => policy,
        };
        if let Some(end) = self.expires {
            policy.window.not_after = end;
        }
        self.change_people(&mut policy)?;
        self.change_keys(&mut policy, now, registry)?;
        self.change_root(&mut policy);
        Ok(policy)
    }

    fn change_people(&self, policy: &mut Policy) -> Result<()> {
        for (name, roles) in &self.add_principal {
            let member = Member {
                display_name: String::new(),
                unit: String::new(),
                roles: roles.clone(),
                operators: Vec::new(),
                keys: Vec::new(),
            };
            if policy.principals.insert(name.clone(), member).is_some() {
                return Err(Error::new("edits_malformed", format!("there is a {name} already"))
                    .hint("roles of somebody who is there are changed with --from"));
            }
        }
        for name in &self.remove_principal {
            if policy.principals.remove(name).is_none() {
                return Err(nobody(name));
            }
            policy.root.principals.retain(|member| member != name);
            policy.list_signers.principals.retain(|signer| signer != name);
            let operators = policy.principals.values_mut().map(|member| &mut member.operators);
            operators.for_each(|operators| operators.retain(|operator| operator != name));
        }
        for (name, text) in &self.display_name {
            member(policy, name)?.display_name.clone_from(text);
        }
        for (name, text) in &self.unit {
            member(policy, name)?.unit.clone_from(text);
        }
        Ok(())
    }

    fn change_keys(&self, policy: &mut Policy, now: Timestamp, registry: &RegistryArgs) -> Result<()> {
        for text in &self.remove_key {
            remove_key(policy, text)?;
        }
        let end = policy.window.not_after;
        if self.renew_keys {
            let keys = policy.principals.values_mut().flat_map(|member| &mut member.keys);
            keys.filter(|key| key.window.not_after > now)
                .for_each(|key| key.window.not_after = key.window.not_after.max(end));
        }
        let mut add = |name: &Principal, public: &PublicKey| -> Result<()> {
            let window = Window { not_before: now, not_after: end };
            member(policy, name)?.keys.push(PolicyKey { public: public.clone(), window });
            Ok(())
        };
        for (name, public) in &self.add_key {
            add(name, public)?;
        }
        for reference in &self.enrolment {
            let enrolment = Enrolment::find(reference, registry)?;
            add(&enrolment.name, &enrolment.public_key)?;
            // Whose key it is nobody has proved: that is compared by voice.
            terminal::note(&enrolment.words());
        }
        Ok(())
    }

    fn change_root(&self, policy: &mut Policy) {
        for name in &self.add_root {
            if !policy.root.principals.contains(name) {
                policy.root.principals.push(name.clone());
            }
        }
        policy.root.principals.retain(|name| !self.remove_root.contains(name));
        policy.root.threshold = self.root_threshold.unwrap_or(policy.root.threshold);
    }
}

fn nobody(name: &Principal) -> Error {
    Error::new("signer_unknown", format!("the policy names no {name}"))
        .hint("`placet policy show` lists everybody")
}

fn member<'a>(policy: &'a mut Policy, name: &Principal) -> Result<&'a mut Member> {
    policy.principals.get_mut(name).ok_or_else(|| nobody(name))
}

/// Removes the one key that `text` names.
fn remove_key(policy: &mut Policy, text: &str) -> Result<()> {
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    let id = |key: &PolicyKey| KeyId::digest(key.public.key_id()).to_hex();
    let fits = |key: &PolicyKey| key.public.to_hex().starts_with(hex) || id(key).starts_with(hex);
    let count = policy.principals.values().flat_map(|member| &member.keys).filter(|key| fits(key)).count();
    if hex.len() < 6 || count != 1 {
        let message =
            format!("`{text}` names {} of the policy's keys", if count > 1 { "several" } else { "none" });
        return Err(Error::new("edits_malformed", message)
            .hint("name it by at least six digits of its public half or its id, as `placet policy show --json` has them"));
    }
    policy.principals.values_mut().for_each(|member| member.keys.retain(|key| !fits(key)));
    Ok(())
}

/// Reads a merge patch.
fn patch(path: &Path) -> Result<Map<String, Value>> {
    let malformed = |message: String| Error::new("edits_malformed", message).at(path.display());
    let text = String::from_utf8(files::read(path, limits::PAYLOAD)?);
    let text = text.map_err(|_| Error::new("invalid_utf8", format!("{} is no UTF-8", path.display())))?;
    let value = if text.trim_start().starts_with('{') {
        // The strict reader first: serde would take the last of two equal keys.
        placet_core::json::Value::parse(text.as_bytes())
            .map_err(placet_core::error::ParseError::from)
            .at(path.display())?;
        serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?
    } else {
        let table: toml::Table = toml::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        json_of(toml::Value::Table(table)).map_err(malformed)?
    };
    let Value::Object(edits) = value else { return Err(malformed("the edits are no object".into())) };
    match OWN_FIELDS.into_iter().find(|field| edits.contains_key(*field)) {
        Some(field) => Err(malformed(format!("`{field}` is set by the draft itself"))),
        None if edits.is_empty() => Err(malformed("the edits are empty".into())),
        None => Ok(edits),
    }
}

/// The same value in JSON, which knows no infinity (it would become `null`, and remove a bound).
fn json_of(value: toml::Value) -> std::result::Result<Value, String> {
    Ok(match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(integer) => integer.into(),
        toml::Value::Float(float) => {
            serde_json::Number::from_f64(float).ok_or_else(|| format!("{float} is no number"))?.into()
        }
        toml::Value::Boolean(boolean) => boolean.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(values) => {
            values.into_iter().map(json_of).collect::<std::result::Result<_, _>>()?
        }
        toml::Value::Table(table) => {
            let members = table.into_iter().map(|(name, value)| Ok((name, json_of(value)?)));
            Value::Object(members.collect::<std::result::Result<_, String>>()?)
        }
    })
}

/// The policy with a patch merged into it.
fn merged(policy: &Policy, mut patch: Map<String, Value>) -> Result<Policy> {
    let unreadable = |error: serde_json::Error| Error::new("edits_malformed", error);
    let mut value: Value = serde_json::from_slice(&policy.to_payload()).map_err(unreadable)?;
    if let Some(Value::Object(rules)) = patch.get("rules") {
        let merged = merge_rules(value["rules"].as_array().cloned().unwrap_or_default(), rules);
        patch.insert("rules".into(), merged.into());
    }
    merge(&mut value, &Value::Object(patch));
    Ok(Policy::parse(&serde_json::to_vec(&value).map_err(unreadable)?)?)
}

/// Merges rules by their names.
fn merge_rules(mut rules: Vec<Value>, patch: &Map<String, Value>) -> Vec<Value> {
    for (name, change) in patch {
        let index = rules.iter().position(|rule| rule["name"].as_str() == Some(name));
        match (index, change) {
            (Some(index), Value::Null) => drop(rules.remove(index)),
            (Some(index), change) => {
                if let Some(rule) = rules.get_mut(index) {
                    merge(rule, change);
                }
            }
            (None, change) => {
                let mut rule = serde_json::json!({ "name": name });
                merge(&mut rule, change);
                rules.push(rule);
            }
        }
    }
    rules
}

/// JSON Merge Patch (RFC 7396 §2).
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(members) = target.as_object_mut() else { return };
    for (name, change) in patch {
        if change.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}

fn parse_principal(text: &str) -> std::result::Result<Principal, String> {
    Principal::parse(text).map_err(|error| error.to_string())
}

fn parse_member(text: &str) -> std::result::Result<(Principal, Vec<Role>), String> {
    let (name, roles) = text.rsplit_once(':').ok_or("it is written NAME:ROLE or NAME:ROLE,ROLE")?;
    let roles = roles.split(',').map(|role| Role::parse(role).map_err(|error| error.to_string()));
    Ok((parse_principal(name)?, roles.collect::<std::result::Result<_, _>>()?))
}

fn parse_text(text: &str) -> std::result::Result<(Principal, String), String> {
    let (name, text) = text.split_once('=').ok_or("it is written NAME=TEXT")?;
    Ok((parse_principal(name)?, text.to_owned()))
}

fn parse_key(text: &str) -> std::result::Result<(Principal, PublicKey), String> {
    let (name, key) = text.split_once('=').ok_or("it is written NAME=KEY, the key as 64 hex digits")?;
    Ok((parse_principal(name)?, PublicKey::parse_hex(key).map_err(|error| error.to_string())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The examples of RFC 7396, appendix A, that have objects in them.
    #[test]
    fn merge_is_not_that_of_the_specification() {
        let cases = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (mut target, patch, expected) in cases {
            merge(&mut target, &patch);
            assert_eq!(target, expected);
        }
    }

    #[test]
    fn infinite_bound_removes_the_bound() {
        let table: toml::Table =
            toml::from_str("rules.production.metrics = [{ name = 'a', min = nan }]").unwrap();
        assert!(json_of(toml::Value::Table(table)).is_err());
    }
}
