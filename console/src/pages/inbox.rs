//! The inbox: what the registry lists, verified here row by row.

use leptos::{
    ev, html, prelude::*, reactive::spawn_local_scoped_with_cancellation, task::spawn_local, web_sys,
};
use leptos_router::hooks::{use_navigate, use_query_map};
use wasm_bindgen::JsCast as _;

use crate::{
    browser,
    client::Failure,
    components::{KeyHelp, Mark, Notice, Page, PinPolicy, Slots, StateBlock, Tone, key_help},
    context::{Console, console},
    pages::settings::offered,
    state::{
        inbox::{self, Claims, Filter, Group, Looked, Row},
        review::Review,
        words,
    },
};

/// The most rows that are verified on their own accord.
const LOOKED_AT: usize = 50;

/// What the keys of the inbox do.
const KEYS: &[(&str, &str)] = &[
    ("j", "to the next proposal"),
    ("k", "to the one before"),
    ("Enter", "opens the proposal"),
    ("?", "shows these keys"),
    ("Esc", "closes this"),
];

/// The inbox.
#[component]
pub(crate) fn Inbox() -> impl IntoView {
    let console = console();
    let rows = RwSignal::new(None::<Result<Vec<Row>, Failure>>);
    let cursor = RwSignal::new(0_usize);
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(|query| Filter::read(|name| query.get(name))));
    let pinned = Memo::new(move |_| console.knowledge.with(|known| known.pin().is_some()));
    let who = Memo::new(move |_| console.me.get().map(|me| me.principal));
    Effect::new(move |_| {
        // What asks anew: something arrived, somebody else, another policy.
        let _ = (console.arrivals.get(), who.get());
        if console.ready.get() && pinned.get() {
            // It ends with the page, and when it is asked anew.
            spawn_local_scoped_with_cancellation(load(console, rows));
        }
    });
    let shown = Memo::new(move |_| {
        let filter = filter.get();
        let rows =
            rows.with(|rows| rows.as_ref().and_then(|rows| rows.as_ref().ok()).cloned()).unwrap_or_default();
        Group::ALL.map(|group| (group, filter.rows(&rows, group).into_iter().cloned().collect::<Vec<_>>()))
    });
    let help = NodeRef::new();
    keyboard(shown, cursor, help);
    let offer = LocalResource::new(move || {
        let ask = console.ready.get() && !pinned.get();
        async move { if ask { offered(console).await } else { None } }
    });
    html! {
        <Page title="Inbox">
            {move || match (console.ready.get(), pinned.get()) {
                (false, _) => html! { <Waiting/> }.into_any(),
                (true, false) => {
                    let on_pin = move |pin| spawn_local(async move { console.pin(Some(pin)).await });
                    html! {
                        <div class="pagehead"><div>
                            <h1>"Welcome to Placet"</h1>
                            <p>"Two steps before you can review: pin the policy, then make your key."</p>
                        </div></div>
                        <PinPolicy offered=offer.get().flatten() on_pin=on_pin/>
                    }
                    .into_any()
                }
                (true, true) => html! {
                    <Head rows=rows/>
                    <Tabs rows=rows filter=filter/>
                    <Filters filter=filter/>
                    {move || body(console, rows, shown, cursor)}
                    <KeyHelp dialog=help title="Keys of the inbox" keys=KEYS/>
                }
                .into_any(),
            }}
        </Page>
    }
}

/// Asks the registry, then verifies what it lists, one after the other.
async fn load(console: Console, rows: RwSignal<Option<Result<Vec<Row>, Failure>>>) {
    let me = console.me.get_untracked();
    let client = console.client();
    let claims = match &me {
        Some(me) => client.inbox(me.principal.as_str()).await,
        None => client
            .proposals(&[("state", "open")])
            .await
            .map(|waiting| Claims { waiting, ..Claims::default() }),
    };
    let claims = match claims {
        Ok(claims) => claims,
        Err(failure) => return rows.set(Some(Err(failure))),
    };
    let groups = [
        (Group::NeedsMe, claims.needs_me),
        (Group::Waiting, claims.waiting),
        (Group::Decided, claims.decided),
    ];
    let all: Vec<Row> = groups
        .iter()
        .flat_map(|(group, claims)| claims.iter().map(|claim| inbox::claimed(claim, *group)))
        .collect();
    rows.set(Some(Ok(all.clone())));
    for row in all.iter().take(LOOKED_AT) {
        let Some(digest) = inbox::digest(row) else { continue };
        let looked = match client.bundle(&digest).await {
            Ok(bytes) => {
                let known = console.knowledge.get_untracked();
                let bundle = placet_core::bundle::Bundle::parse(&bytes)
                    .map_err(|error| error.code().as_str().to_owned());
                let review = bundle.and_then(|bundle| {
                    Review::of_proposal(digest, bundle, &known, browser::now())
                        .map_err(|refusal| refusal.code().to_owned())
                });
                match review {
                    Ok(review) => inbox::looked_at(row, &review, me.as_ref().map(|me| &me.principal)),
                    Err(code) => inbox::refused(row, &code),
                }
            }
            // Not reachable: the claim stays a claim.
            Err(_) => continue,
        };
        rows.update(|rows| {
            if let Some(Ok(rows)) = rows
                && let Some(row) = rows.iter_mut().find(|row| row.digest == looked.digest)
            {
                *row = looked;
            }
        });
    }
    let mine = rows.with_untracked(|rows| {
        let rows = rows.as_ref().and_then(|rows| rows.as_ref().ok());
        rows.map(|rows| rows.iter().filter(|row| row.group == Group::NeedsMe).count())
    });
    console.needs_me.set(mine);
}

#[component]
fn Waiting() -> impl IntoView {
    html! {
        <div class="pagehead"><div><h1>"Inbox"</h1></div></div>
        <section class="panel"><div class="state" role="status">
            <p class="sub">"Reading what this browser knows"</p>
            <span class="skel skel--b"></span><span class="skel skel--a"></span><span class="skel skel--d"></span>
        </div></section>
    }
}

/// The heading, in words, and whether news come in.
#[component]
fn Head(
    /// The rows.
    rows: RwSignal<Option<Result<Vec<Row>, Failure>>>,
) -> impl IntoView {
    let console = console();
    let sentence = move || {
        let count = rows.with(|rows| match rows {
            Some(Ok(rows)) => rows.iter().filter(|row| row.group == Group::NeedsMe).count(),
            _ => 0,
        });
        match console.me.get() {
            None => "You can look. No key of this browser is named by the policy, so nothing asks for your signature.".to_owned(),
            Some(me) => {
                let roles = words::list(&me.roles);
                match count {
                    0 => format!("Nothing needs your signature. You sign as {roles}."),
                    1 => format!("One proposal needs your signature. You sign as {roles}."),
                    more => format!("{more} proposals need your signature. You sign as {roles}."),
                }
            }
        }
    };
    html! {
        <div class="pagehead">
            <div><h1>"Inbox"</h1><p>{sentence}</p></div>
            <div class="row no-print">
                <span class="live" role="status">
                    {move || if console.registry.with(|registry| registry.live) { html! { <Mark icon="ok">"Live"</Mark> }.into_any() } else { html! { <Mark icon="off">"Not live"</Mark> }.into_any() }}
                </span>
            </div>
        </div>
        {move || console.keys.with(Vec::is_empty).then(|| html! {
            <Notice>
                <p>"No key is in this browser. "<a href="/keys">"Make or import your key"</a>" to sign."</p>
            </Notice>
        })}
    }
}

#[component]
fn Tabs(
    /// The rows.
    rows: RwSignal<Option<Result<Vec<Row>, Failure>>>,
    /// What the address asks for.
    filter: Memo<Filter>,
) -> impl IntoView {
    let count = move |group: Option<Group>| {
        rows.with(|rows| match rows {
            Some(Ok(rows)) => rows
                .iter()
                .filter(|row| group.map_or(row.group != Group::Decided, |group| row.group == group))
                .count(),
            _ => 0,
        })
    };
    let tab = move |group: Option<Group>| {
        let title = group.map_or("All open", Group::title);
        let href = move || Filter { group, ..filter.get() }.query();
        let current = move || (filter.get().group == group).then_some("page");
        html! { <a href=href aria-current=current>{title}" "<span class="n">{move || count(group)}</span></a> }
    };
    html! {
        <nav class="tabs" aria-label="Inbox views">
            {tab(None)}{Group::ALL.map(|group| tab(Some(group))).into_iter().collect_view()}
        </nav>
    }
}

#[component]
fn Filters(
    /// What the address asks for.
    filter: Memo<Filter>,
) -> impl IntoView {
    let console = console();
    let navigate = use_navigate();
    let go = move |filter: Filter| {
        let options = leptos_router::NavigateOptions { replace: true, scroll: false, ..Default::default() };
        navigate(&filter.query(), options);
    };
    let (by_model, by_place, by_order) = (go.clone(), go.clone(), go);
    let environments = move || {
        console.knowledge.with(|known| {
            known
                .policy()
                .map(|policy| policy.environments.iter().map(ToString::to_string).collect::<Vec<_>>())
                .unwrap_or_default()
        })
    };
    html! {
        <form class="filters" aria-label="Filters" on:submit=|event| event.prevent_default()>
            <span class="field"><label for="f-m">"Model"</label>
                <input class="input input--auto" id="f-m" placeholder="any" size="14" prop:value=move || filter.get().model
                    on:change=move |event| by_model(Filter { model: event_target_value(&event), ..filter.get_untracked() })/>
            </span>
            <span class="field"><label for="f-e">"Environment"</label>
                <select class="select select--auto" id="f-e"
                    on:change=move |event| by_place(Filter { environment: event_target_value(&event), ..filter.get_untracked() })>
                    <option value="" selected=move || filter.get().environment.is_empty()>"any"</option>
                    {move || environments().into_iter().map(|name| {
                        let chosen = filter.get().environment == name;
                        let value = name.clone();
                        html! { <option value=value selected=chosen>{name}</option> }
                    }).collect_view()}
                </select>
            </span>
            <span class="field"><label for="f-s">"Sort by"</label>
                <select class="select select--auto" id="f-s"
                    on:change=move |event| by_order(Filter { newest: event_target_value(&event) == "newest", ..filter.get_untracked() })>
                    <option value="closes" selected=move || !filter.get().newest>"closes first"</option>
                    <option value="newest" selected=move || filter.get().newest>"newest"</option>
                </select>
            </span>
        </form>
    }
}

fn body(
    console: Console,
    rows: RwSignal<Option<Result<Vec<Row>, Failure>>>,
    shown: Memo<[(Group, Vec<Row>); 3]>,
    cursor: RwSignal<usize>,
) -> AnyView {
    let failure = rows.with(|rows| match rows {
        None => Some(None),
        Some(Err(failure)) => Some(Some(failure.clone())),
        Some(Ok(_)) => None,
    });
    match failure {
        Some(None) => html! {
            <section class="panel"><div class="state" role="status">
                <p class="sub">"Asking the registry"</p>
                <span class="skel skel--b"></span><span class="skel skel--a"></span><span class="skel skel--d"></span>
            </div></section>
        }
        .into_any(),
        Some(Some(failure)) => {
            let again = move |_| {
                spawn_local(async move {
                    console.refresh().await;
                    console.arrivals.update(|count| *count += 1);
                });
            };
            html! {
                <section class="panel">
                    <StateBlock icon="off" title=failure.words() code=failure.code()>
                        <p>"You see what this browser knew before; it stands in the rail. Bundles can be verified from files without the registry."</p>
                        <div class="row">
                            <button type="button" class="btn" on:click=again>"Try again"</button>
                            <a class="btn" href="/verify">"Verify a file"</a>
                        </div>
                    </StateBlock>
                </section>
            }
            .into_any()
        }
        None => {
            let groups = shown.get();
            if groups.iter().all(|(_, rows)| rows.is_empty()) {
                return html! {
                    <section class="panel">
                        <StateBlock icon="inbox" title="Nothing is listed here.">
                            <p>"New proposals appear by themselves."</p>
                            <a href="/?view=decided">"Show what is decided"</a>
                        </StateBlock>
                    </section>
                }
                .into_any();
            }
            let mut start = 0;
            let mut tables = Vec::new();
            for (group, rows) in groups {
                let first = start;
                start += rows.len();
                if !rows.is_empty() {
                    tables.push(table(console, group, rows, first, cursor));
                }
            }
            tables.collect_view().into_any()
        }
    }
}

fn table(console: Console, group: Group, rows: Vec<Row>, first: usize, cursor: RwSignal<usize>) -> AnyView {
    let (tone, icon) = match group {
        Group::NeedsMe => (Tone::Mine, "mine"),
        Group::Waiting => (Tone::Plain, "wait"),
        Group::Decided => (Tone::Plain, "verify"),
    };
    let id = format!("h-{}", group.as_str());
    let rows = rows
        .into_iter()
        .enumerate()
        .map(|(index, row)| line(console, row, first + index, cursor))
        .collect_view();
    let heading = id.clone();
    html! {
        <section class="panel" aria-labelledby=id>
            <div class="panel__head">
                <h2 class="h3" id=heading><Mark tone=tone icon=icon>{group.title()}</Mark></h2>
                {(first == 0).then(|| html! {
                    <span class="small faint hide-phone">
                        <span class="kbd">"j"</span>" "<span class="kbd">"k"</span>" move, "<span class="kbd">"Enter"</span>" opens, "<span class="kbd">"?"</span>" lists the keys"
                    </span>
                })}
            </div>
            <table class="table table--rows table--cards table--list table--fixed">
                <caption class="vh">{format!("Proposals: {}", group.title())}</caption>
                <colgroup>
                    <col class="w-model"/><col class="w-n"/><col class="w-env"/><col/><col class="w-age"/><col class="w-x"/>
                </colgroup>
                <thead><tr>
                    <th scope="col">"Model"</th><th scope="col" class="num">"Version"</th><th scope="col">"Environment"</th>
                    <th scope="col">"Quorum"</th><th scope="col" class="num">"Age"</th><th scope="col" class="num">"Closes in"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn line(console: Console, row: Row, index: usize, cursor: RwSignal<usize>) -> impl IntoView {
    let now = console.now.get_untracked();
    let href = format!("/proposals/{}", row.digest);
    let age = row.proposed_at.map(|at| words::span(now.since(at)));
    let closes = row.closes_at.map(|at| (at.since(now), words::span(at.since(now))));
    let closes = match (row.group, closes) {
        (Group::Decided, _) | (_, None) => html! { <span class="faint">"–"</span> }.into_any(),
        (_, Some((seconds, words))) if seconds < 86_400 => {
            html! { <Mark tone=Tone::Warn icon="expiring">{words}</Mark> }.into_any()
        }
        (_, Some((_, words))) => html! { <span>{words}</span> }.into_any(),
    };
    let looked = match row.looked.clone() {
        Looked::Claimed => html! { <Mark icon="claim">"the registry says so"</Mark> }.into_any(),
        Looked::Here => html! { <Mark tone=Tone::Ok icon="ok">"verified here"</Mark> }.into_any(),
        Looked::Contradicts(words) => {
            html! { <Mark tone=Tone::Bad icon="bad" wrap=true>"verified here; "{words}</Mark> }.into_any()
        }
        Looked::Refused(code) => {
            html! { <Mark tone=Tone::Bad icon="bad" wrap=true>"does not verify: "{code.replace('_', " ")}</Mark> }.into_any()
        }
    };
    let version = row.version.clone();
    let words = match row.permitted {
        None => html! { <span>{row.words}</span> }.into_any(),
        Some(true) => html! { <Mark tone=Tone::Ok icon="ok">{row.words}</Mark> }.into_any(),
        Some(false) => html! { <Mark tone=Tone::Bad icon="bad">{row.words}</Mark> }.into_any(),
    };
    html! {
        <tr class:at=move || cursor.get() == index>
            <th scope="row">
                <a class="open" href=href id=format!("row-{index}") on:focus=move |_| cursor.set(index)>
                    {row.model}<span class="only-phone">" "{version}</span>
                </a>
                <span class="cellsub">{looked}</span>
            </th>
            <td class="num hide-phone" data-l="Version"><span>{row.version}</span></td>
            <td data-l="Environment"><span>{row.environments.join(", ")}</span></td>
            <td data-l="Quorum"><span class="quorum"><Slots roles=row.slots/>{words}</span></td>
            <td class="num" data-l="Age"><span>{age}</span></td>
            <td class="num" data-l="Closes in">{closes}</td>
        </tr>
    }
}

/// `j` and `k` move the focus over the rows; `Enter` then opens as on any link. `?` lists the keys.
fn keyboard(shown: Memo<[(Group, Vec<Row>); 3]>, cursor: RwSignal<usize>, help: NodeRef<html::Dialog>) {
    let handle = window_event_listener(ev::keydown, move |event| {
        let typing = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"));
        if typing || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        if help.get_untracked().is_some_and(|help| help.open()) {
            return;
        }
        let count = shown.with_untracked(|groups| groups.iter().map(|(_, rows)| rows.len()).sum::<usize>());
        let at = cursor.get_untracked();
        let focused = web_sys::window()
            .and_then(|window| window.document()?.active_element())
            .is_some_and(|element| element.id().starts_with("row-"));
        let next = match event.key().as_str() {
            "j" if focused => (at + 1).min(count.saturating_sub(1)),
            "k" if focused => at.saturating_sub(1),
            "j" | "k" => at.min(count.saturating_sub(1)),
            "?" => return key_help::show(help),
            _ => return,
        };
        cursor.set(next);
        browser::focus(&format!("row-{next}"));
    });
    on_cleanup(move || handle.remove());
}
