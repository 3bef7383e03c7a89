//! The policy in words: rules, people, planes, what happens when somebody is away, and the next version.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local, web_sys};
use placet_core::{
    name::Principal,
    policy::{Plane, Policy},
    time::Timestamp,
};

use super::key_form::{KeyForm, Progress, signatory};
use crate::{
    browser,
    client::Failure,
    components::{
        Bytes, DigestBlock, DropZone, Field, Icon, Mark, Notice, Page, Slots, StateBlock, Tone, WordList,
    },
    context::{Console, console},
    keystore::session::Session,
    state::{
        approval::pretty,
        health::{self, Reach, Row},
        knowledge::Knowledge,
        quorum::{RoleSlots, Slot},
        rules,
        succession::{self, Draft, Signed},
        words,
    },
};

/// Keys that run out sooner are said to, in days.
const SOON: i64 = 60;

/// The page.
#[component]
pub(crate) fn PolicyPage() -> impl IntoView {
    let console = console();
    let held = Memo::new(move |_| {
        console.knowledge.with(|known| known.chain().map(|chain| chain.newest().digest()))
    });
    move || {
        let known = console.knowledge.get_untracked();
        let body = match (console.ready.get(), held.get(), known.policy()) {
            (false, ..) => html! {
                <h1 class="vh">"Policy"</h1>
                <section class="panel"><div class="state" role="status">
                    <p class="sub">"Reading what this browser knows"</p><span class="skel skel--b"></span><span class="skel skel--a"></span>
                </div></section>
            }
            .into_any(),
            (true, _, None) => html! {
                <h1 class="vh">"Policy"</h1>
                <section class="panel"><StateBlock icon="policy" title="No policy is verified in this browser.">
                    <p>"The policy says who may sign what. It is pinned once, by its digest or its eight words."</p><a href="/">"Pin a policy"</a>
                </StateBlock></section>
            }
            .into_any(),
            (true, _, Some(policy)) => html! {
                {head(&known, policy)}
                {rules_in_words(policy)}
                {away(&known, policy)}
                {people(console, &known, policy)}
                {planes(&known, policy)}
            }
            .into_any(),
        };
        html! { <Page title="Policy">{body}</Page> }
    }
}

fn head(known: &Knowledge, policy: &Policy) -> impl IntoView + use<> {
    let newest = known.chain().map(placet_core::policy::TrustPolicy::newest);
    let mut signers: Vec<_> =
        newest.iter().flat_map(|link| link.signers()).map(|(name, _)| known.name(&name)).collect();
    signers.sort_unstable();
    signers.dedup();
    let root = policy.root.principals.len();
    let lead = format!(
        "In force since {}, until {}. Signed by {}, {} of {} root holders; checked here.",
        words::date(policy.window.not_before),
        words::date(policy.window.not_after),
        words::list(&signers),
        signers.len(),
        root
    );
    let now = browser::now();
    let (version, next) = (policy.version, policy.version + 1);
    let not_in_force = known.chain().and_then(|chain| chain.check_in_force(now).err());
    let ends = (policy.window.not_after.since(now) < SOON * 86_400 && not_in_force.is_none())
        .then(|| words::span(policy.window.not_after.since(now)));
    html! {
        <div class="pagehead">
            <div><h1>{format!("Policy {version}")}</h1><p>{lead}</p></div>
            <div class="row"><a class="btn btn--primary" href="/policy/next">{format!("Draft policy {next}")}</a></div>
        </div>
        {not_in_force.map(|code| html! {
            <Notice tone=Tone::Bad><p><strong>"It is not in force, so nothing is permitted."</strong></p>
                <p>{code.meaning().to_owned()}" "<code class="mono">{code.as_str()}</code></p></Notice>
        })}
        {ends.map(|left| html! {
            <Notice tone=Tone::Warn><p><strong>{format!("It ends in {left}.")}</strong></p>
                <p>"After that nothing is permitted until the next version is signed."</p></Notice>
        })}
    }
}

fn rules_in_words(policy: &Policy) -> impl IntoView + use<> {
    let panel = |rule: &placet_core::policy::Rule| {
        let words = rules::rule(rule, policy);
        let seat = |seat: &placet_core::policy::RoleThreshold| RoleSlots {
            role: seat.role.clone(),
            slots: vec![Slot::Open; usize::try_from(seat.threshold).unwrap_or(usize::MAX).min(64)],
        };
        let roles: Vec<_> = rule.quorum.iter().map(seat).collect();
        html! {
            <section class="panel"><div class="panel__head"><h3 class="h3">{words.name}</h3><Slots roles=roles/></div>
                <div class="panel__body stack"><p class="rule-words">{words.sentence}</p>
                    <ul class="bul small sub">{words.notes.into_iter().map(|note| html! { <li>{note}</li> }).collect_view()}</ul>
                </div></section>
        }
    };
    html! {
        <section class="section mt-6" aria-labelledby="h-ru"><div class="spread"><h2 class="h2" id="h-ru">"Rules in words"</h2></div>
            <div class="cols cols--even">{policy.rules.iter().map(panel).collect_view()}</div>
            <p class="sub mt-3">"Anything else, any other environment included, is denied."</p>
        </section>
    }
}

fn away(known: &Knowledge, policy: &Policy) -> impl IntoView + use<> {
    let now = browser::now();
    let rows = health::rows(policy, &known.revoked_keys(), now);
    let warnings = health::warnings(policy, &rows, |name| known.name(name), words::date);
    let renew: Vec<_> = health::dates(policy, now)
        .into_iter()
        .filter(|(at, _)| at.since(now) < SOON * 86_400)
        .map(|(at, name)| format!("Renew {}’s key before {}.", known.name(&name), words::date(at)))
        .collect();
    let names: Vec<_> = policy.rules.iter().map(|rule| rule.name.to_string()).collect();
    let heads = names.clone();
    let row = |row: &Row| {
        let who = row.away.as_ref().map_or_else(|| "Nobody".to_owned(), |name| known.name(name));
        let from = row.from.map(|from| format!(", from {}", words::date(from))).unwrap_or_default();
        let cells =
            names.iter().zip(&row.reach).map(|(rule, reach)| cell(known, rule.clone(), reach)).collect_view();
        let left = row.left.iter().map(|(role, holders)| {
            let holders: Vec<_> = holders.iter().map(|name| known.name(name)).collect();
            if holders.is_empty() {
                format!("nobody as {role}")
            } else {
                format!("{role}: {}", holders.join(", "))
            }
        });
        let left = left.collect::<Vec<_>>().join("; ");
        html! { <tr><th scope="row">{who}{from}</th>{cells}<td data-l="Who is left"><span>{left}</span></td></tr> }
    };
    let rows = rows.iter().map(row).collect_view();
    html! {
        <section class="section mt-8" aria-labelledby="h-kh">
            <div class="spread"><h2 class="h2" id="h-kh">"If someone is away"</h2>
                <p class="sub">"whoever proposes is counted out where the rule says so; whoever trains always"</p></div>
            <section class="panel"><table class="table table--cards">
                <caption class="vh">"Whether quorums can be reached if a person is away"</caption>
                <thead><tr><th scope="col">"Away"</th>
                    {heads.into_iter().map(|name| html! { <th scope="col">{name}</th> }).collect_view()}
                    <th scope="col">"Who is left where it is scarce"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></section>
            {(!warnings.is_empty() || !renew.is_empty()).then(|| html! {
                <div class="mt-3"><Notice tone=Tone::Warn>
                    {renew.into_iter().map(|text| html! { <p><strong>{text}</strong></p> }).collect_view()}
                    {warnings.into_iter().map(|text| html! { <p>{text}</p> }).collect_view()}
                </Notice></div>
            })}
        </section>
    }
}

fn cell(known: &Knowledge, rule: String, reach: &Reach) -> impl IntoView + use<> {
    let (tone, icon, text) = match reach {
        Reach::Can => (Tone::Ok, "ok", "can".to_owned()),
        Reach::Cannot => (Tone::Bad, "bad", "cannot".to_owned()),
        Reach::Unless(names) => {
            let names: Vec<_> = names.iter().map(|name| known.name(name)).collect();
            (Tone::Warn, "warn", format!("unless proposed by {}", names.join(" or ")))
        }
    };
    html! { <td data-l=rule><span><Mark tone=tone icon=icon>{text}</Mark></span></td> }
}

fn people(console: Console, known: &Knowledge, policy: &Policy) -> impl IntoView + use<> {
    let now = browser::now();
    let revoked = known.revoked_keys();
    let me = console.me.get().map(|me| me.principal);
    let row = |name: &Principal, member: &placet_core::policy::Member| {
        let mine = me.as_ref() == Some(name);
        let root = policy.root.principals.contains(name);
        let roles = words::list(&member.roles);
        let keys = member.keys.iter().map(|key| {
            let ends = key.window.not_after;
            let left = ends.since(now);
            let (tone, icon, text) = if revoked.contains(&key.public.key_id()) {
                (Tone::Bad, "bad", "revoked".to_owned())
            } else if !key.window.contains(now) {
                (
                    Tone::Bad,
                    "expired",
                    if left <= 0 { "expired".to_owned() } else { "not valid yet".to_owned() },
                )
            } else if left < SOON * 86_400 {
                (Tone::Warn, "expiring", format!("expires in {}", words::span(left)))
            } else {
                (Tone::Ok, "ok", "in use".to_owned())
            };
            html! {
                <li><span class="mono wrap">{key.public.fingerprint()}</span>
                    <span class="cellsub">{format!("until {} ", words::date(ends))}</span>
                    <Mark tone=tone icon=icon>{text}</Mark></li>
            }
        });
        let keys = keys.collect_view();
        let display = known.name(name);
        html! {
            <tr><th scope="row">{display}{mine.then_some(", you")}<span class="cellsub">{name.to_string()}{root.then_some(", root holder")}</span></th>
                <td data-l="Unit"><span>{placet_core::summary::escape(&member.unit)}</span></td>
                <td data-l="Role"><span>{roles}</span></td>
                <td data-l="Keys"><ul class="keys-list">{keys}</ul></td></tr>
        }
    };
    let governs = policy.principals.iter().filter(|(name, _)| policy.stands_in(name, Plane::Governance));
    let rows = governs.map(|(name, member)| row(name, member)).collect_view();
    html! {
        <section class="section mt-8" aria-labelledby="h-pe">
            <div class="spread"><h2 class="h2" id="h-pe">"People"</h2><p class="sub">"governance plane: may approve, never train or deploy"</p></div>
            <section class="panel"><table class="table table--cards">
                <caption class="vh">"People and their keys"</caption>
                <thead><tr><th scope="col">"Person"</th><th scope="col">"Unit"</th><th scope="col">"Role"</th><th scope="col">"Keys"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></section>
        </section>
    }
}

fn planes(known: &Knowledge, policy: &Policy) -> impl IntoView + use<> {
    let row = |plane: Plane| {
        let members = policy.principals.keys().filter(|name| policy.stands_in(name, plane));
        let who: Vec<_> = members
            .map(|name| {
                let operators =
                    policy.principals.get(name).map(|member| member.operators.as_slice()).unwrap_or_default();
                let operators: Vec<_> = operators.iter().map(|name| known.name(name)).collect();
                if operators.is_empty() {
                    known.name(name)
                } else {
                    format!("{}, operated by {}", known.name(name), words::list(&operators))
                }
            })
            .collect();
        let who = if who.is_empty() { "nobody".to_owned() } else { who.join("; ") };
        let (may, never) = rules::plane(plane, policy);
        html! {
            <tr><th scope="row">{plane.as_str()}</th><td data-l="Who"><span>{who}</span></td>
                <td data-l="May"><span>{may}</span></td><td data-l="May never"><span>{never}</span></td></tr>
        }
    };
    let others = Plane::ALL.into_iter().filter(|plane| *plane != Plane::Governance);
    html! {
        <section class="section mt-8" aria-labelledby="h-pl">
            <div class="spread"><h2 class="h2" id="h-pl">"The other planes"</h2><p class="sub">"no person and no key stands in two"</p></div>
            <section class="panel"><table class="table table--cards">
                <caption class="vh">"Planes other than governance"</caption>
                <thead><tr><th scope="col">"Plane"</th><th scope="col">"Who"</th><th scope="col">"May"</th><th scope="col">"May never"</th></tr></thead>
                <tbody>{others.map(row).collect::<Vec<_>>()}</tbody>
            </table></section>
        </section>
    }
}

/// What came of handing the next policy over.
#[derive(Clone)]
struct Handed {
    sent: Result<(), Failure>,
}

/// Drafting and signing the next version.
#[component]
pub(crate) fn NextPolicyPage() -> impl IntoView {
    let console = console();
    let draft = RwSignal::new(None::<Arc<Draft>>);
    let handed = RwSignal::new(None::<Handed>);
    let held = Memo::new(move |_| {
        console.knowledge.with(|known| known.chain().map(|chain| chain.newest().digest()))
    });
    let opened = browser::now();
    move || {
        let known = console.knowledge.get_untracked();
        let title =
            known.policy().map_or_else(|| "Next policy".to_owned(), |p| format!("Policy {}", p.version + 1));
        let body = match (console.ready.get(), held.get(), draft.get()) {
            (true, None, _) => html! {
                <section class="panel"><StateBlock icon="policy" title="No policy is verified in this browser.">
                    <p>"A next version follows from one that is."</p><a href="/">"Pin a policy"</a>
                </StateBlock></section>
            }
            .into_any(),
            (true, Some(_), None) => edit(console, draft, opened).into_any(),
            (true, Some(_), Some(held)) => sign_view(console, held, draft, handed),
            _ => html! {
                <section class="panel"><div class="state" role="status"><p class="sub">"Reading what this browser knows"</p><span class="skel skel--b"></span></div></section>
            }
            .into_any(),
        };
        html! {
            <Page title=title.clone() narrow=true>
                <nav aria-label="Where you are"><ol class="crumbs"><li><a href="/policy">"Policy"</a></li><li aria-current="page">{title.clone()}</li></ol></nav>
                <div class="pagehead"><div><h1>{title}</h1><p>"Draft it, or open a draft that others have begun to sign. It comes into force when enough holders of the root have signed."</p></div></div>
                {move || handed.get().map(|handed| match handed.sent {
                    Ok(()) => html! { <Notice tone=Tone::Ok><p>"The registry took it. It is in force for everybody who hears the registry."</p></Notice> }.into_any(),
                    Err(failure) => html! { <Notice tone=Tone::Warn><p><strong>{failure.words()}</strong></p>
                        <p>"The draft is what it was. "<code class="mono">{failure.code()}</code></p></Notice> }.into_any(),
                })}
                {body}
            </Page>
        }
    }
}

fn edit(console: Console, draft: RwSignal<Option<Arc<Draft>>>, opened: Timestamp) -> impl IntoView {
    let known = console.knowledge.get_untracked();
    let begun = known.chain().map(|chain| succession::begin(chain.newest(), chain.domain(), opened));
    let text = RwSignal::new(begun.as_ref().map(succession::text).unwrap_or_default());
    let error = RwSignal::new(String::new());
    let file_error = RwSignal::new(String::new());
    let read = Memo::new(move |_| {
        let known = console.knowledge.get_untracked();
        succession::read(&text.get(), &known)
    });
    let wrong = Signal::derive(move || {
        let typed = error.get();
        match read.get() {
            Err(refusal) => format!("{} {}", refusal.words, refusal.code),
            Ok(_) => typed,
        }
    });
    let changes = move || {
        let known = console.knowledge.get_untracked();
        read.get().ok().map(|policy| Draft::new(policy).differences(&known))
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match read.get_untracked() {
            Ok(policy) => draft.set(Some(Arc::new(Draft::new(policy)))),
            Err(refusal) => error.set(refusal.words),
        }
    };
    let on_files = move |files: Vec<web_sys::File>| {
        let Some(file) = files.into_iter().next() else { return };
        spawn_local(async move {
            let known = console.knowledge.get_untracked();
            match browser::read(&file).await.map(|bytes| Draft::open(&bytes, &known)) {
                Ok(Ok(opened)) => draft.set(Some(Arc::new(opened))),
                Ok(Err(refusal)) => file_error.set(format!("{} {}", refusal.words, refusal.code)),
                Err(_) => file_error.set("The file cannot be read.".into()),
            }
        });
    };
    html! {
        <section class="panel"><div class="panel__head"><h2 class="h2">"Open a draft"</h2></div><div class="panel__body">
            <DropZone title="Drop a draft here" hint="The file that somebody who signed it gave you. It stays in this browser." label="Draft of the next policy" on_files=on_files/>
            {move || (!file_error.get().is_empty()).then(|| html! { <p class="error mt-3" role="alert"><Icon name="bad"/><span>{file_error.get()}</span></p> })}
        </div></section>
        <form on:submit=submit>
            <section class="panel mt-4"><div class="panel__head"><h2 class="h2">"Or draft it"</h2></div><div class="panel__body">
                <Field id="draft" label="The document" hint="The policy that is in force, as its own successor. What it changes is said below as you write." error=wrong>
                    <textarea class="area area--document mono" id="draft" rows="18" spellcheck="false" autocomplete="off" aria-describedby="draft-h draft-e"
                        aria-invalid=move || read.get().is_err().then_some("true")
                        prop:value=move || text.get() on:input=move |event| { text.set(event_target_value(&event)); error.set(String::new()); }></textarea>
                </Field>
            </div></section>
            <section class="panel mt-4" aria-labelledby="h-di"><div class="panel__head"><h2 class="h2" id="h-di">"What it changes"</h2></div><div class="panel__body" aria-live="polite">
                {move || changes().map_or_else(|| html! { <p class="sub">"The document cannot be read yet."</p> }.into_any(), |changes| differences(changes).into_any())}
            </div></section>
            <div class="row mt-4"><button type="submit" class="btn btn--primary btn--big" aria-disabled=move || read.get().is_err().then_some("true")>"Continue to sign"</button>
                <a class="btn btn--big" href="/policy">"Back"</a></div>
        </form>
    }
}

fn differences(changes: Vec<String>) -> impl IntoView {
    if changes.is_empty() {
        return html! { <p class="sub">"Nothing but its number and its beginning."</p> }.into_any();
    }
    html! { <ul class="bul">{changes.into_iter().map(|text| html! { <li>{text}</li> }).collect_view()}</ul> }
        .into_any()
}

fn sign_view(
    console: Console,
    held: Arc<Draft>,
    draft: RwSignal<Option<Arc<Draft>>>,
    handed: RwSignal<Option<Handed>>,
) -> AnyView {
    let known = console.knowledge.get_untracked();
    let changes = held.differences(&known);
    let [before, after] = held.standing(&known);
    let accepted = held.is_accepted(&known);
    let version = held.policy.version;
    let digest = held.envelope.digest();
    let payload = held.envelope.unverified_payload().to_vec();
    let size = payload.len();
    let form = signing_form(console, &known, &held, draft, handed);
    let file = handed_file(&held, version);
    let submit = {
        let held = held.clone();
        move |_| {
            let envelope = held.envelope.to_json();
            spawn_local(async move {
                let sent = console.client().submit(&envelope).await;
                if sent.is_ok() {
                    console.refresh().await;
                    console.arrivals.update(|count| *count += 1);
                    draft.set(None);
                }
                handed.set(Some(Handed { sent }));
            });
        }
    };
    let span = format!(
        "Policy {version}, in force from {} until {}.",
        words::until(held.policy.window.not_before),
        words::until(held.policy.window.not_after)
    );
    html! {
        <section class="signed" aria-labelledby="sentence">
            <p class="signed__tag"><span>"Your signature covers this"</span></p>
            <p class="sentence" id="sentence">{span}</p>
            <div class="mt-4">{differences(changes)}</div>
            <div class="mt-4"><DigestBlock digest=digest/></div>
            <div class="mt-3"><WordList words=placet_core::key::words(&digest) label="The policy’s digest as eight words"/></div>
        </section>
        <section class="panel mt-6" aria-labelledby="h-sg"><div class="panel__head"><h2 class="h2" id="h-sg">"Who has signed"</h2>
            {if accepted { html! { <Mark tone=Tone::Ok icon="ok">"complete, checked here"</Mark> }.into_any() } else { html! { <Mark icon="wait">"not complete"</Mark> }.into_any() }}</div>
            <div class="panel__body stack">
                {root_line(&known, "For the root that is in force", &before)}
                {root_line(&known, "For the root that it names itself", &after)}
                {file}
                {accepted.then(|| html! {
                    <div class="row"><button type="button" class="btn btn--primary" on:click=submit>"Send it to the registry"</button></div>
                })}
            </div></section>
        {form}
        <section class="panel mt-4"><div class="panel__body"><details>
            <summary>{format!("Exact bytes, {size} bytes")}</summary>
            <Bytes lines=pretty(&payload) label="The bytes of the policy, line by line"/>
        </details></div></section>
        <div class="row mt-4"><button type="button" class="btn" on:click=move |_| draft.set(None)>"Put it away"</button></div>
    }
    .into_any()
}

fn root_line(known: &Knowledge, what: &'static str, signed: &Signed) -> impl IntoView + use<> {
    let names: Vec<_> = signed.by.iter().map(|name| known.name(name)).collect();
    let who = if names.is_empty() { "nobody yet".to_owned() } else { words::list(&names) };
    let text = format!("{what}: {who}; {} of {}.", signed.by.len(), signed.needed);
    let (tone, icon) = if signed.is_complete() { (Tone::Ok, "ok") } else { (Tone::Plain, "wait") };
    html! { <p><Mark tone=tone icon=icon wrap=true>{text}</Mark></p> }
}

fn handed_file(held: &Draft, version: u64) -> impl IntoView + use<> {
    let text = held.envelope.to_json();
    let name = format!("policy-{version}.json");
    let save = move |_| {
        // A download that the browser refuses leaves the page as it is.
        let _ = browser::save(&name, "application/json", &text);
    };
    html! { <div class="row"><button type="button" class="btn" on:click=save><Icon name="save"/>"Save the draft for the next signer"</button></div> }
}

fn signing_form(
    console: Console,
    known: &Knowledge,
    held: &Arc<Draft>,
    draft: RwSignal<Option<Arc<Draft>>>,
    handed: RwSignal<Option<Handed>>,
) -> AnyView {
    let signatory = match signatory(console) {
        Ok(signatory) => signatory,
        Err(view) => return view,
    };
    let me = signatory.me.principal.clone();
    if !held.may_sign(known, &me) {
        return html! { <Notice><p>"You hold no key of the root, so your signature would not count here."</p></Notice> }.into_any();
    }
    let [before, after] = held.standing(known);
    if before.by.contains(&me) || after.by.contains(&me) {
        return html! { <Notice tone=Tone::Ok><p>"You have signed it. Save the draft and hand it to the next holder of the root."</p></Notice> }.into_any();
    }
    let progress = Progress::new();
    let held = held.clone();
    let on_open = Callback::new(move |session: Session| {
        let signed = held.signed(&session);
        let known = console.knowledge.get_untracked();
        let counts = signed.standing(&known).iter().any(|root| root.by.contains(&me));
        if counts {
            handed.set(None);
            draft.set(Some(Arc::new(signed)));
        } else {
            progress.failed("The signature does not count for the root. It was thrown away.".into());
        }
    });
    html! {
        <KeyForm console=console key=signatory.key label="Sign the policy" missing=Signal::stored(String::new()) progress=progress back="/policy".to_owned() on_open=on_open/>
    }
    .into_any()
}
