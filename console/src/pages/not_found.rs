//! An address that is none.

use leptos::prelude::*;

use crate::components::{Page, StateBlock};

/// No such page.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    html! {
        <Page title="No such page">
            <div class="pagehead"><div><h1>"No such page"</h1></div></div>
            <section class="panel">
                <StateBlock icon="unsure" title="There is no page at this address.">
                    <a href="/">"Go to the inbox"</a>
                </StateBlock>
            </section>
        </Page>
    }
}
