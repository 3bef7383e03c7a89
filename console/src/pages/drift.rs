//! What monitors signed about a model in an environment, as a part of its page.

use leptos::prelude::*;
use placet_core::{
    code::Code,
    drift::{Check, Outcome, ReportStatus, Test},
    drift_report::DriftReport,
    name::Environment,
    verify::Verified,
};

use crate::{
    components::{Cumulative, Histogram, Mark, Tone, WindowChart},
    state::{
        drift::{self, short},
        knowledge::Knowledge,
        review::Review,
        words,
    },
};

/// The section of one environment; nothing where no report of it verifies.
pub(crate) fn section(
    known: &Knowledge,
    reviews: &[Review],
    reports: &[Verified<DriftReport>],
    environment: &Environment,
    may_revoke: bool,
) -> Option<AnyView> {
    let thread = drift::thread(reports, environment);
    let newest = thread.first()?;
    let report = newest.statement();
    let review = reviews.iter().find(|review| review.training.digest() == report.training_output)?;
    let training = review.training.statement();
    let drifted = report.report.status == ReportStatus::Drifted;
    let (tone, icon) = look(report.report.status);
    let status = drift::status(&thread);
    let countdown = known.policy().and_then(|policy| drift::countdown(&thread, policy));
    let compared = drift::compare(report, &training.baselines);
    let charts = compared.into_iter().map(|compared| {
        let check = report.report.checks.iter().find(|c| c.name == compared.name && c.test == Test::KolmogorovSmirnov);
        let finding = compared.furthest(check);
        let counts = format!("baseline signed with version {}, {} values", training.version, compared.counts.0);
        let now = format!("now: window until {}, {} values", words::moment(report.window.to), compared.counts.1);
        let ordered = compared.ordered.then(|| html! { <Cumulative compared=compared.clone() finding=finding/> });
        html! {
            <div class="cols cols--even mt-4"><Histogram compared=compared/>{ordered}</div>
            <div class="legend mt-3">
                <span><svg viewBox="0 0 20 12" aria-hidden="true"><rect class="c-href" width="20" height="12"/></svg>{counts}</span>
                <span><svg viewBox="0 0 20 12" aria-hidden="true"><path class="c-hcur" d="M0 12V4h10v4h10v4"/></svg>{now}</span>
            </div>
        }
    });
    let charts = charts.collect_view();
    let series = drift::series(&thread);
    let series = series
        .into_iter()
        .map(|series| html! { <div class="mt-4"><WindowChart series=series/></div> })
        .collect_view();
    // A proposal of what was measured that was not stopped there yet.
    let measured = |review: &&Review| review.training.digest() == report.training_output;
    let target = reviews.iter().filter(measured).find(|review| stands(review, environment));
    let investigate = target.filter(|_| drifted && may_revoke).map(|target| {
        let href = format!(
            "/proposals/{}/revoke?reason=drift&evidence={}&words={}",
            target.proposal.digest(),
            newest.digest(),
            encode(&drift::reason(report))
        );
        html! { <div class="row mt-3 no-print"><a class="btn btn--danger" href=href>"Revoke with this report as evidence…"</a></div> }
    });
    let monitor = known.name(&report.checked_by);
    let foot = format!(
        "Report {} signed by {monitor} at {}, verified here against the baselines that were signed in training. Severity is that of the worst check, never the mean.",
        newest.digest().to_hex().get(..8).unwrap_or_default(),
        words::moment(report.checked_at)
    );
    let checks = report.report.checks.iter().map(row).collect_view();
    let window = format!(
        "{} to {}, {} samples",
        words::moment(report.window.from),
        words::moment(report.window.to),
        report.window.samples
    );
    let id = format!("h-dr-{environment}");
    let heading = id.clone();
    let view = html! {
        <section class="section mt-8" aria-labelledby=id>
            <div class="spread"><h2 class="h2" id=heading>{format!("Drift in {environment}")}</h2><Mark tone=tone icon=icon wrap=true>{status}</Mark></div>
            {countdown.map(|words| html! { <p class="measure">{words}</p> })}
            {investigate}
            {series}
            {charts}
            <section class="panel mt-4"><div class="panel__head"><h3 class="h3">"Checks of the newest window"</h3><span class="small faint">{window}</span></div>
                <table class="table table--cards"><caption class="vh">{format!("Drift checks in {environment}")}</caption>
                    <thead><tr><th scope="col">"Check"</th><th scope="col" class="num">"Found"</th><th scope="col" class="num">"Baseline"</th>
                        <th scope="col" class="num">"Effect"</th><th scope="col" class="num">"Acts from"</th><th scope="col" class="num">"p, corrected"</th>
                        <th scope="col" class="num">"Severity"</th><th scope="col">"Result"</th></tr></thead>
                    <tbody>{checks}</tbody>
                </table>
                <p class="panel__foot">{foot}</p>
            </section>
        </section>
    };
    Some(view.into_any())
}

/// Whether a proposal is for an environment and nothing revoked it there.
fn stands(review: &Review, environment: &Environment) -> bool {
    let revoked = |code: &Code| matches!(code, Code::ProposalRevoked | Code::WeightsRevoked);
    let mut there = review.places.iter().filter(|place| place.environment == *environment);
    there.any(|place| !place.decided.decision.denials.iter().any(revoked))
}

/// Tone and icon of what a report concludes.
pub(super) fn look(status: ReportStatus) -> (Tone, &'static str) {
    match status {
        ReportStatus::Stable => (Tone::Ok, "ok"),
        ReportStatus::Drifted => (Tone::Warn, "drift"),
        ReportStatus::Inconclusive => (Tone::Plain, "unsure"),
    }
}

fn row(check: &Check) -> impl IntoView + use<> {
    let cell = |label: &'static str, value: Option<String>| {
        let value = match value {
            Some(value) => html! { <span>{value}</span> }.into_any(),
            None => html! { <span class="faint">"none"</span> }.into_any(),
        };
        html! { <td class="num" data-l=label>{value}</td> }
    };
    let (tone, icon) = match check.outcome {
        Outcome::Stable => (Tone::Ok, "ok"),
        Outcome::Notice => (Tone::Plain, "info"),
        Outcome::Drifted => (Tone::Warn, "drift"),
        Outcome::Inconclusive => (Tone::Plain, "unsure"),
    };
    let word = match check.outcome {
        Outcome::Inconclusive => {
            let why = check.reason.map_or("not judged", placet_core::drift::Reason::code);
            format!("unknown: {}", why.replace('_', " "))
        }
        outcome => outcome.as_str().to_owned(),
    };
    let name = placet_core::summary::escape(&check.name);
    html! {
        <tr><th scope="row">{name}<span class="cellsub">{drift::test_name(check.test)}</span></th>
            {cell("Found", check.statistic.map(short))}{cell("Baseline", check.baseline.map(short))}
            {cell("Effect", check.effect.map(short))}{cell("Acts from", check.threshold.map(short))}
            {cell("p, corrected", check.adjusted_p.map(short))}{cell("Severity", check.severity.map(drift::severity))}
            <td data-l="Result"><Mark tone=tone icon=icon>{word}</Mark></td></tr>
    }
}

fn encode(text: &str) -> String {
    String::from(js_sys::encode_uri_component(text))
}
