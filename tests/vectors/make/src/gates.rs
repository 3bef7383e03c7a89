//! Evidence that fails at one gate, without anybody's ill will: something is missing, too early, too late or too little.

use placet_core::{
    code::Code,
    name::Label,
    policy::{MetricBound, Pattern, Rule},
    training::Metric,
};
use placet_testkit::{Organisation, name_of, rule, time};

use crate::{
    scene::{Scene, Story},
    vector::File,
};

pub(crate) fn file() -> File {
    let mut file = File::new("gates.json");
    missing(&mut file);
    places(&mut file);
    numbers(&mut file);
    times(&mut file);
    file
}

fn missing(file: &mut File) {
    let sound = Scene::sound();
    let scene = sound.clone().but(|scene| scene.pins.clear());
    file.deny_policy(
        "nothing is pinned",
        "A policy that came with the evidence proves nothing.",
        &scene,
        Code::PolicyUnpinned,
    );
    let scene = sound.clone().but(|scene| scene.policies.clear());
    file.deny_policy("no policy is held", "", &scene, Code::PolicyMissing);
    let scene = sound.clone().but(|scene| scene.lists.clear());
    file.deny("no revocation list is held", "", &scene, &[Code::ListMissing]);
    let story = Story::of(Organisation::new());
    file.deny("nobody approved", "", &story.scene(&[]), &[Code::ThresholdNotMet]);
    file.deny(
        "one of two approved",
        "Nobody of safety did.",
        &story.scene(&["alice.ng"]),
        &[Code::ThresholdNotMet],
    );
    file.deny(
        "two of one role approved",
        "They cannot stand in for the other role.",
        &story.scene(&["alice.ng", "bo.eriksen"]),
        &[Code::ThresholdNotMet],
    );
    let scene = sound.but(|scene| {
        scene.pins.clear();
        scene.policies.clear();
        scene.lists.clear();
        scene.approvals.clear();
    });
    file.deny_policy("nothing but the training output and the proposal", "", &scene, Code::PolicyUnpinned);
}

fn places(file: &mut File) {
    let sound = Scene::sound();
    let scene = sound.clone().asking(|request| request.environment = name_of("staging"));
    file.deny("an environment that was not proposed", "", &scene, &[Code::EnvironmentNotApproved]);
    let org = Organisation::new();
    let story = Story::told(org.clone(), |_| {}, |proposal| proposal.scopes = vec![name_of("us-east")]);
    file.deny("a scope that was not proposed", "", &story.approved(), &[Code::ScopeNotApproved]);
    let nowhere =
        [Code::EnvironmentUndeclared, Code::EnvironmentNotApproved, Code::RuleMissing, Code::ThresholdNotMet];
    let scene = sound.clone().asking(|request| request.environment = name_of("moon"));
    file.deny("an environment that does not exist", "", &scene, &nowhere[..3]);
    let scene = sound.asking(|request| request.scope = name_of("moon"));
    file.deny(
        "a scope that does not exist",
        "",
        &scene,
        &[Code::ScopeUndeclared, Code::ScopeNotApproved, Code::RuleMissing],
    );
    let story = Story::told(org, |_| {}, |proposal| proposal.environments.push(name_of("moon")));
    file.deny(
        "a proposal for an environment that does not exist beside one that does",
        "Every place of a proposal is declared by the policy.",
        &story.approved(),
        &[Code::EnvironmentUndeclared],
    );
    let story = Story::told(Organisation::new(), |_| {}, |proposal| proposal.scopes.push(name_of("moon")));
    file.deny(
        "a proposal for a scope that does not exist beside one that does",
        "",
        &story.approved(),
        &[Code::ScopeUndeclared],
    );
    let elsewhere =
        Rule { scope: Pattern::Only(name_of("us-east")), ..rule("production", &[("ml-lead", 1)]) };
    let story = Story::of(Organisation::new().with(|policy| policy.rules = vec![elsewhere]));
    file.deny(
        "a place that no rule governs",
        "Without a rule nothing is permitted.",
        &story.approved(),
        &[Code::RuleMissing],
    );
}

fn numbers(file: &mut File) {
    let production = |change: &dyn Fn(&mut Rule)| {
        Story::of(Organisation::new().with(|policy| change(&mut policy.rules[0])))
    };
    let story = production(&|rule| rule.distinct_units = 3);
    file.deny(
        "people of too few units",
        "Research and safety, but the rule wants three.",
        &story.approved(),
        &[Code::UnitsNotMet],
    );
    let org = Organisation::new().with(|policy| {
        policy.rules[0].distinct_units = 1;
        for who in ["alice.ng", "chandra.iyer"] {
            policy.principals.get_mut(who).unwrap().unit.clear();
        }
    });
    file.deny(
        "people of no unit",
        "An empty unit counts as none.",
        &Story::of(org).approved(),
        &[Code::UnitsNotMet],
    );
    let bound = |name: &str, min: Option<&str>, max: Option<&str>| {
        let metric = |text: &str| Metric::parse(text).unwrap();
        vec![MetricBound { name: Label::parse(name).unwrap(), min: min.map(metric), max: max.map(metric) }]
    };
    for (name, metrics, code) in [
        ("a metric that was not measured", bound("recall", Some("0.1"), None), Code::MetricMissing),
        ("a metric that was not measured, without a bound", bound("recall", None, None), Code::MetricMissing),
        ("a metric of other capitals", bound("Accuracy", Some("0.1"), None), Code::MetricMissing),
        (
            "a metric below its least",
            bound("accuracy", Some("0.9780000000000001"), None),
            Code::MetricOutOfBounds,
        ),
        (
            "a metric above its most",
            bound("log_loss", None, Some("0.11399999999999999")),
            Code::MetricOutOfBounds,
        ),
        (
            "a metric between bounds that no number keeps",
            bound("accuracy", Some("1"), Some("0")),
            Code::MetricOutOfBounds,
        ),
    ] {
        let story = production(&|rule| rule.metrics.clone_from(&metrics));
        file.deny(name, "", &story.approved(), &[code]);
    }
    let story = production(&|rule| {
        rule.metrics = bound("recall", Some("1"), None);
        rule.metrics.extend(bound("accuracy", Some("1"), None));
    });
    file.deny(
        "one metric missing and one out of bounds",
        "",
        &story.approved(),
        &[Code::MetricMissing, Code::MetricOutOfBounds],
    );
}

fn times(file: &mut File) {
    let org = Organisation::new();
    let story = Story::told(
        org.clone(),
        |_| {},
        |proposal| proposal.window.not_before = time("2026-11-22T14:05:01Z"),
    );
    file.deny(
        "a second before the proposal's window",
        "The skew softens no beginning.",
        &story.approved(),
        &[Code::NotYetValid],
    );
    let story =
        Story::told(org.clone(), |_| {}, |proposal| proposal.window.not_after = time("2026-11-22T14:05:00Z"));
    file.deny(
        "the first second after the proposal's window",
        "Nor does it soften an end.",
        &story.approved(),
        &[Code::Expired],
    );
    let story = Story::told(org, |_| {}, |proposal| proposal.proposed_at = time("2026-11-20T23:59:59Z"));
    file.deny("a second more than the longest life", "", &story.approved(), &[Code::TtlExceeded]);
    let sound = Scene::sound();
    file.deny("a list of the maximum age", "", &sound.clone().at("2026-11-22T15:01:00Z"), &[Code::ListStale]);
    let scene = sound.clone().at("2026-11-22T14:00:10Z");
    file.deny(
        "an approval a second further ahead than clocks may differ",
        "Both were signed at 14:02:11.",
        &scene,
        &[Code::ThresholdNotMet, Code::FromFuture],
    );
    let org = Organisation::new().with(|policy| policy.clock_skew_seconds = 0);
    let scene = Story::of(org).approved().at("2026-11-22T14:02:10Z");
    file.deny(
        "a second ahead where clocks may not differ",
        "",
        &scene,
        &[Code::ThresholdNotMet, Code::FromFuture],
    );
    let org = Organisation::new().with(|policy| policy.window.not_after = time("2026-11-22T14:05:00Z"));
    file.deny(
        "the first second after the policy's window",
        "",
        &Story::of(org).approved(),
        &[Code::PolicyExpired],
    );
    let org = Organisation::new().with(|policy| policy.window.not_before = time("2026-11-22T14:07:01Z"));
    let scene = Story::of(org).approved();
    file.deny(
        "a policy a second further ahead than clocks may differ",
        "",
        &scene,
        &[Code::PolicyNotYetValid],
    );
}
