//! Signed cases out of bytes: each byte chooses, and where there are none left everything is as it should be.
//!
//! So the empty input is a sound case that is permitted, every input is a case, and a fuzzer that changes a byte
//! changes a choice.

mod evidence;
mod ledger;
mod trust;

use placet_core::{
    decide::decide, envelope::Envelope, json::ArrayWriter, json::ObjectWriter, request::Request, trust::TRUST,
};
use placet_testkit::{NOW, name_of, time};

/// Bytes that choose.
#[derive(Debug)]
pub struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    /// Choices by these bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// Whether what happens once in so many times happens.
    fn once_in(&mut self, times: u8) -> bool {
        let byte = self.byte();
        byte > 0 && byte.is_multiple_of(times)
    }

    /// One of these; the first where there is no choice left.
    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        let at = usize::from(self.byte()) % choices.len();
        choices.get(at).expect("below the length").clone()
    }

    /// A number below `limit`; 0 where there is no choice left.
    fn below(&mut self, limit: u8) -> u8 {
        self.byte() % limit
    }
}

/// What [`decide`] takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The evidence.
    pub bundle: Vec<u8>,
    /// Pins, policies, lists and loose statements.
    pub trust: Vec<u8>,
    /// What the verifier kept.
    pub state: Option<Vec<u8>>,
    /// The question.
    pub request: Vec<u8>,
}

impl Case {
    /// The case that these bytes choose.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut choices = Choices::new(bytes);
        let choices = &mut choices;
        let world = trust::World::of(choices);
        let evidence = evidence::Evidence::of(choices, &world);
        let lists = world.lists(choices, &evidence);
        let loose = world.loose(choices, &evidence);
        let ledger = ledger::Ledger::of(choices, &world, &evidence);
        let request = request(choices);
        let bundle = bundle(choices, &evidence, ledger.proofs());
        let earlier: Vec<_> = lists.iter().take(1).cloned().collect();
        let before =
            trust_document(choices, &world.pins, &world.policies, &earlier, &[], ledger.earlier_view());
        let trust = trust_document(choices, &world.pins, &world.policies, &lists, &loose, ledger.view());
        // What somebody kept who decided before, under what was then the newest list and checkpoint.
        let state = choices.once_in(3).then(|| {
            let mut earlier = request.clone();
            earlier.now = earlier.now.plus(choices.of(&[-60, -3600, 600]));
            let earlier = decide(&bundle, &before, None, earlier.to_json().as_bytes());
            earlier.map(|decided| decided.state.to_json().into_bytes()).unwrap_or_default()
        });
        let state = state.filter(|state| !state.is_empty());
        Self { bundle, trust, state, request: request.to_json().into_bytes() }
    }
}

fn request(choices: &mut Choices<'_>) -> Request {
    let mut request = placet_testkit::Organisation::new().request();
    if choices.once_in(12) {
        request.environment = name_of(choices.of(&["staging", "production", "elsewhere"]));
    }
    if choices.once_in(12) {
        request.scope = name_of(choices.of(&["us-east", "eu-west", "nowhere"]));
    }
    if choices.once_in(30) {
        request.weights.digest = placet_core::digest::Digest::of(b"other weights");
    }
    if choices.once_in(40) {
        request.model_id = placet_core::name::ModelId::parse("other").expect("a model id");
    }
    if choices.once_in(2) {
        request.now = time(NOW).plus(choices.of(&MOMENTS));
    }
    request
}

/// Seconds from now at which something begins or ends in these cases, and beside.
const MOMENTS: [i64; 16] =
    [0, 1, -1, 60, -60, 119, 120, 121, 299, 300, 301, 3359, 3360, 3361, 86_400 * 100, -86_400 * 3];

/// The bundle; now and then with something among it that is no envelope, or an approval twice.
fn bundle(choices: &mut Choices<'_>, evidence: &evidence::Evidence, ledger: String) -> Vec<u8> {
    let evidence::Evidence { training, proposal, approvals, .. } = evidence;
    let mut approvals: Vec<String> = approvals.iter().map(Envelope::to_json).collect();
    if choices.once_in(10)
        && let Some(again) = approvals.first().cloned()
    {
        approvals.push(again);
    }
    if choices.once_in(15) {
        let junk = choices.of(&["null", "{}", r#"{"payload":7}"#, "[[]]"]);
        approvals.push(junk.into());
    }
    if choices.once_in(2) {
        approvals.reverse();
    }
    let mut sides = [training.to_json(), proposal.to_json()];
    if choices.once_in(40) {
        sides[usize::from(choices.below(2))] = choices.of(&["null", "{}", "7"]).into();
    }
    let [training, proposal] = sides;
    let approvals = approvals.iter().fold(ArrayWriter::new(), |array, approval| array.raw(approval));
    ObjectWriter::new()
        .string("media_type", placet_core::bundle::BUNDLE)
        .raw("training_output", training)
        .raw("proposal", proposal)
        .raw("approvals", approvals.finish())
        .raw("ledger", ledger)
        .finish()
        .into_bytes()
}

fn trust_document(
    choices: &mut Choices<'_>,
    pins: &[placet_core::digest::Digest],
    policies: &[Envelope],
    lists: &[Envelope],
    loose: &[Envelope],
    view: String,
) -> Vec<u8> {
    let mut array = |envelopes: &[Envelope]| {
        let mut texts: Vec<_> = envelopes.iter().map(Envelope::to_json).collect();
        if choices.once_in(2) {
            texts.reverse();
        }
        if choices.once_in(40) {
            texts.push("{}".into());
        }
        texts.iter().fold(ArrayWriter::new(), |array, text| array.raw(text)).finish()
    };
    let (policies, lists, loose) = (array(policies), array(lists), array(loose));
    ObjectWriter::new()
        .string("media_type", TRUST)
        .strings("pins", pins.iter().map(ToString::to_string))
        .raw("policies", policies)
        .raw("revocation_lists", lists)
        .raw("revocations", loose)
        .raw("ledger", view)
        .finish()
        .into_bytes()
}

/// The bundle is one that the core reads, which the cases rely on.
#[cfg(test)]
mod tests {
    use super::Case;

    #[test]
    fn a_case_without_choices_is_permitted() {
        let verdict = crate::compare(&Case::of(&[])).expect("they agree");
        assert!(verdict.permit, "{verdict:?}");
        assert!(placet_core::bundle::Bundle::parse(&Case::of(&[]).bundle).is_ok());
    }
}
