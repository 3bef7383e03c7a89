//! Every model in every environment. The registry says which models there are; how they stand is decided here.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::{use_navigate, use_query_map};
use placet_core::{
    bundle::Bundle,
    digest::Digest,
    drift_report::DriftReport,
    name::{Environment, ModelId},
    verify::Verified,
};

use crate::{
    browser,
    client::Failure,
    components::{LongRows, Mark, Notice, Page, StateBlock, Tone},
    context::{Console, console},
    state::{
        drift,
        models::{self, Cell, Filter, Row, Standing},
        review::Review,
        words,
    },
};

/// How many proposals of a model are verified, the newest first.
pub(crate) const NEWEST: usize = 12;
/// How many models are verified without having been in sight.
const AHEAD: usize = 500;

/// The address of a model's page. Names of models hold nothing that an address would have to escape.
pub(crate) fn address(model: &str) -> String {
    format!("/models/{model}")
}

/// What was found out about each model.
#[derive(Clone, Debug, Default)]
struct Found {
    names: Arc<Vec<String>>,
    rows: HashMap<String, Arc<Row>>,
}

/// The page.
#[component]
pub(crate) fn Models() -> impl IntoView {
    let console = console();
    let found = RwSignal::new(None::<Result<Found, Failure>>);
    let shown = RwSignal::new(0..0_usize);
    let run = RwSignal::new(0_u64);
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(|query| Filter::read(|name| query.get(name))));
    let pinned = Memo::new(move |_| console.knowledge.with(|known| known.chain().is_some()));
    let names = Memo::new(move |_| {
        let filter = filter.get();
        found.with(|found| match found {
            Some(Ok(found)) => {
                let passes = |name: &&String| filter.passes(name, found.rows.get(*name).map(AsRef::as_ref));
                Arc::new(found.names.iter().filter(passes).cloned().collect::<Vec<_>>())
            }
            _ => Arc::default(),
        })
    });
    Effect::new(move |_| {
        let _ = (console.arrivals.get(), console.me.get());
        if console.ready.get() && pinned.get() {
            run.update(|run| *run += 1);
            let this = run.get_untracked();
            spawn_local(load(console, found, names, shown, move || run.try_get_untracked() == Some(this)));
        }
    });
    let environments = Memo::new(move |_| {
        console.knowledge.with(|known| known.policy().map(|p| p.environments.clone()).unwrap_or_default())
    });
    html! {
        <Page title="Models">
            <div class="pagehead"><div>
                <h1>"Models"</h1>
                <p>{move || format!("What may run where, as of {}. Every cell is decided in this browser.", words::until(console.now.get_untracked()))}</p>
            </div></div>
            {move || match (console.ready.get(), pinned.get(), found.with(|found| found.as_ref().map(|f| f.as_ref().err().cloned()))) {
                (true, false, _) => html! {
                    <section class="panel"><StateBlock icon="policy" title="No policy is verified in this browser.">
                        <p>"Without one nothing can be decided here."</p><a href="/">"Pin a policy"</a>
                    </StateBlock></section>
                }.into_any(),
                (_, _, Some(Some(failure))) => offline(console, &failure),
                (true, true, Some(None)) => html! {
                    <Counts found=found/>
                    <Filters filter=filter/>
                    <Table found=found names=names shown=shown environments=environments/>
                }.into_any(),
                _ => html! {
                    <section class="panel"><div class="state" role="status">
                        <p class="sub">"Asking the registry which models there are"</p>
                        <span class="skel skel--b"></span><span class="skel skel--a"></span><span class="skel skel--d"></span>
                    </div></section>
                }.into_any(),
            }}
        </Page>
    }
}

/// The registry gave no answer.
pub(crate) fn offline(console: Console, failure: &Failure) -> AnyView {
    let again = move |_| {
        spawn_local(async move {
            console.refresh().await;
            console.arrivals.update(|count| *count += 1);
        });
    };
    html! {
        <section class="panel"><StateBlock icon="off" title=failure.words() code=failure.code()>
            <p>"Nothing is decided without documents. Bundles can be verified from files without the registry."</p>
            <div class="row">
                <button type="button" class="btn" on:click=again>"Try again"</button>
                <a class="btn" href="/verify">"Verify a file"</a>
            </div>
        </StateBlock></section>
    }
    .into_any()
}

/// Asks which models there are, page by page, then verifies them, those in sight first.
async fn load(
    console: Console,
    found: RwSignal<Option<Result<Found, Failure>>>,
    names: Memo<Arc<Vec<String>>>,
    shown: RwSignal<Range<usize>>,
    is_current: impl Fn() -> bool,
) {
    let client = console.client();
    let (mut all, mut after) = (Vec::new(), None::<String>);
    loop {
        match client.models(after.as_deref()).await {
            Ok(page) => {
                all.extend(page.items.into_iter().map(|claim| placet_core::summary::escape(&claim.model_id)));
                after = page.next;
            }
            Err(failure) => {
                if is_current() {
                    found.set(Some(Err(failure)));
                }
                return;
            }
        }
        if !is_current() {
            return;
        }
        let list = Arc::new(all.clone());
        found.update(|found| match found {
            Some(Ok(found)) => found.names = list,
            _ => *found = Some(Ok(Found { names: list, rows: HashMap::new() })),
        });
        if after.is_none() {
            break;
        }
    }
    let mut looked: HashSet<String> = HashSet::new();
    loop {
        let next = names.try_with_untracked(|names| {
            let sight = shown.try_get_untracked().unwrap_or_default();
            let sight =
                names.get(sight.start.min(names.len())..sight.end.min(names.len())).unwrap_or_default();
            let ahead = if looked.len() < AHEAD { all.as_slice() } else { &[] };
            sight.iter().chain(ahead).find(|name| !looked.contains(*name)).cloned()
        });
        let Some(next) = next else { return };
        if !is_current() {
            return;
        }
        let Some(name) = next else {
            // All that is in sight was looked at: wait for other rows to come into sight.
            gloo_timers::future::TimeoutFuture::new(200).await;
            continue;
        };
        looked.insert(name.clone());
        if let Ok(row) = look_at(console, &name).await
            && is_current()
        {
            found.update(|found| {
                if let Some(Ok(found)) = found {
                    found.rows.insert(name, Arc::new(row));
                }
            });
        }
    }
}

/// Verifies and decides the newest proposals of a model.
async fn look_at(console: Console, model: &str) -> Result<Row, Failure> {
    let (reviews, refused, unread) = reviews(console, model).await?;
    let known = console.knowledge.get_untracked();
    let environments = known.policy().map(|policy| policy.environments.clone()).unwrap_or_default();
    let me = console.me.get_untracked();
    let row =
        models::row(model, &reviews, &environments, me.as_ref().map(|me| &me.principal), browser::now());
    // Drift denies nothing; a registry that gives no reports hides no decision.
    let row = match drift(console, model, &reviews, 20).await {
        Ok((reports, _)) => row.with_drift(&reviews, &reports),
        Err(_) => row,
    };
    Ok(Row { refused, unread, ..row })
}

/// The newest proposals of a model that verify, how many do not, and how many were not looked at.
pub(crate) async fn reviews(console: Console, model: &str) -> Result<(Vec<Review>, usize, usize), Failure> {
    let client = console.client();
    let claims = client.model(model).await?.proposals;
    let mut reviews = Vec::new();
    let mut refused = 0;
    let digests: Vec<_> = claims.iter().map(|claim| Digest::parse(&claim.digest)).collect();
    for digest in digests.iter().take(NEWEST) {
        let review = match digest {
            Some(digest) => {
                let bytes = client.bundle(digest).await?;
                let known = console.knowledge.get_untracked();
                Bundle::parse(&bytes)
                    .ok()
                    .and_then(|bundle| Review::of_proposal(*digest, bundle, &known, browser::now()).ok())
            }
            None => None,
        };
        match review {
            Some(review) => {
                for place in &review.places {
                    console.remember(&place.decided.state);
                }
                reviews.push(review);
            }
            None => refused += 1,
        }
    }
    Ok((reviews, refused, claims.len().saturating_sub(NEWEST)))
}

/// The newest drift reports of a model that verify against the baselines of these proposals, and how many do not.
pub(crate) async fn drift(
    console: Console,
    model: &str,
    reviews: &[Review],
    limit: u16,
) -> Result<(Vec<Verified<DriftReport>>, usize), Failure> {
    let model = ModelId::parse(model).map_err(|_| Failure::Unreadable("invalid_identifier"))?;
    let envelopes = console.client().drift(&model, limit).await?;
    let known = console.knowledge.get_untracked();
    Ok(drift::read(&model, &envelopes, reviews, &known, browser::now()))
}

/// What needs attention, counted.
#[component]
fn Counts(
    /// What was found out.
    found: RwSignal<Option<Result<Found, Failure>>>,
) -> impl IntoView {
    let counts = Memo::new(move |_| {
        found.with(|found| match found {
            Some(Ok(found)) => models::counts(found.rows.values().map(AsRef::as_ref)),
            _ => models::Counts::default(),
        })
    });
    let cell = |tone: Tone, icon: &'static str, word: String, count: usize| {
        html! { <div><dt><Mark tone=tone icon=icon>{word}</Mark></dt><dd>{count}</dd></div> }
    };
    html! {
        <section class="panel" aria-label="Counts"><dl class="summarybar">
            {move || {
                let counts = counts.get();
                html! {
                    {cell(Tone::Mine, "mine", "Needs you".into(), counts.mine)}
                    {cell(Tone::Plain, "wait", "Pending".into(), counts.waiting)}
                    {(counts.drifted > 0).then(|| cell(Tone::Warn, "drift", "Drifted".into(), counts.drifted))}
                    {counts.standing.into_iter().map(|(standing, count)| {
                        let (tone, icon) = look(standing);
                        let word = if standing == Standing::Expiring { format!("Expiring in {} days", models::SOON) } else { standing.word().to_owned() };
                        cell(tone, icon, word, count)
                    }).collect_view()}
                }
            }}
        </dl></section>
    }
}

/// Tone and icon of a standing.
pub(crate) fn look(standing: Standing) -> (Tone, &'static str) {
    match standing {
        Standing::Approved => (Tone::Ok, "ok"),
        Standing::Expiring => (Tone::Warn, "expiring"),
        Standing::Expired => (Tone::Bad, "expired"),
        Standing::Revoked => (Tone::Bad, "bad"),
        Standing::Rejected => (Tone::Bad, "rejected"),
        Standing::Pending => (Tone::Plain, "wait"),
        Standing::Denied => (Tone::Plain, "x"),
        Standing::Never => (Tone::Plain, "none"),
    }
}

#[component]
fn Filters(
    /// What the address asks for.
    filter: Memo<Filter>,
) -> impl IntoView {
    let navigate = use_navigate();
    let go = move |filter: Filter| {
        let options = leptos_router::NavigateOptions { replace: true, scroll: false, ..Default::default() };
        navigate(&filter.query(), options);
    };
    let by_status = go.clone();
    html! {
        <form class="filters" aria-label="Filters" on:submit=|event| event.prevent_default()>
            <span class="field"><label for="f-m">"Model"</label>
                <input class="input input--auto" id="f-m" placeholder="any" size="16" prop:value=move || filter.get().model
                    on:change=move |event| go(Filter { model: event_target_value(&event), ..filter.get_untracked() })/>
            </span>
            <span class="field"><label for="f-s">"Status"</label>
                <select class="select select--auto" id="f-s"
                    on:change=move |event| by_status(Filter { attention: event_target_value(&event) == "attention", ..filter.get_untracked() })>
                    <option value="" selected=move || !filter.get().attention>"any"</option>
                    <option value="attention" selected=move || filter.get().attention>"needs attention"</option>
                </select>
            </span>
        </form>
    }
}

#[component]
fn Table(
    /// What was found out.
    found: RwSignal<Option<Result<Found, Failure>>>,
    /// The models that pass the filter.
    names: Memo<Arc<Vec<String>>>,
    /// The rows in sight.
    shown: RwSignal<Range<usize>>,
    /// The policy's environments.
    environments: Memo<Vec<Environment>>,
) -> impl IntoView {
    let total = Signal::derive(move || names.with(|names| names.len()));
    let row = move |index: usize| {
        let name = Memo::new(move |_| names.with(|names| names.get(index).cloned().unwrap_or_default()));
        let found = Memo::new(move |_| {
            found.with(|found| match found {
                Some(Ok(found)) => name.with(|name| found.rows.get(name).cloned()),
                _ => None,
            })
        });
        html! {
            <tr aria-rowindex=index + 2>
                <th scope="row">
                    <a class="open" href=move || address(&name.get())>{move || name.get()}</a>
                    <span class="cellsub">{move || found.get().map(|row| notes(&row))}</span>
                </th>
                {move || match found.get() {
                    Some(row) => cells(&row).into_any(),
                    None => environments.get().into_iter().map(|environment| html! {
                        <td data-l=words::heading(environment.as_str())><span class="skel skel--b"></span></td>
                    }).collect_view().into_any(),
                }}
                <td data-l="Proposed"><span>{move || match found.get() {
                    Some(row) => waiting(&row),
                    None => html! { <Mark icon="claim">"not looked at yet"</Mark> }.into_any(),
                }}</span></td>
            </tr>
        }
    };
    let foot = move || {
        let (all, looked) = found.with(|found| match found {
            Some(Ok(found)) => (found.names.len(), found.rows.len()),
            _ => (0, 0),
        });
        format!(
            "{} of {all} models, {looked} decided here. A model that is absent here has no signed document at this registry.",
            total.get()
        )
    };
    html! {
        <section class="panel">
            {move || (total.get() == 0).then(|| html! {
                <StateBlock icon="models" title="No model is listed here.">
                    <p>"A model appears when a training output of it is signed and sent to the registry."</p>
                    <a href="/models">"Show all"</a>
                </StateBlock>
            })}
            <table class="table table--rows table--cards table--list" class:gone=move || total.get() == 0 aria-rowcount=move || total.get() + 1>
                <caption class="vh">"How each model stands in each environment"</caption>
                <thead><tr>
                    <th scope="col">"Model"</th>
                    {move || environments.get().into_iter().map(|e| html! { <th scope="col">{words::heading(e.as_str())}</th> }).collect_view()}
                    <th scope="col">"Proposed"</th>
                </tr></thead>
                <tbody id="models-rows"><LongRows id="models-rows" total=total columns=8 shown=shown row=row/></tbody>
            </table>
            <p class="panel__foot" role="status">{foot}</p>
        </section>
    }
}

fn notes(row: &Row) -> impl IntoView + use<> {
    let refused = (row.refused > 0).then(|| {
        let words = words::count(row.refused, "proposal does not verify", "proposals do not verify");
        html! { <Mark tone=Tone::Bad icon="bad">{words}</Mark> }
    });
    let unread = (row.unread > 0)
        .then(|| words::count(row.unread, "older proposal not looked at", "older proposals not looked at"));
    html! { {refused}{unread} }
}

fn cells(row: &Row) -> impl IntoView + use<> {
    let now = browser::now();
    let cell = |cell: &Cell| {
        let (tone, icon) = look(cell.standing);
        let (words, detail) = (cell.words(now), cell.detail());
        html! {
            <td data-l=words::heading(cell.environment.as_str())><span>
                <Mark tone=tone icon=icon>{words}</Mark>
                {(!detail.is_empty()).then(|| html! { <span class="cellsub">{detail}</span> })}
                {cell.drifts().then(|| html! { <Mark tone=Tone::Warn icon="drift">"Drifted"</Mark> })}
            </span></td>
        }
    };
    row.cells.iter().map(cell).collect_view()
}

fn waiting(row: &Row) -> AnyView {
    let Some(first) = row.waiting.iter().find(|w| w.mine).or_else(|| row.waiting.first()) else {
        return html! { <span class="faint">"none"</span> }.into_any();
    };
    let more = row.waiting.len().saturating_sub(1);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let detail = format!("{} for {}{more}", first.version, words::list(&first.environments));
    let mark = if first.mine {
        html! { <Mark tone=Tone::Mine icon="mine">"Needs you"</Mark> }.into_any()
    } else {
        html! { <Mark icon="wait">"Pending"</Mark> }.into_any()
    };
    html! { {mark}<span class="cellsub">{detail}</span> }.into_any()
}

/// A notice about what a page does not show.
pub(crate) fn left_out(refused: usize, unread: usize) -> impl IntoView {
    (refused > 0 || unread > 0).then(|| {
        let refused = (refused > 0).then(|| {
            format!(
                "{} of this model at the registry does not verify here and is not shown. ",
                words::count(refused, "proposal", "proposals")
            )
        });
        let unread = (unread > 0).then(|| {
            format!("{} not looked at.", words::count(unread, "older proposal was", "older proposals were"))
        });
        html! { <Notice tone=Tone::Warn><p>{refused}{unread}</p></Notice> }
    })
}
