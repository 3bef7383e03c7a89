//! Pinning a policy: what is offered is shown, what counts comes on another way.

use leptos::{prelude::*, task::spawn_local, web_sys};
use placet_core::{digest::Digest, key, limits, policy::Policy};

use super::{CopyButton, DigestBlock, DropZone, Field, Mark, WordList};
use crate::{
    browser,
    state::settings::{self, Refusal},
};

/// Asks for the digest or the words of the policy, or its file.
#[component]
pub(crate) fn PinPolicy(
    /// The first policy that the registry offers: a claim.
    offered: Option<(Digest, Policy)>,
    /// What happens with the pin.
    on_pin: impl Fn(Digest) + Clone + 'static,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let error = RwSignal::new(String::new());
    let digest = offered.as_ref().map(|(digest, _)| *digest);
    let take = {
        let on_pin = on_pin.clone();
        move |result: Result<Digest, Refusal>| match result {
            Ok(pin) => on_pin(pin),
            Err(refusal) => error.set(format!("{} ({})", refusal.words(), refusal.code())),
        }
    };
    let submit = {
        let take = take.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            take(settings::pin(&typed.get_untracked(), digest));
        }
    };
    let on_files = move |files: Vec<web_sys::File>| {
        let take = take.clone();
        spawn_local(async move {
            let Some(file) = files.first() else { return };
            #[expect(clippy::cast_precision_loss, reason = "the limit is far below where it would matter")]
            let fits = file.size() <= limits::ENVELOPE as f64;
            let bytes = if fits { browser::read(file).await.unwrap_or_default() } else { Vec::new() };
            take(settings::pin_of_file(&bytes));
        });
    };
    html! {
        <section class="panel" aria-labelledby="pin-h">
            <div class="panel__head">
                <h2 class="h2" id="pin-h">"Pin your organisation’s policy"</h2>
                <Mark icon="claim">"nothing is verified yet"</Mark>
            </div>
            <div class="panel__body stack">
                <p class="measure">
                    "Everything that this console verifies follows from version 1 of the policy. Its digest must come from \
                     a person: a root holder reads you the eight words, or gives you the digest or the file. What the \
                     registry offers below is a claim until then."
                </p>
                {offered.map(offer)}
                <form on:submit=submit>
                    <Field
                        id="pin"
                        label="The eight words, or the digest, as a root holder gave them to you"
                        hint="Type what you were told, not what stands above: that is what is being compared."
                        error=error
                    >
                        <input
                            class="input"
                            id="pin"
                            autocomplete="off"
                            spellcheck="false"
                            aria-describedby="pin-h pin-e"
                            aria-invalid=move || (!error.get().is_empty()).then_some("true")
                            prop:value=move || typed.get()
                            on:input=move |event| { typed.set(event_target_value(&event)); error.set(String::new()); }
                        />
                    </Field>
                    <div class="row mt-4"><button type="submit" class="btn btn--primary">"Compare and pin"</button></div>
                </form>
                <DropZone
                    title="Or drop the policy file"
                    hint="The signed version 1, as it was handed to you."
                    label="Policy file"
                    on_files=on_files
                />
            </div>
        </section>
    }
}

fn offer((digest, policy): (Digest, Policy)) -> impl IntoView {
    let roots: Vec<_> = policy.root.principals.iter().map(ToString::to_string).collect();
    html! {
        <div class="offer stack">
            <p><Mark icon="claim">"The registry offers this policy"</Mark></p>
            <dl class="facts">
                <dt>"Organisation"</dt><dd>{placet_core::summary::escape(&policy.organization)}</dd>
                <dt>"Root"</dt><dd>{format!("{} of {}", policy.root.threshold, roots.join(", "))}</dd>
                <dt>"Digest"</dt>
                <dd><DigestBlock digest=digest/><CopyButton what="the offered digest" text=digest.to_string()/></dd>
                <dt>"In words"</dt>
                <dd><WordList words=key::words(&digest) label="The offered digest as eight words"/></dd>
            </dl>
        </div>
    }
}
