//! The shell: the rail with what this browser knows, and the main column.

use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_location};

use super::Icon;
use crate::{
    browser,
    context::{Console, console},
    keystore::session::Session,
    state::{
        knowledge::{Fact, Standing},
        words,
    },
};

/// Rail, top bar and the page.
#[component]
pub(crate) fn Shell(
    /// The page.
    children: Children,
) -> impl IntoView {
    let console = console();
    let facts = Memo::new(move |_| facts(&console));
    html! {
        <a class="skip" href="#main" on:click=|event| { event.prevent_default(); browser::focus("main"); }>"Skip to the content"</a>
        <div class="app">
            <header class="rail">
                <A href="/" attr:class="brand">
                    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
                        <path d="M1 1.5h18M1 4h18M1 16h18M1 18.5h18" stroke="currentColor" stroke-width="1.25"/>
                        <path d="M5 10.2l3.4 3.3L15.5 6.5" fill="none" stroke="currentColor" stroke-width="2"/>
                    </svg>
                    "Placet"
                </A>
                <Navigation/>
                <section class="known" aria-labelledby="known-h">
                    <h2 id="known-h">"What this browser knows"</h2>
                    <dl>{move || facts.get().into_iter().map(rail_fact).collect_view()}</dl>
                </section>
                <WhoAmI/>
            </header>
            <div>
                <section class="topbar" aria-label="What this browser knows, in short">
                    <details>
                        <summary>{move || short(&facts.get())}</summary>
                        <dl class="facts">{move || facts.get().into_iter().map(bar_fact).collect_view()}</dl>
                    </details>
                </section>
                <main class="main" id="main" tabindex="-1">{children()}</main>
            </div>
        </div>
    }
}

#[component]
fn Navigation() -> impl IntoView {
    let console = console();
    let path = use_location().pathname;
    let current = move |own: &'static str| {
        let path = path.get();
        let revokes = path.ends_with("/revoke");
        let here = match own {
            "/" => path == own || (path.starts_with("/proposals/") && !revokes),
            "/models" => path == own || path.starts_with("/models/") || revokes,
            "/policy" => path == own || path == "/policy/next",
            _ => path == own,
        };
        here.then_some("page")
    };
    let item = move |href: &'static str, icon: &'static str, title: &'static str| {
        html! { <li><a href=href aria-current=move || current(href)><Icon name=icon/>{title}</a></li> }
    };
    html! {
        <nav class="nav" aria-label="Main"><ul>
            <li><a href="/" aria-current=move || current("/")>
                <Icon name="inbox"/>"Inbox"
                {move || console.needs_me.get().filter(|count| *count > 0).map(|count| html! {
                    <span class="n n--mine">{count}<span class="vh">" need you"</span></span>
                })}
            </a></li>
            {item("/models", "models", "Models")}
            {item("/ledger", "ledger", "Ledger")}
            {item("/verify", "verify", "Verify")}
            {item("/policy", "policy", "Policy")}
            {item("/keys", "key", "Keys")}
            {item("/settings", "settings", "Settings")}
        </ul></nav>
    }
}

/// Who signs here, whether the key is open, and the theme.
#[component]
fn WhoAmI() -> impl IntoView {
    let console = console();
    let who = move || match (console.me.get(), console.my_key()) {
        (Some(me), _) => {
            (me.display_name, me.roles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
        (None, Some(key)) => (key.locked.name().to_owned(), "No policy names this key yet.".to_owned()),
        (None, None) => ("No key yet".to_owned(), "You can look and verify, not sign.".to_owned()),
    };
    html! {
        <div class="me">
            <strong>{move || who().0}</strong>
            <span>{move || who().1}</span>
            {move || (!console.keys.with(Vec::is_empty)).then(|| html! { <Lock/> })}
            <Theme/>
        </div>
    }
}

#[component]
fn Lock() -> impl IntoView {
    let console = console();
    let until = move || console.session.with(|open| open.as_ref().map(|open: &Session| open.until));
    html! {
        <div class="me__lock">
            {move || match until() {
                None => html! { <Icon name="lock" small=true/><span>"Key locked"</span> }.into_any(),
                Some(until) => html! {
                    <Icon name="open" small=true/>
                    <span>{move || format!("Key open, locks in {}", words::countdown(until.since(console.now.get())))}</span>
                    <button type="button" class="btn btn--small" on:click=move |_| console.session.set(None)>"Lock now"</button>
                }
                .into_any(),
            }}
        </div>
    }
}

#[component]
fn Theme() -> impl IntoView {
    let chosen = RwSignal::new(browser::theme());
    let choice = move |id: &'static str, title: &'static str, theme: Option<&'static str>| {
        html! {
            <label>
                <input
                    type="radio"
                    name="theme"
                    id=id
                    prop:checked=move || chosen.get().as_deref() == theme
                    on:change=move |_| {
                        chosen.set(theme.map(str::to_owned));
                        browser::set_theme(theme);
                    }
                />
                {title}
            </label>
        }
    };
    html! {
        <div class="theme" role="group" aria-label="Theme">
            {choice("theme-auto", "System", None)}
            {choice("theme-light", "Light", Some("light"))}
            {choice("theme-dark", "Dark", Some("dark"))}
        </div>
    }
}

/// A line with the name that screen readers hear.
type Named = (&'static str, Fact);

fn facts(console: &Console) -> Vec<Named> {
    let now = console.now.get();
    let registry = console.registry.get();
    let mut facts = console
        .knowledge
        .with(|known| vec![("Policy", known.policy_fact(now)), ("Revocation list", known.list_fact(now))]);
    let fact = |standing, what: &str, when: String| Fact { standing, what: what.into(), when };
    let heard = registry.heard.map_or_else(
        || "never heard from".to_owned(),
        |heard| format!("heard from {} ago", words::span(now.since(heard).max(0))),
    );
    facts.push((
        "Registry",
        match (&registry.contradiction, &registry.failure, registry.live) {
            (Some(contradiction), ..) => {
                fact(Standing::Bad, "Registry contradicts itself", contradiction.words())
            }
            (None, Some(_), _) => fact(Standing::Unknown, "Registry not reachable", heard),
            (None, None, true) => fact(Standing::Checked, "Registry is live", heard),
            (None, None, false) if registry.heard.is_some() => {
                fact(Standing::Stale, "Registry answers, not live", heard)
            }
            _ => fact(Standing::Unknown, "Registry not asked yet", String::new()),
        },
    ));
    facts
}

fn icon(standing: Standing) -> &'static str {
    match standing {
        Standing::Checked => "ok",
        Standing::Stale => "warn",
        Standing::Bad => "bad",
        Standing::Unknown => "unsure",
    }
}

fn tone(standing: Standing) -> &'static str {
    match standing {
        Standing::Stale => "known__warn",
        Standing::Bad => "known__bad",
        Standing::Checked | Standing::Unknown => "",
    }
}

fn rail_fact((name, fact): Named) -> impl IntoView {
    html! {
        <dt class=tone(fact.standing)><Icon name=icon(fact.standing) small=true/><span class="vh">{name}</span></dt>
        <dd>{fact.what}<span>{fact.when}</span></dd>
    }
}

fn bar_fact((name, fact): Named) -> impl IntoView {
    let when = if fact.when.is_empty() { String::new() } else { format!(", {}", fact.when) };
    html! { <dt>{name}</dt><dd>{fact.what}{when}</dd> }
}

fn short(facts: &[Named]) -> impl IntoView + use<> {
    let worst = facts.iter().map(|(_, fact)| fact.standing).max_by_key(|standing| match standing {
        Standing::Checked => 0,
        Standing::Unknown => 1,
        Standing::Stale => 2,
        Standing::Bad => 3,
    });
    let words: Vec<_> = facts.iter().map(|(_, fact)| fact.what.clone()).collect();
    html! { <Icon name=icon(worst.unwrap_or(Standing::Unknown)) small=true/>{words.join(" · ")} }
}
