//! Revoking: what stops where and when comes before the reason, and the model's name is typed before anything is signed.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::{use_params_map, use_query_map};
use placet_core::{digest::Digest, envelope::Envelope, revocation::Reason};

use super::{
    against::handed_over,
    key_form::{KeyForm, Progress, signatory},
    review::{Problem, fetch, others},
};
use crate::{
    browser,
    client::Failure,
    components::{Bytes, DigestBlock, Field, Icon, Mark, Page, StateBlock, Tone},
    context::{Console, console},
    keystore::session::Session,
    state::{
        approval::pretty,
        review::Review,
        revoke::{self, Choice, Draft, Stop},
        words,
    },
};

/// A proposal and the others of its model.
#[derive(Clone)]
struct Loaded {
    review: Arc<Review>,
    others: Arc<Vec<Review>>,
}

/// What came of signing.
#[derive(Clone)]
struct Done {
    stops: Vec<Stop>,
    envelope: Envelope,
    sent: Result<(), Failure>,
}

/// The page.
#[component]
pub(crate) fn RevokePage() -> impl IntoView {
    let console = console();
    let params = use_params_map();
    let query = use_query_map();
    let digest =
        Memo::new(move |_| params.with(|params| Digest::parse(&params.get("digest").unwrap_or_default())));
    let loaded = RwSignal::new(None::<Result<Loaded, Problem>>);
    let done = RwSignal::new(None::<Done>);
    Effect::new(move |_| {
        let (Some(digest), true) = (digest.get(), console.ready.get()) else { return };
        spawn_local(async move {
            let result = match fetch(console, digest).await {
                Ok(review) => {
                    let others = Arc::new(others(console, &review).await);
                    Ok(Loaded { review: Arc::new(review), others })
                }
                Err(problem) => Err(problem),
            };
            loaded.set(Some(result));
        });
    });
    move || {
        let title = match loaded.get() {
            Some(Ok(loaded)) => format!("Revoke {}", loaded.review.title()),
            _ => "Revoke".to_owned(),
        };
        let model = loaded.get().and_then(Result::ok).map(|loaded| model_of(&loaded.review));
        let body = match (done.get(), digest.get(), loaded.get()) {
            (Some(done), ..) => finished(&done),
            (None, None, _) => refused("The address holds no digest of a proposal.", "invalid_digest"),
            (None, Some(_), None) => html! {
                <section class="panel"><div class="state" role="status">
                    <p class="sub">"Working out in this browser what would stop"</p>
                    <span class="skel skel--b"></span><span class="skel skel--a"></span>
                </div></section>
            }
            .into_any(),
            (None, Some(_), Some(Err(problem))) => refused(&problem.words, &problem.code),
            (None, Some(_), Some(Ok(loaded))) => {
                let prefilled = Prefilled {
                    reason_code: query
                        .with_untracked(|q| q.get("reason"))
                        .and_then(|text| Reason::parse(&text)),
                    reason: query.with_untracked(|q| q.get("words")).unwrap_or_default(),
                    evidence: query.with_untracked(|q| q.get("evidence")).unwrap_or_default(),
                };
                form(console, loaded, prefilled, done)
            }
        };
        html! {
            <Page title=title.clone()>
                <nav aria-label="Where you are"><ol class="crumbs">
                    <li><a href="/models">"Models"</a></li>
                    {model.map(|model| {
                        let href = super::models::address(&model);
                        html! { <li><a href=href>{model}</a></li> }
                    })}
                    <li aria-current="page">"Revoke"</li>
                </ol></nav>
                <div class="pagehead"><div><h1>{title}</h1><p>"Final: nothing un-revokes. A new proposal takes its place."</p></div></div>
                {body}
            </Page>
        }
    }
}

fn model_of(review: &Review) -> String {
    review.proposal.statement().subject.model_id.to_string()
}

fn refused(words: &str, code: &str) -> AnyView {
    html! {
        <section class="panel"><StateBlock icon="off" title=words.to_owned() code=code.to_owned()>
            <p>"Nothing was signed. Without the registry, "<span class="mono">"placet revoke"</span>" signs from files."</p>
            <a href="/models">"Back to the models"</a>
        </StateBlock></section>
    }
    .into_any()
}

/// What the address brings along, from a drift report.
struct Prefilled {
    reason_code: Option<Reason>,
    reason: String,
    evidence: String,
}

fn reason_title(reason: Reason) -> &'static str {
    match reason {
        Reason::Security => "security: it is dangerous",
        Reason::Drift => "drift: it no longer behaves as it did",
        Reason::Superseded => "superseded: something newer takes its place",
        Reason::Policy => "policy: the rules no longer allow it",
        Reason::Other => "other: the text below tells",
    }
}

fn form(console: Console, loaded: Loaded, prefilled: Prefilled, done: RwSignal<Option<Done>>) -> AnyView {
    let signatory = match signatory(console) {
        Ok(signatory) => signatory,
        Err(view) => return view,
    };
    let me = signatory.me.principal.clone();
    let known = console.knowledge.get();
    if !known.policy().is_some_and(|policy| revoke::may_revoke(policy, &me)) {
        return refused("Only people of the governance plane can revoke.", "signer_not_entitled");
    }
    let Loaded { review, others } = loaded;
    let opened = browser::now();
    let model = model_of(&review);
    let weights = RwSignal::new(false);
    let reason_code = RwSignal::new(prefilled.reason_code);
    let reason = RwSignal::new(prefilled.reason);
    let evidence = RwSignal::new(prefilled.evidence);
    let typed = RwSignal::new(String::new());
    let progress = Progress::new();
    let choice = Memo::new(move |_| Choice {
        weights: weights.get(),
        reason_code: reason_code.get().unwrap_or(Reason::Other),
        reason: reason.get(),
        evidence: Digest::parse(evidence.get().trim()),
    });
    let draft = {
        let (review, me) = (review.clone(), me.clone());
        Memo::new(move |_| Draft::new(&review, &me, &choice.get(), opened))
    };
    let stops = {
        let (review, others) = (review.clone(), others.clone());
        Memo::new(move |_| revoke::impact(choice.get().target(&review), &review, &others))
    };
    let evidence_error = Signal::derive(move || {
        let text = evidence.get();
        let wrong = !text.trim().is_empty() && Digest::parse(text.trim()).is_none();
        if wrong { "That is no digest: sha256: and 64 hex digits.".to_owned() } else { String::new() }
    });
    let missing = {
        let model = model.clone();
        Signal::derive(move || {
            if reason_code.get().is_none() {
                "Choose a reason first.".to_owned()
            } else if reason.with(|text| text.trim().is_empty()) {
                "Say why in a sentence first.".to_owned()
            } else if !evidence_error.get().is_empty() {
                "The evidence is no digest.".to_owned()
            } else if typed.get() != model {
                format!("Type {model} to go on.")
            } else {
                String::new()
            }
        })
    };
    let on_open = Callback::new(move |session: Session| {
        let (draft, stops) = (draft.get_untracked(), stops.get_untracked());
        spawn_local(async move {
            match sign(console, &draft, &session).await {
                Ok((envelope, sent)) => done.set(Some(Done { stops, envelope, sent })),
                Err(words) => progress.failed(words),
            }
        });
    });
    let back = super::models::address(&model);
    let title = review.title();
    let digest = review.proposal.digest();
    let by = me.to_string();
    let shown_model = model.clone();
    html! {
        <div class="cols cols--even">
            <section class="panel" aria-labelledby="h-stops"><div class="panel__head"><h2 class="h2" id="h-stops">"What stops"</h2></div><div class="panel__body">
                {move || stops_view(&stops.get())}
                <p class="mt-3">{move || stops.with(|stops| revoke::when(stops))}</p>
                <fieldset class="mt-4">
                    <legend class="label">"What ends"</legend>
                    <label class="choice"><input type="radio" name="target" prop:checked=move || !weights.get() on:change=move |_| weights.set(false)/>
                        "This proposal"<span>{format!("{title} as proposed; the same weights may be proposed again.")}</span></label>
                    <label class="choice"><input type="radio" name="target" prop:checked=move || weights.get() on:change=move |_| weights.set(true)/>
                        "These weights, everywhere"<span>"In every proposal there is and ever will be."</span></label>
                </fieldset>
            </div></section>
            <section class="panel" aria-labelledby="h-why"><div class="panel__head"><h2 class="h2" id="h-why">"Why"</h2></div><div class="panel__body">
                <Field id="reason-code" label="Reason">
                    <select class="select" id="reason-code" required=true on:change=move |event| reason_code.set(Reason::parse(&event_target_value(&event)))>
                        <option value="" selected=move || reason_code.get().is_none()>"Choose one"</option>
                        {Reason::ALL.map(|reason| html! {
                            <option value=reason.as_str() selected=move || reason_code.get() == Some(reason)>{reason_title(reason)}</option>
                        }).into_iter().collect_view()}
                    </select>
                </Field>
                <Field id="reason" label="In your words, signed and public">
                    <textarea class="area" id="reason" rows="3" maxlength="2000"
                        prop:value=move || reason.get() on:input=move |event| reason.set(event_target_value(&event))></textarea>
                </Field>
                <Field id="evidence" label="Evidence (optional)" hint="The digest of a drift report or another document." error=evidence_error>
                    <input class="input mono" id="evidence" autocomplete="off" spellcheck="false" placeholder="sha256:…" aria-describedby="evidence-h evidence-e"
                        prop:value=move || evidence.get() on:input=move |event| evidence.set(event_target_value(&event))/>
                </Field>
            </div></section>
        </div>
        <section class="signed mt-6" aria-labelledby="sentence">
            <p class="signed__tag"><span>"Your signature covers this"</span></p>
            <p class="sentence" id="sentence">{move || {
                let what = if weights.get() { "the weights of " } else { "" };
                html! { "Revoke "{what}<strong>{title.clone()}</strong>", for good." }
            }}</p>
            <dl class="signed__facts">
                <div class="fact"><dt>"Reason"</dt><dd>{move || reason_code.get().map_or("–", Reason::as_str)}</dd></div>
                <div class="fact"><dt>"Signer"</dt><dd>{by}</dd></div>
                <div class="fact"><dt>"Signed at"</dt><dd>{words::exact(opened)}</dd></div>
                {move || choice.get().evidence.map(|digest| html! {
                    <div class="fact"><dt>"Evidence"</dt><dd class="mono wrap">{digest.to_string()}</dd></div>
                })}
            </dl>
            {move || (!reason.with(|text| text.trim().is_empty())).then(|| html! {
                <p class="measure">"“"{placet_core::summary::escape(reason.get().trim())}"”"</p>
            })}
            <p class="signed__target">{move || if weights.get() { "Weights " } else { "Proposal " }}</p>
            {let weights_digest = review.proposal.statement().subject.weights.digest;
            move || html! { <DigestBlock digest=if weights.get() { weights_digest } else { digest }/> }}
        </section>
        <section class="panel mt-4"><div class="panel__body">
            <Field id="model" label="Type the model’s name to go on" hint=shown_model>
                <input class="input" id="model" autocomplete="off" spellcheck="false" aria-describedby="model-h"
                    prop:value=move || typed.get() on:input=move |event| typed.set(event_target_value(&event))/>
            </Field>
        </div></section>
        <KeyForm console=console key=signatory.key label="Sign the revocation" danger=true missing=missing progress=progress back=back on_open=on_open/>
        <section class="panel mt-4"><div class="panel__body"><details>
            <summary>{move || format!("Exact bytes, {} bytes", draft.with(|draft| draft.payload.len()))}</summary>
            {move || html! { <p class="stack"><DigestBlock digest=draft.with(Draft::digest)/></p> }}
            {move || html! { <Bytes lines=draft.with(|draft| pretty(&draft.payload)) label="The bytes of the revocation, line by line"/> }}
        </details></div></section>
    }
    .into_any()
}

fn stops_view(stops: &[Stop]) -> impl IntoView + use<> {
    let stop = |stop: &Stop| {
        let (tone, icon) = if stop.stops.is_some() { (Tone::Bad, "bad") } else { (Tone::Plain, "none") };
        let (head, rest) = (stop.head(), stop.rest());
        html! {
            <li><Mark tone=tone icon=icon wrap=true>{head}</Mark><p class="small sub">{rest}</p></li>
        }
    };
    html! { <ul class="stack">{stops.iter().map(stop).collect_view()}</ul> }
}

/// Signs, verifies what came out, and hands it over.
async fn sign(
    console: Console,
    draft: &Draft,
    session: &Session,
) -> Result<(Envelope, Result<(), Failure>), String> {
    let envelope = draft.sign(session);
    let known = console.knowledge.get_untracked();
    revoke::check(draft, &envelope, &known, browser::now()).map_err(|unsigned| unsigned.words())?;
    let sent = console.client().submit(&envelope.to_json()).await;
    console.reviewed.set(None);
    console.refresh().await;
    console.arrivals.update(|count| *count += 1);
    Ok((envelope, sent))
}

fn finished(done: &Done) -> AnyView {
    let name = format!("revocation-{}.json", done.envelope.digest().to_hex().get(..8).unwrap_or_default());
    html! {
        {handed_over(&done.envelope, done.sent.clone(), name)}
        <section class="panel mt-4" aria-labelledby="h-stops"><div class="panel__head"><h2 class="h2" id="h-stops">"What stops"</h2></div><div class="panel__body">
            {stops_view(&done.stops)}
            <p class="mt-3">{revoke::when(&done.stops)}</p>
        </div></section>
        <div class="row mt-4"><a class="btn btn--primary" href="/models">"Back to the models"<Icon name="go"/></a></div>
    }
    .into_any()
}
