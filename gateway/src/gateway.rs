//! A gateway without its sockets: it is told the time and what arrived, and says what passes and what to fetch.

use alloc::{
    string::{String, ToString as _},
    vec::Vec,
};

use placet_core::{
    bundle::Bundle,
    decide::evaluate,
    decision::{Decision, Outcome},
    deployment::Deployment,
    digest::Digest,
    envelope::Envelope,
    error::{ParseError, VerifyError},
    request::Request,
    state::State,
    time::Timestamp,
    trust::Trust,
};

use crate::{
    code::Code,
    config::{Config, Mode, Route},
    evidence::HeldTrust,
    kept::Kept,
    metrics::{self, Fetched, Gauges, Metrics},
    problem::Refusal,
    routes::{Found, RouteTable},
    schedule::{Document, Schedule},
    verdict::Verdict,
};

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// It goes on: its route is permitted by the decision with this digest.
    Permit {
        /// The digest of the decision's record.
        decision: &'a str,
    },
    /// It goes on: its path needs no approval.
    Open,
    /// It goes no further where the gateway enforces ([`Gateway::mode`]).
    Refuse(Refusal<'a>),
}

/// Something to fetch: a path of the source, and the tag of what is held of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// What it is.
    pub document: Document,
    /// Path and query at the source.
    pub path: String,
    /// For `If-None-Match`.
    pub etag: Option<String>,
}

/// The routes, what is held, and what was decided.
#[derive(Clone, Debug)]
pub struct Gateway {
    config: Config,
    table: RouteTable,
    trust: Option<HeldTrust>,
    /// The digest of the trust document that came last, byte for byte.
    last_trust: Option<Digest>,
    bundles: Vec<Option<Bundle>>,
    verdicts: Vec<Option<Verdict>>,
    state: State,
    schedule: Schedule,
    metrics: Metrics,
    /// Whether what is to be kept has changed since it was last taken.
    changed: bool,
}

impl Gateway {
    /// A gateway that has seen nothing but its configuration.
    #[must_use]
    pub fn new(config: Config, now: Timestamp) -> Self {
        let routes = config.routes.len();
        let mut gateway = Self {
            table: RouteTable::new(&config),
            trust: None,
            last_trust: None,
            bundles: alloc::vec![None; routes],
            verdicts: alloc::vec![None; routes],
            state: State::new(),
            schedule: Schedule::new(routes, config.refresh_seconds),
            metrics: Metrics::new(config.routes.iter().map(|route| route.name.to_string())),
            changed: false,
            config,
        };
        if let Some(trust) = gateway.config.trust.clone() {
            gateway.take_trust(&trust, now);
        }
        gateway
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What becomes of what is not permitted.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.config.mode
    }

    /// Answers a request: `hosts` are all values of `Host` and `:authority`, `target` is what stands in the request
    /// line.
    pub fn answer<'a>(
        &mut self,
        hosts: impl IntoIterator<Item = &'a str>,
        target: &str,
        now: Timestamp,
    ) -> Answer<'_> {
        let route = match self.table.find(hosts, target) {
            Ok(Found::Route(route)) => route,
            Ok(Found::Open(_)) => {
                self.metrics.request(metrics::Outcome::Open);
                return Answer::Open;
            }
            Err(code) => return self.refuse(code),
        };
        self.decide_if_needed(route, now);
        let verdict = self.verdicts.get(route).and_then(Option::as_ref).map(|verdict| &verdict.answer);
        match verdict {
            Some(Ok(decision)) => {
                self.metrics.request(metrics::Outcome::Permit(route));
                Answer::Permit { decision }
            }
            Some(Err(codes)) => {
                self.metrics.request(metrics::Outcome::Deny(route));
                self.metrics.refusal(codes);
                let name = self.config.routes.get(route).map(|route| route.name.as_str());
                Answer::Refuse(Refusal { route: name, codes: codes.clone() })
            }
            // The table holds the routes of the configuration, and each has been decided on.
            None => Answer::Refuse(Refusal { route: None, codes: [Code::TrustMissing.as_str()].into() }),
        }
    }

    /// Whether a request is one for a route that is denied: then it is worth waiting for a look at the source that is
    /// under way. It counts as no request.
    pub fn denies<'a>(
        &mut self,
        hosts: impl IntoIterator<Item = &'a str>,
        target: &str,
        now: Timestamp,
    ) -> bool {
        let Ok(Found::Route(route)) = self.table.find(hosts, target) else { return false };
        self.decide_if_needed(route, now);
        !self.permits(route)
    }

    /// Refuses a request of which the platform knows already that something is wrong with it.
    pub fn refuse(&mut self, code: Code) -> Answer<'static> {
        self.metrics.request(metrics::Outcome::Refused);
        self.metrics.refusal(&[code.as_str()]);
        Answer::Refuse(Refusal { route: None, codes: [code.as_str()].into() })
    }

    /// What is due to be fetched; each is due again only after its answer, or after a minute without one.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<Fetch> {
        self.refresh_verdicts(now);
        let due = self.schedule.take_due(now);
        due.into_iter()
            .filter_map(|(document, etag)| Some(Fetch { document, path: self.path(document)?, etag }))
            .collect()
    }

    /// The first moment at which [`Self::take_due`] has something; none at once.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.schedule.next()
    }

    /// The source has something new, as it says: trust is due, and the bundle of every route that is not permitted.
    pub fn pushed(&mut self) {
        self.schedule.hurry(Document::Trust);
        let denied = self.verdicts.iter().enumerate();
        let denied = denied.filter(|(_, verdict)| !verdict.as_ref().is_some_and(Verdict::permits));
        denied.for_each(|(route, _)| self.schedule.hurry(Document::Bundle(route)));
    }

    /// A revocation, key revocation, rejection or withdrawal that somebody pushed. It counts at once, and what it is about
    /// is looked at anew, as there may be more to know.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] where it does not count: it ends nothing, or nobody signed it who may. Then nothing changed.
    pub fn revoke(&mut self, envelope: &[u8], now: Timestamp) -> Result<(), VerifyError> {
        let envelope = Envelope::parse(envelope)?;
        let missing = placet_core::code::Code::PolicyMissing;
        let trust = self.trust.as_ref();
        let trust = trust.ok_or(VerifyError::Signer { code: missing, principal: String::new() })?;
        if let Some(trust) = trust.with_negative(envelope, now)? {
            self.trust = Some(trust);
            self.trust_changed();
            self.pushed();
            self.refresh_verdicts(now);
        }
        Ok(())
    }

    /// A document arrived. What cannot be read changes nothing but when it is fetched next.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where it cannot be read, or is more than a verifier reads.
    pub fn received(
        &mut self,
        document: Document,
        etag: Option<String>,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), ParseError> {
        let taken = match document {
            Document::Trust => self.receive_trust(bytes, now),
            Document::Bundle(route) => self.receive_bundle(route, bytes, now),
        };
        match taken {
            Ok(fetched) => {
                self.metrics.fetch(document, fetched);
                self.refresh_verdicts(now);
                self.schedule.answered(document, etag, self.serves(document), now);
                Ok(())
            }
            Err(error) => {
                self.metrics.fetch(document, Fetched::Malformed);
                self.schedule.failed(document, now);
                Err(error)
            }
        }
    }

    /// The source says that a document is as it was.
    pub fn unchanged(&mut self, document: Document, now: Timestamp) {
        self.metrics.fetch(document, Fetched::Unchanged);
        self.refresh_verdicts(now);
        let etag = self.schedule.etag(document);
        self.schedule.answered(document, etag, self.serves(document), now);
    }

    /// The source gave no document.
    pub fn failed(&mut self, document: Document, now: Timestamp) {
        self.metrics.fetch(document, Fetched::Failed);
        self.schedule.failed(document, now);
    }

    /// Takes in what was kept, by an earlier process or by another thread of this one. It is believed no more than what
    /// a source says: everything is verified again, and the state only makes the gateway stricter.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where it cannot be read; then nothing was taken in.
    pub fn adopt(&mut self, kept: &[u8], now: Timestamp) -> Result<(), ParseError> {
        let Kept { state, trust, bundles } = Kept::parse(kept)?;
        if let Some(trust) = trust {
            self.take_trust(&trust, now);
        }
        self.state = core::mem::take(&mut self.state).merge(state);
        for (name, bundle) in bundles {
            // A route that is no longer configured has no bundle.
            let route = self.config.routes.iter().position(|route| route.name.as_str() == name);
            if let Some(route) = route {
                self.take_bundle(route, bundle, now);
            }
        }
        self.verdicts.fill(None);
        self.refresh_verdicts(now);
        self.changed = false;
        Ok(())
    }

    /// What to keep, if it has changed since it was last taken.
    pub fn take_kept(&mut self) -> Option<String> {
        core::mem::take(&mut self.changed).then(|| self.kept())
    }

    /// What outlives a restart.
    #[must_use]
    pub fn kept(&self) -> String {
        let trust = self.trust.as_ref().map(HeldTrust::to_keep);
        let bundles = self.config.routes.iter().zip(&self.bundles);
        let bundles = bundles.filter_map(|(route, bundle)| Some((route.name.as_str(), bundle.as_ref()?)));
        Kept::to_json(&self.state, trust.as_ref(), bundles)
    }

    /// Decides for every route whose verdict is missing or over. A route that loses its permit has its bundle looked at.
    pub fn refresh_verdicts(&mut self, now: Timestamp) {
        (0..self.config.routes.len()).for_each(|route| self.decide_if_needed(route, now));
    }

    /// Whether there is any trust to judge by.
    #[must_use]
    pub fn holds_trust(&self) -> bool {
        self.trust.is_some()
    }

    /// The verdict on each route, in the order of the configuration; none before the first decision.
    pub fn verdicts(&self) -> impl Iterator<Item = (&Route, Option<&Verdict>)> {
        self.config.routes.iter().zip(self.verdicts.iter().map(Option::as_ref))
    }

    /// What has happened.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What is measured now.
    #[must_use]
    pub fn gauges(&self, now: Timestamp) -> Gauges {
        let until = |verdict: &Option<Verdict>| {
            let permit = verdict.as_ref().filter(|verdict| verdict.permits() && verdict.holds(now));
            permit.map_or(0, |permit| permit.until.map_or(i64::MAX, Timestamp::seconds))
        };
        let verified = self.trust.as_ref().map(HeldTrust::verified);
        let domain = verified.and_then(|verified| Some((verified, verified.pins().next()?)));
        let list = domain.and_then(|(verified, pin)| verified.revocation_list(pin));
        let policy = domain.and_then(|(verified, pin)| verified.policy(pin));
        Gauges {
            permit_until: self.verdicts.iter().map(until).collect(),
            list: list.map(|list| (list.list().number, list.list().window.not_before.seconds())),
            policy_version: policy.map(|chain| chain.newest().policy().version),
            enforcing: self.config.mode == Mode::Enforce,
        }
    }

    fn path(&self, document: Document) -> Option<String> {
        let source = &self.config.source;
        match document {
            // One registry keeps one ledger; of several that were seen, the smallest needs leading on the most.
            Document::Trust => Some(source.trust_path(self.state.tree_sizes().min())),
            Document::Bundle(route) => self.config.routes.get(route).map(|route| source.bundle_path(route)),
        }
    }

    fn serves(&self, document: Document) -> bool {
        match document {
            Document::Trust => true,
            Document::Bundle(route) => self.permits(route),
        }
    }

    fn permits(&self, route: usize) -> bool {
        self.verdicts.get(route).is_some_and(|verdict| verdict.as_ref().is_some_and(Verdict::permits))
    }

    fn receive_trust(&mut self, bytes: &[u8], now: Timestamp) -> Result<Fetched, ParseError> {
        let digest = Digest::of(bytes);
        if self.last_trust == Some(digest) {
            return Ok(Fetched::Unchanged);
        }
        self.take_trust(&Trust::parse(bytes)?, now);
        self.last_trust = Some(digest);
        Ok(Fetched::New)
    }

    /// Takes trust in and ends every verdict.
    fn take_trust(&mut self, trust: &Trust, now: Timestamp) {
        self.trust = Some(HeldTrust::take(self.trust.as_ref(), trust, &self.config.pins, now));
        self.trust_changed();
    }

    fn trust_changed(&mut self) {
        self.verdicts.iter_mut().flatten().for_each(Verdict::end);
        self.changed = true;
        if let Some(life) = self.trust.as_ref().and_then(|trust| shortest_life(trust.verified())) {
            self.schedule.list_lives(life);
        }
    }

    fn receive_bundle(&mut self, route: usize, bytes: &[u8], now: Timestamp) -> Result<Fetched, ParseError> {
        let bundle = Bundle::parse(bytes)?;
        if self.bundles.get(route).is_some_and(|held| held.as_ref() == Some(&bundle)) {
            return Ok(Fetched::Unchanged);
        }
        self.take_bundle(route, bundle, now);
        Ok(Fetched::New)
    }

    /// Takes a bundle in where it may take the place of the one held; what it rejects counts either way.
    fn take_bundle(&mut self, route: usize, bundle: Bundle, now: Timestamp) {
        if let Some(trust) = self.trust.as_ref().and_then(|trust| trust.with_verdicts(&bundle, now)) {
            self.trust = Some(trust);
            self.trust_changed();
        }
        self.decide_if_needed(route, now);
        let (Some(configured), Some(held)) = (self.config.routes.get(route), self.bundles.get(route)) else {
            return;
        };
        let proposal = |bundle: &Bundle| bundle.proposal().map(Envelope::digest);
        let same = held.as_ref().is_some_and(|held| proposal(held) == proposal(&bundle));
        let permits = || judge(configured, self.trust.as_ref(), Some(&bundle), &self.state, now).0.permits();
        // A source that swaps a bundle in use for a worse one changes nothing (attack 29).
        if (!self.permits(route) || same || permits())
            && let (Some(place), Some(verdict)) = (self.bundles.get_mut(route), self.verdicts.get_mut(route))
        {
            *place = Some(bundle);
            verdict.iter_mut().for_each(Verdict::end);
            self.changed = true;
        }
    }

    fn decide_if_needed(&mut self, route: usize, now: Timestamp) {
        let (Some(configured), Some(place)) = (self.config.routes.get(route), self.verdicts.get_mut(route))
        else {
            return;
        };
        if place.as_ref().is_some_and(|verdict| verdict.holds(now)) {
            return;
        }
        let bundle = self.bundles.get(route).and_then(Option::as_ref);
        let (verdict, state) = judge(configured, self.trust.as_ref(), bundle, &self.state, now);
        if let Some(state) = state
            && state != self.state
        {
            self.state = state;
            self.changed = true;
        }
        self.metrics.decision(verdict.permits());
        let lost = place.as_ref().is_some_and(Verdict::permits) && !verdict.permits();
        *place = Some(verdict);
        if lost {
            self.schedule.hurry(Document::Bundle(route));
        }
    }
}

/// Decides about a route.
fn judge(
    route: &Route,
    trust: Option<&HeldTrust>,
    bundle: Option<&Bundle>,
    state: &State,
    now: Timestamp,
) -> (Verdict, Option<State>) {
    let missing = |code: Code| Verdict { answer: Err([code.as_str()].into()), from: now, until: None };
    let Some(trust) = trust else { return (missing(Code::TrustMissing), None) };
    let Some(bundle) = bundle else { return (missing(Code::BundleMissing), None) };
    let request = Request {
        model_id: route.model_id.clone(),
        weights: route.weights,
        environment: route.environment.clone(),
        scope: route.scope.clone(),
        now,
    };
    let decided = evaluate(bundle, trust.verified(), state, &request);
    let Decision { outcome, denials, mut valid_until, .. } = decided.decision;
    let mut codes: Vec<&'static str> = denials.into_iter().map(placet_core::code::Code::as_str).collect();
    if route.proposal.is_some_and(|named| bundle.proposal().map(Envelope::digest) != Some(named)) {
        codes.push(Code::ProposalMismatch.as_str());
    }
    if let Some((domain, envelope)) = &route.deployment {
        match check_deployment(trust, *domain, envelope, now) {
            Ok(until) => valid_until = valid_until.map_or(Some(until), |other| Some(other.min(until))),
            Err(code) => codes.push(code.as_str()),
        }
    }
    let permitted = outcome == Outcome::Permit && codes.is_empty();
    let answer = if permitted { Ok(Digest::of(&decided.bytes).to_string()) } else { Err(codes) };
    (Verdict { answer, from: now, until: valid_until }, Some(decided.state))
}

/// Verifies that the serving plane signed what runs there; gives the end of the key that did.
fn check_deployment(
    trust: &HeldTrust,
    domain: Digest,
    envelope: &Envelope,
    now: Timestamp,
) -> Result<Timestamp, placet_core::code::Code> {
    let verified = trust.verified();
    let chain = verified.policy(domain).ok_or(placet_core::code::Code::PolicyMissing)?;
    let deployment = chain.verify::<Deployment>(envelope, now, &verified.revoked_keys(domain));
    deployment.map(|deployment| deployment.key_window().not_after).map_err(|error| error.code())
}

/// How long a list may live under any rule, in seconds.
fn shortest_life(verified: &placet_core::trust::VerifiedTrust) -> Option<i64> {
    let of = |pin| {
        let rules = &verified.policy(pin)?.newest().policy().rules;
        let ages = rules.iter().filter_map(|rule| i64::try_from(rule.revocation_list_max_age_seconds).ok());
        let window = verified.revocation_list(pin).map(|list| list.list().window);
        let window = window.map(|window| window.not_after.since(window.not_before));
        ages.chain(window).min()
    };
    verified.pins().filter_map(of).min()
}
