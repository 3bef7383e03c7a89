//! The evidence ledger: its head, every entry, and what this browser checked of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::{use_navigate, use_query_map};
use placet_core::{digest::Digest, ledger::Checkpoint, time::Timestamp};

use super::models::offline;
use crate::{
    browser,
    client::Failure,
    components::{DigestBlock, DigestShort, Icon, LongRows, Mark, Notice, Page, StateBlock, Tone},
    context::{Console, console},
    keystore::database::{self, Table},
    state::{
        export::{self, Line},
        ledger::{self, Check, Entry, Filter, Growth, Inclusion, Looked, Recount, Seen, Trouble},
        words,
    },
};

/// Entries of one request.
const PAGE: u64 = 200;
/// The most entries that are exported with their documents and proofs.
const DOCUMENTS: usize = 1000;

/// The verified head.
#[derive(Clone)]
struct Head {
    checkpoint: Arc<Checkpoint>,
    note: Arc<String>,
    growth: Growth,
}

/// Why there is no head.
#[derive(Clone)]
enum Missing {
    Failure(Failure),
    Trouble(Trouble),
}

/// What was read and found out, by the entry's place.
#[derive(Clone, Default)]
struct Book {
    entries: BTreeMap<u64, Entry>,
    looked: BTreeMap<u64, Looked>,
    /// Those that pass the filter, the newest first; none where there is no filter.
    matches: Option<Vec<u64>>,
    /// Down to where the filter has looked.
    scanned: u64,
}

/// All entries hashed again.
#[derive(Clone, Default)]
enum Whole {
    #[default]
    NotYet,
    Running(u64),
    Done(Result<u64, Trouble>),
}

/// What the page knows. Copies are handles to the same.
#[derive(Clone, Copy)]
struct Shelf {
    console: Console,
    head: RwSignal<Option<Result<Head, Missing>>>,
    book: RwSignal<Book>,
    shown: RwSignal<Range<usize>>,
    whole: RwSignal<Whole>,
    busy: RwSignal<String>,
}

impl Shelf {
    fn size(&self) -> u64 {
        self.head.with(|head| match head {
            Some(Ok(head)) => head.checkpoint.size(),
            _ => 0,
        })
    }

    /// Whether the page was left while something was fetched.
    fn is_gone(&self) -> bool {
        self.head.is_disposed()
    }

    /// How many rows there are.
    fn total(&self) -> usize {
        let matches = self.book.with(|book| book.matches.as_ref().map(Vec::len));
        matches.unwrap_or_else(|| usize::try_from(self.size()).unwrap_or(usize::MAX))
    }

    /// The entry in a row, the newest first.
    fn place(&self, row: usize) -> Option<u64> {
        self.book.with(|book| match &book.matches {
            Some(matches) => matches.get(row).copied(),
            None => self.size().checked_sub(row as u64 + 1),
        })
    }
}

/// The page.
#[component]
pub(crate) fn Ledger() -> impl IntoView {
    let console = console();
    let shelf = Shelf {
        console,
        head: RwSignal::new(None),
        book: RwSignal::new(Book::default()),
        shown: RwSignal::new(0..0),
        whole: RwSignal::new(Whole::NotYet),
        busy: RwSignal::new(String::new()),
    };
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(|query| Filter::read(|name| query.get(name))));
    let pinned = Memo::new(move |_| console.knowledge.with(|known| known.chain().is_some()));
    let run = RwSignal::new(0_u64);
    Effect::new(move |_| {
        let (_, filter) = (console.arrivals.get(), filter.get());
        if console.ready.get() && pinned.get() {
            run.update(|run| *run += 1);
            let this = run.get_untracked();
            spawn_local(read(shelf, filter, move || run.try_get_untracked() == Some(this)));
        }
    });
    html! {
        <Page title="Ledger">
            <div class="pagehead">
                <div><h1>"Ledger"</h1><p>"Every accepted document, in order. A mark says “checked here” only where this browser checked it."</p></div>
                {move || shelf.head.with(|head| matches!(head, Some(Ok(_)))).then(|| exports(shelf))}
            </div>
            {move || match (console.ready.get(), pinned.get(), shelf.head.get()) {
                (true, false, _) => html! {
                    <section class="panel"><StateBlock icon="policy" title="No policy is verified in this browser.">
                        <p>"The policy names the log and its key. Without it nothing of the ledger can be checked."</p><a href="/">"Pin a policy"</a>
                    </StateBlock></section>
                }.into_any(),
                (_, _, Some(Err(Missing::Failure(Failure::Refused { status: 404, .. })))) => html! {
                    <section class="panel"><StateBlock icon="ledger" title="This registry keeps no ledger that your policy names.">
                        <p>"Documents are still verified by their signatures. That none is withheld, nobody proves."</p>
                    </StateBlock></section>
                }.into_any(),
                (_, _, Some(Err(Missing::Failure(failure)))) => offline(console, &failure),
                (_, _, Some(Err(Missing::Trouble(trouble)))) => html! {
                    <section class="panel"><StateBlock icon="bad" bad=true title=trouble.words code=trouble.code>
                        <p>"No entry is shown, because nothing would hold it in its place."</p>
                    </StateBlock></section>
                }.into_any(),
                (true, true, Some(Ok(head))) => html! {
                    {checkpoint(shelf, &head)}
                    <Filters filter=filter/>
                    <Table shelf=shelf/>
                    {printed(shelf, &head)}
                }.into_any(),
                _ => html! {
                    <section class="panel"><div class="state" role="status">
                        <p class="sub">"Asking for the ledger’s head and checking it"</p>
                        <span class="skel skel--b"></span><span class="skel skel--a"></span><span class="skel skel--d"></span>
                    </div></section>
                }.into_any(),
            }}
        </Page>
    }
}

/// Fetches and checks the head, then reads and checks what is in sight.
async fn read(shelf: Shelf, filter: Filter, is_current: impl Fn() -> bool) {
    let head = match fetch_head(shelf.console).await {
        Ok(head) => head,
        Err(missing) => {
            if is_current() {
                shelf.head.set(Some(Err(missing)));
            }
            return;
        }
    };
    if !is_current() {
        return;
    }
    let size = head.checkpoint.size();
    let changed = shelf.head.with_untracked(|old| match old {
        Some(Ok(old)) => old.checkpoint != head.checkpoint,
        _ => true,
    });
    shelf.book.update(|book| {
        book.matches = (!filter.is_empty()).then(Vec::new);
        book.scanned = size;
        if changed {
            // Proofs lead to another head now.
            book.looked.clear();
        }
    });
    shelf.head.set(Some(Ok(head.clone())));
    while is_current() {
        if step(shelf, &head, &filter).await.is_err() {
            // Not reachable, or too many questions: what is claimed stays a claim.
            gloo_timers::future::TimeoutFuture::new(1_000).await;
        }
    }
}

async fn fetch_head(console: Console) -> Result<Head, Missing> {
    let client = console.client();
    let note = client.checkpoint().await.map_err(Missing::Failure)?;
    let known = console.knowledge.get_untracked();
    let policy = known.policy().ok_or_else(|| {
        Missing::Trouble(Trouble { code: "policy_missing".into(), words: "No policy is verified.".into() })
    })?;
    let checkpoint = ledger::head(&note, policy).map_err(Missing::Trouble)?;
    let seen = database::get(Table::Known, "checkpoint").await.ok().flatten();
    let seen = seen.and_then(|text| Seen::parse(&text));
    let grew = seen.as_ref().filter(|seen| seen.size > 0 && seen.size < checkpoint.size());
    let proof = match grew {
        Some(seen) => client.consistency(seen.size, checkpoint.size()).await.ok(),
        None => None,
    };
    let growth = ledger::growth(&checkpoint, seen.as_ref(), proof.as_deref());
    if !matches!(growth, Growth::Contradicts(_)) {
        let now = Seen::of(&checkpoint, browser::now());
        // What cannot be kept is not compared with on the next visit.
        let _ = database::put(Table::Known, "checkpoint", &now.to_json()).await;
    }
    let note = Arc::new(String::from_utf8_lossy(&note).into_owned());
    Ok(Head { checkpoint: Arc::new(checkpoint), note, growth })
}

/// Does the next thing that is to be done: a page that is in sight, an entry in sight, a page for the filter.
async fn step(shelf: Shelf, head: &Head, filter: &Filter) -> Result<(), Failure> {
    let sight: Vec<u64> =
        shelf.shown.get_untracked().filter_map(|row| untrack(|| shelf.place(row))).collect();
    let missing = shelf
        .book
        .with_untracked(|book| sight.iter().find(|place| !book.entries.contains_key(place)).copied());
    if let Some(place) = missing {
        return fetch_page(shelf, place / PAGE * PAGE).await;
    }
    let unlooked = shelf.book.with_untracked(|book| {
        let place = sight.iter().find(|place| !book.looked.contains_key(place))?;
        book.entries.get(place).cloned()
    });
    if let Some(entry) = unlooked {
        let line = look(shelf.console, &entry, head).await?;
        if shelf.is_gone() {
            return Ok(());
        }
        shelf.book.update(|book| drop(book.looked.insert(entry.index, line.looked)));
        return Ok(());
    }
    let scanned = shelf.book.with_untracked(|book| book.matches.as_ref().map(|_| book.scanned));
    if let Some(end) = scanned.filter(|end| *end > 0) {
        let begin = (end - 1) / PAGE * PAGE;
        let is_read =
            shelf.book.with_untracked(|book| (begin..end).all(|place| book.entries.contains_key(&place)));
        if !is_read {
            fetch_page(shelf, begin).await?;
        }
        if shelf.is_gone() {
            return Ok(());
        }
        shelf.book.update(|book| {
            let passing = book.entries.range(begin..end).rev().filter(|(_, entry)| filter.passes(entry));
            let passing: Vec<u64> = passing.map(|(place, _)| *place).collect();
            if let Some(matches) = &mut book.matches {
                matches.extend(passing);
            }
            book.scanned = begin;
        });
        return Ok(());
    }
    gloo_timers::future::TimeoutFuture::new(150).await;
    Ok(())
}

async fn fetch_page(shelf: Shelf, begin: u64) -> Result<(), Failure> {
    let bytes = shelf.console.client().entries(begin, PAGE).await?;
    if shelf.is_gone() {
        return Ok(());
    }
    let entries = ledger::entries(&bytes).ok_or(Failure::Unreadable("json_syntax"))?;
    let expected = begin..(begin + PAGE).min(untrack(|| shelf.size()));
    shelf.book.update(|book| {
        for entry in entries.into_iter().filter(|entry| expected.contains(&entry.index)) {
            book.entries.insert(entry.index, entry);
        }
        // A registry that leaves one out shows a gap, and is not asked for ever.
        for place in expected {
            book.entries.entry(place).or_insert_with(|| Entry {
                index: place,
                digest: String::new(),
                kind: "not served".into(),
                signer: String::new(),
                received_at: String::new(),
            });
        }
    });
    Ok(())
}

/// Checks one entry: its place under the head, and its signature.
async fn look(console: Console, entry: &Entry, head: &Head) -> Result<Line, Failure> {
    let client = console.client();
    let Some(digest) = Digest::parse(&entry.digest) else {
        let fails = || Check::Fails("invalid_digest".into());
        let looked = Looked { signature: fails(), inclusion: fails(), ..Looked::default() };
        return Ok(Line { entry: Some(entry.clone()), looked, ..Line::default() });
    };
    let refused = |answer: Result<Vec<u8>, Failure>| match answer {
        Ok(bytes) => Ok(Some(bytes)),
        // What the registry does not have is a finding; that it cannot be reached is none.
        Err(Failure::Refused { status: 404, .. }) => Ok(None),
        Err(failure) => Err(failure),
    };
    let proof = refused(client.inclusion(&digest, head.checkpoint.size()).await)?;
    let envelope = refused(client.envelope(&digest).await)?;
    let inclusion: Option<Inclusion> = proof.as_deref().and_then(ledger::inclusion);
    let known = console.knowledge.get_untracked();
    let mut looked =
        ledger::check_signature(entry, envelope.as_deref().unwrap_or_default(), &known, browser::now());
    looked.inclusion = ledger::check_inclusion(entry, inclusion.as_ref(), &head.checkpoint);
    let envelope = envelope.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok(Line { entry: Some(entry.clone()), looked, envelope, inclusion })
}

fn checkpoint(shelf: Shelf, head: &Head) -> impl IntoView + use<> {
    let size = head.checkpoint.size();
    let (mark, size_words) = match &head.growth {
        Growth::First => (
            html! { <Mark icon="info">"The first one seen here"</Mark> }.into_any(),
            format!("{} entries", grouped(size)),
        ),
        Growth::Same => (
            html! { <Mark tone=Tone::Ok icon="ok">"The same as the last one seen here"</Mark> }.into_any(),
            format!("{} entries", grouped(size)),
        ),
        Growth::Grew { from, at } => (
            html! { <Mark tone=Tone::Ok icon="ok">"Consistent with the last one seen here"</Mark> }
                .into_any(),
            format!(
                "{} entries, was {} on {}; nothing before that changed",
                grouped(size),
                grouped(*from),
                words::moment(*at)
            ),
        ),
        Growth::Contradicts(_) => (
            html! { <Mark tone=Tone::Bad icon="bad">"Contradicts the last one seen here"</Mark> }.into_any(),
            format!("{} entries", grouped(size)),
        ),
    };
    let contradiction = match &head.growth {
        Growth::Contradicts(trouble) => Some(trouble.clone()),
        _ => None,
    };
    let witnesses = words::count(head.checkpoint.cosignatures().len(), "witness agrees", "witnesses agree");
    let origin = placet_core::summary::escape(head.checkpoint.origin());
    let root = Digest::from_bytes(*head.checkpoint.root());
    let again = head.clone();
    html! {
        {contradiction.map(|trouble| html! {
            <Notice tone=Tone::Bad>
                <p><strong>{trouble.words}</strong></p>
                <p>"Somebody changed or hid what was logged. Keep this page and tell the others. "<code class="mono">{trouble.code}</code></p>
            </Notice>
        })}
        <section class="panel mt-4" aria-labelledby="h-cp">
            <div class="panel__head"><h2 class="h3" id="h-cp">"Checkpoint"</h2>{mark}</div>
            <div class="panel__body"><dl class="facts">
                <dt>"Size"</dt><dd>{size_words}</dd>
                <dt>"Root"</dt><dd><DigestBlock digest=root/></dd>
                <dt>"Signed by"</dt><dd>{format!("{origin}, checked here; {witnesses}")}</dd>
                <dt>"All entries"</dt><dd aria-live="polite">{move || whole(shelf, &again)}</dd>
            </dl></div>
        </section>
    }
}

fn whole(shelf: Shelf, head: &Head) -> AnyView {
    match shelf.whole.get() {
        Whole::NotYet => {
            let head = head.clone();
            let begin = move |_| spawn_local(recount(shelf, head.clone()));
            html! { <button type="button" class="btn btn--small" on:click=begin>"Hash all of them again"</button> }.into_any()
        }
        Whole::Running(done) => {
            let all = head.checkpoint.size();
            html! {
                <span class="progress"><span>{format!("{} of {} hashed here", grouped(done), grouped(all))}</span>
                    <progress max=all value=done aria-label="Entries hashed"></progress></span>
            }
            .into_any()
        }
        Whole::Done(Ok(size)) => html! {
            <Mark tone=Tone::Ok icon="ok">{format!("all {} come to the signed root", grouped(size))}</Mark>
        }
        .into_any(),
        Whole::Done(Err(trouble)) => html! {
            <Mark tone=Tone::Bad icon="bad" wrap=true>{trouble.words}" "{trouble.code}</Mark>
        }
        .into_any(),
    }
}

/// Reads every entry and hashes the tree anew.
async fn recount(shelf: Shelf, head: Head) {
    let mut recount = Recount::default();
    let result = loop {
        if recount.size() >= head.checkpoint.size() {
            break recount.finish(&head.checkpoint).map(|()| recount.size());
        }
        shelf.whole.set(Whole::Running(recount.size()));
        let limit = PAGE.min(head.checkpoint.size() - recount.size());
        let bytes = match shelf.console.client().entries(recount.size(), limit).await {
            Ok(bytes) => bytes,
            Err(Failure::Refused { status: 429, .. }) => {
                gloo_timers::future::TimeoutFuture::new(500).await;
                if shelf.is_gone() {
                    return;
                }
                continue;
            }
            Err(failure) => break Err(Trouble { code: failure.code(), words: failure.words() }),
        };
        if shelf.is_gone() {
            return;
        }
        let before = recount.size();
        let taken = match ledger::entries(&bytes) {
            Some(entries) => recount.take(&entries),
            None => Err(Trouble { code: "json_syntax".into(), words: "The entries cannot be read.".into() }),
        };
        if let Err(trouble) = taken {
            break Err(trouble);
        }
        if recount.size() == before {
            break recount.finish(&head.checkpoint).map(|()| before);
        }
    };
    shelf.whole.set(Whole::Done(result));
}

/// `1 284`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let rest = digits.len() % 3;
    let (first, more) = digits.split_at(rest);
    let more = more.as_bytes().chunks(3).map(|three| String::from_utf8_lossy(three).into_owned());
    let parts: Vec<_> = (!first.is_empty()).then(|| first.to_owned()).into_iter().chain(more).collect();
    parts.join("\u{202f}")
}

#[component]
fn Filters(
    /// What the address asks for.
    filter: Memo<Filter>,
) -> impl IntoView {
    // As the ledger calls what happened; a withdrawal takes back an approval as a revocation does.
    const KINDS: [&str; 9] = [
        "policy_adopted",
        "training_completed",
        "model_proposed",
        "model_approved",
        "model_rejected",
        "model_approval_revoked",
        "key_revoked",
        "model_deployment",
        "model_drift_detected",
    ];
    let navigate = use_navigate();
    let go = move |filter: Filter| {
        let options = leptos_router::NavigateOptions { replace: true, scroll: false, ..Default::default() };
        navigate(&filter.query(), options);
    };
    let (by_kind, by_from, by_to) = (go.clone(), go.clone(), go.clone());
    html! {
        <form class="filters" aria-label="Filters" on:submit=|event| event.prevent_default()>
            <span class="field"><label for="f-p">"Signer"</label>
                <input class="input input--auto" id="f-p" placeholder="any" size="14" prop:value=move || filter.get().signer
                    on:change=move |event| go(Filter { signer: event_target_value(&event), ..filter.get_untracked() })/>
            </span>
            <span class="field"><label for="f-k">"Kind"</label>
                <select class="select select--auto" id="f-k"
                    on:change=move |event| by_kind(Filter { kind: event_target_value(&event), ..filter.get_untracked() })>
                    <option value="" selected=move || filter.get().kind.is_empty()>"any"</option>
                    {KINDS.map(|kind| html! {
                        <option value=kind selected=move || filter.get().kind == kind>{words::heading(kind)}</option>
                    }).into_iter().collect_view()}
                </select>
            </span>
            <span class="field"><label for="f-a">"From"</label>
                <input class="input input--auto" type="date" id="f-a" prop:value=move || filter.get().from
                    on:change=move |event| by_from(Filter { from: event_target_value(&event), ..filter.get_untracked() })/>
            </span>
            <span class="field"><label for="f-b">"To"</label>
                <input class="input input--auto" type="date" id="f-b" prop:value=move || filter.get().to
                    on:change=move |event| by_to(Filter { to: event_target_value(&event), ..filter.get_untracked() })/>
            </span>
        </form>
    }
}

#[component]
fn Table(
    /// What the page knows.
    shelf: Shelf,
) -> impl IntoView {
    let total = Signal::derive(move || shelf.total());
    let range = move || {
        let total = total.get();
        let shown = shelf.shown.get();
        let place = |row: usize| shelf.place(row).map(grouped).unwrap_or_default();
        if total == 0 || shown.is_empty() {
            return "Entries".to_owned();
        }
        let last = shown.end.min(total) - 1;
        format!("Entries {} to {}", place(last), place(shown.start.min(last)))
    };
    let checked = move || {
        let shown = shelf.shown.get();
        let places: BTreeSet<_> = shown.filter_map(|row| shelf.place(row)).collect();
        let fine = shelf.book.with(|book| {
            let looked = places.iter().filter_map(|place| book.looked.get(place));
            looked.filter(|l| l.signature == Check::Holds && l.inclusion == Check::Holds).count()
        });
        format!("{fine} of {} checked here", places.len())
    };
    let scanning = move || {
        let left = shelf.book.with(|book| book.matches.as_ref().map(|_| book.scanned)).unwrap_or_default();
        if left > 0 { format!("; {} older entries not read yet", grouped(left)) } else { String::new() }
    };
    html! {
        <section class="panel mt-4">
            <div class="panel__head"><h2 class="h3">{range}</h2><div class="live" role="status"><span>{checked}</span></div></div>
            {move || (total.get() == 0).then(|| html! {
                <StateBlock icon="ledger" title="No entry is listed here.">
                    <p>"Entries appear by themselves as documents are accepted."</p><a href="/ledger">"Show all"</a>
                </StateBlock>
            })}
            <table class="table table--cards table--long" class:gone=move || total.get() == 0 aria-rowcount=move || total.get() + 1>
                <caption class="vh">"Ledger entries, the newest first"</caption>
                <thead><tr>
                    <th scope="col" class="num">"Entry"</th><th scope="col">"Logged, UTC"</th><th scope="col">"Document"</th>
                    <th scope="col">"Signer"</th><th scope="col">"Payload digest"</th><th scope="col">"Checked here"</th>
                </tr></thead>
                <tbody id="ledger-rows"><LongRows id="ledger-rows" total=total columns=6 shown=shelf.shown row=move |row| line(shelf, row)/></tbody>
            </table>
            <p class="panel__foot no-print" role="status">{move || format!("{} of {} entries{}", grouped(total.get() as u64), grouped(shelf.size()), scanning())}</p>
        </section>
    }
}

fn line(shelf: Shelf, row: usize) -> impl IntoView {
    let entry = Memo::new(move |_| {
        let place = shelf.place(row)?;
        shelf.book.with(|book| book.entries.get(&place).cloned())
    });
    let looked = Memo::new(move |_| {
        let place = shelf.place(row)?;
        shelf.book.with(|book| book.looked.get(&place).cloned())
    });
    let place = move || shelf.place(row).map(grouped).unwrap_or_default();
    let logged = move || {
        let at = entry.get().and_then(|entry| Timestamp::parse(&entry.received_at));
        at.map(words::moment)
    };
    let document = move || match (looked.get(), entry.get()) {
        (Some(looked), _) if looked.signature == Check::Holds => {
            html! { {looked.what}<span class="cellsub">{looked.about}</span> }.into_any()
        }
        (_, Some(entry)) => {
            html! { {words::heading(&entry.kind)}<span class="cellsub">"the registry says so"</span> }
                .into_any()
        }
        _ => html! { <span class="skel skel--b"></span> }.into_any(),
    };
    let signer = move || match (looked.get(), entry.get()) {
        (Some(looked), _) if looked.signature == Check::Holds => {
            html! { <span>{looked.signers}</span> }.into_any()
        }
        (_, Some(entry)) => html! { <span class="faint">{entry.signer}</span> }.into_any(),
        _ => html! { <span></span> }.into_any(),
    };
    let digest = move || {
        let digest = entry.get().and_then(|entry| Digest::parse(&entry.digest));
        digest.map(|digest| html! { <DigestShort digest=digest/> })
    };
    let check = |name: &'static str, check: Check| match check {
        Check::Holds => html! { <Mark tone=Tone::Ok icon="ok">{name}</Mark> }.into_any(),
        Check::NotYet => html! { <Mark icon="claim">{name}", not yet"</Mark> }.into_any(),
        Check::Fails(code) => {
            html! { <Mark tone=Tone::Bad icon="bad">{name}": "{code.replace('_', " ")}</Mark> }.into_any()
        }
    };
    let checks = move || {
        let looked = looked.get().unwrap_or_default();
        html! { {check("signature", looked.signature)}{check("inclusion", looked.inclusion)} }
    };
    html! {
        <tr aria-rowindex=row + 2>
            <td class="num" data-l="Entry"><span>{place}</span></td>
            <td class="nowrap" data-l="Logged, UTC"><span>{logged}</span></td>
            <th scope="row"><span>{document}</span></th>
            <td data-l="Signer">{signer}</td>
            <td data-l="Payload"><span>{digest}</span></td>
            <td data-l="Checked here"><span class="checks">{checks}</span></td>
        </tr>
    }
}

/// The files that can be taken away.
fn exports(shelf: Shelf) -> impl IntoView {
    let save = move |format: &'static str| {
        if shelf.busy.with_untracked(String::is_empty) {
            spawn_local(take_away(shelf, format));
        }
    };
    html! {
        <div class="row">
            <span class="small faint" role="status">{move || shelf.busy.get()}</span>
            <button type="button" class="btn" on:click=move |_| save("csv")><Icon name="save"/>"CSV"</button>
            <button type="button" class="btn" on:click=move |_| save("json")><Icon name="save"/>"JSON with proofs"</button>
        </div>
    }
}

/// Reads and checks what is listed, and hands it over as a file.
async fn take_away(shelf: Shelf, format: &'static str) {
    let Some(Ok(head)) = shelf.head.get_untracked() else { return };
    let total = untrack(|| shelf.total());
    let documents = format == "json";
    let rows = if documents { total.min(DOCUMENTS) } else { total };
    let mut lines = Vec::with_capacity(rows);
    for row in 0..rows {
        if row % 50 == 0 {
            shelf.busy.set(format!("{} of {} entries", grouped(row as u64), grouped(rows as u64)));
            browser::breathe().await;
        }
        if shelf.is_gone() {
            return;
        }
        let Some(place) = untrack(|| shelf.place(row)) else { break };
        let entry_at = |place| shelf.book.with_untracked(|book| book.entries.get(&place).cloned());
        if entry_at(place).is_none() && fetch_page(shelf, place / PAGE * PAGE).await.is_err() {
            return shelf.busy.set("The registry stopped answering; nothing was saved.".into());
        }
        let Some(entry) = entry_at(place) else { break };
        let line = if documents {
            match look(shelf.console, &entry, &head).await {
                Ok(line) => line,
                Err(_) => return shelf.busy.set("The registry stopped answering; nothing was saved.".into()),
            }
        } else {
            let looked = shelf.book.with_untracked(|book| book.looked.get(&place).cloned());
            Line { entry: Some(entry), looked: looked.unwrap_or_default(), ..Line::default() }
        };
        lines.push(line);
    }
    let pin = shelf.console.knowledge.with_untracked(|known| known.pin());
    let (media_type, text) = match format {
        "json" => ("application/json", export::json(&lines, &head.note, pin, browser::now())),
        _ => ("text/csv", export::csv(&lines)),
    };
    let name = format!("ledger-{}.{format}", head.checkpoint.size());
    // A download that the browser refuses leaves the page as it is.
    let _ = browser::save(&name, media_type, &text);
    let left = total.saturating_sub(rows);
    shelf.busy.set(if left > 0 {
        format!("The newest {} entries are in the file; narrow the list for others.", grouped(rows as u64))
    } else {
        String::new()
    });
}

/// What stands below the table on paper.
fn printed(shelf: Shelf, head: &Head) -> impl IntoView + use<> {
    let known = shelf.console.knowledge.get_untracked();
    let version = known.policy().map(|policy| policy.version).unwrap_or_default();
    let who = shelf.console.me.get_untracked().map(|me| format!(" by {}", me.principal)).unwrap_or_default();
    let size = grouped(head.checkpoint.size());
    let now = words::until(browser::now());
    html! {
        <p class="print-only tiny mt-4">
            {format!("Printed {now}{who}. Policy {version} ")}{known.pin().map(|pin| html! { <DigestShort digest=pin/> })}
            {format!("; checkpoint {size}. Paper proves nothing by itself: compare the root above with the registry’s, or verify the exported file.")}
        </p>
    }
}
