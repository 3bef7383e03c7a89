//! Keys: making or importing one, proving its backup, and asking to be enrolled. Five steps, one open.

use leptos::{prelude::*, task::spawn_local, web_sys};
use placet_keys::{FreshBytes, KeyFileError, SecretKey, locked::LockedKey};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    browser,
    client::Failure,
    components::{
        CopyButton, DropZone, Field, Icon, KeyChip, Mark, Notice, Page, StrengthMeter, Tone, WordList,
    },
    context::{Console, console},
    keystore::{
        record::{Step, StoredKey},
        session::{OPEN_SECONDS, Session},
    },
    state::{enrolment, words},
};

/// The page.
#[component]
pub(crate) fn Keys() -> impl IntoView {
    let console = console();
    let another = RwSignal::new(false);
    let current = Memo::new(move |_| {
        let _ = console.me.get();
        (!another.get()).then(|| console.my_key()).flatten()
    });
    let title = move || match current.get() {
        Some(key) if console.me.get().is_some_and(|me| me.key == key.public) => "Your key",
        None | Some(_) => "Make your key",
    };
    html! {
        <Page title="Keys">
            <div class="pagehead"><div>
                <h1>{title}</h1>
                <p>"The key signs your approvals. It stays in this browser and in one backup file; nobody else has it, and nobody can restore it for you."</p>
            </div></div>
            {browser::is_framed().then(|| html! {
                <Notice tone=Tone::Bad><p>"Another page shows this one in a frame. Keys stay locked."</p></Notice>
            })}
            <div class="cols">
                {move || {
                    let ready = console.ready.get() && !browser::is_framed();
                    match (ready, current.get()) {
                        (false, _) => html! { <div class="state" role="status"><p class="sub">"Reading what this browser keeps"</p></div> }.into_any(),
                        (true, None) => html! { <NewKey on_made=move || another.set(false)/> }.into_any(),
                        (true, Some(key)) => html! { <Steps key=key/> }.into_any(),
                    }
                }}
                <aside class="side" aria-label="About keys">
                    <KeyList another=another/>
                    <section class="panel"><div class="panel__body stack"><h2 class="h3">"How others know it is yours"</h2>
                        <p class="small">"Read the eight words to a root holder, by phone or in person. They compare them before they sign the policy that names your key."</p></div></section>
                    <section class="panel"><div class="panel__body stack"><h2 class="h3">"If you lose it"</h2>
                        <p class="small">"Ask a root holder to remove the key, make a new one, and be enrolled again. Approvals you gave stay valid, unless the key is revoked as compromised."</p></div></section>
                </aside>
            </div>
        </Page>
    }
}

/// The keys in this browser.
#[component]
fn KeyList(
    /// Whether another key is being made.
    another: RwSignal<bool>,
) -> impl IntoView {
    let console = console();
    let error = RwSignal::new(String::new());
    let item = move |key: StoredKey| {
        let proven = key.backup_proven.is_some();
        let enrolled = console.me.get().is_some_and(|me| me.key == key.public);
        let public = key.public.clone();
        let remove = move |_| {
            let public = public.clone();
            spawn_local(async move {
                if console.remove_key(&public).await.is_err() {
                    error.set("This browser did not let go of the key.".into());
                }
            });
        };
        let name = key.locked.name().to_owned();
        html! {
            <li>
                <KeyChip key=key/>
                <p class="mt-2">
                    {match (proven, enrolled) {
                        (false, _) => html! { <Mark tone=Tone::Warn icon="warn">"Backup not proved yet"</Mark> }.into_any(),
                        (true, false) => html! { <Mark icon="wait" wrap=true>"No policy names this key yet"</Mark> }.into_any(),
                        (true, true) => html! { <Mark tone=Tone::Ok icon="ok">"Named by the policy"</Mark> }.into_any(),
                    }}
                </p>
                {proven.then(|| html! {
                    <p><button type="button" class="btn btn--quiet btn--small" on:click=remove aria-label=format!("Remove {name} from this browser")>"Remove from this browser"</button></p>
                })}
            </li>
        }
    };
    html! {
        <section class="panel">
            <div class="panel__head"><h2 class="h3">"Keys in this browser"</h2></div>
            <div class="panel__body stack">
                {move || match console.keys.get() {
                    keys if keys.is_empty() => html! { <p class="small sub">"None yet."</p> }.into_any(),
                    keys => html! { <ul class="keys-list">{keys.into_iter().map(item).collect_view()}</ul> }.into_any(),
                }}
                {move || {
                    let error = error.get();
                    (!error.is_empty()).then(|| html! { <p class="error" role="alert"><Icon name="bad"/><span>{error}</span></p> })
                }}
                {move || (!console.keys.with(Vec::is_empty)).then(|| html! {
                    <button type="button" class="btn btn--small" on:click=move |_| another.update(|on| *on = !*on)>
                        {move || if another.get() { "Back to my key" } else { "Make or import another key" }}
                    </button>
                })}
            </div>
        </section>
    }
}

/// Step 1 and 2: a new key or an imported one, under a passphrase.
#[component]
fn NewKey(
    /// Called when the key is kept.
    on_made: impl Fn() + Copy + 'static,
) -> impl IntoView {
    let console = console();
    let name = RwSignal::new(String::new());
    let passphrase = RwSignal::new(String::new());
    let again = RwSignal::new(String::new());
    let file = RwSignal::new(None::<(String, Vec<u8>)>);
    let old = RwSignal::new(String::new());
    let error = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let on_files = move |files: Vec<web_sys::File>| {
        spawn_local(async move {
            let Some(chosen) = files.first() else { return };
            error.set(String::new());
            if chosen.size() > 65_536.0 {
                return error.set("A key file is shorter than 64 KiB. Nothing was imported.".into());
            }
            match browser::read(chosen).await {
                Ok(bytes) => match placet_keys::detect(&bytes) {
                    Ok(_) => file.set(Some((placet_core::summary::escape(&chosen.name()), bytes))),
                    Err(refusal) => error.set(words_of(&refusal)),
                },
                Err(_) => error.set("The file could not be read.".into()),
            }
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        if passphrase.get_untracked() != again.get_untracked() {
            return error.set("The two passphrases differ.".into());
        }
        busy.set(true);
        error.set(String::new());
        let (name, source) = (name.get_untracked(), file.get_untracked());
        let (mut typed, mut opens) = (passphrase.get_untracked(), old.get_untracked());
        spawn_local(async move {
            browser::breathe().await;
            let bytes = source.as_ref().map(|(_, bytes)| bytes.as_slice());
            let result = make(&name, &typed, bytes, &opens);
            typed.zeroize();
            opens.zeroize();
            match result {
                Ok(key) => match console.keep_key(key).await {
                    Ok(()) => {
                        passphrase.set(String::new());
                        again.set(String::new());
                        old.set(String::new());
                        on_made();
                    }
                    Err(_) => {
                        error.set("This browser keeps nothing (a private window?). No key was made.".into());
                    }
                },
                Err(words) => error.set(words),
            }
            busy.set(false);
        });
    };
    let quiet = Signal::derive(String::new);
    let password = move |id: &'static str,
                         label: &'static str,
                         hint: &'static str,
                         value: RwSignal<String>,
                         complete: &'static str| {
        html! {
            <Field id=id label=label hint=hint error=quiet>
                <input class="input" type="password" id=id autocomplete=complete aria-describedby=format!("{id}-h")
                    prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))/>
            </Field>
        }
    };
    html! {
        <ol class="steps">
            <li class="step step--now" aria-current="step"><div>
                <h2 class="h2">"Make a key, or import one"</h2>
                <form class="mt-3" on:submit=submit>
                    <Field id="name" label="Name of the key" hint="For you alone: “chandra, this laptop”.">
                        <input class="input" id="name" autocomplete="off" required=true maxlength="64" aria-describedby="name-h"
                            prop:value=move || name.get() on:input=move |event| name.set(event_target_value(&event))/>
                    </Field>
                    <div class="mt-4">
                        {move || match file.get() {
                            None => html! {
                                <details><summary>"Import a key that I have"</summary>
                                    <DropZone title="Drop the key file here" hint="PKCS#8 PEM, plain or encrypted; OpenSSH; JWK; placet-key."
                                        label="Key file" on_files=on_files/>
                                </details>
                            }.into_any(),
                            Some((name, _)) => html! {
                                <div class="drop drop--done">
                                    <div class="spread"><span class="row"><Icon name="file"/><strong>{name}</strong></span>
                                        <button type="button" class="btn btn--small" on:click=move |_| file.set(None)>"Make a new key instead"</button></div>
                                    {password("old", "Passphrase of that file", "Empty if it has none.", old, "off")}
                                </div>
                            }.into_any(),
                        }}
                    </div>
                    <div class="cols cols--even mt-4">
                        {password("new-pass", "Passphrase in this browser", "Four or five random words are easy to type and hard to guess.", passphrase, "new-password")}
                        {password("again", "The passphrase again", "Nobody can restore it.", again, "new-password")}
                    </div>
                    <div class="mt-2"><StrengthMeter passphrase=passphrase/></div>
                    <ErrorLine error=error/>
                    <div class="row mt-4">
                        <button type="submit" class="btn btn--primary" aria-disabled=move || busy.get().then_some("true")>
                            {move || match (busy.get(), file.with(Option::is_some)) {
                                (true, _) => html! { <Icon name="spin" spin=true/>"Locking…" }.into_any(),
                                (false, true) => html! { "Import the key" }.into_any(),
                                (false, false) => html! { "Make the key" }.into_any(),
                            }}
                        </button>
                    </div>
                </form>
            </div></li>
            {later("Prove the backup", "Save the backup file and load it back.")}
            {later("Self-test", "Signs a test line with the key and verifies it strictly, here.")}
            {later("Ask to be enrolled", "Sends your public key, its fingerprint and a proof that you hold it. You can sign once a policy names the key.")}
        </ol>
    }
}

/// Makes a key or opens a file, and locks it.
fn make(name: &str, passphrase: &str, file: Option<&[u8]>, opens: &str) -> Result<StoredKey, String> {
    let no_random = || "This browser gives no random bytes. No key was made.".to_owned();
    let secret = if let Some(bytes) = file {
        let opens = (!opens.is_empty()).then_some(opens.as_bytes());
        placet_keys::open(bytes, opens).map_err(|refusal| words_of(&refusal))?
    } else {
        let seed = Zeroizing::new(browser::random::<32>().ok_or_else(no_random)?);
        SecretKey::from_seed(seed).map_err(|refusal| words_of(&refusal))?
    };
    let fresh = FreshBytes::new(browser::random().ok_or_else(no_random)?);
    let locked = LockedKey::lock(&secret, name.trim(), passphrase.as_bytes(), fresh);
    let locked = locked.map_err(|refusal| words_of(&refusal))?;
    StoredKey::new(locked, browser::now()).ok_or_else(|| words_of(&KeyFileError::Weak))
}

/// The error's message as a sentence, with its code.
fn words_of(error: &KeyFileError) -> String {
    let text = error.to_string();
    let first: String = text.chars().take(1).flat_map(char::to_uppercase).collect();
    format!("{first}{}. ({})", text.get(1..).unwrap_or_default(), error.code())
}

#[component]
fn ErrorLine(
    /// What is so instead of what is needed; empty where nothing is.
    #[prop(into)]
    error: Signal<String>,
) -> impl IntoView {
    html! {
        <div aria-live="assertive">
            {move || {
                let error = error.get();
                (!error.is_empty()).then(|| html! { <p class="error mt-3"><Icon name="bad"/><span>{error}</span></p> })
            }}
        </div>
    }
}

/// The steps of a key that is there.
#[component]
fn Steps(
    /// The key.
    key: StoredKey,
) -> impl IntoView {
    let now = key.step();
    let since = key
        .since
        .map_or_else(String::new, |since| format!("In this browser since {}.", words::moment(since)));
    let fingerprint = key.public.fingerprint();
    html! {
        <ol class="steps">
            <li class="step step--done"><div>
                <h2 class="h2">"Key made"</h2>
                <p class="sub">{format!("{}. {since} Locked with your passphrase.", key.locked.name())}</p>
                <dl class="facts mt-2">
                    <dt>"Fingerprint"</dt>
                    <dd><span class="mono">{fingerprint.clone()}</span>" "<CopyButton what="the fingerprint" text=fingerprint/></dd>
                    <dt>"Public key"</dt>
                    <dd><span class="mono">{key.public.to_hex()}</span>" "<CopyButton what="the public key" text=key.public.to_hex()/></dd>
                    <dt>"In words"</dt>
                    <dd><WordList words=key.public.words() label="The fingerprint as eight words"/></dd>
                </dl>
            </div></li>
            {match (now, key.backup_proven) {
                (Step::ProveBackup, _) => html! { <ProveBackup key=key.clone()/> }.into_any(),
                (_, proven) => done("Backup proved", proven.map(words::moment)).into_any(),
            }}
            {match (now, key.tested) {
                (Step::SelfTest, _) => html! { <SelfTest key=key.clone()/> }.into_any(),
                (_, Some(tested)) => done("Self-test passed", Some(words::moment(tested))).into_any(),
                (_, None) => later("Self-test", "Signs a test line with the key and verifies it strictly, here.").into_any(),
            }}
            {match now {
                Step::AskEnrolment | Step::Wait => html! { <Enrol key=key.clone()/> }.into_any(),
                _ => later("Ask to be enrolled", "Sends your public key, its fingerprint and a proof that you hold it.").into_any(),
            }}
        </ol>
    }
}

fn done(title: &'static str, when: Option<String>) -> impl IntoView {
    html! {
        <li class="step step--done"><div><h2 class="h2">{title}</h2>
            {when.map(|when| html! { <p class="sub">{when}</p> })}</div></li>
    }
}

fn later(title: &'static str, about: &'static str) -> impl IntoView {
    html! { <li class="step step--later"><div><h2 class="h2">{title}</h2><p class="sub">{about}</p></div></li> }
}

/// Step 3: the file is loaded back and opened; a tick box would prove nothing.
#[component]
fn ProveBackup(
    /// The key.
    key: StoredKey,
) -> impl IntoView {
    let console = console();
    let saved = RwSignal::new(None::<String>);
    let loaded = RwSignal::new(None::<LockedKey>);
    let passphrase = RwSignal::new(String::new());
    let error = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let name = key.file_name();
    let text = key.locked.to_json();
    let save = {
        let name = name.clone();
        move |_| {
            if browser::save(&name, "application/json", &text).is_ok() {
                saved.set(Some(words::hours(browser::now())));
            }
        }
    };
    let on_files = {
        let key = key.clone();
        move |files: Vec<web_sys::File>| {
            let key = key.clone();
            spawn_local(async move {
                let Some(file) = files.first() else { return };
                let bytes = if file.size() > 65_536.0 {
                    Vec::new()
                } else {
                    browser::read(file).await.unwrap_or_default()
                };
                match key.check_backup(&bytes) {
                    Ok(backup) => {
                        error.set(String::new());
                        loaded.set(Some(backup));
                    }
                    Err(why) => {
                        error.set(format!("{} Nothing is lost; try again. ({})", why.words(), why.code()));
                    }
                }
            });
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(backup) = loaded.get_untracked() else {
            return error.set("Load the saved file first.".into());
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let key = key.clone();
        let mut typed = passphrase.get_untracked();
        spawn_local(async move {
            browser::breathe().await;
            let until = browser::now().plus(OPEN_SECONDS);
            let opened = Session::open(&backup, &typed, until);
            typed.zeroize();
            passphrase.set(String::new());
            match opened {
                Ok(session) if *session.public_key() == key.public => {
                    console.session.set(Some(session));
                    let proven = StoredKey { backup_proven: Some(browser::now()), ..key };
                    if console.keep_key(proven).await.is_err() {
                        error.set("This browser could not keep that. Try again.".into());
                    }
                }
                Ok(_) => error.set("This file holds another key.".into()),
                Err(KeyFileError::PassphraseWrong) => {
                    error.set(
                        "The file opened, but not with this passphrase. Nothing is lost; try again.".into(),
                    );
                }
                Err(refusal) => error.set(words_of(&refusal)),
            }
            busy.set(false);
        });
    };
    html! {
        <li class="step step--now" aria-current="step"><div>
            <h2 class="h2">"Prove the backup"</h2>
            <p class="measure">"Browsers may clear what they store after seven days without a visit. Save the backup file, then load it back here. You go on once it opens with your passphrase."</p>
            <div class="row mt-3">
                <button type="button" class="btn" on:click=save><Icon name="save"/>
                    {move || format!("Save {name}{}", if saved.with(Option::is_some) { " again" } else { "" })}</button>
                <span role="status">{move || saved.get().map(|at| html! { <Mark icon="save">"Saved "{at}</Mark> })}</span>
            </div>
            <form on:submit=submit>
                <div class="mt-3">
                    {move || match loaded.get() {
                        None => html! {
                            <DropZone title="Drop the saved file here" label="Backup file"
                                hint="From the place where you keep it, not from the downloads list: that is what is being proved."
                                on_files=on_files.clone()/>
                        }.into_any(),
                        Some(_) => html! {
                            <div class="drop drop--done"><div class="spread"><span class="row"><Icon name="file"/><strong>"Backup of this key"</strong></span>
                                <Mark icon="wait">"not opened yet"</Mark></div></div>
                        }.into_any(),
                    }}
                </div>
                <div class="mt-4"><Field id="backup-pass" label="Passphrase" error=error>
                    <input class="input" type="password" id="backup-pass" autocomplete="current-password" aria-describedby="backup-pass-e"
                        aria-invalid=move || (!error.get().is_empty()).then_some("true")
                        prop:value=move || passphrase.get()
                        on:input=move |event| { passphrase.set(event_target_value(&event)); error.set(String::new()); }/>
                </Field></div>
                <div class="row mt-4">
                    <button type="submit" class="btn btn--primary" aria-disabled=move || busy.get().then_some("true")>
                        {move || if busy.get() { html! { <Icon name="spin" spin=true/>"Opening…" }.into_any() } else { html! { "Open the backup" }.into_any() }}
                    </button>
                </div>
            </form>
        </div></li>
    }
}

/// The key, open: as it is, or with the passphrase that was typed.
async fn opened(console: Console, key: &StoredKey, passphrase: &str) -> Result<Session, String> {
    if let Some(open) = console.open_key(&key.public) {
        return Ok(open);
    }
    browser::breathe().await;
    let until = browser::now().plus(OPEN_SECONDS);
    let session = Session::open(&key.locked, passphrase, until).map_err(|refusal| words_of(&refusal))?;
    console.session.set(Some(session.clone()));
    Ok(session)
}

/// A passphrase field that is there while the key is locked.
fn passphrase_field(console: Console, id: &'static str, passphrase: RwSignal<String>) -> impl IntoView {
    let locked = Memo::new(move |_| console.session.with(Option::is_none));
    move || {
        locked.get().then(|| html! {
            <div class="mt-3"><Field id=id label="Passphrase">
                <input class="input" type="password" id=id autocomplete="current-password"
                    prop:value=move || passphrase.get() on:input=move |event| passphrase.set(event_target_value(&event))/>
            </Field></div>
        })
    }
}

/// Step 4.
#[component]
fn SelfTest(
    /// The key.
    key: StoredKey,
) -> impl IntoView {
    let console = console();
    let passphrase = RwSignal::new(String::new());
    let error = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let key = key.clone();
        spawn_local(async move {
            let result = opened(console, &key, &passphrase.get_untracked()).await;
            passphrase.set(String::new());
            let result = result.and_then(|session| session.self_test().map_err(|refusal| words_of(&refusal)));
            match result {
                Ok(()) => {
                    let tested = StoredKey { tested: Some(browser::now()), ..key };
                    if console.keep_key(tested).await.is_err() {
                        error.set("This browser could not keep that. Try again.".into());
                    }
                }
                Err(words) => error.set(words),
            }
        });
    };
    html! {
        <li class="step step--now" aria-current="step"><div>
            <h2 class="h2">"Self-test"</h2>
            <p class="measure">"Signs a test line with the key and verifies it strictly, here. The line is no document."</p>
            <form on:submit=submit>
                {passphrase_field(console, "test-pass", passphrase)}
                <ErrorLine error=error/>
                <div class="row mt-3"><button type="submit" class="btn btn--primary">"Run the self-test"</button></div>
            </form>
        </div></li>
    }
}

/// Step 5: the request, and then the wait for a policy.
#[component]
fn Enrol(
    /// The key.
    key: StoredKey,
) -> impl IntoView {
    let console = console();
    let named = {
        let public = key.public.clone();
        Memo::new(move |_| console.me.get().filter(|me| me.key == public))
    };
    let asked = key.enrolment_asked;
    move || {
        match (named.get(), asked) {
        (Some(me), _) => {
            let roles = me.roles.iter().map(ToString::to_string).collect::<Vec<_>>();
            html! {
                <li class="step step--done"><div><h2 class="h2">"Enrolled"</h2>
                    <p><Mark tone=Tone::Ok icon="ok" wrap=true>{format!("The policy names this key as {}, {}.", me.display_name, words::list(&roles))}</Mark></p>
                    <p class="mt-2"><a href="/">"Go to the inbox"</a></p></div></li>
            }
            .into_any()
        }
        (None, Some(asked)) => html! {
            <li class="step step--now" aria-current="step"><div><h2 class="h2">"Enrolment asked for"</h2>
                <p class="sub">{words::moment(asked)}</p>
                <p class="measure mt-2">"Waiting for a policy that names this key. Read the eight words above to a root holder. This page changes by itself when the policy arrives."</p>
                <p class="mt-2"><Mark icon="wait">"No policy names this key yet"</Mark></p></div></li>
        }
        .into_any(),
        (None, None) => html! { <EnrolForm key=key.clone()/> }.into_any(),
    }
    }
}

#[component]
fn EnrolForm(
    /// The key.
    key: StoredKey,
) -> impl IntoView {
    let console = console();
    let name = RwSignal::new(String::new());
    let display_name = RwSignal::new(String::new());
    let note = RwSignal::new(String::new());
    let passphrase = RwSignal::new(String::new());
    let error = RwSignal::new(String::new());
    let signed = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let request = enrolment::Request::new(
            &name.get_untracked(),
            &display_name.get_untracked(),
            &note.get_untracked(),
            browser::now(),
        );
        let request = match request {
            Ok(request) => request,
            Err(refusal) => return error.set(refusal.words().to_owned()),
        };
        busy.set(true);
        error.set(String::new());
        let key = key.clone();
        spawn_local(async move {
            let session = opened(console, &key, &passphrase.get_untracked()).await;
            passphrase.set(String::new());
            match session {
                Err(words) => error.set(words),
                Ok(session) => {
                    let body = session.sign_enrolment(&request);
                    let sent = console.client().enrol(&body).await;
                    signed.set(Some(body));
                    match sent {
                        Ok(()) => {
                            let asked = StoredKey { enrolment_asked: Some(browser::now()), ..key };
                            let _ = console.keep_key(asked).await;
                        }
                        Err(Failure::Unreachable) => error.set(
                            "The registry is not reachable. Save the request and hand it to a root holder."
                                .into(),
                        ),
                        Err(failure) => error.set(format!("{} ({})", failure.words(), failure.code())),
                    }
                }
            }
            busy.set(false);
        });
    };
    let text = |id: &'static str,
                label: &'static str,
                hint: &'static str,
                value: RwSignal<String>,
                required: bool| {
        html! {
            <Field id=id label=label hint=hint>
                <input class="input" id=id autocomplete="off" required=required aria-describedby=format!("{id}-h")
                    prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))/>
            </Field>
        }
    };
    html! {
        <li class="step step--now" aria-current="step"><div>
            <h2 class="h2">"Ask to be enrolled"</h2>
            <p class="measure">"Sends your public key, its fingerprint and a proof that you hold it. It is no evidence of who you are: a root holder compares the eight words with you. You can sign once a policy names the key."</p>
            <form class="mt-3" on:submit=submit>
                <div class="cols cols--even">
                    {text("e-name", "Name in the policy", "As others will see it in documents: chandra.iyer", name, true)}
                    {text("e-shown", "Name to show", "Chandra Iyer", display_name, true)}
                </div>
                <div class="mt-4">{text("e-note", "Note for the root holders (optional)", "How they can reach you to compare the words.", note, false)}</div>
                {passphrase_field(console, "e-pass", passphrase)}
                <ErrorLine error=error/>
                <div class="row mt-4">
                    <button type="submit" class="btn btn--primary" aria-disabled=move || busy.get().then_some("true")>"Sign and send the request"</button>
                    {move || signed.get().map(|body| html! {
                        <button type="button" class="btn" on:click=move |_| { let _ = browser::save("enrolment.json", "application/json", &body); }>
                            <Icon name="save"/>"Save the request"</button>
                    })}
                </div>
            </form>
        </div></li>
    }
}
