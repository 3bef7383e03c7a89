//! Inspecting a proposal: the sentence first, then everything that speaks for and against it.

use std::sync::Arc;

use leptos::{prelude::*, reactive::spawn_local_scoped_with_cancellation};
use leptos_router::hooks::use_params_map;
use placet_core::{
    bundle::Bundle,
    decision::Outcome as Answer,
    digest::Digest,
    drift_report::DriftReport,
    key,
    name::{Environment, Principal},
    time::Timestamp,
    verify::Verified,
};

use crate::{
    browser,
    client::Failure,
    components::{
        Bytes, CardTable, ChangesTable, ChartKey, CopyButton, DigestBlock, Gates, Icon, Mark, MetricChart,
        Page, Progress, SigLines, SignedSentence, Slots, StateBlock, Tone, WeightsCheck, WordList,
    },
    context::{Console, console},
    state::{
        approval::{self, Draft},
        card,
        changes::{self, Side},
        drift,
        history::{self, Version},
        knowledge::Knowledge,
        quorum,
        review::{self, Place, Review},
        words,
    },
};

/// How many other proposals of the model are fetched to compare with.
const OTHERS: usize = 12;

/// A verified proposal and the others of its model.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// The proposal.
    pub(crate) review: Arc<Review>,
    /// Other proposals of the model that verify.
    pub(crate) others: Arc<Vec<Review>>,
    /// Drift reports about it that verify.
    pub(crate) reports: Arc<Vec<Verified<DriftReport>>>,
}

/// Why there is nothing to show.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// What is so.
    pub(crate) words: String,
    /// The stable code.
    pub(crate) code: String,
    /// Whether something contradicts, rather than is missing.
    pub(crate) bad: bool,
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self { words: failure.words(), code: failure.code(), bad: false }
    }
}

impl From<review::Refusal> for Problem {
    fn from(refusal: review::Refusal) -> Self {
        Self { words: refusal.words(), code: refusal.code().to_owned(), bad: true }
    }
}

/// Fetches a bundle and verifies it.
pub(crate) async fn fetch(console: Console, digest: Digest) -> Result<Review, Problem> {
    let bytes = console.client().bundle(&digest).await?;
    let bundle = Bundle::parse(&bytes).map_err(|error| Problem {
        words: format!("What the registry served is no bundle: {error}."),
        code: error.code().to_string(),
        bad: true,
    })?;
    let known = console.knowledge.get_untracked();
    let review = Review::of_proposal(digest, bundle, &known, browser::now())?;
    for place in &review.places {
        console.remember(&place.decided.state);
    }
    Ok(review)
}

/// The other proposals of the same model, as far as they verify; context, so that a failure leaves them out.
pub(crate) async fn others(console: Console, review: &Review) -> Vec<Review> {
    let model = review.proposal.statement().subject.model_id.to_string();
    let claims = console.client().proposals(&[("model", &model)]).await.unwrap_or_default();
    let mut others = Vec::new();
    let digests = claims.iter().filter_map(|claim| Digest::parse(&claim.digest));
    for digest in digests.filter(|digest| *digest != review.proposal.digest()).take(OTHERS) {
        if let Ok(other) = fetch(console, digest).await {
            others.push(other);
        }
    }
    others
}

/// The page.
#[component]
pub(crate) fn ReviewPage() -> impl IntoView {
    let console = console();
    let params = use_params_map();
    let digest =
        Memo::new(move |_| params.with(|params| Digest::parse(&params.get("digest").unwrap_or_default())));
    let loaded = RwSignal::new(None::<Result<Loaded, Problem>>);
    let weights = RwSignal::new(Progress::Waiting);
    Effect::new(move |before: Option<Option<Digest>>| {
        let _ = console.arrivals.get();
        let digest = digest.get();
        if before.is_some_and(|before| before != digest) {
            loaded.set(None);
            weights.set(Progress::Waiting);
        }
        if let (Some(digest), true) = (digest, console.ready.get()) {
            // It ends with the page, and when it is asked anew.
            spawn_local_scoped_with_cancellation(load(console, digest, loaded));
        }
        digest
    });
    move || {
        match (digest.get(), loaded.get()) {
        (None, _) => problem(Problem {
            words: "The address holds no digest of a proposal.".into(),
            code: "invalid_digest".into(),
            bad: false,
        })
        .into_any(),
        (Some(_), None) => html! {
            <Page title="Review">
                <section class="panel"><div class="state" role="status">
                    <p class="sub">"Fetching and verifying in this browser"</p>
                    <span class="skel skel--b"></span><span class="skel skel--a"></span><span class="skel skel--d"></span>
                </div></section>
            </Page>
        }
        .into_any(),
        (Some(_), Some(Err(found))) => problem(found).into_any(),
        (Some(_), Some(Ok(loaded))) => page(console, &loaded, weights).into_any(),
    }
    }
}

/// Fetches and verifies; what is shown changes only where something is otherwise than it was.
async fn load(console: Console, digest: Digest, loaded: RwSignal<Option<Result<Loaded, Problem>>>) {
    let review = match fetch(console, digest).await {
        Ok(review) => Arc::new(review),
        Err(problem) => return loaded.set(Some(Err(problem))),
    };
    console.reviewed.set(Some(review.clone()));
    let shown = loaded.get_untracked().and_then(Result::ok);
    if shown.is_none() {
        // What is signed is shown at once; the comparison follows.
        loaded.set(Some(Ok(Loaded {
            review: review.clone(),
            others: Arc::default(),
            reports: Arc::default(),
        })));
    }
    let others = others(console, &review).await;
    // Reports are context; without them the rest stands.
    let model = review.proposal.statement().subject.model_id.to_string();
    let found = super::models::drift(console, &model, std::slice::from_ref(&*review), 20).await;
    let reports = found.map(|(reports, _)| reports).unwrap_or_default();
    let same = |shown: &Loaded| {
        let mut pairs = shown.others.iter().zip(&others);
        shown.review.says_the_same(&review)
            && *shown.reports == reports
            && shown.others.len() == others.len()
            && pairs.all(|(shown, other)| shown.says_the_same(other))
    };
    if !shown.as_ref().is_some_and(same) {
        loaded.set(Some(Ok(Loaded { review, others: Arc::new(others), reports: Arc::new(reports) })));
    }
}

fn problem(problem: Problem) -> impl IntoView {
    let icon = if problem.bad { "bad" } else { "off" };
    html! {
        <Page title="Review">
            <nav aria-label="Where you are"><ol class="crumbs"><li><a href="/">"Inbox"</a></li><li aria-current="page">"Review"</li></ol></nav>
            <h1 class="vh">"Review"</h1>
            <section class="panel">
                <StateBlock icon=icon title=problem.words bad=problem.bad code=problem.code>
                    <p>"Nothing of it is shown, because nothing of it is verified."</p>
                    <a href="/">"Back to the inbox"</a>
                </StateBlock>
            </section>
        </Page>
    }
}

fn page(console: Console, loaded: &Loaded, weights: RwSignal<Progress>) -> impl IntoView + use<> {
    let known = console.knowledge.get_untracked();
    let review = loaded.review.clone();
    let me = console.me.get();
    let versions = history::versions(&review, &loaded.others);
    let approved = history::approved(&versions).cloned();
    let title = review.title();
    let places: Vec<_> = review.proposal.statement().environments.iter().map(ToString::to_string).collect();
    let digest = review.proposal.digest();
    let sign = format!("/proposals/{digest}/sign");
    let roles = me.as_ref().map(|me| review.my_roles(&me.principal)).unwrap_or_default();
    let may_sign = !roles.is_empty() && can_sign(&review);
    let first = review.first().cloned();
    let slots = first
        .as_ref()
        .map(|place| quorum::slots(&place.decided.decision, me.as_ref().map(|me| &me.principal)))
        .unwrap_or_default();
    let crumb = format!("{title} for {}", words::list(&places));
    let context = context(&known, &review, approved.as_ref(), &loaded.others);
    let changed = changed(&review, approved.as_ref(), &loaded.others);
    let metrics = metrics(&review, &versions);
    let gates = review.places.iter().map(|place| gates(place, review.places.len() > 1)).collect_view();
    let expected = review.proposal.statement().subject.weights;
    let note = note(&known, &review);
    let exact = exact(&review, me.as_ref(), console.now.get_untracked());
    let side = side(&known, &review, &loaded.reports, me.as_ref(), may_sign, &sign);
    html! {
        <Page title=format!("Review {title}")>
            <nav aria-label="Where you are"><ol class="crumbs">
                <li><a href="/">"Inbox"</a></li><li aria-current="page">{crumb}</li>
            </ol></nav>
            <SignedSentence review=review heading=true/>
            <p class="sub mt-4">{context}</p>
            <div class="cols mt-6">
                <div class="stack-l">
                    {changed}
                    {metrics}
                    {gates}
                    <section class="section" aria-labelledby="h-we">
                        <div class="spread"><h2 class="h2" id="h-we">"Weights check"</h2>
                            <p class="sub">"optional, and the only proof that the file you hold is the one you sign for"</p></div>
                        <WeightsCheck expected=expected progress=weights/>
                    </section>
                    {note}
                    {exact}
                </div>
                {side}
            </div>
            {first.map(|place| {
                let missing = quorum::missing(&place.decided.decision);
                let signed = place.decided.decision.quorum.iter().map(|role| role.counted.len()).sum::<usize>();
                html! {
                    <div class="actionbar actionbar--phone">
                        <span><Slots roles=slots/>" "<span class="small">{format!("{signed} of {}", signed + missing)}</span></span>
                        {may_sign.then(|| html! { <a class="btn btn--primary" href=sign.clone()>"Continue to sign"</a> })}
                    </div>
                }
            })}
        </Page>
    }
}

/// Whether a signature could help: somewhere it is denied for nothing but missing signatures, or is early.
pub(crate) fn can_sign(review: &Review) -> bool {
    review.places.iter().any(|place| {
        let decision = &place.decided.decision;
        decision.outcome == Answer::Deny && review::is_only_early(&review::obstacles(decision))
    })
}

/// What runs there today: context, and said so.
pub(crate) fn context(
    known: &Knowledge,
    review: &Review,
    approved: Option<&Version>,
    others: &[Review],
) -> String {
    let place = review.first().map_or_else(String::new, |place| place.environment.to_string());
    let Some(approved) = approved else {
        return format!(
            "Nothing of this model is approved for {place} that this browser could verify. Context, not signed."
        );
    };
    let other = others.iter().find(|other| other.proposal.digest() == approved.proposal);
    let who = other.and_then(|other| {
        let place = other.places.iter().find(|p| p.environment.as_str() == place)?;
        let names = place.decided.decision.quorum.iter().flat_map(|role| &role.counted);
        Some(words::list(&names.map(|name| known.name(name)).collect::<Vec<_>>()))
    });
    let until = other.map(|other| words::until(other.proposal.statement().window.not_after));
    format!(
        "Today version {} may run in {place}, approved by {}, until {}. Context, not signed.",
        approved.training.version,
        who.unwrap_or_default(),
        until.unwrap_or_default(),
    )
}

fn changed(review: &Review, approved: Option<&Version>, others: &[Review]) -> impl IntoView + use<> {
    let approved = approved?;
    let other = others.iter().find(|other| other.proposal.digest() == approved.proposal)?;
    let rule = review.first().and_then(|place| place.rule.as_ref());
    let side = |review: &Review| (review.training.statement().clone(), review.proposal.statement().clone());
    let (old, new) = (side(other), side(review));
    let changes = changes::compare(
        Side { training: &old.0, proposal: &old.1 },
        Side { training: &new.0, proposal: &new.1 },
        rule,
    );
    let (was, is) = (old.0.version.to_string(), new.0.version.to_string());
    let place = review.first().map_or_else(String::new, |place| place.environment.to_string());
    let card = (old.0.card != new.0.card).then(|| {
        let changes = card::compare(&old.0.card, &new.0.card);
        html! {
            <div class="mt-4">
                <h3 class="h3">"Model card, field by field"</h3>
                <CardTable changes=changes/>
            </div>
        }
    });
    Some(html! {
        <section class="section" aria-labelledby="h-ch">
            <div class="spread"><h2 class="h2" id="h-ch">"What changes"</h2>
                <p class="sub">{format!("against version {was}, approved for {place} now")}</p></div>
            <ChangesTable changes=changes was=was is=is/>
            {card}
        </section>
    })
}

fn metrics(review: &Review, versions: &[Version]) -> impl IntoView + use<> {
    let rule = review.first().and_then(|place| place.rule.as_ref());
    let series = history::series(versions, rule);
    if series.is_empty() {
        return None;
    }
    let heads: Vec<_> =
        versions.iter().map(|v| format!("{}, {}", v.training.version, v.standing.as_str())).collect();
    let rows: Vec<_> = series
        .iter()
        .map(|series| {
            let cell = |version: &Version| {
                let metric = version.training.metrics.iter().find(|(name, _)| name.as_str() == series.name);
                metric.map_or_else(|| "–".to_owned(), |(_, metric)| metric.text.clone())
            };
            (series.name.clone(), versions.iter().map(cell).collect::<Vec<_>>())
        })
        .collect();
    let trainer = review.training.statement().trainer.to_string();
    Some(html! {
        <section class="section" aria-labelledby="h-me">
            <div class="spread"><h2 class="h2" id="h-me">"Metrics over versions"</h2>
                <p class="sub">{format!("as signed by {trainer}")}</p></div>
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
                        <tr><th scope="row">{name}</th>
                            {cells.into_iter().map(|cell| html! { <td class="num">{cell}</td> }).collect_view()}
                        </tr>
                    }).collect_view()}</tbody>
                </table></div>
            </details>
        </section>
    })
}

fn gates(place: &Place, several: bool) -> impl IntoView + use<> {
    let decision = place.decided.decision.clone();
    let failing = decision.gates.iter().filter(|gate| gate.code.is_some()).count();
    let all = decision.gates.len();
    let title = if several { format!("Gates for {}", place.environment) } else { "Gates".to_owned() };
    let id = format!("h-ga-{}", place.environment);
    let heading = id.clone();
    html! {
        <section class="section" aria-labelledby=id>
            <div class="spread"><h2 class="h2" id=heading>{title}</h2><p>
                {match decision.outcome {
                    Answer::Permit => html! { <Mark tone=Tone::Ok icon="ok">"Permitted now"</Mark> }.into_any(),
                    Answer::Deny => html! {
                        <Mark tone=Tone::Bad icon="bad">
                            {format!("Denied now: {failing} of {all} {}", if failing == 1 { "fails" } else { "fail" })}
                        </Mark>
                    }.into_any(),
                }}
            </p></div>
            <p class="sub">"Worked out in this browser from signed documents. The registry was not asked for its opinion."</p>
            <div class="mt-2"><Gates decision=decision/></div>
        </section>
    }
}

fn note(known: &Knowledge, review: &Review) -> impl IntoView + use<> {
    let proposal = review.proposal.statement();
    let note = placet_core::summary::escape(&proposal.note);
    let who = known.name(&proposal.proposed_by);
    let remarks = review::remarks(review, known);
    let remarks: Vec<_> = remarks
        .into_iter()
        .map(|remark| {
            let verb = match (remark.verdict, remark.this) {
                (placet_core::approval::Verdict::Withdraw, true) => "withdrew from this proposal",
                (placet_core::approval::Verdict::Withdraw, false) => "withdrew from an earlier proposal",
                (_, true) => "rejected this proposal",
                (_, false) => "rejected an earlier proposal of this model",
            };
            let head = format!("{} {verb}", known.name(&remark.who));
            event("event--bad", "rejected", remark.at, head, placet_core::summary::escape(&remark.comment))
        })
        .collect();
    html! {
        <section class="section" aria-labelledby="h-no">
            <div class="spread"><h2 class="h2" id="h-no">"Note and earlier decisions"</h2></div>
            <div class="events">
                {event("event--mine", "propose", proposal.proposed_at, format!("{who} proposed"), note)}
                {remarks.collect_view()}
            </div>
        </section>
    }
}

fn event(modifier: &'static str, icon: &'static str, at: Timestamp, head: String, text: String) -> AnyView {
    html! {
        <div class=format!("event {modifier}")>
            <time datetime=at.to_string()>{words::moment(at)}</time>
            <Icon name=icon/>
            <div>
                <p><strong>{head}</strong></p>
                {(!text.is_empty()).then(|| html! { <p class="measure">"“"{text}"”"</p> })}
            </div>
        </div>
    }
    .into_any()
}

/// The bytes of an approval as it would be signed now, and the proposal's digest to compare.
fn exact(review: &Review, me: Option<&crate::state::knowledge::Me>, now: Timestamp) -> impl IntoView + use<> {
    let digest = review.proposal.digest();
    let role = me.and_then(|me| review.my_roles(&me.principal).first().cloned());
    let draft = me.zip(role).map(|(me, role)| Draft::approve(review, &me.principal, &role, "", now));
    let (title, lines, size) = if let Some(draft) = draft {
        (
            "what the key will sign, but for the time and your comment",
            approval::pretty(&draft.payload),
            draft.payload.len(),
        )
    } else {
        let payload = review.bundle.proposal().map(|e| e.unverified_payload().to_vec()).unwrap_or_default();
        ("the proposal", approval::pretty(&payload), payload.len())
    };
    html! {
        <section class="section" aria-labelledby="h-by">
            <div class="spread"><h2 class="h2" id="h-by">"Exact bytes"</h2>
                <p class="sub">{format!("{title}; {size} bytes without the line breaks")}</p></div>
            <Bytes lines=lines label="The bytes, line by line"/>
            <div class="mt-4">
                <h3 class="h3">"Proposal digest "<CopyButton what="the proposal digest" text=digest.to_string()/></h3>
                <DigestBlock digest=digest/>
                <h3 class="h3 mt-3">"The same in words"</h3>
                <WordList words=key::words(&digest) label="The proposal’s digest as eight words"/>
                <p class="hint mt-2">"On a second device, "<span class="mono">"placet review"</span>" prints the same text and words."</p>
            </div>
        </section>
    }
}

fn side(
    known: &Knowledge,
    review: &Review,
    reports: &[Verified<DriftReport>],
    me: Option<&crate::state::knowledge::Me>,
    may_sign: bool,
    sign: &str,
) -> impl IntoView + use<> {
    let principal = me.map(|me| &me.principal);
    let panels = review
        .places
        .iter()
        .map(|place| signatures(known, review, place, principal, review.places.len() > 1));
    let panels = panels.collect_view();
    let drifts = review.proposal.statement().environments.iter();
    let drifts = drifts.filter_map(|environment| latest_report(review, reports, environment)).collect_view();
    let proposal = review.proposal.statement();
    let training = review.training.statement();
    let rule = review.first().and_then(|place| place.rule.clone());
    let closes = rule.as_ref().map(|rule| proposal.proposed_at.plus_days(rule.approval_window_days));
    let version = known.policy().map(|policy| policy.version).unwrap_or_default();
    let explain = match (may_sign, me) {
        (true, _) => None,
        (false, None) => Some("No key of this browser is named by the policy, so you cannot sign here."),
        (false, Some(_)) => Some("Your signature would not count here, or nothing is missing."),
    };
    let against = me.map(|me| against(known, review, &me.principal));
    html! {
        <aside class="side" aria-label="Signatures">
            {panels}
            {drifts}
            <section class="panel"><div class="panel__body stack no-print">
                {may_sign.then(|| html! {
                    <a class="btn btn--primary btn--wide btn--big" href=sign.to_owned()>"Continue to sign"<Icon name="go"/></a>
                })}
                {explain.map(|words| html! { <p class="small sub">{words}</p> })}
                {against}
            </div></section>
            <section class="panel"><div class="panel__body"><dl class="facts">
                <dt>"Proposed"</dt><dd>{format!("{}, {}", known.name(&proposal.proposed_by), words::moment(proposal.proposed_at))}</dd>
                {closes.map(|closes| html! {
                    <dt>"Closes"</dt>
                    <dd>{format!("{}, in {}", words::moment(closes), words::span(closes.since(review.now)))}</dd>
                })}
                <dt>"Rule"</dt><dd>{format!("{}, policy {version}", rule.map_or_else(|| "none".into(), |rule| rule.name.to_string()))}</dd>
                <dt>"Trained by"</dt><dd>{format!("{}, {}", known.name(&training.trainer), words::date(training.created_at))}</dd>
            </dl></div></section>
        </aside>
    }
}

/// What the latest drift report about this version says, beside the decision that it does not change.
fn latest_report(
    review: &Review,
    reports: &[Verified<DriftReport>],
    environment: &Environment,
) -> Option<AnyView> {
    let thread = drift::thread(reports, environment);
    let report = thread.first()?.statement();
    let (tone, icon) = super::drift::look(report.report.status);
    let status = drift::status(&thread);
    let id = format!("h-drift-{environment}");
    let heading = id.clone();
    let window = format!(
        "{} to {}, {} samples. It denies nothing by itself.",
        words::moment(report.window.from),
        words::moment(report.window.to),
        report.window.samples
    );
    let href = super::models::address(review.proposal.statement().subject.model_id.as_str());
    Some(html! {
        <section class="panel" aria-labelledby=id>
            <div class="panel__head"><h2 class="h2" id=heading>{format!("Drift in {environment}")}</h2></div>
            <div class="panel__body">
                <Mark tone=tone icon=icon wrap=true>{status}</Mark>
                <p class="small sub mt-3">{window}</p>
                <p class="small mt-3"><a href=href>"All its reports"</a></p>
            </div>
        </section>
    }.into_any())
}

/// The ways to say no, as far as each would say anything.
fn against(known: &Knowledge, review: &Review, me: &Principal) -> impl IntoView + use<> {
    use crate::state::{against::roles, revoke::may_revoke};
    use placet_core::{approval::Verdict, code::Code};
    let ended = review.places.iter().all(|place| {
        let denials = &place.decided.decision.denials;
        [Code::ProposalRevoked, Code::WeightsRevoked, Code::Vetoed].iter().any(|code| denials.contains(code))
    });
    let permitted = review.places.iter().any(|place| place.decided.decision.outcome == Answer::Permit);
    let digest = review.proposal.digest();
    let link = |shown: bool, what: &'static str, words: &'static str| {
        shown.then(|| html! { <a class="btn btn--small btn--danger" href=format!("/proposals/{digest}/{what}")>{words}</a> })
    };
    let withdraws = !roles(Verdict::Withdraw, review, known, me).is_empty();
    let rejects = !permitted && !withdraws && !roles(Verdict::Reject, review, known, me).is_empty();
    let revokes = permitted && known.policy().is_some_and(|policy| may_revoke(policy, me));
    (!ended && (withdraws || rejects || revokes)).then(|| {
        html! {
            <div class="row">
                {link(rejects, "reject", "Reject…")}
                {link(withdraws, "withdraw", "Withdraw my approval…")}
                {link(revokes, "revoke", "Revoke…")}
            </div>
        }
    })
}

fn signatures(
    known: &Knowledge,
    review: &Review,
    place: &Place,
    me: Option<&placet_core::name::Principal>,
    several: bool,
) -> impl IntoView + use<> {
    let decision = &place.decided.decision;
    let lines = signature_lines(known, review, place, me);
    let missing = quorum::missing(decision);
    let mine = me.is_some_and(|me| !quorum::my_roles(decision, me).is_empty());
    let effect = match (mine, missing) {
        (true, 1) => Some(format!("Yours would complete the quorum for {}.", place.environment)),
        (true, more) => Some(format!(
            "After yours, {} more.",
            words::count(more.saturating_sub(1), "is needed", "are needed")
        )),
        _ => None,
    };
    let title =
        if several { format!("Signatures for {}", place.environment) } else { "Signatures".to_owned() };
    let id = format!("h-si-{}", place.environment);
    let heading = id.clone();
    html! {
        <section class="panel" aria-labelledby=id>
            <div class="panel__head"><h2 class="h2" id=heading>{title}</h2><Slots roles=quorum::slots(decision, me)/></div>
            <div class="panel__body">
                <p>{quorum::words(decision)}"."</p>
                <div class="mt-3"><SigLines lines=lines/></div>
                {effect.map(|words| html! { <p class="small sub mt-3">{words}</p> })}
            </div>
        </section>
    }
}

/// The signature lines of a place with names and times.
pub(crate) fn signature_lines(
    known: &Knowledge,
    review: &Review,
    place: &Place,
    me: Option<&placet_core::name::Principal>,
) -> Vec<crate::components::SigLine> {
    let said = review.statements();
    let line = |line: quorum::Line| {
        // What stands in an envelope that does not verify was said by nobody.
        let heard = matches!(line.slot, quorum::Slot::Signed | quorum::Slot::Rejected);
        let statement = line.document.filter(|_| heard).and_then(|digest| said.get(&digest));
        crate::components::SigLine {
            slot: line.slot,
            mine: me.is_some() && line.who.as_ref() == me,
            who: line.who.as_ref().map(|who| known.name(who)),
            role: line.role.map(|role| role.to_string()).unwrap_or_default(),
            when: statement.map(|said| words::moment(said.signed_at)),
            comment: statement.map(|said| placet_core::summary::escape(&said.comment)).unwrap_or_default(),
            could_sign: line.could_sign.iter().map(|name| known.name(name)).collect(),
            code: line.code,
        }
    };
    quorum::lines(&place.decided.decision, me).into_iter().map(line).collect()
}
