//! Rejecting a proposal, or withdrawing from it: a category, a reason, and a signature.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_params_map;
use placet_core::{
    approval::Verdict, decision::Outcome as Answer, digest::Digest, envelope::Envelope, name::Role,
};

use super::{
    key_form::{KeyForm, Progress, signatory},
    review::{Problem, fetch, signature_lines},
};
use crate::{
    browser,
    client::Failure,
    components::{
        Bytes, DigestBlock, Field, Icon, Notice, Outcome, Page, SigLines, SignedSentence, StateBlock, Tone,
    },
    context::{Console, console},
    keystore::session::Session,
    state::{
        against::{self, Category},
        approval::{self, Draft},
        quorum,
        review::Review,
        words,
    },
};

/// What is said, in the words of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wording {
    verdict: Verdict,
    title: &'static str,
    done: &'static str,
    button: &'static str,
    lead: &'static str,
    tag: &'static str,
}

const REJECT: Wording = Wording {
    verdict: Verdict::Reject,
    title: "Reject",
    done: "Rejected",
    button: "Sign the rejection",
    lead: "A rejection is for good. A change of mind needs a new proposal.",
    tag: "Your signature says no to this",
};

const WITHDRAW: Wording = Wording {
    verdict: Verdict::Withdraw,
    title: "Withdraw my approval",
    done: "Withdrawn",
    button: "Sign the withdrawal",
    lead: "A withdrawal is for good. You can never approve this proposal again.",
    tag: "Your signature takes back your approval of this",
};

/// What came of signing.
#[derive(Clone)]
struct Done {
    review: Arc<Review>,
    envelope: Envelope,
    sent: Result<(), Failure>,
}

/// Rejecting.
#[component]
pub(crate) fn RejectPage() -> impl IntoView {
    page(REJECT)
}

/// Withdrawing.
#[component]
pub(crate) fn WithdrawPage() -> impl IntoView {
    page(WITHDRAW)
}

fn page(wording: Wording) -> impl IntoView {
    let console = console();
    let params = use_params_map();
    let digest =
        Memo::new(move |_| params.with(|params| Digest::parse(&params.get("digest").unwrap_or_default())));
    let loaded = RwSignal::new(None::<Result<Arc<Review>, Problem>>);
    let done = RwSignal::new(None::<Done>);
    Effect::new(move |_| {
        let (Some(digest), true) = (digest.get(), console.ready.get()) else { return };
        spawn_local(async move { loaded.set(Some(fetch(console, digest).await.map(Arc::new))) });
    });
    let back = move || digest.get().map_or_else(|| "/".to_owned(), |digest| format!("/proposals/{digest}"));
    move || {
        if let Some(done) = done.get() {
            return finished(console, wording, &done, back()).into_any();
        }
        let body = match (digest.get(), loaded.get()) {
            (None, _) => refused("The address holds no digest of a proposal.", "invalid_digest", &back()),
            (Some(_), None) => html! {
                <section class="panel"><div class="state" role="status">
                    <p class="sub">"Fetching and verifying in this browser"</p>
                    <span class="skel skel--b"></span><span class="skel skel--a"></span>
                </div></section>
            }
            .into_any(),
            (Some(_), Some(Err(problem))) => refused(&problem.words, &problem.code, &back()),
            (Some(_), Some(Ok(review))) => form(console, wording, review, done, back()),
        };
        html! { <Frame wording=wording back=back()>{body}</Frame> }.into_any()
    }
}

/// The frame of the page: where you are and what it is.
#[component]
fn Frame(
    /// The words of the page.
    wording: Wording,
    /// The address of the review.
    back: String,
    /// The content.
    children: Children,
) -> impl IntoView {
    html! {
        <Page title=wording.title narrow=true>
            <nav aria-label="Where you are"><ol class="crumbs">
                <li><a href="/">"Inbox"</a></li><li><a href=back>"Review"</a></li><li aria-current="page">{wording.title}</li>
            </ol></nav>
            <div class="pagehead"><div><h1>{wording.title}</h1><p>{wording.lead}</p></div></div>
            {children()}
        </Page>
    }
}

fn refused(words: &str, code: &str, back: &str) -> AnyView {
    let back = back.to_owned();
    html! {
        <section class="panel"><StateBlock icon="off" title=words.to_owned() code=code.to_owned()>
            <p>"Nothing was signed."</p>
            <a href=back>"Back to the review"</a>
        </StateBlock></section>
    }
    .into_any()
}

fn form(
    console: Console,
    wording: Wording,
    review: Arc<Review>,
    done: RwSignal<Option<Done>>,
    back: String,
) -> AnyView {
    let signatory = match signatory(console) {
        Ok(signatory) => signatory,
        Err(view) => return view,
    };
    let known = console.knowledge.get();
    let me = signatory.me.principal.clone();
    let roles = against::roles(wording.verdict, &review, &known, &me);
    let Some(first) = roles.first().cloned() else {
        let words = match wording.verdict {
            Verdict::Withdraw => "No approval of yours can be withdrawn here.",
            _ => "Only people of the governance plane can reject.",
        };
        return refused(words, "nothing_to_say", &back);
    };
    let effects = known
        .policy()
        .map(|policy| against::effects(wording.verdict, &review, policy, &me))
        .unwrap_or_default();
    // The time of signing does not move any more once the page is open.
    let opened = browser::now();
    let role = RwSignal::new(first);
    let category = RwSignal::new(None::<Category>);
    let reason = RwSignal::new(String::new());
    let progress = Progress::new();
    let draft = {
        let (review, me) = (review.clone(), me.clone());
        Memo::new(move |_| {
            let text = against::comment(category.get().unwrap_or(Category::Other), &reason.get());
            Draft::say(wording.verdict, &review, &me, &role.get(), &text, opened)
        })
    };
    let missing =
        Signal::derive(move || match (category.get(), reason.with(|text| text.trim().is_empty())) {
            (None, _) => "Choose a category first.".to_owned(),
            (_, true) => "Say why in a sentence first.".to_owned(),
            _ => String::new(),
        });
    let on_open = {
        let review = review.clone();
        Callback::new(move |session: Session| {
            let (review, draft) = (review.clone(), draft.get_untracked());
            spawn_local(async move {
                match sign(console, &review, &draft, &session).await {
                    Ok(signed) => done.set(Some(signed)),
                    Err(words) => progress.failed(words),
                }
            });
        })
    };
    let several = roles.len() > 1;
    let shown = review.clone();
    let approver = me.to_string();
    html! {
        {move || html! {
            <SignedSentence
                review=shown.clone()
                tag=wording.tag
                facts=vec![
                    ("Decision", wording.verdict.as_str().to_owned()),
                    ("Signer", approver.clone()),
                    ("Said as", role.get().to_string()),
                    ("Signed at", words::exact(opened)),
                ]
            />
        }}
        <div class="cols cols--even mt-6">
            <section class="panel"><div class="panel__head"><h2 class="h2">"What it does"</h2></div><div class="panel__body stack">
                <ul class="bul">{effects.into_iter().map(|effect| html! { <li>{effect}</li> }).collect_view()}</ul>
                <p class="sub small">"It is public, it counts whatever else is signed later, and it cannot be deleted."</p>
            </div></section>
            <section class="panel"><div class="panel__head"><h2 class="h2">"Why"</h2></div><div class="panel__body">
                <Field id="category" label="Category">
                    <select class="select" id="category" required=true on:change=move |event| category.set(Category::parse(&event_target_value(&event)))>
                        <option value="">"Choose one"</option>
                        {Category::ALL.map(|category| html! { <option value=category.as_str()>{category.title()}</option> }).into_iter().collect_view()}
                    </select>
                </Field>
                <Field id="reason" label="In your words, signed and public" hint="Writing here changes the bytes; they are shown again below.">
                    <textarea class="area" id="reason" rows="3" maxlength="2000" aria-describedby="reason-h"
                        prop:value=move || reason.get() on:input=move |event| reason.set(event_target_value(&event))></textarea>
                </Field>
                {several.then(|| html! {
                    <Field id="role" label="Said as">
                        <select class="select" id="role" on:change=move |event| {
                            if let Ok(chosen) = Role::parse(&event_target_value(&event)) { role.set(chosen); }
                        }>
                            {roles.iter().map(|name| html! { <option value=name.to_string()>{name.to_string()}</option> }).collect_view()}
                        </select>
                    </Field>
                })}
            </div></section>
        </div>
        <KeyForm console=console key=signatory.key label=wording.button danger=true missing=missing progress=progress back=back on_open=on_open/>
        <section class="panel mt-4"><div class="panel__body"><details>
            <summary>{move || format!("Exact bytes, {} bytes", draft.with(|draft| draft.payload.len()))}</summary>
            {move || html! { <p class="stack"><DigestBlock digest=draft.with(Draft::digest)/></p> }}
            {move || html! { <Bytes lines=draft.with(|draft| approval::pretty(&draft.payload)) label="The bytes that are signed, line by line"/> }}
        </details></div></section>
    }
    .into_any()
}

/// Signs, verifies what came out, and hands it over.
async fn sign(console: Console, review: &Review, draft: &Draft, session: &Session) -> Result<Done, String> {
    let envelope = session.sign(draft);
    let known = console.knowledge.get_untracked();
    let now = browser::now();
    approval::check(draft, &envelope, &known, now).map_err(|unsigned| unsigned.words())?;
    let after = review.with(envelope.clone(), &known, now).map_err(|refusal| refusal.words())?;
    let sent = console.client().submit(&envelope.to_json()).await;
    console.reviewed.set(None);
    console.needs_me.set(None);
    console.refresh().await;
    console.arrivals.update(|count| *count += 1);
    Ok(Done { review: Arc::new(after), envelope, sent })
}

fn finished(console: Console, wording: Wording, done: &Done, back: String) -> impl IntoView + use<> {
    let known = console.knowledge.get_untracked();
    let me = console.me.get_untracked();
    let review = done.review.clone();
    let principal = me.as_ref().map(|me| &me.principal);
    let places = review
        .places
        .iter()
        .map(|place| {
            let decision = &place.decided.decision;
            let (tone, icon, word) = match decision.outcome {
                Answer::Permit => (Tone::Warn, "warn", "Permit"),
                Answer::Deny => (Tone::Bad, "bad", "Deny"),
            };
            let text = format!("{}: {}.", place.environment, quorum::words(decision));
            html! {
                <section class="panel">
                    <Outcome tone=tone icon=icon word=word>{text}</Outcome>
                    <div class="panel__body"><SigLines lines=signature_lines(&known, &review, place, principal)/></div>
                </section>
            }
        })
        .collect_view();
    let (title, handed) = (review.title(), (done.envelope.clone(), done.sent.clone()));
    let name = format!("{}-{}.json", review.title().replace([' ', '/'], "-"), wording.verdict.as_str());
    html! {
        <Page title=wording.done narrow=true>
            <nav aria-label="Where you are"><ol class="crumbs">
                <li><a href="/">"Inbox"</a></li><li><a href=back>"Review"</a></li><li aria-current="page">{wording.done}</li>
            </ol></nav>
            <div class="pagehead"><div><h1>{wording.done}</h1><p>{title}</p></div></div>
            {handed_over(&handed.0, handed.1, name)}
            <div class="mt-4">{places}</div>
            <div class="row mt-4"><a class="btn btn--primary" href="/">"Back to the inbox"<Icon name="go"/></a></div>
        </Page>
    }
}

/// Whether the registry took a signed document, and the document as a file.
pub(crate) fn handed_over(
    envelope: &Envelope,
    sent: Result<(), Failure>,
    name: String,
) -> impl IntoView + use<> {
    let text = envelope.to_json();
    let save = move |_| {
        // A download that the browser refuses leaves the page as it is.
        let _ = browser::save(&name, "application/json", &text);
    };
    let words = match sent {
        Ok(()) => html! {
            <Notice tone=Tone::Ok><p>"Signed, verified with the strict verifier, and taken by the registry."</p></Notice>
        }
        .into_any(),
        Err(failure) => html! {
            <Notice tone=Tone::Warn>
                <p><strong>"Signed and verified here, but the registry did not take it."</strong></p>
                <p>{failure.words()}" Save it and hand it over; it stays what it is. "<code class="mono">{failure.code()}</code></p>
            </Notice>
        }
        .into_any(),
    };
    html! {
        {words}
        <div class="row mt-3"><button type="button" class="btn" on:click=save><Icon name="save"/>"Save what I signed"</button></div>
    }
}
