//! What all pages share, and how it comes to be.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local, web_sys};
use placet_core::{key::PublicKey, state::State, time::Timestamp, trust::Trust};
use wasm_bindgen::{JsCast as _, closure::Closure};

use crate::{
    browser,
    client::{Client, Failure},
    keystore::{
        database::{self, Table},
        record::StoredKey,
        session::Session,
    },
    state::{
        knowledge::{Contradiction, Knowledge, Me},
        review::Review,
        settings::Settings,
    },
};

/// The registry as it was last heard from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Registry {
    /// When it last answered or sent something.
    pub(crate) heard: Option<Timestamp>,
    /// Whether events come in.
    pub(crate) live: bool,
    /// Why the last question had no answer.
    pub(crate) failure: Option<Failure>,
    /// How it contradicted what is known.
    pub(crate) contradiction: Option<Contradiction>,
}

/// What all pages share. Copies are handles to the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    /// What was read from storage; nothing is asked of the registry before.
    pub(crate) ready: RwSignal<bool>,
    /// The settings.
    pub(crate) settings: RwSignal<Settings>,
    /// What is verified under the pin.
    pub(crate) knowledge: RwSignal<Arc<Knowledge>>,
    /// The locked keys.
    pub(crate) keys: RwSignal<Vec<StoredKey>>,
    /// The open key.
    pub(crate) session: RwSignal<Option<Session>>,
    /// The registry.
    pub(crate) registry: RwSignal<Registry>,
    /// How often something arrived.
    pub(crate) arrivals: RwSignal<u64>,
    /// The time, every second.
    pub(crate) now: RwSignal<Timestamp>,
    /// How many proposals need me, once the inbox was looked at.
    pub(crate) needs_me: RwSignal<Option<usize>>,
    /// What was read before signing.
    pub(crate) reviewed: RwSignal<Option<Arc<Review>>>,
    /// Who I am under the verified policy.
    pub(crate) me: Memo<Option<Me>>,
}

impl Console {
    /// Starts with what was kept, then asks the registry.
    pub(crate) fn start() -> Self {
        let knowledge = RwSignal::new(Arc::new(Knowledge::nothing()));
        let keys = RwSignal::new(Vec::<StoredKey>::new());
        let me = Memo::new(move |_| {
            keys.with(|keys| knowledge.with(|known| known.me(keys.iter().map(|key| &key.public))))
        });
        let console = Self {
            ready: RwSignal::new(false),
            settings: RwSignal::default(),
            knowledge,
            keys,
            session: RwSignal::new(None),
            registry: RwSignal::default(),
            arrivals: RwSignal::new(0),
            now: RwSignal::new(browser::now()),
            needs_me: RwSignal::new(None),
            reviewed: RwSignal::new(None),
            me,
        };
        gloo_timers::callback::Interval::new(1000, move || console.tick()).forget();
        spawn_local(async move {
            console.load().await;
            // Who listens before anything is read misses nothing that arrives in between.
            console.listen();
            console.ready.set(true);
            if console.refresh().await {
                console.arrivals.update(|count| *count += 1);
            }
        });
        console
    }

    /// The registry to ask.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.settings.with_untracked(|settings| settings.registry.clone()))
    }

    /// The key in this browser that signs as me, or else the first.
    pub(crate) fn my_key(&self) -> Option<StoredKey> {
        let me = self.me.get();
        self.keys.with(|keys| {
            let mine = me.and_then(|me| keys.iter().find(|key| key.public == me.key));
            mine.or_else(|| keys.first()).cloned()
        })
    }

    /// The open key, if it is the one with this public half and still open.
    pub(crate) fn open_key(&self, public: &PublicKey) -> Option<Session> {
        let now = browser::now();
        self.session.get_untracked().filter(|open| open.is_open(now) && open.public_key() == public)
    }

    fn tick(&self) {
        let now = browser::now();
        self.now.set(now);
        if self.session.with_untracked(|open| open.as_ref().is_some_and(|open| !open.is_open(now))) {
            // Dropping the session wipes the key.
            self.session.set(None);
        }
    }

    async fn load(&self) {
        let text = async |name| database::get(Table::Known, name).await.ok().flatten();
        let settings = text("settings").await.map(|text| Settings::parse(&text)).unwrap_or_default();
        let state =
            text("state").await.and_then(|text| State::parse(text.as_bytes()).ok()).unwrap_or_default();
        let trust = text("trust").await.unwrap_or_default();
        let known = Knowledge::read(settings.pin, trust.as_bytes(), state.clone());
        let known = known.unwrap_or_else(|_| Knowledge::new(settings.pin, Trust::default(), state));
        self.settings.set(settings);
        self.knowledge.set(Arc::new(known));
        let mut keys: Vec<_> = database::all(Table::Keys).await.unwrap_or_default();
        keys.sort_unstable();
        self.keys.set(keys.iter().filter_map(|text| StoredKey::parse(text)).collect());
    }

    /// Asks the registry for what can be trusted, and takes it where it does not go back behind what is known. Says
    /// whether that was anything new.
    pub(crate) async fn refresh(&self) -> bool {
        let answer = self.client().trust().await;
        let bytes = match answer {
            Ok(bytes) => bytes,
            Err(failure) => {
                self.registry.update(|registry| {
                    registry.live = false;
                    registry.failure = Some(failure);
                });
                return false;
            }
        };
        let held = self.knowledge.get_untracked();
        let newer = Knowledge::read(held.pin(), &bytes, held.state.clone());
        let (new, contradiction) = match newer.map(|newer| held.take(newer)) {
            Ok(Ok(taken)) => {
                let kept = taken.to_json();
                let new = kept != held.to_json();
                self.knowledge.set(Arc::new(taken));
                // What cannot be kept is fetched again on the next visit.
                let _ = database::put(Table::Known, "trust", &kept).await;
                (new, None)
            }
            Ok(Err(contradiction)) => (false, Some(contradiction)),
            Err(_) => (false, Some(Contradiction::Unreadable)),
        };
        let heard = Some(browser::now());
        self.registry.update(|registry| {
            *registry = Registry { heard, live: registry.live, failure: None, contradiction };
        });
        new
    }

    /// Pins a policy and begins anew under it.
    pub(crate) async fn pin(&self, pin: Option<placet_core::digest::Digest>) {
        self.settings.update(|settings| settings.pin = pin);
        self.keep_settings().await;
        self.knowledge.update(|known| *known = Arc::new(known.pinned(pin)));
        self.refresh().await;
        self.arrivals.update(|count| *count += 1);
    }

    /// Keeps the settings.
    pub(crate) async fn keep_settings(&self) {
        let text = self.settings.with_untracked(Settings::to_json);
        // Settings that cannot be kept hold for this visit.
        let _ = database::put(Table::Known, "settings", &text).await;
    }

    /// Remembers what a decision accepted, so that nobody can take it back.
    pub(crate) fn remember(&self, state: &State) {
        let known = self.knowledge.get_untracked();
        let merged = known.state.clone().merge(state.clone());
        if merged == known.state {
            return;
        }
        let text = merged.to_json();
        self.knowledge.set(Arc::new(known.remembering(merged)));
        spawn_local(async move {
            let _ = database::put(Table::Known, "state", &text).await;
        });
    }

    /// Keeps a key, new or changed.
    pub(crate) async fn keep_key(&self, key: StoredKey) -> Result<(), idb::Error> {
        database::put(Table::Keys, &key.public.to_hex(), &key.to_json()).await?;
        self.keys.update(|keys| match keys.iter_mut().find(|known| known.public == key.public) {
            Some(known) => *known = key,
            None => keys.push(key),
        });
        Ok(())
    }

    /// Forgets a key.
    pub(crate) async fn remove_key(&self, public: &PublicKey) -> Result<(), idb::Error> {
        database::remove(Table::Keys, &public.to_hex()).await?;
        self.keys.update(|keys| keys.retain(|key| key.public != *public));
        Ok(())
    }

    /// Listens for what arrives.
    fn listen(&self) {
        let Ok(events) = web_sys::EventSource::new(&self.client().events()) else { return };
        let console = *self;
        let heard = move || {
            let heard = Some(browser::now());
            console.registry.update(|registry| {
                registry.live = true;
                registry.heard = heard;
                registry.failure = None;
            });
        };
        let on_open = Closure::<dyn Fn()>::new(heard);
        let on_arrival = Closure::<dyn Fn()>::new(move || {
            heard();
            spawn_local(async move {
                console.refresh().await;
                console.arrivals.update(|count| *count += 1);
            });
        });
        let on_error = Closure::<dyn Fn()>::new(move || {
            console.registry.update(|registry| registry.live = false);
        });
        events.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        events.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        // Listening ends with the page.
        for kind in ["envelope", "revocation_list"] {
            let _ = events.add_event_listener_with_callback(kind, on_arrival.as_ref().unchecked_ref());
        }
        on_open.forget();
        on_error.forget();
        on_arrival.forget();
    }
}

/// What all pages share.
pub(crate) fn console() -> Console {
    expect_context()
}
