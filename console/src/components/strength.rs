//! How strong a passphrase is.

use leptos::prelude::*;
use placet_keys::passphrase::Strength;

/// Three steps and a word.
#[component]
pub(crate) fn StrengthMeter(
    /// The passphrase as it is typed.
    #[prop(into)]
    passphrase: Signal<String>,
) -> impl IntoView {
    let strength = Memo::new(move |_| {
        passphrase.with(|text| {
            if text.trim().is_empty() {
                return (0, "Empty. A key without a passphrase is refused.");
            }
            match Strength::of(text) {
                Strength::Weak => (1, "Weak. Four random words would do."),
                Strength::Fair => (2, "Fair. One more word makes it strong."),
                Strength::Strong => (3, "Strong. A guess costs 64 MiB and 3 passes each."),
            }
        })
    });
    let step = move |index: u8| if strength.get().0 > index { "on" } else { "" };
    html! {
        <div class="row">
            <span class="strength" role="img" aria-label=move || format!("Strength: {} of 3", strength.get().0)>
                <i class=move || step(0)></i>
                <i class=move || step(1)></i>
                <i class=move || step(2)></i>
            </span>
            <span class="small sub" aria-live="polite">{move || strength.get().1}</span>
        </div>
    }
}
