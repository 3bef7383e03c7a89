//! The key at the end of a page that signs: a passphrase, how long the key stays open, and one button.

use leptos::{prelude::*, task::spawn_local};
use zeroize::Zeroize as _;

use crate::{
    browser,
    components::{Field, Icon, KeyChip, StateBlock},
    context::Console,
    keystore::{
        record::StoredKey,
        session::{OPEN_SECONDS, Session},
    },
    state::knowledge::Me,
};

/// Who signs here, and with which key.
pub(crate) struct Signatory {
    /// Who.
    pub(crate) me: Me,
    /// The locked key.
    pub(crate) key: StoredKey,
}

/// Who could sign now, or what stands where the form would.
pub(crate) fn signatory(console: Console) -> Result<Signatory, AnyView> {
    let refuse = |words: &'static str, code: &'static str| {
        html! {
            <section class="panel"><StateBlock icon="key" title=words code=code>
                <p>"Nothing was signed."</p>
                <a href="/keys">"Go to your keys"</a>
            </StateBlock></section>
        }
        .into_any()
    };
    if browser::is_framed() {
        return Err(refuse("Another page shows this one in a frame. Keys stay locked.", "framed"));
    }
    let Some(me) = console.me.get() else {
        return Err(refuse("No key of this browser is named by the policy.", "signer_unknown"));
    };
    match console.my_key() {
        Some(key) => Ok(Signatory { me, key }),
        None => Err(refuse("The key that the policy names is not in this browser.", "signer_unknown")),
    }
}

/// How a signature goes on: whether one is being made, and why the last one was not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    /// Whether a signature is being made.
    pub(crate) busy: RwSignal<bool>,
    /// What is so instead.
    pub(crate) error: RwSignal<String>,
}

impl Progress {
    /// Nothing has begun.
    pub(crate) fn new() -> Self {
        Self { busy: RwSignal::new(false), error: RwSignal::new(String::new()) }
    }

    /// It is over, and this is what is so instead.
    pub(crate) fn failed(&self, words: String) {
        self.error.set(words);
        self.busy.set(false);
    }
}

/// The form.
#[component]
pub(crate) fn KeyForm(
    /// What all pages share.
    console: Console,
    /// The key that signs.
    key: StoredKey,
    /// What the button says.
    label: &'static str,
    /// Whether it ends something for good.
    #[prop(optional)]
    danger: bool,
    /// What is still missing before anything can be signed; empty where nothing is.
    #[prop(into)]
    missing: Signal<String>,
    /// How it goes on.
    progress: Progress,
    /// Where to go instead.
    back: String,
    /// Gets the open key and signs.
    on_open: Callback<Session>,
) -> impl IntoView {
    let Progress { busy, error } = progress;
    let passphrase = RwSignal::new(String::new());
    let keep_open = RwSignal::new(false);
    let public = key.public.clone();
    let is_open = Memo::new(move |_| {
        let _ = console.now.get();
        console.session.with(|open| open.as_ref().is_some_and(|open| *open.public_key() == public))
    });
    let chip = key.clone();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || !missing.get_untracked().is_empty() {
            return;
        }
        busy.set(true);
        error.set(String::new());
        let key = key.clone();
        let mut typed = passphrase.get_untracked();
        passphrase.set(String::new());
        let keep = keep_open.get_untracked();
        spawn_local(async move {
            browser::breathe().await;
            let opened = match console.open_key(&key.public) {
                Some(open) => Ok(open),
                None => Session::open(&key.locked, &typed, browser::now().plus(OPEN_SECONDS)),
            };
            typed.zeroize();
            match opened {
                Ok(session) => {
                    if keep {
                        console.session.set(Some(session.clone()));
                    }
                    on_open.run(session);
                }
                Err(refused) => progress.failed(format!("Nothing was signed: {refused}.")),
            }
        });
    };
    html! {
        <section class="panel mt-4" aria-labelledby="key-h">
            <div class="panel__head"><h2 class="h2" id="key-h">"Your key"</h2><KeyChip key=chip/></div>
            <form class="panel__body" on:submit=submit>
                {move || if is_open.get() { html! {
                    <div class="field"><span class="label">"Key"</span><p>"Open. One press signs."</p></div>
                }.into_any() } else { html! {
                    <Field id="pass" label="Passphrase" hint="Opens the key for this one signature." error=error>
                        <input class="input" type="password" id="pass" autocomplete="current-password"
                            aria-describedby="pass-h pass-e" required=true
                            aria-invalid=move || (!error.get().is_empty()).then_some("true")
                            prop:value=move || passphrase.get()
                            on:input=move |event| { passphrase.set(event_target_value(&event)); error.set(String::new()); }/>
                    </Field>
                    <label class="choice mt-4">
                        <input type="checkbox" prop:checked=move || keep_open.get() on:change=move |event| keep_open.set(event_target_checked(&event))/>
                        "Keep the key open for 5 minutes"<span>"One press for each signature all the same."</span>
                    </label>
                }.into_any() }}
                {move || (is_open.get() && !error.get().is_empty()).then(|| html! {
                    <p class="error mt-3" role="alert"><Icon name="bad"/><span>{error.get()}</span></p>
                })}
                <div class="row mt-4">
                    <button type="submit" class="btn btn--big" class:btn--primary=!danger class:btn--danger-fill=danger
                        aria-describedby="missing"
                        aria-disabled=move || (busy.get() || !missing.get().is_empty()).then_some("true")>
                        {move || if busy.get() { html! { <Icon name="spin" spin=true/>"Signing…" }.into_any() } else { html! { <Icon name="key"/>{label} }.into_any() }}
                    </button>
                    <a class="btn btn--big" href=back>"Back"</a>
                </div>
                <p class="hint mt-3" id="missing">{move || missing.get()}</p>
            </form>
        </section>
    }
}
