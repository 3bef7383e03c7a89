//! Signing, as a step of its own: nothing to choose but the comment and how long the key stays open.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_params_map;
use placet_core::{
    decision::Outcome as Answer, digest::Digest, envelope::Envelope, key, name::Role, time::Timestamp,
};
use zeroize::Zeroize as _;

use super::review::{Problem, can_sign, fetch, signature_lines};
use crate::{
    browser,
    client::Failure,
    components::{
        Bytes, DigestBlock, Field, Icon, KeyChip, Mark, Notice, Outcome, Page, SigLines, SignedSentence,
        Slots, StateBlock, Tone, WordList,
    },
    context::{Console, console},
    keystore::{
        record::StoredKey,
        session::{OPEN_SECONDS, Session},
    },
    state::{
        approval::{self, Draft},
        knowledge::Me,
        quorum,
        review::Review,
        words,
    },
};

/// What stands in the way of signing.
#[derive(Clone, Debug)]
enum Step {
    /// Fetching again and comparing.
    Comparing,
    /// The same as was read.
    Ready(Arc<Review>),
    /// It must be read first.
    Unread,
    /// It is not what was read.
    Changed { read: Digest, words: String },
    /// There is nothing to sign.
    Refused(Problem),
    /// Signed.
    Done(Done),
}

/// What came of signing.
#[derive(Clone, Debug)]
struct Done {
    /// The proposal with my approval, decided here.
    review: Arc<Review>,
    /// The signed approval.
    envelope: Envelope,
    /// Whether the registry took it.
    sent: Result<(), Failure>,
}

/// The page.
#[component]
pub(crate) fn Sign() -> impl IntoView {
    let console = console();
    let params = use_params_map();
    let digest =
        Memo::new(move |_| params.with(|params| Digest::parse(&params.get("digest").unwrap_or_default())));
    let step = RwSignal::new(Step::Comparing);
    // The time of signing does not move any more once the step is open.
    let opened = browser::now();
    Effect::new(move |_| {
        let (Some(digest), true) = (digest.get(), console.ready.get()) else { return };
        let read = console.reviewed.get_untracked().filter(|review| review.proposal.digest() == digest);
        let Some(read) = read else { return step.set(Step::Unread) };
        spawn_local(async move { step.set(compare(console, digest, &read).await) });
    });
    let back = move || digest.get().map_or_else(|| "/".to_owned(), |digest| format!("/proposals/{digest}"));
    move || {
        match step.get() {
        Step::Comparing => html! {
            <Frame back=back() title="Sign">
                <section class="panel"><div class="state" role="status">
                    <p class="sub">"Fetching again and comparing byte for byte"</p>
                    <span class="skel skel--b"></span>
                </div></section>
            </Frame>
        }
        .into_any(),
        Step::Unread => html! {
            <Frame back=back() title="Sign">
                <section class="panel"><StateBlock icon="info" title="Read it first.">
                    <p>"This page signs only what was read in this window, and compares it with what the registry serves now."</p>
                    <a href=back()>"Review the proposal"</a>
                </StateBlock></section>
            </Frame>
        }
        .into_any(),
        Step::Changed { read, words } => html! {
            <Frame back=back() title="Sign">
                <Notice tone=Tone::Bad>
                    <p><strong>"The proposal changed since you reviewed it. Signing stopped."</strong></p>
                    <p>{format!("You read {read}. {words} Nothing was signed. ")}<a href=back()>"Review again"</a></p>
                </Notice>
            </Frame>
        }
        .into_any(),
        Step::Refused(problem) => html! {
            <Frame back=back() title="Sign">
                <section class="panel"><StateBlock icon="bad" bad=true title=problem.words code=problem.code>
                    <p>"Nothing was signed."</p>
                    <a href=back()>"Back to the review"</a>
                </StateBlock></section>
            </Frame>
        }
        .into_any(),
        Step::Ready(review) => ready(console, review, opened, step, back()).into_any(),
        Step::Done(done) => finished(console, &done, back()).into_any(),
    }
    }
}

#[component]
fn Frame(
    /// The address of the review.
    back: String,
    /// The window's title.
    title: &'static str,
    /// The content.
    children: Children,
) -> impl IntoView {
    html! {
        <Page title=title narrow=true>
            <nav aria-label="Steps"><ol class="crumbs">
                <li><a href=back>"Review"</a></li><li aria-current="step"><strong>"Sign"</strong></li><li>"Done"</li>
            </ol></nav>
            <h1 class="vh">{title}</h1>
            {children()}
        </Page>
    }
}

async fn compare(console: Console, digest: Digest, read: &Review) -> Step {
    match fetch(console, digest).await {
        Ok(now) if now.same_documents(read) => {
            if can_sign(&now) {
                Step::Ready(Arc::new(now))
            } else {
                Step::Refused(Problem {
                    words: "A signature would not help: nothing is missing, or something else denies it."
                        .into(),
                    code: String::new(),
                    bad: false,
                })
            }
        }
        Ok(_) => {
            Step::Changed { read: digest, words: "The training output or the rules are others now.".into() }
        }
        Err(problem) if problem.bad => Step::Changed { read: digest, words: problem.words },
        Err(problem) => Step::Refused(problem),
    }
}

fn ready(
    console: Console,
    review: Arc<Review>,
    opened: Timestamp,
    step: RwSignal<Step>,
    back: String,
) -> AnyView {
    let refuse = |words: &'static str, code: &'static str| {
        html! {
            <Frame back=back.clone() title="Sign">
                <section class="panel"><StateBlock icon="key" title=words code=code>
                    <a href="/keys">"Go to your keys"</a>
                </StateBlock></section>
            </Frame>
        }
        .into_any()
    };
    if browser::is_framed() {
        return refuse("Another page shows this one in a frame. Keys stay locked.", "framed");
    }
    let Some(me) = console.me.get() else {
        return refuse("No key of this browser is named by the policy.", "signer_unknown");
    };
    let Some(key) = console.my_key() else {
        return refuse("The key that the policy names is not in this browser.", "signer_unknown");
    };
    let roles = review.my_roles(&me.principal);
    let Some(role) = roles.first().cloned() else {
        return refuse("A signature of yours would not count here.", "role_not_in_quorum");
    };
    form(console, review, opened, step, back, me, key, roles, role)
}

#[expect(clippy::too_many_arguments, reason = "one form, drawn in one place")]
fn form(
    console: Console,
    review: Arc<Review>,
    opened: Timestamp,
    step: RwSignal<Step>,
    back: String,
    me: Me,
    key: StoredKey,
    roles: Vec<Role>,
    role: Role,
) -> AnyView {
    let comment = RwSignal::new(String::new());
    let role = RwSignal::new(role);
    let passphrase = RwSignal::new(String::new());
    let keep_open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let error = RwSignal::new(String::new());
    let draft = {
        let (review, me) = (review.clone(), me.clone());
        Memo::new(move |_| Draft::approve(&review, &me.principal, &role.get(), &comment.get(), opened))
    };
    let public = key.public.clone();
    let is_open = Memo::new(move |_| {
        let _ = console.now.get();
        console.session.with(|open| open.as_ref().is_some_and(|open| *open.public_key() == public))
    });
    let submit = {
        let (review, key) = (review.clone(), key.clone());
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            error.set(String::new());
            let (review, key, draft) = (review.clone(), key.clone(), draft.get_untracked());
            let mut typed = passphrase.get_untracked();
            passphrase.set(String::new());
            let keep = keep_open.get_untracked();
            spawn_local(async move {
                browser::breathe().await;
                let result = sign(console, &review, &key, &draft, &typed, keep).await;
                typed.zeroize();
                match result {
                    Ok(done) => step.set(Step::Done(done)),
                    Err(words) => error.set(words),
                }
                busy.set(false);
            });
        }
    };
    let first = review.first().cloned();
    let decision = first.as_ref().map(|place| place.decided.decision.clone());
    let slots = decision.as_ref().map(|d| quorum::slots(d, Some(&me.principal))).unwrap_or_default();
    let effect = effect(&review, &me);
    let digest = review.proposal.digest();
    let compared = words::exact(review.now);
    let shown = review.clone();
    let approver = me.principal.to_string();
    let several = roles.len() > 1;
    html! {
        <Page title="Sign" narrow=true>
            <nav aria-label="Steps"><ol class="crumbs">
                <li><a href=back.clone()>"Review"</a></li><li aria-current="step"><strong>"Sign"</strong></li><li>"Done"</li>
            </ol></nav>
            <div class="pagehead"><div>
                <h1>{move || format!("Sign as {}", role.get())}</h1>
                <p>"Read the sentence once more. Nothing is signed until you press the button below."</p>
            </div></div>
            {move || html! {
                <SignedSentence
                    review=shown.clone()
                    facts=vec![
                        ("Decision", "approve".to_owned()),
                        ("Approver", approver.clone()),
                        ("Counts as", role.get().to_string()),
                        ("Signed at", words::exact(opened)),
                    ]
                />
            }}
            <div class="cols cols--even mt-6">
                <section class="panel"><div class="panel__head"><h2 class="h2">"What it does"</h2></div><div class="panel__body stack">
                    <p><Slots roles=slots/></p>
                    <p>{effect}</p>
                    <p class="sub small">"It does not deploy anything. It cannot be taken back by deleting; you can withdraw, or revoke later."</p>
                </div></section>
                <section class="panel">
                    <div class="panel__head"><h2 class="h2">"Still the same as you reviewed"</h2><Mark tone=Tone::Ok icon="ok">"Same"</Mark></div>
                    <div class="panel__body stack">
                        <p class="small">{format!("Fetched again at {compared} and compared byte for byte with what you read.")}</p>
                        <div><DigestBlock digest=digest/></div>
                        <WordList words=key::words(&digest) label="The proposal’s digest as eight words"/>
                        <p class="hint">"To compare on a second device: "<span class="mono">"placet review"</span></p>
                    </div>
                </section>
            </div>
            <section class="panel mt-4" aria-labelledby="key-h">
                <div class="panel__head"><h2 class="h2" id="key-h">"Your key"</h2><KeyChip key=key.clone()/></div>
                <form class="panel__body" on:submit=submit>
                    <div class="cols cols--even">
                        {move || if is_open.get() { html! {
                            <div class="field"><span class="label">"Key"</span>
                                <p>"Open. One press signs."</p></div>
                        }.into_any() } else { html! {
                            <Field id="pass" label="Passphrase" hint="Opens the key for this one signature." error=error>
                                <input class="input" type="password" id="pass" autocomplete="current-password"
                                    aria-describedby="pass-h pass-e" required=true
                                    aria-invalid=move || (!error.get().is_empty()).then_some("true")
                                    prop:value=move || passphrase.get()
                                    on:input=move |event| { passphrase.set(event_target_value(&event)); error.set(String::new()); }/>
                            </Field>
                        }.into_any() }}
                        <Field id="comment" label="Comment, signed and public (optional)"
                            hint="Writing here changes the bytes; they are shown again below before you sign.">
                            <input class="input" id="comment" maxlength="2000" aria-describedby="comment-h" prop:value=move || comment.get()
                                on:input=move |event| comment.set(event_target_value(&event))/>
                        </Field>
                    </div>
                    {several.then(|| html! {
                        <Field id="role" label="Sign as" hint="A person who approves in two roles counts in none.">
                            <select class="select" id="role" aria-describedby="role-h" on:change=move |event| {
                                if let Ok(chosen) = Role::parse(&event_target_value(&event)) { role.set(chosen); }
                            }>
                                {roles.iter().map(|name| html! { <option value=name.to_string()>{name.to_string()}</option> }).collect_view()}
                            </select>
                        </Field>
                    })}
                    {move || (!is_open.get()).then(|| html! {
                        <label class="choice mt-4">
                            <input type="checkbox" prop:checked=move || keep_open.get() on:change=move |event| keep_open.set(event_target_checked(&event))/>
                            "Keep the key open for 5 minutes"<span>"One press for each signature all the same."</span>
                        </label>
                    })}
                    {move || (is_open.get() && !error.get().is_empty()).then(|| html! {
                        <p class="error mt-3" role="alert"><Icon name="bad"/><span>{error.get()}</span></p>
                    })}
                    <div class="row mt-4">
                        <button type="submit" class="btn btn--primary btn--big" aria-disabled=move || busy.get().then_some("true")>
                            {move || if busy.get() { html! { <Icon name="spin" spin=true/>"Signing…" }.into_any() } else { html! { <Icon name="key"/>"Sign approval" }.into_any() }}
                        </button>
                        <a class="btn btn--big" href=back>"Back to the review"</a>
                    </div>
                </form>
            </section>
            <section class="panel mt-4"><div class="panel__body"><details open=move || !comment.get().is_empty()>
                <summary>{move || format!("Exact bytes, {} bytes", draft.with(|draft| draft.payload.len()))}</summary>
                {move || html! { <p class="stack"><DigestBlock digest=draft.with(Draft::digest)/></p> }}
                {move || html! { <Bytes lines=draft.with(|draft| approval::pretty(&draft.payload)) label="The bytes of the approval, line by line"/> }}
            </details></div></section>
        </Page>
    }
    .into_any()
}

/// What my signature changes, in words.
fn effect(review: &Review, me: &Me) -> impl IntoView + use<> {
    let ends = words::until(review.proposal.statement().window.not_after);
    let mine = review
        .places
        .iter()
        .filter(|place| !quorum::my_roles(&place.decided.decision, &me.principal).is_empty());
    let (mut completes, mut leaves) = (Vec::new(), Vec::new());
    for place in mine {
        match quorum::missing(&place.decided.decision) {
            0 | 1 => completes.push(place.environment.to_string()),
            more => leaves.push((place.environment.to_string(), more - 1)),
        }
    }
    let done = (!completes.is_empty()).then(|| html! {
        <strong>{format!("Your signature completes the quorum for {}. ", words::list(&completes))}</strong>
        {format!("The model becomes deployable there from that moment until {ends}. ")}
    });
    let rest: Vec<_> = leaves
        .into_iter()
        .map(|(place, more)| {
            let more = words::count(more, "signature is", "signatures are");
            format!("For {place}, {more} still needed after yours. ")
        })
        .collect();
    let rest = rest.concat();
    html! { {done}{rest} }
}

/// Opens the key, signs, verifies what came out, and hands it over.
async fn sign(
    console: Console,
    review: &Review,
    key: &StoredKey,
    draft: &Draft,
    passphrase: &str,
    keep_open: bool,
) -> Result<Done, String> {
    let session = if let Some(open) = console.open_key(&key.public) {
        open
    } else {
        let until = browser::now().plus(OPEN_SECONDS);
        Session::open(&key.locked, passphrase, until)
            .map_err(|error| format!("{}. Nothing was signed.", sentence(&error)))?
    };
    let envelope = session.sign(draft);
    if keep_open {
        console.session.set(Some(session));
    }
    let known = console.knowledge.get_untracked();
    let now = browser::now();
    approval::check(draft, &envelope, &known, now).map_err(|unsigned| unsigned.words())?;
    let after = review.with(envelope.clone(), &known, now).map_err(|refusal| refusal.words())?;
    let sent = console.client().submit(&envelope.to_json()).await;
    // Whoever else signed in between is seen, too.
    let fresh = match &sent {
        Ok(()) => fetch(console, review.proposal.digest()).await.ok(),
        Err(_) => None,
    };
    let fresh = fresh.filter(|fresh| fresh.statements().contains_key(&envelope.digest()));
    console.reviewed.set(None);
    // How many are left is counted when the inbox is looked at again.
    console.needs_me.set(None);
    console.arrivals.update(|count| *count += 1);
    Ok(Done { review: Arc::new(fresh.unwrap_or(after)), envelope, sent })
}

/// The error's message as a sentence without its full stop.
fn sentence(error: &placet_keys::KeyFileError) -> String {
    let text = error.to_string();
    let first: String = text.chars().take(1).flat_map(char::to_uppercase).collect();
    first + text.get(1..).unwrap_or_default()
}

fn finished(console: Console, done: &Done, back: String) -> impl IntoView + use<> {
    let known = console.knowledge.get_untracked();
    let me = console.me.get_untracked();
    let review = done.review.clone();
    let principal = me.as_ref().map(|me| &me.principal);
    let title =
        match (review.permitted(), review.first().map(|place| quorum::missing(&place.decided.decision))) {
            (true, _) => "Signed, quorum complete".to_owned(),
            (false, Some(more)) if more > 0 => format!("Signed, {more} more needed"),
            _ => "Signed".to_owned(),
        };
    let places = review
        .places
        .iter()
        .map(|place| {
            let decision = &place.decided.decision;
            let ends = words::until(review.proposal.statement().window.not_after);
            let (tone, icon, word, text) = match decision.outcome {
                Answer::Permit => {
                    let holds = decision.valid_until.map_or_else(String::new, |until| {
                        format!(" Decided in this browser at {}; this answer holds until {}.", words::hours(review.now), words::moment(until))
                    });
                    (Tone::Ok, "ok", "Permit", format!("{}. The approval ends on {ends}.{holds}", place.environment))
                }
                Answer::Deny => (Tone::Plain, "wait", "Waiting", format!("{}: {}.", place.environment, quorum::words(decision))),
            };
            html! {
                <section class="panel">
                    <Outcome tone=tone icon=icon word=word>{text}</Outcome>
                    <div class="panel__body"><SigLines lines=signature_lines(&known, &review, place, principal)/></div>
                </section>
            }
        })
        .collect_view();
    let model = review.title();
    let sent = done.sent.clone();
    let name = format!("{}-approval.json", review.title().replace([' ', '/'], "-"));
    let text = done.envelope.to_json();
    let bundle = review.bundle.to_json();
    let bundle_name = format!("{}.bundle.json", review.title().replace([' ', '/'], "-"));
    let save = move |_| {
        // A download that the browser refuses leaves the page as it is.
        let _ = browser::save(&name, "application/json", &text);
    };
    let save_bundle = move |_| {
        let _ = browser::save(&bundle_name, "application/json", &bundle);
    };
    let sent = match sent {
        Ok(()) => html! {
            <Notice tone=Tone::Ok><p>"Signed, verified with the strict verifier, and taken by the registry."</p></Notice>
        }
        .into_any(),
        Err(failure) => html! {
            <Notice tone=Tone::Warn>
                <p><strong>"Signed and verified here, but the registry did not take it."</strong></p>
                <p>{failure.words()}" Save the approval and hand it over; it stays what it is. "<code class="mono">{failure.code()}</code></p>
            </Notice>
        }
        .into_any(),
    };
    html! {
        <Page title=title.clone() narrow=true>
            <nav aria-label="Steps"><ol class="crumbs">
                <li><a href=back>"Review"</a></li><li>"Sign"</li><li aria-current="step"><strong>"Done"</strong></li>
            </ol></nav>
            <div class="pagehead"><div><h1 id="done">{title}</h1><p>{model}</p></div></div>
            {sent}
            <div class="mt-4">{places}</div>
            <div class="row mt-4">
                <a class="btn btn--primary" href="/">"Back to the inbox"<Icon name="go"/></a>
                <button type="button" class="btn" on:click=save><Icon name="save"/>"Save my approval"</button>
                <button type="button" class="btn" on:click=save_bundle><Icon name="save"/>"Save the bundle"</button>
            </div>
        </Page>
    }
}
