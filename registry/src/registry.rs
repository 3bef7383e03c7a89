//! The registry itself: what it holds, the one way to change it, and its own clockwork.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use placet_core::{
    code::Code, decide::superseded, digest::Digest, envelope::Envelope, key::Signer as _, ledger::Checkpoint,
    policy::TrustPolicy, revocation_list::VerifiedList, state::State, time::Timestamp,
};
use tokio::sync::{Mutex, watch};

use crate::{
    admission::{self, Context},
    bundle::Parts,
    clock::Clock,
    config::Config,
    error::{AdmitError, Error, Refusal},
    keys::Keys,
    kind::Kind,
    ledger::Ledger,
    list,
    marker::{Marker, MarkerFile, PublishedHead},
    store::{Connection, Store, cosignatures, documents, lists, webhooks},
    submission::Submission,
    view::View,
};

/// A running registry without its HTTP side.
#[derive(Debug)]
pub(crate) struct Registry {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    keys: Keys,
    pin: Digest,
    marker: MarkerFile,
    /// Whoever holds this may write.
    turn: Mutex<Writer>,
    ledger: RwLock<Ledger>,
    view: watch::Sender<Arc<View>>,
    events: watch::Sender<i64>,
    signs: Signs,
}

/// What the one writer remembers.
#[derive(Debug)]
struct Writer {
    /// The marker as it is on the disk; none where there is no file yet.
    marker: Option<Marker>,
    /// Whether something was stored that is not published yet.
    dirty: bool,
}

/// What the registry may sign, as found at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signs {
    /// Revocation lists: not before a restored database holds every statement again.
    pub(crate) lists: bool,
    /// Checkpoints: not of a tree that does not continue the published one.
    pub(crate) checkpoints: bool,
}

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Admitted {
    pub(crate) digest: Digest,
    pub(crate) kind: Kind,
    /// Whether it was not known before.
    pub(crate) new: bool,
}

impl Registry {
    /// Opens a data directory that was set up.
    pub(crate) async fn open(config: &Config) -> Result<Arc<Self>, Error> {
        let store = Store::open(&config.data_dir).await?;
        let pin =
            store.pin().await?.ok_or_else(|| Error::NotInitialised { path: config.data_dir.clone() })?;
        let keys = Keys::open_or_create(&config.keys)?;
        let mut db = store.read().await?;
        let mut ledger = Ledger::with_cosignatures(cosignatures::all(&mut db).await?);
        documents::leaves(&mut db).await?.into_iter().for_each(|digest| ledger.append(digest));
        let view = View::load(&mut db, pin, config.clock.now()).await?;
        let last = documents::last_seq(&mut db).await?;
        drop(db);

        let marker_file = MarkerFile::in_directory(&config.data_dir);
        let marker = marker_file.read()?;
        let signs = Signs::after(marker.as_ref(), &view, &ledger, config.rebuilt);
        let registry = Arc::new(Self {
            store,
            clock: config.clock,
            keys,
            pin,
            marker: marker_file,
            turn: Mutex::new(Writer { marker, dirty: true }),
            ledger: RwLock::new(ledger),
            view: watch::Sender::new(Arc::new(view)),
            events: watch::Sender::new(last),
            signs,
        });
        if config.rebuilt {
            registry.rebuild().await?;
        }
        registry.tick().await?;
        Ok(registry)
    }

    /// What is published now.
    pub(crate) fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.borrow())
    }

    /// Wakes when something else is published.
    pub(crate) fn watch_view(&self) -> watch::Receiver<Arc<View>> {
        self.view.subscribe()
    }

    /// Tells the place of the newest document.
    pub(crate) fn watch_events(&self) -> watch::Receiver<i64> {
        self.events.subscribe()
    }

    /// Looks something up in the ledger's tree.
    pub(crate) fn with_ledger<T>(&self, look: impl FnOnce(&Ledger) -> T) -> T {
        look(&self.ledger.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change_ledger(&self, change: impl FnOnce(&mut Ledger)) {
        change(&mut self.ledger.write().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn signs(&self) -> Signs {
        self.signs
    }

    /// Why no list can be signed now, if so.
    pub(crate) fn list_trouble(&self) -> Option<&'static str> {
        if !self.signs.lists {
            return Some("restored");
        }
        let view = self.view();
        let Some(chain) = view.chain() else { return Some("policy_missing") };
        let policy = chain.newest().policy();
        match list::check_signer(policy, &self.keys.list, self.clock.now()) {
            Ok(()) => None,
            Err(list::Unable::KeyNotNamed) => Some("list_key_not_named"),
            Err(list::Unable::Threshold) => Some("list_threshold"),
        }
    }

    /// Takes a document in. Once begun it is finished, even if who sent it has gone.
    pub(crate) async fn admit(self: &Arc<Self>, submission: Submission) -> Result<Admitted, AdmitError> {
        let registry = Arc::clone(self);
        let admitted = tokio::spawn(async move { registry.admit_in_turn(submission).await });
        admitted.await.unwrap_or(Err(AdmitError::Failed(Error::Interrupted)))
    }

    async fn admit_in_turn(&self, submission: Submission) -> Result<Admitted, AdmitError> {
        let kind = Kind::of(&submission.envelope)?;
        let digest = submission.envelope.digest();
        let mut writer = self.turn.lock().await;
        let (view, now) = (self.view(), self.clock.now());
        let mut db = self.store.begin().await?;
        if kind == Kind::RevocationList {
            let new = adopt_list(&mut db, &view, &submission.envelope, now).await?;
            if new {
                self.sign_list(&mut db, view.chain(), writer.marker.as_ref(), now).await?;
                writer.dirty = true;
                db.commit().await?;
                self.publish(&mut writer, None).await?;
            }
            return Ok(Admitted { digest, kind, new });
        }
        if let Some(stored) = documents::document(&mut db, digest).await? {
            if let Some(envelope) = admission::merge(&view, &submission, &stored)? {
                documents::replace_signatures(&mut db, &envelope).await?;
                writer.dirty = true;
                db.commit().await?;
                self.publish(&mut writer, None).await?;
            }
            return Ok(Admitted { digest, kind: stored.kind, new: false });
        }

        let document =
            admission::check(&mut Context { db: &mut db, view: &view, now }, &submission, kind).await?;
        let seq = document.insert(&mut db, now).await?;
        let chain = match kind {
            Kind::Policy => crate::view::chain_with(&view, document.envelope.clone()),
            _ => view.chain().cloned(),
        };
        if let Some(chain) = &chain {
            match kind {
                // Another policy may know more vetoes.
                Kind::Policy => list::rebuild(&mut db, chain, now).await?,
                kind if kind.is_negative() => {
                    list::add_entries(&mut db, chain, kind, &document.envelope, now).await?;
                }
                Kind::Approval => self.supersede(&mut db, &view, chain, now).await?,
                _ => {}
            }
        }
        let signed = self.sign_list(&mut db, chain.as_ref(), writer.marker.as_ref(), now).await?;
        writer.dirty = true;
        db.commit().await?;

        self.change_ledger(|ledger| ledger.append(digest));
        let trust_changed = signed || kind == Kind::Policy || kind.is_negative();
        self.publish(&mut writer, (!trust_changed).then_some(&view)).await?;
        self.events.send_replace(seq);
        tracing::info!(%digest, kind = kind.as_str(), signer = document.signer, "admitted");
        Ok(Admitted { digest, kind, new: true })
    }

    /// Takes in a checkpoint that witnesses have cosigned; gives it as it was verified.
    pub(crate) async fn cosign(self: &Arc<Self>, note: String) -> Result<Checkpoint, AdmitError> {
        let registry = Arc::clone(self);
        let cosigned = tokio::spawn(async move { registry.cosign_in_turn(&note).await });
        cosigned.await.unwrap_or(Err(AdmitError::Failed(Error::Interrupted)))
    }

    async fn cosign_in_turn(&self, note: &str) -> Result<Checkpoint, AdmitError> {
        let mut writer = self.turn.lock().await;
        let view = self.view();
        let chain = view.chain().filter(|_| self.signs.checkpoints);
        let policy = chain.ok_or_else(|| Refusal::of(Code::LedgerMissing))?.newest().policy();
        let checkpoint = self.with_ledger(|ledger| ledger.check_cosignatures(policy, note))?;
        let mut db = self.store.begin().await?;
        for cosignature in checkpoint.cosignatures() {
            cosignatures::add(&mut db, checkpoint.size(), cosignature.witness(), cosignature.line()).await?;
        }
        db.commit().await?;
        self.change_ledger(|ledger| ledger.add_cosignatures(&checkpoint));
        self.publish(&mut writer, Some(&view)).await?;
        // Smaller trees than the one that is served are of no more use.
        let served = self.view().head.as_ref().map_or(0, |head| head.size);
        if policy.log.as_ref().is_some_and(|log| log.threshold > 0) && served <= checkpoint.size() {
            let keep = self.with_ledger(Ledger::oldest_cosigned).max(served);
            self.change_ledger(|ledger| ledger.forget_below(keep));
            let mut db = self.store.begin().await?;
            cosignatures::forget_below(&mut db, keep).await?;
            db.commit().await?;
        }
        tracing::info!(size = checkpoint.size(), served, "checkpoint cosigned");
        Ok(checkpoint)
    }

    /// Signs a list where one is due and the registry may.
    async fn sign_list(
        &self,
        db: &mut Connection,
        chain: Option<&TrustPolicy>,
        marker: Option<&Marker>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let Some(chain) = chain.filter(|_| self.signs.lists) else { return Ok(false) };
        if let Err(reason) = list::check_signer(chain.newest().policy(), &self.keys.list, now) {
            tracing::warn!(?reason, "the registry cannot sign a revocation list under this policy");
            return Ok(false);
        }
        let (milliseconds, published) =
            (self.clock.milliseconds(), marker.map_or(0, |marker| marker.list_number));
        let list = list::sign_if_due(db, chain, &self.keys.list, now, milliseconds, published).await?;
        if let Some(list) = &list {
            tracing::info!(number = list.number, entries = list.entries.len(), "revocation list signed");
        }
        Ok(list.is_some())
    }

    /// Publishes what is stored: the marker first, then what readers see. `same` is the view whose trust still holds.
    async fn publish(&self, writer: &mut Writer, same: Option<&View>) -> Result<(), Error> {
        let mut view = match same {
            Some(view) => View { document: OnceLock::new(), ..view.clone() },
            None => View::load(&mut *self.store.read().await?, self.pin, self.clock.now()).await?,
        };
        let policy = view.chain().filter(|_| self.signs.checkpoints).map(|chain| chain.newest().policy());
        let heads = policy.and_then(|policy| self.with_ledger(|l| l.sign_heads(policy, &self.keys.log)));
        (view.newest_head, view.head) = heads.map(|heads| (heads.newest, heads.served)).unzip();
        let before = writer.marker.clone().unwrap_or_default();
        let marker = Marker {
            list_number: view.list.as_ref().map_or(0, |list| list.number).max(before.list_number),
            checkpoint: match &view.newest_head {
                Some(head) => Some(PublishedHead {
                    key_id: self.keys.log.public_key().key_id().to_string(),
                    size: head.size,
                    root: Digest::from_bytes(head.root).to_string(),
                }),
                None => before.checkpoint,
            },
        };
        // While nothing is signed the marker stays as it was found: it is what says so.
        if self.signs.lists && writer.marker.as_ref() != Some(&marker) {
            self.marker.write(&marker)?;
            writer.marker = Some(marker);
        }
        writer.dirty = false;
        self.view.send_replace(Arc::new(view));
        Ok(())
    }

    /// What time alone brings: lists that are due, proposals that come into force in place of others.
    pub(crate) async fn tick(&self) -> Result<(), Error> {
        let mut writer = self.turn.lock().await;
        let (view, now) = (self.view(), self.clock.now());
        let mut signed = false;
        if let Some(chain) = view.chain() {
            let mut db = self.store.begin().await?;
            self.supersede(&mut db, &view, chain, now).await?;
            signed = self.sign_list(&mut db, Some(chain), writer.marker.as_ref(), now).await?;
            writer.dirty |= signed;
            db.commit().await?;
        }
        if signed || writer.dirty { self.publish(&mut writer, None).await } else { Ok(()) }
    }

    /// Adds the rows of proposals in whose place another has come into force, wherever that one is for.
    async fn supersede(
        &self,
        db: &mut Connection,
        view: &View,
        chain: &TrustPolicy,
        now: Timestamp,
    ) -> Result<(), Error> {
        for row in documents::superseding(db, now).await? {
            let Some(parts) = Parts::load(db, row.digest).await? else { continue };
            let digests: Vec<_> = parts.digests().collect();
            let head = view.head.as_ref();
            let proofs = head.map(|head| self.with_ledger(|ledger| ledger.proofs(head, digests.into_iter())));
            let replaced = superseded(&parts.into_bundle(proofs), &view.verified, &State::new(), now);
            if let Some(old) = replaced {
                list::add_superseded(db, chain, old, row.digest, now).await?;
            }
        }
        Ok(())
    }

    /// Lets dead letters of webhooks be tried again.
    pub(crate) async fn revive_webhooks(&self) -> Result<(), Error> {
        let mut db = self.store.begin().await?;
        let now = i64::try_from(self.clock.milliseconds()).unwrap_or(i64::MAX);
        webhooks::revive(&mut db, now).await?;
        Ok(db.commit().await?)
    }

    /// Makes every row of the list again from the statements that are stored.
    async fn rebuild(&self) -> Result<(), Error> {
        let mut writer = self.turn.lock().await;
        let (view, now) = (self.view(), self.clock.now());
        if let Some(chain) = view.chain() {
            let mut db = self.store.begin().await?;
            list::rebuild(&mut db, chain, now).await?;
            db.commit().await?;
            writer.dirty = true;
        }
        Ok(())
    }
}

impl Signs {
    /// Whether the database is at least as new as what was published. Without a marker only an empty one is.
    fn after(marker: Option<&Marker>, view: &View, ledger: &Ledger, rebuilt: bool) -> Self {
        let held = view.list.as_ref().map_or(0, |list| list.number);
        let (lists, checkpoints) = match marker {
            None => {
                let empty = held == 0 && ledger.size() == 0;
                (empty, empty || rebuilt)
            }
            Some(marker) => {
                let published = marker.checkpoint.as_ref();
                let named = |head: &&PublishedHead| {
                    let log = view.chain().and_then(|chain| chain.newest().policy().log.as_ref());
                    log.is_none_or(|log| log.key.key_id().to_string() == head.key_id)
                };
                let continues = published.filter(named).is_none_or(|head| ledger.continues(head));
                (held >= marker.list_number && continues, continues)
            }
        };
        let signs = Self { lists: lists || rebuilt, checkpoints };
        if !signs.lists || !signs.checkpoints {
            tracing::error!(
                lists = signs.lists,
                checkpoints = signs.checkpoints,
                "the database is older than what was published; bring every statement back, then start as rebuilt"
            );
        }
        signs
    }
}

/// Takes over a newer list of the policy's own list signers: one that was published before a restore. Its entries stay.
async fn adopt_list(
    db: &mut Connection,
    view: &View,
    envelope: &Envelope,
    now: Timestamp,
) -> Result<bool, AdmitError> {
    let chain = view.chain().ok_or_else(|| Refusal::of(Code::PolicyMissing))?;
    let verified = VerifiedList::verify(envelope, chain)?;
    verified.check_signers(chain, now).map_err(Refusal::of)?;
    let list = verified.list();
    let held = view.list.as_ref();
    if held.is_some_and(|held| held.envelope.digest() == verified.digest()) {
        return Ok(false);
    }
    match held.map_or(0, |held| held.number) {
        number if list.number < number => return Err(Refusal::of(Code::ListRollback).into()),
        number if list.number == number => return Err(Refusal::of(Code::ListEquivocation).into()),
        _ => {}
    }
    for entry in &list.entries {
        lists::add_entry(db, entry).await?;
    }
    lists::add_list(db, list.number, envelope).await?;
    tracing::warn!(number = list.number, "took over a newer revocation list that was signed before");
    Ok(true)
}
