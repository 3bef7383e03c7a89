//! Settings: the pinned policy and the registry's address.

use leptos::{prelude::*, task::spawn_local};
use placet_core::key;

use crate::{
    browser,
    components::{CopyButton, DigestBlock, Field, Page, PinPolicy, WordList},
    context::{Console, console},
    state::settings,
};

/// The first policy that the registry offers: a claim.
pub(crate) async fn offered(
    console: Console,
) -> Option<(placet_core::digest::Digest, placet_core::policy::Policy)> {
    let policies = console.client().policies().await.ok()?;
    settings::first_policy(policies.first()?.as_bytes())
}

/// Settings.
#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    let console = console();
    let pin = move || console.settings.with(|settings| settings.pin);
    let offer = LocalResource::new(move || {
        let ready = console.ready.get();
        async move { if ready { offered(console).await } else { None } }
    });
    let pinned = move || {
        if let Some(pin) = pin() {
            html! {
            <section class="panel" aria-labelledby="pinned-h">
                <div class="panel__head"><h2 class="h2" id="pinned-h">"Pinned policy"</h2></div>
                <div class="panel__body stack">
                    <p class="measure">"Version 1, from which every policy must follow. Compare the words with a root holder whenever you like."</p>
                    <div><DigestBlock digest=pin/><CopyButton what="the pinned digest" text=pin.to_string()/></div>
                    <WordList words=key::words(&pin) label="The pinned digest as eight words"/>
                    <div class="row">
                        <button type="button" class="btn btn--danger" on:click=move |_| spawn_local(async move { console.pin(None).await })>
                            "Remove the pin"
                        </button>
                        <span class="hint">"Nothing is shown as verified until a policy is pinned again."</span>
                    </div>
                </div>
            </section>
        }
        .into_any()
        } else {
            let offered = offer.get().flatten();
            let on_pin = move |pin| spawn_local(async move { console.pin(Some(pin)).await });
            html! { <PinPolicy offered=offered on_pin=on_pin/> }.into_any()
        }
    };
    html! {
        <Page title="Settings" narrow=true>
            <div class="pagehead"><div>
                <h1>"Settings"</h1>
                <p>"Kept in this browser only."</p>
            </div></div>
            {pinned}
            <RegistryAddress/>
        </Page>
    }
}

#[component]
fn RegistryAddress() -> impl IntoView {
    let console = console();
    let address = RwSignal::new(String::new());
    let said = RwSignal::new("");
    let error = RwSignal::new(String::new());
    Effect::new(move |_| address.set(console.settings.with(|settings| settings.registry.clone())));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        said.set("");
        match settings::registry(&address.get_untracked(), &browser::origin()) {
            Err(refusal) => error.set(format!("{} ({})", refusal.words(), refusal.code())),
            Ok(path) => spawn_local(async move {
                console.settings.update(|settings| settings.registry = path);
                console.keep_settings().await;
                console.refresh().await;
                said.set("Kept.");
            }),
        }
    };
    html! {
        <section class="panel" aria-labelledby="registry-h">
            <div class="panel__head"><h2 class="h2" id="registry-h">"Registry"</h2></div>
            <form class="panel__body" on:submit=submit>
                <Field
                    id="registry"
                    label="Address"
                    hint="A path on this page’s own origin; empty for the registry that served this page."
                    error=error
                >
                    <input
                        class="input"
                        id="registry"
                        autocomplete="off"
                        placeholder=browser::origin()
                        aria-describedby="registry-h registry-e"
                        prop:value=move || address.get()
                        on:input=move |event| { address.set(event_target_value(&event)); error.set(String::new()); }
                    />
                </Field>
                <div class="row mt-4">
                    <button type="submit" class="btn">"Keep"</button>
                    <span class="small sub" role="status">{move || said.get()}</span>
                </div>
            </form>
        </section>
    }
}
