//! Files hashed in this browser and compared with the weights that documents name.

use leptos::{prelude::*, task::spawn_local, web_sys};
use placet_core::{digest::Hasher, weights::Weights};

use super::{CopyButton, DigestBlock, DropZone, Icon, Mark, Tone};
use crate::{
    browser,
    state::{
        weights::{self, Check, FileEntry},
        words,
    },
};

/// How far the check is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Progress {
    Waiting,
    Hashing { name: String, file: usize, files: usize, done: f64, total: f64 },
    Done { name: String, size: f64, check: Check },
}

/// The check of files against weights.
#[component]
pub(crate) fn WeightsCheck(
    /// The weights that the documents name.
    expected: Weights,
    /// How far it is: kept by the page, so that what arrives in the meantime does not begin it anew.
    progress: RwSignal<Progress>,
) -> impl IntoView {
    let stop = RwSignal::new(false);
    let start = move |files: Vec<web_sys::File>| {
        stop.set(false);
        spawn_local(async move {
            let name = match files.as_slice() {
                [only] => only.name(),
                _ => words::count(files.len(), "file", "files"),
            };
            let size = files.iter().map(|file| file.size()).sum();
            let check = match hash(&files, stop, |step| progress.set(step)).await {
                Ok(Some(entries)) => weights::check(entries, expected),
                Ok(None) => return progress.set(Progress::Waiting),
                Err(name) => Check::Unread(name),
            };
            progress.set(Progress::Done { name, size, check });
        });
    };
    move || {
        match progress.get() {
        Progress::Waiting => html! {
            <DropZone
                title="Drop the weights here"
                hint="Hashed in this browser, not sent anywhere. Any size; several files count as a directory."
                label="Weights"
                multiple=true
                on_files=start
            />
        }
        .into_any(),
        Progress::Hashing { name, file, files, done, total } => html! {
            <div class="drop drop--done">
                <div class="progress">
                    <span>"Hashing "<strong>{name}</strong>{format!(", file {file} of {files}")}</span>
                    <span>{format!("{} of {}", bytes(done), bytes(total))}</span>
                    <progress max=total.max(1.0).to_string() value=done.to_string() aria-label="Hashing"></progress>
                </div>
                <div><button type="button" class="btn btn--small" on:click=move |_| stop.set(true)>"Stop"</button></div>
            </div>
        }
        .into_any(),
        Progress::Done { name, size, check } => {
            let again = move |_| progress.set(Progress::Waiting);
            html! {
                <div class="drop drop--done" role="status">
                    {result(name, size, check)}
                    <p><button type="button" class="btn btn--small" on:click=again>"Check another file"</button></p>
                </div>
            }
            .into_any()
        }
    }
    }
}

/// Hashes files one after the other; none where it was stopped, or the name of the file that could not be read.
pub(crate) async fn hash(
    files: &[web_sys::File],
    stop: RwSignal<bool>,
    mut report: impl FnMut(Progress),
) -> Result<Option<Vec<FileEntry>>, String> {
    let total: f64 = files.iter().map(|file| file.size()).sum();
    let mut done = 0.0;
    let mut entries = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let name = file.name();
        let mut hasher = Hasher::new();
        let mut length = 0_u64;
        let mut last = browser::milliseconds();
        report(Progress::Hashing { name: name.clone(), file: index + 1, files: files.len(), done, total });
        let read = browser::stream(file, |piece| {
            hasher.update(piece);
            length += piece.len() as u64;
            #[expect(clippy::cast_precision_loss, reason = "only shown")]
            let now = done + length as f64;
            if browser::milliseconds() - last > 100.0 {
                last = browser::milliseconds();
                report(Progress::Hashing {
                    name: name.clone(),
                    file: index + 1,
                    files: files.len(),
                    done: now,
                    total,
                });
            }
            // A page that was left stops it, too.
            !stop.try_get_untracked().unwrap_or(true)
        });
        if !read.await.map_err(|_| file.name())? {
            return Ok(None);
        }
        done += file.size();
        let path = relative_path(file);
        entries.push(weights::entry(&path, length, hasher.finish()));
    }
    Ok(Some(entries))
}

/// The path inside the folder that was dropped, or the name alone.
fn relative_path(file: &web_sys::File) -> String {
    let path =
        js_sys::Reflect::get(file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
    path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
}

fn bytes(count: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the size of a file is not negative"
    )]
    words::size(count as u64)
}

fn result(name: String, size: f64, check: Check) -> impl IntoView {
    let head = move |mark: AnyView| {
        html! {
            <div class="spread">
                <span class="row"><Icon name="file"/><span>
                    <strong>{name}</strong>" "<span class="faint">{bytes(size)}", hashed in this browser, not sent anywhere"</span>
                </span></span>
                {mark}
            </div>
        }
    };
    match check {
        Check::Match(weights) => html! {
            {head(html! { <Mark tone=Tone::Ok icon="ok">"Match"</Mark> }.into_any())}
            <p class="small">"Exactly the weights in the proposal. All 64 hex digits agree."</p>
            <p><DigestBlock digest=weights.digest/><CopyButton what="the weights digest" text=weights.digest.to_string()/></p>
        }
        .into_any(),
        Check::Mismatch { found, expected } => html! {
            {head(html! { <Mark tone=Tone::Bad icon="bad">"Mismatch"</Mark> }.into_any())}
            <p class="small">"Other weights than the proposal’s. Do not sign for these."</p>
            <p class="cellsub">"You dropped"</p>
            <p><DigestBlock digest=found.digest/></p>
            <p class="cellsub">"The proposal names"</p>
            <p><DigestBlock digest=expected.digest/></p>
        }
        .into_any(),
        Check::Unusable(code) => html! {
            {head(html! { <Mark tone=Tone::Bad icon="warn">"Cannot be weights"</Mark> }.into_any())}
            <p class="small">{code.meaning()}" "<code class="mono">{code.as_str()}</code></p>
        }
        .into_any(),
        Check::Unread(file) => html! {
            {head(html! { <Mark tone=Tone::Bad icon="warn">"Not read"</Mark> }.into_any())}
            <p class="small">{file}" could not be read to its end. Drop it again."</p>
        }
        .into_any(),
    }
}
