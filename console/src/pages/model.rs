//! One model: where it may run, its metrics over versions, and everything that was signed about it.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_params_map;
use placet_core::{
    drift_report::DriftReport,
    envelope::Envelope,
    name::{Environment, ModelId},
    verify::Verified,
};

use super::{
    drift::section,
    models::{drift, left_out, look, offline, reviews},
};
use crate::{
    browser,
    client::Failure,
    components::{ChartKey, DigestShort, Icon, Mark, MetricChart, Notice, Page, StateBlock, TimeLine, Tone},
    context::{Console, console},
    state::{
        events::{self, Event, Kind},
        history,
        knowledge::Knowledge,
        models::{self, Cell, Row, Standing},
        review::Review,
        revoke,
        timeline::{self, Life},
        words,
    },
};

/// How many drift reports are verified, the newest first.
const REPORTS: u16 = 100;

/// What was verified of the model.
#[derive(Clone)]
struct Loaded {
    reviews: Arc<Vec<Review>>,
    row: Arc<Row>,
    deployments: Arc<Vec<Envelope>>,
    drift: Arc<Result<Reports, Failure>>,
}

/// The drift reports that verify here, and how many that were served do not.
type Reports = (Vec<Verified<DriftReport>>, usize);

/// The page.
#[component]
pub(crate) fn ModelPage() -> impl IntoView {
    let console = console();
    let params = use_params_map();
    let model = Memo::new(move |_| {
        params.with(|params| ModelId::parse(&params.get("model").unwrap_or_default()).ok())
    });
    let loaded = RwSignal::new(None::<Result<Loaded, Failure>>);
    let pinned = Memo::new(move |_| console.knowledge.with(|known| known.chain().is_some()));
    Effect::new(move |_| {
        let _ = console.arrivals.get();
        if let (Some(model), true, true) = (model.get(), console.ready.get(), pinned.get()) {
            spawn_local(async move { loaded.set(Some(load(console, model).await)) });
        }
    });
    move || {
        let title = model.get().map_or_else(|| "Model".to_owned(), |model| model.to_string());
        let body = match (model.get(), console.ready.get(), pinned.get(), loaded.get()) {
            (None, ..) => html! {
                <h1 class="vh">"Model"</h1>
                <section class="panel"><StateBlock icon="models" title="The address holds no name of a model." code="invalid_identifier">
                    <a href="/models">"Back to the models"</a>
                </StateBlock></section>
            }
            .into_any(),
            (_, true, false, _) => html! {
                <h1 class="vh">{title.clone()}</h1>
                <section class="panel"><StateBlock icon="policy" title="No policy is verified in this browser.">
                    <p>"Without one nothing can be decided here."</p><a href="/">"Pin a policy"</a>
                </StateBlock></section>
            }
            .into_any(),
            (_, _, _, Some(Err(Failure::Refused { status: 404, .. }))) => html! {
                <h1 class="vh">{title.clone()}</h1>
                <section class="panel"><StateBlock icon="models" title="The registry knows no such model.">
                    <p>"No document of it was signed and sent to this registry, so it may run nowhere."</p>
                    <a href="/models">"Back to the models"</a>
                </StateBlock></section>
            }
            .into_any(),
            (_, _, _, Some(Err(failure))) => html! { <h1 class="vh">{title.clone()}</h1>{offline(console, &failure)} }.into_any(),
            (Some(model), _, _, Some(Ok(loaded))) => page(console, &model, &loaded),
            _ => html! {
                <h1 class="vh">{title.clone()}</h1>
                <section class="panel"><div class="state" role="status">
                    <p class="sub">"Fetching its proposals and verifying them in this browser"</p>
                    <span class="skel skel--b"></span><span class="skel skel--a"></span><span class="skel skel--d"></span>
                </div></section>
            }
            .into_any(),
        };
        html! {
            <Page title=title.clone()>
                <nav aria-label="Where you are"><ol class="crumbs"><li><a href="/models">"Models"</a></li><li aria-current="page">{title}</li></ol></nav>
                {body}
            </Page>
        }
    }
}

async fn load(console: Console, model: ModelId) -> Result<Loaded, Failure> {
    let (reviews, refused, unread) = reviews(console, model.as_str()).await?;
    let known = console.knowledge.get_untracked();
    let environments = known.policy().map(|policy| policy.environments.clone()).unwrap_or_default();
    let me = console.me.get_untracked();
    let me = me.as_ref().map(|me| &me.principal);
    let row = models::row(model.as_str(), &reviews, &environments, me, browser::now());
    let mut deployments = Vec::new();
    for review in &reviews {
        // Deployments are context; without them the rest stands.
        deployments.extend(console.client().deployments(&review.proposal.digest()).await.unwrap_or_default());
    }
    let drift = drift(console, model.as_str(), &reviews, REPORTS).await;
    Ok(Loaded {
        reviews: Arc::new(reviews),
        row: Arc::new(Row { refused, unread, ..row }),
        deployments: Arc::new(deployments),
        drift: Arc::new(drift),
    })
}

fn page(console: Console, model: &ModelId, loaded: &Loaded) -> AnyView {
    let known = console.knowledge.get_untracked();
    let now = browser::now();
    let Loaded { reviews, row, deployments, drift } = loaded;
    let events = events::of(model, reviews, deployments, &known, now);
    let environments = known.policy().map(|policy| policy.environments.clone()).unwrap_or_default();
    let may_revoke = console
        .me
        .get()
        .is_some_and(|me| known.policy().is_some_and(|policy| revoke::may_revoke(policy, &me.principal)));
    // What asks most comes last in policies by custom; what runs is looked at first.
    let proposed = |environment: &&Environment| {
        reviews.iter().any(|r| r.places.iter().any(|place| place.environment == **environment))
    };
    let main = environments.iter().rev().find(proposed).cloned();
    let waiting = row.waiting.iter().find(|w| w.mine).or_else(|| row.waiting.first()).cloned();
    let lead = lead(row, reviews, now);
    html! {
        <div class="pagehead">
            <div><h1>{model.to_string()}</h1><p>{lead}</p></div>
            <div class="row">
                {waiting.map(|waiting| html! {
                    <a class="btn btn--primary" href=format!("/proposals/{}", waiting.proposal)>{format!("Review version {}", waiting.version)}<Icon name="go"/></a>
                })}
            </div>
        </div>
        {left_out(row.refused, row.unread)}
        <section class="panel">
            <table class="table table--cards table--list">
                <caption class="vh">"How it stands by environment"</caption>
                <thead><tr>
                    <th scope="col">"Environment"</th><th scope="col">"Version"</th><th scope="col">"Standing"</th>
                    <th scope="col">"Approved by"</th><th scope="col">"Until"</th><th scope="col"><span class="vh">"Actions"</span></th>
                </tr></thead>
                <tbody>{row.cells.iter().map(|cell| standing(&known, cell, may_revoke, now)).collect_view()}</tbody>
            </table>
            <p class="panel__foot">"Decided in this browser from documents that it verified."</p>
        </section>
        {drifts(&known, reviews, drift, &environments, may_revoke)}
        {main.as_ref().map(|environment| metrics(&known, reviews, environment))}
        {main.map(|environment| time_line(&known, reviews, &environment, model, now))}
        {signed(&known, &events)}
    }
    .into_any()
}

/// What monitors signed about it, environment by environment, what asks most first.
fn drifts(
    known: &Knowledge,
    reviews: &[Review],
    drift: &Result<Reports, Failure>,
    environments: &[Environment],
    may_revoke: bool,
) -> AnyView {
    let (reports, refused) = match drift {
        Ok(reports) => reports,
        Err(failure) => {
            let words = format!("Whether it drifts is not known here: {}", failure.words());
            return html! { <Notice tone=Tone::Warn><p>{words}</p></Notice> }.into_any();
        }
    };
    let refused = (*refused > 0).then(|| {
        let words = words::count(*refused, "drift report", "drift reports");
        let words = format!(
            "{words} of this model at the registry could not be verified here: nothing of it is shown."
        );
        html! { <Notice tone=Tone::Warn><p>{words}</p></Notice> }
    });
    let sections = environments.iter().rev().filter_map(|e| section(known, reviews, reports, e, may_revoke));
    html! { {refused}{sections.collect_view()} }.into_any()
}

/// How much of it there is, in a sentence.
fn lead(row: &Row, reviews: &[Review], now: placet_core::time::Timestamp) -> String {
    let mut versions: Vec<_> =
        reviews.iter().map(|review| review.training.statement().version.to_string()).collect();
    versions.sort_unstable();
    versions.dedup();
    let first = reviews.iter().map(|review| review.training.statement().created_at).min();
    let since = first.map(|first| format!(" since {}", words::date(first))).unwrap_or_default();
    let runs: Vec<_> = row
        .cells
        .iter()
        .filter(|cell| matches!(cell.standing, Standing::Approved | Standing::Expiring))
        .map(|cell| cell.environment.to_string())
        .collect();
    let runs = if runs.is_empty() {
        format!("As of {} it may run nowhere.", words::until(now))
    } else {
        format!("As of {} it may run in {}.", words::until(now), words::list(&runs))
    };
    format!("{}{since}. {runs}", words::count(versions.len(), "version", "versions"))
}

fn standing(
    known: &Knowledge,
    cell: &Cell,
    may_revoke: bool,
    now: placet_core::time::Timestamp,
) -> impl IntoView + use<> {
    let (tone, icon) = look(cell.standing);
    let approvers: Vec<_> = cell.approved_by.iter().map(|name| known.name(name)).collect();
    let only = (!cell.only.is_empty()).then(|| format!(" for {}", words::list(&cell.only)));
    let words = match cell.standing {
        Standing::Expiring => format!("Approved, {}", cell.words(now).to_lowercase()),
        _ => cell.words(now),
    };
    let denied = (cell.standing == Standing::Denied).then_some(cell.code).flatten();
    let faint = |text: &'static str| html! { <span class="faint">{text}</span> }.into_any();
    let place = cell.environment.to_string();
    html! {
        <tr>
            <th scope="row">{cell.environment.to_string()}</th>
            <td data-l="Version">{match cell.proposal {
                Some(digest) => html! { <span><a href=format!("/proposals/{digest}")>{cell.version.clone()}</a>" "<span class="faint"><DigestShort digest=digest/></span></span> }.into_any(),
                None => faint("–"),
            }}</td>
            <td data-l="Standing"><span><Mark tone=tone icon=icon>{words}{only}</Mark>
                {denied.map(|code| html! { <span class="cellsub">{code.as_str().replace('_', " ")}</span> })}</span></td>
            <td data-l="Approved by">{if approvers.is_empty() { faint("nobody") } else { html! { <span>{words::list(&approvers)}</span> }.into_any() }}</td>
            <td data-l="Until">{match cell.ends {
                Some(ends) => html! { <span>{words::date(ends)}</span> }.into_any(),
                None => faint("–"),
            }}</td>
            <td data-l=""><span>{cell.proposal.filter(|_| may_revoke && matches!(cell.standing, Standing::Approved | Standing::Expiring | Standing::Pending)).map(|digest| html! {
                <a class="btn btn--small btn--danger" href=format!("/proposals/{digest}/revoke")>"Revoke…"<span class="vh">" in "{place}</span></a>
            })}</span></td>
        </tr>
    }
}

fn metrics(known: &Knowledge, reviews: &[Review], environment: &Environment) -> impl IntoView + use<> {
    let versions = history::settled(reviews, environment);
    let rule =
        reviews.iter().flat_map(|review| &review.places).find(|place| place.environment == *environment);
    let rule = rule.and_then(|place| place.rule.clone());
    let series = history::series(&versions, rule.as_ref());
    let policy = known.policy().map(|policy| policy.version).unwrap_or_default();
    let heads: Vec<_> =
        versions.iter().map(|v| format!("{}, {}", v.training.version, v.standing.as_str())).collect();
    let rows: Vec<_> = series
        .iter()
        .map(|series| {
            let cells = versions.iter().map(|version| {
                let found = version.training.metrics.iter().find(|(name, _)| name.as_str() == series.name);
                found.map_or_else(|| "–".to_owned(), |(_, metric)| metric.text.clone())
            });
            (series.name.clone(), cells.collect::<Vec<_>>())
        })
        .collect();
    (!series.is_empty()).then(|| html! {
        <section class="section mt-8" aria-labelledby="h-me">
            <div class="spread"><h2 class="h2" id="h-me">"Metrics over versions"</h2>
                <p class="sub">{format!("as signed in training; limits for {environment} in policy {policy}")}</p></div>
            <div class="charts">
                {series.into_iter().map(|series| html! { <MetricChart series=series/> }).collect_view()}
                <ChartKey/>
            </div>
            <details class="mt-3"><summary>"Show all charts as a table"</summary>
                <div class="scroll" tabindex="0" role="region" aria-label="Metrics as a table"><table class="table table--bare">
                    <thead><tr><th scope="col">"Metric"</th>
                        {heads.into_iter().map(|head| html! { <th scope="col" class="num">{head}</th> }).collect_view()}
                    </tr></thead>
                    <tbody>{rows.into_iter().map(|(name, cells)| html! {
                        <tr><th scope="row">{name}</th>{cells.into_iter().map(|cell| html! { <td class="num">{cell}</td> }).collect_view()}</tr>
                    }).collect_view()}</tbody>
                </table></div>
            </details>
        </section>
    })
}

fn time_line(
    known: &Knowledge,
    reviews: &[Review],
    environment: &Environment,
    model: &ModelId,
    now: placet_core::time::Timestamp,
) -> impl IntoView + use<> {
    let lives = timeline::lives(reviews, environment, known, now);
    let finding = timeline::finding(&lives, environment);
    let wide = timeline::draw(&lives, now, timeline::WIDE);
    let narrow = timeline::draw(&lives, now, timeline::NARROW);
    let when = |time: Option<placet_core::time::Timestamp>| time.map_or_else(|| "–".to_owned(), words::date);
    let row = move |life: Life| {
        html! {
            <tr><th scope="row">{life.version}</th><td>{life.standing.word()}</td><td>{words::date(life.proposed)}</td>
                <td>{when(life.approved)}</td><td>{when(life.revoked)}</td><td>{words::date(life.ends)}</td></tr>
        }
    };
    html! {
        <section class="section mt-8" aria-labelledby="h-tl">
            <div class="spread"><h2 class="h2" id="h-tl">{format!("Time line in {environment}")}</h2><p class="sub">"the last versions proposed for it"</p></div>
            <TimeLine wide=wide narrow=narrow finding=finding label=format!("When each version of {model} could run in {environment}")>
                <div class="scroll" tabindex="0" role="region" aria-label="The time line as a table"><table class="table table--bare">
                    <thead><tr><th scope="col">"Version"</th><th scope="col">"Standing"</th><th scope="col">"Proposed"</th>
                        <th scope="col">"Quorum complete"</th><th scope="col">"Revoked"</th><th scope="col">"Ends"</th></tr></thead>
                    <tbody>{lives.into_iter().map(row).collect_view()}</tbody>
                </table></div>
            </TimeLine>
        </section>
    }
}

fn signed(known: &Knowledge, events: &[Event]) -> impl IntoView + use<> {
    let event = |event: &Event| {
        let (modifier, icon) = match event.kind {
            Kind::Trained => ("", "models"),
            Kind::Proposed => ("event--mine", "propose"),
            Kind::Approved => ("event--ok", "ok"),
            Kind::Deployed => ("event--ok", "box"),
            Kind::Withdrew | Kind::Rejected => ("event--bad", "rejected"),
            Kind::Revoked => ("event--bad", "bad"),
        };
        let who = known.name(&event.who);
        let detail = if event.detail.is_empty() { who } else { format!("{who}, {}", event.detail) };
        html! {
            <li class=format!("event {modifier}")>
                <time datetime=event.at.to_string()>{words::moment(event.at)}</time>
                <Icon name=icon/>
                <div><p><strong>{event.head.clone()}</strong></p><p class="measure">{detail}</p></div>
            </li>
        }
    };
    html! {
        <section class="section mt-8" aria-labelledby="h-ev">
            <div class="spread"><h2 class="h2" id="h-ev">"Signed events"</h2>
                <p class="sub"><Mark tone=Tone::Ok icon="ok">"each signature verified here"</Mark></p></div>
            <section class="panel"><div class="panel__body">
                <ol class="events">{events.iter().map(event).collect_view()}</ol>
            </div></section>
        </section>
    }
}
