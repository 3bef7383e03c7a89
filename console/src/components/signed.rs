//! What is signed, between double rules. Nothing else on a page stands there.

use leptos::prelude::*;

use super::DigestShort;
use crate::state::{review::Review, words};

/// The sentence, the facts that the signature adds, and the whole text.
#[component]
pub(crate) fn SignedSentence(
    /// The verified proposal.
    review: std::sync::Arc<Review>,
    /// Whether the sentence is the page's heading.
    #[prop(optional)]
    heading: bool,
    /// Whether the whole text is shown from the start.
    #[prop(optional)]
    open: bool,
    /// What the signature does, where it does not say yes.
    #[prop(default = "Your signature covers this")]
    tag: &'static str,
    /// More that is signed: name and value.
    #[prop(optional)]
    facts: Vec<(&'static str, String)>,
) -> impl IntoView {
    let lines = words::count(review.summary.lines().count(), "line", "lines");
    let facts = (!facts.is_empty()).then(|| {
        let fact = |(name, value)| html! { <div class="fact"><dt>{name}</dt><dd>{value}</dd></div> };
        html! { <dl class="signed__facts">{facts.into_iter().map(fact).collect_view()}</dl> }
    });
    let digest = review.proposal.digest();
    let summary = review.summary.clone();
    let sentence = if heading {
        html! { <h1 class="sentence" id="sentence">{sentence(&review)}</h1> }.into_any()
    } else {
        html! { <p class="sentence" id="sentence">{sentence(&review)}</p> }.into_any()
    };
    html! {
        <section class="signed" aria-labelledby="sentence">
            <p class="signed__tag">
                <span>{tag}</span>
                <span class="nowrap">"proposal "<DigestShort digest=digest/></span>
            </p>
            {sentence}
            {facts}
            <details class="signed__text" open=open>
                <summary>{format!("The whole text, {lines}")}</summary>
                <pre tabindex="0" aria-label="The whole text that is signed">{summary}</pre>
            </details>
        </section>
    }
}

fn sentence(review: &Review) -> impl IntoView + use<> {
    let proposal = review.proposal.statement();
    let weights = proposal.subject.weights;
    let hex = weights.digest.to_hex();
    let short = format!("sha256 {} {}…", hex.get(..4).unwrap_or_default(), hex.get(4..8).unwrap_or_default());
    let kind = match weights.kind {
        placet_core::weights::WeightsKind::File => "weights",
        placet_core::weights::WeightsKind::Directory => "weights directory",
    };
    let from = (proposal.window.not_before > review.now)
        .then(|| html! { ", from "<strong>{words::until(proposal.window.not_before)}</strong> });
    html! {
        "Allow "<strong>{review.title()}</strong>" ("{kind}" "
        <span class="mono" title=weights.digest.to_string()>{short}</span>") to run in "
        <strong>{words::list(&proposal.environments)}</strong>", for "
        {words::list(&proposal.scopes)}{from}", until "
        <strong>{words::until(proposal.window.not_after)}</strong>"."
    }
}
