//! Verifying files with no network: the full decision, gate by gate.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local, web_sys};
use placet_core::{
    bundle::Bundle,
    code::Code,
    decision::{Decision, Outcome as Answer},
    digest::Digest,
    envelope::Envelope,
    json::Value,
    time::Timestamp,
    trust::Trust,
    weights::Weights,
};

use crate::{
    browser,
    components::{
        Bytes, CopyButton, DigestBlock, DropZone, Field, Gates, Mark, Notice, Outcome, Page, StateBlock,
        Tone, hash,
    },
    context::console,
    state::{
        approval::pretty,
        dropped::{self, Document, LARGEST_DOCUMENT, Question},
        knowledge::Knowledge,
        weights, words,
    },
};

/// A file that was dropped.
#[derive(Clone, Debug)]
struct File {
    name: String,
    size: u64,
    document: Document,
}

/// The page.
#[component]
pub(crate) fn Verify() -> impl IntoView {
    let console = console();
    let files = RwSignal::new(Vec::<File>::new());
    let environment = RwSignal::new(String::new());
    let scope = RwSignal::new(String::new());
    let at = RwSignal::new(browser::now().to_string());
    let pin = RwSignal::new(String::new());
    let reading = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(own) = console.settings.with(|settings| settings.pin) {
            pin.set(own.to_string());
        }
    });
    let on_files = move |dropped: Vec<web_sys::File>| {
        spawn_local(async move {
            for file in dropped {
                reading.set(file.name());
                if let Some(read) = read(&file).await {
                    files.update(|files| files.push(read));
                }
            }
            reading.set(String::new());
        });
    };
    let known = Memo::new(move |_| Held(held(&console.knowledge.get(), &files.get(), &pin.get())));
    let question = Memo::new(move |_| {
        Timestamp::parse(at.get().trim()).map(|now| Question {
            environment: environment.get(),
            scope: scope.get(),
            now,
            weights: dropped_weights(&files.get()),
        })
    });
    let text = |id: &'static str,
                label: &'static str,
                hint: &'static str,
                value: RwSignal<String>,
                error: Signal<String>| {
        html! {
            <Field id=id label=label hint=hint error=error>
                <input class="input" id=id autocomplete="off" spellcheck="false" aria-describedby=format!("{id}-h {id}-e")
                    prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))/>
            </Field>
        }
    };
    let none = Signal::derive(String::new);
    let at_error = Signal::derive(move || {
        if question.with(Option::is_none) {
            "Exactly YYYY-MM-DDTHH:MM:SSZ.".to_owned()
        } else {
            String::new()
        }
    });
    let pin_error = Signal::derive(move || match pin.get().trim() {
        "" => String::new(),
        text if Digest::parse(text).is_none() => "sha256: and 64 hex digits.".to_owned(),
        _ => String::new(),
    });
    html! {
        <Page title="Verify">
            <div class="pagehead"><div>
                <h1>"Verify"</h1>
                <p>"Drop a bundle, an envelope or a trust document. Nothing leaves this browser; it works with the network off."</p>
            </div></div>
            <div class="cols cols--even">
                <DropZone
                    title="Drop files here"
                    hint="Bundles, envelopes and trust documents as JSON; weights of any size are hashed."
                    label="Files to verify"
                    multiple=true
                    center=true
                    on_files=on_files
                />
                <form class="panel" aria-labelledby="q-h" on:submit=|event| event.prevent_default()>
                    <div class="panel__head"><h2 class="h3" id="q-h">"The question"</h2></div>
                    <div class="panel__body question">
                        {text("q-e", "Environment", "Empty: the first that the bundle names.", environment, none)}
                        {text("q-s", "Scope", "Empty: the first that the bundle names.", scope, none)}
                        {text("q-t", "At", "May it run at this time, in UTC?", at, at_error)}
                        {text("q-p", "Pinned policy", "Version 1; yours if it is pinned here.", pin, pin_error)}
                    </div>
                </form>
            </div>
            <p class="live mt-3" role="status">{move || {
                let name = reading.get();
                if name.is_empty() { String::new() } else { format!("Reading {name}") }
            }}</p>
            <div class="results">
                {move || {
                    let known = known.get().0;
                    let question = question.get();
                    let files = files.get();
                    let unpinned = known.pin().is_none() && !files.is_empty();
                    html! {
                        {unpinned.then(|| html! {
                            <Notice tone=Tone::Warn>
                                <p><strong>"No policy is pinned, so nothing can be verified."</strong></p>
                                <p>"Enter the digest of version 1 as a root holder gave it to you."</p>
                            </Notice>
                        })}
                        {question.map(|question| files.iter().map(|file| result(file, &known, &question)).collect_view())}
                    }
                }}
            </div>
            {move || (!files.with(Vec::is_empty)).then(|| html! {
                <div class="row mt-4"><button type="button" class="btn btn--small" on:click=move |_| files.set(Vec::new())>"Clear all files"</button></div>
            })}
        </Page>
    }
}

/// What is held, compared by whether it is the same value: it is made anew only when something changed.
#[derive(Clone)]
struct Held(Arc<Knowledge>);

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Reads a file: as a document where it is one, as weights otherwise.
async fn read(file: &web_sys::File) -> Option<File> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the size of a file is not negative"
    )]
    let size = file.size() as u64;
    let name = placet_core::summary::escape(&file.name());
    if size <= LARGEST_DOCUMENT as u64 {
        let bytes = browser::read(file).await.ok()?;
        if let Some(document) = dropped::read(&bytes) {
            return Some(File { name, size, document });
        }
    }
    let entries = hash(std::slice::from_ref(file), RwSignal::new(false), |_| ()).await.ok()??;
    let entry = entries.into_iter().next()?;
    Some(File { name, size, document: Document::Weights(entry) })
}

/// The documents of dropped trust files, or else this browser's own, under the pin of the question.
fn held(own: &Arc<Knowledge>, files: &[File], pin: &str) -> Arc<Knowledge> {
    let pin = Digest::parse(pin.trim());
    let mut documents = files.iter().filter_map(|file| match &file.document {
        Document::Trust(trust) => Some((**trust).clone()),
        _ => None,
    });
    let Some(mut trust) = documents.next() else {
        return if own.pin() == pin { own.clone() } else { Arc::new(own.pinned(pin)) };
    };
    for more in documents {
        trust.policies.extend(more.policies);
        trust.revocation_lists.extend(more.revocation_lists);
        trust.revocations.extend(more.revocations);
    }
    // What this browser has seen judges files from elsewhere, too: an older list does not pass for new.
    Arc::new(Knowledge::new(pin, trust, own.state.clone()))
}

/// The weights that the dropped files are; several files are a directory.
fn dropped_weights(files: &[File]) -> Option<Weights> {
    let entries: Vec<_> = files
        .iter()
        .filter_map(|file| match &file.document {
            Document::Weights(entry) => Some(entry.clone()),
            _ => None,
        })
        .collect();
    if entries.is_empty() { None } else { weights::of_files(entries, None).ok() }
}

fn result(file: &File, known: &Knowledge, question: &Question) -> AnyView {
    let (name, size) = (file.name.clone(), words::size(file.size));
    match &file.document {
        Document::Bundle(bundle) => about_bundle(name, size, bundle, known, question),
        Document::Envelope(envelope) => about_envelope(name, size, envelope, known, question.now),
        Document::Trust(trust) => about_trust(name, size, trust, known, question.now),
        Document::Weights(entry) => {
            let digest = entry.digest;
            html! {
                <Panel name=name size=size wide=true>
                    <div class="panel__body stack">
                        <p>"No document that is known here, so it was hashed as weights; bundles above and below are asked about it."</p>
                        <div><DigestBlock digest=digest/><CopyButton what="the digest" text=digest.to_string()/></div>
                    </div>
                </Panel>
            }
            .into_any()
        }
        Document::Unreadable(error) => {
            let code = error.code().as_str();
            let title = format!("{name} cannot be read.");
            let words = placet_core::summary::escape(&error.to_string());
            html! {
                <Panel name=name size=size>
                    <StateBlock icon="file" title=title bad=true code=code>
                        <p>{words}"."</p>
                    </StateBlock>
                </Panel>
            }
            .into_any()
        }
    }
}

#[component]
fn Panel(
    /// The file's name.
    name: String,
    /// Its size and what it took.
    size: String,
    /// Whether it takes the whole width, as what is no answer does.
    #[prop(optional)]
    wide: bool,
    /// The result.
    children: Children,
) -> impl IntoView {
    let label = name.clone();
    html! {
        <section class="panel result" class:result--wide=wide aria-label=label>
            <div class="panel__head"><h2 class="h3">{name}</h2><span class="small faint">{size}</span></div>
            {children()}
        </section>
    }
}

fn about_bundle(
    name: String,
    size: String,
    bundle: &Bundle,
    known: &Knowledge,
    question: &Question,
) -> AnyView {
    let start = browser::milliseconds();
    let answer = dropped::decide(bundle, known, question);
    let took = browser::milliseconds() - start;
    let answer = match answer {
        Ok(answer) => answer,
        Err(field) => {
            return html! {
                <Panel name=name size=size>
                    <StateBlock icon="unsure" title=format!("No question to ask: {field}.") code=Code::InvalidIdentifier.as_str()>
                        <p>"The bundle names no model that can be asked about, or the question above is no name."</p>
                    </StateBlock>
                </Panel>
            }
            .into_any();
        }
    };
    let decision = answer.decided.decision.clone();
    let failing = dropped::failing(&answer).len();
    let (environment, scope) = (decision.request.environment.to_string(), decision.request.scope.to_string());
    let outcome = match decision.outcome {
        Answer::Permit => {
            let ends = answer
                .ends
                .map_or_else(String::new, |ends| format!("The approval ends on {}. ", words::until(ends)));
            let holds = decision.valid_until.map_or_else(String::new, |until| {
                format!("This answer holds until {}, or until newer documents arrive.", words::exact(until))
            });
            html! { <Outcome tone=Tone::Ok icon="ok" word="Permit">{format!("{environment}, {scope}. {ends}{holds}")}</Outcome> }.into_any()
        }
        Answer::Deny => html! {
            <Outcome tone=Tone::Bad icon="bad" word="Deny">
                {format!("{failing} of {} gates {}. It may not run in {environment}, {scope}.",
                    decision.gates.len(), if failing == 1 { "fails" } else { "fail" })}
            </Outcome>
        }
        .into_any(),
    };
    let json = String::from_utf8_lossy(&answer.decided.bytes).into_owned();
    let (why, signatures) = (why(&decision, known), signatures(&decision, known));
    let title = format!("All {} gates", decision.gates.len());
    html! {
        <Panel name=name size=format!("{size}, {took:.1} ms")>
            {outcome}
            {why}
            {(!answer.weights_seen).then(|| html! {
                <div class="panel__body"><Mark icon="unsure" wrap=true>"Asked about the weights that the bundle itself names. Drop the weights to check those that you hold."</Mark></div>
            })}
            <div class="panel__body"><h3 class="h3">{title}</h3>
                <Gates decision=decision one_column=true/></div>
            {signatures}
            <div class="panel__foot"><CopyButton what="the decision as JSON" text=json words=true/></div>
        </Panel>
    }
    .into_any()
}

/// The reasons in words, each once; for other weights both digests, whole.
fn why(decision: &Decision, known: &Knowledge) -> AnyView {
    if decision.denials.is_empty() {
        return ().into_any();
    }
    let reason = |code: &Code| {
        let detail = match code {
            Code::ThresholdNotMet => {
                let could: Vec<_> = decision
                    .quorum
                    .iter()
                    .flat_map(|role| {
                        role.could_sign.iter().map(|name| format!("{} ({})", known.name(name), role.role))
                    })
                    .collect();
                if could.is_empty() {
                    html! { <p class="cellsub">"Nobody could give it."</p> }.into_any()
                } else {
                    html! { <p class="cellsub">{could.join(", ")}" could give it."</p> }.into_any()
                }
            }
            Code::WeightsMismatch => {
                let asked = decision.request.weights.digest;
                html! { <p class="cellsub mt-2">"You dropped"</p><DigestBlock digest=asked/> }.into_any()
            }
            _ => ().into_any(),
        };
        let (meaning, code) = (code.meaning(), code.as_str());
        html! {
            <li><Mark tone=Tone::Bad icon="bad" wrap=true>{meaning}" "<code class="mono">{code}</code></Mark>{detail}</li>
        }
    };
    html! {
        <div class="panel__body"><h3 class="h3">"Why"</h3>
            <ul class="stack mt-2">{decision.denials.iter().map(reason).collect_view()}</ul></div>
    }
    .into_any()
}

fn signatures(decision: &Decision, known: &Knowledge) -> AnyView {
    if decision.approvals.is_empty() {
        return html! { <p class="panel__foot">"The bundle holds no approvals."</p> }.into_any();
    }
    let row = |approval: &placet_core::decision::ApprovalResult| {
        let who =
            approval.approver.as_ref().map_or_else(|| approval.digest.to_string(), |name| known.name(name));
        let role = approval.role.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
        let counted = match (approval.counted, approval.code) {
            (true, _) => html! { <Mark tone=Tone::Ok icon="ok">"counted"</Mark> }.into_any(),
            (false, code) => {
                let words = code.map_or_else(String::new, |code| code.as_str().replace('_', " "));
                html! { <Mark icon="rejected">"not counted: "{words}</Mark> }.into_any()
            }
        };
        html! { <tr><th scope="row">{who}</th><td data-l="Role"><span>{role}</span></td><td data-l="Counted">{counted}</td></tr> }
    };
    html! {
        <table class="table table--cards">
            <caption class="vh">"Signatures in the bundle"</caption>
            <thead><tr><th scope="col">"Signature"</th><th scope="col">"Role"</th><th scope="col">"Counted"</th></tr></thead>
            <tbody>{decision.approvals.iter().map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn about_envelope(
    name: String,
    size: String,
    envelope: &Envelope,
    known: &Knowledge,
    now: Timestamp,
) -> AnyView {
    let opened = dropped::open(envelope, known, now);
    let signer = opened.signer.as_deref().map(placet_core::summary::escape).unwrap_or_default();
    let kind = opened.kind;
    let outcome = match opened.outcome.as_ref().map_err(|error| (error.to_string(), error.code().as_str())) {
        Ok(()) => html! {
            <Outcome tone=Tone::Ok icon="ok" word="Signature holds">{format!("A {kind}, {signer}, under the pinned policy.")}</Outcome>
        }
        .into_any(),
        Err((words, code)) => html! {
            <Outcome tone=Tone::Bad icon="bad" word="Not verified">
                {format!("A {kind}, {signer}: {} ", placet_core::summary::escape(&words))}
                <code class="mono">{code}</code>
            </Outcome>
        }
        .into_any(),
    };
    // A payload that is no JSON is shown as text, with what hides escaped.
    let lines = match Value::parse(&opened.payload) {
        Ok(_) => pretty(&opened.payload),
        Err(_) => {
            String::from_utf8_lossy(&opened.payload).lines().map(placet_core::summary::escape).collect()
        }
    };
    let digest = opened.digest;
    html! {
        <Panel name=name size=size>
            {outcome}
            <div class="panel__body stack">
                <div><DigestBlock digest=digest/><CopyButton what="the digest" text=digest.to_string()/></div>
                <details><summary>{format!("The payload, {}", words::size(opened.payload.len() as u64))}</summary>
                    <Bytes lines=lines label="The payload"/></details>
            </div>
        </Panel>
    }
    .into_any()
}

fn about_trust(name: String, size: String, trust: &Trust, known: &Knowledge, now: Timestamp) -> AnyView {
    let pins: Vec<_> = trust.pins.iter().copied().collect();
    let facts = [known.policy_fact(now), known.list_fact(now)];
    let verified = known.chain().is_some();
    let icon = if verified { "ok" } else { "unsure" };
    html! {
        <Panel name=name size=size wide=true>
            <div class="panel__body stack">
                <p><Mark tone=if verified { Tone::Ok } else { Tone::Plain } icon=icon wrap=true>
                    {if verified { "Its policies follow from the pin." } else { "Its policies do not follow from a pin." }}
                </Mark></p>
                <dl class="facts">
                    {facts.into_iter().map(|fact| html! { <dt>{fact.what}</dt><dd>{fact.when}</dd> }).collect_view()}
                    <dt>"Pins that the file itself names"</dt>
                    <dd>"A claim of the file; bundles are judged by the pin above."
                        {pins.into_iter().map(|pin| html! { <br/><DigestBlock digest=pin/><CopyButton what="the file’s pin" text=pin.to_string()/> }).collect_view()}
                    </dd>
                </dl>
            </div>
        </Panel>
    }
    .into_any()
}
