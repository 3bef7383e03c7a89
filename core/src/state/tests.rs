//! What is kept comes back as it was, and merging is a maximum.

use alloc::{collections::BTreeMap, format, string::String};

use proptest::{collection::btree_map, option, prelude::*};

use super::{CheckpointState, DomainState, ListState, State};
use crate::{code::Code, digest::Digest, proposal::PolicyRef, revocation_list::EntryKind, time::Timestamp};

/// One of few digests, so that states meet in them.
fn digest() -> impl Strategy<Value = Digest> {
    (0..3_u8).prop_map(|byte| Digest::from_bytes([byte; 32]))
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0..4_i64).prop_map(|day| Timestamp::from_seconds(1_800_000_000 + day * 86_400).unwrap())
}

fn list() -> impl Strategy<Value = ListState> {
    let kinds = [EntryKind::Approval, EntryKind::Key, EntryKind::Proposal, EntryKind::Weights];
    let kind = (0..4_usize).prop_map(move |index| kinds[index]);
    let entries = btree_map((kind, digest()), option::of(time()), 0..5);
    (1..4_u64, digest(), entries).prop_map(|(number, digest, entries)| ListState { number, digest, entries })
}

fn domain() -> impl Strategy<Value = DomainState> {
    let policy = (1..4_u64, digest()).prop_map(|(version, digest)| PolicyRef { version, digest });
    let checkpoint = (0..4_u64, digest()).prop_map(|(size, root)| CheckpointState { size, root });
    (option::of(policy), option::of(list()), option::of(checkpoint), option::of(time()))
        .prop_map(|(policy, list, checkpoint, time)| DomainState { policy, list, checkpoint, time })
}

fn state() -> impl Strategy<Value = State> {
    btree_map(digest(), domain(), 0..3).prop_map(|domains| State { domains })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_comes_back(state in state()) {
        prop_assert_eq!(State::parse(state.to_json().as_bytes()), Ok(state));
    }

    #[test]
    fn the_order_of_merging_does_not_matter(a in state(), b in state(), c in state()) {
        prop_assert_eq!(a.clone().merge(b.clone()), b.clone().merge(a.clone()));
        prop_assert_eq!(a.clone().merge(b.clone()).merge(c.clone()), a.merge(b.merge(c)));
    }

    #[test]
    fn merging_twice_or_with_nothing_changes_nothing(a in state(), b in state()) {
        prop_assert_eq!(a.clone().merge(a.clone()), a.clone());
        prop_assert_eq!(a.clone().merge(State::new()), a.clone());
        let both = a.clone().merge(b.clone());
        prop_assert_eq!(both.clone().merge(a), both.clone());
        prop_assert_eq!(both.clone().merge(b), both);
    }

    #[test]
    fn merging_forgets_no_policy_list_or_entry(a in state(), b in state()) {
        let both = a.clone().merge(b.clone());
        for one in [a, b] {
            for (digest, seen) in &one.domains {
                let kept = both.domain(*digest);
                prop_assert!(kept.policy >= seen.policy && kept.checkpoint >= seen.checkpoint);
                prop_assert!(kept.time >= seen.time);
                let Some(list) = &seen.list else { continue };
                let kept = kept.list.unwrap();
                prop_assert!((kept.number, kept.digest) >= (list.number, list.digest));
                for (key, until) in &list.entries {
                    let kept = kept.entries[key];
                    prop_assert!(kept.is_none() || (until.is_some() && kept >= *until));
                }
            }
        }
    }
}

#[test]
fn what_was_accepted_later_does_not_take_the_place_of_an_equal() {
    // Otherwise an equivocation would be noticed once only.
    let [first, second] = [1_u8, 2].map(|byte| Digest::from_bytes([byte; 32]));
    let mut seen = DomainState::default();
    for digest in [first, second] {
        seen.advance_policy(PolicyRef { version: 3, digest });
        seen.advance_checkpoint(CheckpointState { size: 3, root: digest });
    }
    assert_eq!(seen.policy.unwrap().digest, first);
    assert_eq!(seen.checkpoint.unwrap().root, first);
    seen.advance_policy(PolicyRef { version: 2, digest: second });
    assert_eq!(seen.policy.unwrap().version, 3);
}

#[test]
fn a_state_that_says_two_things_of_one_entry_is_refused() {
    let entry =
        |until| format!(r#"{{"kind":"weights","value":"{}","until":{until}}}"#, Digest::from_bytes([0; 32]));
    let document = |entries: &str| {
        let list = format!(r#"{{"number":1,"digest":"{}","entries":[{entries}]}}"#, Digest::of(b""));
        format!(
            r#"{{"media_type":"{}","domains":{{"{}":{{"policy":null,"list":{list},"checkpoint":null,"time":null}}}}}}"#,
            super::STATE,
            Digest::of(b"")
        )
    };
    let parse = |text: String| State::parse(text.as_bytes());
    assert!(parse(document(&entry("null"))).is_ok());
    let twice = format!("{},{}", entry("null"), entry("\"2026-11-22T14:05:00Z\""));
    assert_eq!(parse(document(&twice)).unwrap_err().code(), Code::NotSorted);
}

#[test]
fn a_state_of_another_version_is_refused() {
    let text = State::new().to_json().replace("version=1", "version=2");
    assert_eq!(State::parse(text.as_bytes()).unwrap_err().code(), Code::UnsupportedVersion);
    assert_eq!(State::parse(State::new().to_json().as_bytes()), Ok(State { domains: BTreeMap::new() }));
}
