//! The application: shared state, shell and routes.
#![expect(unreachable_pub, reason = "the component macro writes its own `pub`")]

use leptos::prelude::*;
use leptos_router::{
    components::{Route, Router, Routes},
    hooks::use_location,
    path,
};

use crate::{
    browser,
    components::Shell,
    context::Console,
    pages::{
        Inbox, Keys, Ledger, ModelPage, Models, NextPolicyPage, NotFound, PolicyPage, RejectPage, ReviewPage,
        RevokePage, SettingsPage, Sign, Verify, WithdrawPage,
    },
};

/// The console.
#[component]
pub(crate) fn App() -> impl IntoView {
    provide_context(Console::start());
    html! {
        <Router>
            <Shell>
                <FocusOnArrival/>
                <Routes fallback=NotFound>
                    <Route path=path!("/") view=Inbox/>
                    <Route path=path!("/proposals/:digest") view=ReviewPage/>
                    <Route path=path!("/proposals/:digest/sign") view=Sign/>
                    <Route path=path!("/proposals/:digest/reject") view=RejectPage/>
                    <Route path=path!("/proposals/:digest/withdraw") view=WithdrawPage/>
                    <Route path=path!("/proposals/:digest/revoke") view=RevokePage/>
                    <Route path=path!("/models") view=Models/>
                    <Route path=path!("/models/*model") view=ModelPage/>
                    <Route path=path!("/ledger") view=Ledger/>
                    <Route path=path!("/policy") view=PolicyPage/>
                    <Route path=path!("/policy/next") view=NextPolicyPage/>
                    <Route path=path!("/verify") view=Verify/>
                    <Route path=path!("/keys") view=Keys/>
                    <Route path=path!("/settings") view=SettingsPage/>
                </Routes>
            </Shell>
        </Router>
    }
}

/// After a change of address the keyboard's focus goes to the new page, as it does after a load.
#[component]
fn FocusOnArrival() -> impl IntoView {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path) {
            browser::focus("main");
        }
        path
    });
}
