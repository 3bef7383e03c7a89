//! The twelve gates. Each looks at its own evidence and fails where that is missing.

use alloc::{
    format,
    string::{String, ToString as _},
    vec::Vec,
};

use super::{Case, Finding};
use crate::{
    code::{Code, Gate},
    decision::RoleResult,
    digest::Digest,
    envelope::Envelope,
    error::{VerifyError, sentence},
    name::{Label, Principal},
    policy::MetricBound,
    sort::sort,
    training::Metric,
    verify::Verified,
};

/// Seconds of a day.
const DAY: u64 = 86_400;

impl Case<'_> {
    pub(super) fn finding(&self, gate: Gate) -> Finding {
        match gate {
            Gate::Policy => self.policy_gate(),
            Gate::TrainingOutput => self.training_output_gate(),
            Gate::Proposal => self.proposal_gate(),
            Gate::Subject => self.subject_gate(),
            Gate::Validity => self.validity_gate(),
            Gate::Environment => self.environment_gate(),
            Gate::Quorum => self.quorum_gate(),
            Gate::SeparationOfDuties => self.separation_gate(),
            Gate::Veto => self.veto_gate(),
            Gate::Metrics => self.metrics_gate(),
            Gate::Revocation => self.revocation_gate(),
            Gate::Ledger => self.ledger_gate(),
        }
    }

    fn policy_gate(&self) -> Finding {
        let mut codes: Vec<_> = match self.domain {
            None => [Code::PolicyUnpinned].into(),
            Some(domain) => domain.policy_failure.iter().map(|failure| failure.0).collect(),
        };
        let Some(chain) = self.chain() else {
            return Finding::failed(codes);
        };
        codes.extend(chain.check_in_force(self.request.now).err());
        let newest = chain.newest().reference();
        if let Some(seen) = self.seen.policy {
            match seen.version.cmp(&newest.version) {
                core::cmp::Ordering::Greater => codes.push(Code::PolicyRollback),
                _ if chain.find(seen).is_none() => codes.push(Code::PolicyEquivocation),
                _ => {}
            }
        }
        if let Ok(list) = self.list {
            let named = list.list().policy;
            match named.version.cmp(&newest.version) {
                core::cmp::Ordering::Greater => codes.push(Code::PolicyStale),
                _ if chain.find(named).is_none() => codes.push(Code::PolicyEquivocation),
                _ => {}
            }
        }
        let until = chain.newest().policy().window.not_after;
        Finding::of(codes, || format!("version {}, until {until}", newest.version))
    }

    fn training_output_gate(&self) -> Finding {
        match &self.training {
            Ok(training) => {
                let training = training.statement();
                Finding::passed(format!("signed by {}, {}", training.trainer, training.created_at))
            }
            Err(error) => Finding::unverified(error),
        }
    }

    fn proposal_gate(&self) -> Finding {
        let proposal = match &self.proposal {
            Ok(proposal) => proposal.statement(),
            Err(error) => return Finding::unverified(error),
        };
        let mut codes = Vec::new();
        if Some(proposal.training_output) != self.training_digest {
            codes.push(Code::TrainingOutputMismatch);
        }
        if let Ok(training) = &self.training {
            codes.extend(subject_codes(
                &proposal.subject,
                &training.statement().subject.model_id,
                training.statement().subject.weights,
            ));
        }
        if self.chain().and_then(|chain| chain.find(proposal.policy)).is_none() {
            codes.push(Code::ProposalPolicyUnknown);
        }
        Finding::of(codes, || format!("signed by {}, {}", proposal.proposed_by, proposal.proposed_at))
    }

    fn subject_gate(&self) -> Finding {
        // Both documents are held against the request, so that neither can speak for the other.
        let training = self.training.as_ref().map(|training| &training.statement().subject);
        let proposal = self.proposal.as_ref().map(|proposal| &proposal.statement().subject);
        let mut codes = Vec::new();
        for subject in [training, proposal] {
            match subject {
                Ok(subject) => {
                    codes.extend(subject_codes(subject, &self.request.model_id, self.request.weights));
                }
                Err(error) => codes.push(error.code()),
            }
        }
        codes.dedup();
        let approved = training.or(proposal).map(|subject| subject.weights.digest);
        Finding::with_detail(codes, |failed| match (failed, approved) {
            (true, Ok(approved)) => {
                format!("asked about {}, documents say {approved}", self.request.weights.digest)
            }
            (true, Err(_)) => String::new(),
            (false, _) => format!("{} {}", self.request.model_id, self.request.weights.digest),
        })
    }

    fn validity_gate(&self) -> Finding {
        let mut codes = Vec::new();
        let now = self.request.now;
        if self.seen.time.is_some_and(|seen| seen > self.latest()) {
            codes.push(Code::ClockRollback);
        }
        let proposal = match &self.proposal {
            Ok(proposal) => proposal.statement(),
            Err(error) => {
                codes.push(error.code());
                return Finding::failed(codes);
            }
        };
        if now < proposal.window.not_before {
            codes.push(Code::NotYetValid);
        }
        if now >= proposal.window.not_after {
            codes.push(Code::Expired);
        }
        if let Some(rule) = self.rule
            && proposal.window.not_after > proposal.proposed_at.plus_days(rule.max_ttl_days)
        {
            codes.push(Code::TtlExceeded);
        }
        let window = proposal.window;
        Finding::with_detail(codes, |_| format!("from {} until {}", window.not_before, window.not_after))
    }

    fn environment_gate(&self) -> Finding {
        let mut codes = Vec::new();
        let (environment, scope) = (&self.request.environment, &self.request.scope);
        if let Some(policy) = self.policy() {
            let proposal = self.proposal.as_ref().ok().map(Verified::statement);
            let mut environments = proposal.iter().flat_map(|proposal| &proposal.environments);
            let mut scopes = proposal.iter().flat_map(|proposal| &proposal.scopes);
            if !policy.environments.contains(environment)
                || environments.any(|e| !policy.environments.contains(e))
            {
                codes.push(Code::EnvironmentUndeclared);
            }
            if !policy.scopes.contains(scope) || scopes.any(|s| !policy.scopes.contains(s)) {
                codes.push(Code::ScopeUndeclared);
            }
        }
        match &self.proposal {
            Ok(proposal) => {
                if !proposal.statement().environments.contains(environment) {
                    codes.push(Code::EnvironmentNotApproved);
                }
                if !proposal.statement().scopes.contains(scope) {
                    codes.push(Code::ScopeNotApproved);
                }
            }
            Err(error) => codes.push(error.code()),
        }
        let Some(rule) = self.rule else {
            codes.push(Code::RuleMissing);
            return Finding::with_detail(codes, |_| format!("{environment}, {scope}"));
        };
        Finding::with_detail(codes, |_| format!("{environment}, {scope}; rule {}", rule.name))
    }

    fn quorum_gate(&self) -> Finding {
        let Some(rule) = self.rule else { return Finding::failed([Code::RuleMissing].into()) };
        let roles = self.approvals.roles();
        let mut codes = Vec::new();
        if roles.iter().any(is_short) {
            codes.push(Code::ThresholdNotMet);
        }
        let units = self.approvals.units();
        if units < rule.distinct_units {
            codes.push(Code::UnitsNotMet);
        }
        if !codes.is_empty() {
            codes.extend(self.approvals.refusals(false));
        }
        Finding::with_detail(codes, |_| {
            let mut words: Vec<_> = roles.iter().map(role_words).collect();
            if rule.distinct_units > 0 {
                words.push(format!("{units} of {} units", rule.distinct_units));
            }
            words.join("; ")
        })
    }

    fn separation_gate(&self) -> Finding {
        let Some(rule) = self.rule else { return Finding::failed([Code::RuleMissing].into()) };
        let short =
            self.approvals.roles().iter().any(is_short) || self.approvals.units() < rule.distinct_units;
        // Who is kept out blocks nobody else: it matters only where the others are too few.
        let codes = if short { self.approvals.refusals(true) } else { [].into() };
        Finding::of(codes.into_iter().collect(), || "nobody who counts trained the model or is barred".into())
    }

    fn veto_gate(&self) -> Finding {
        let Some(rule) = self.rule else { return Finding::failed([Code::RuleMissing].into()) };
        if !rule.veto {
            return Finding::not_required();
        }
        let vetoes = self.approvals.vetoes();
        let codes = if vetoes.is_empty() { [].into() } else { [Code::Vetoed].into() };
        Finding::with_detail(codes, |failed| {
            if failed { format!("rejected by {}", names(vetoes.iter())) } else { "no rejection".into() }
        })
    }

    fn metrics_gate(&self) -> Finding {
        let Some(rule) = self.rule else { return Finding::failed([Code::RuleMissing].into()) };
        if rule.metrics.is_empty() {
            return Finding::not_required();
        }
        let training = match &self.training {
            Ok(training) => training.statement(),
            Err(error) => return Finding::unverified(error),
        };
        let mut codes = Vec::new();
        let mut words = Vec::new();
        for bound in &rule.metrics {
            let metric = training.metrics.get(&bound.name);
            codes.extend(metric_code(bound, metric));
            words.push(metric_words(&bound.name, bound, metric));
        }
        sort(&mut codes);
        codes.dedup();
        Finding::with_detail(codes, |_| words.join("; "))
    }

    fn revocation_gate(&self) -> Finding {
        let mut codes: Vec<_> = self.list.err().into_iter().collect();
        let mut words = String::new();
        if let Ok(list) = self.list {
            let window = list.list().window;
            let age = self.request.now.since(window.not_before);
            words = format!("list {}, {} old", list.list().number, seconds_words(age));
            let limit = self.rule.map(|rule| rule.revocation_list_max_age_seconds);
            let too_old = limit.is_some_and(|limit| age >= i64::try_from(limit).unwrap_or(i64::MAX));
            if too_old || self.request.now >= window.not_after {
                codes.push(Code::ListStale);
            }
            match limit {
                Some(limit) => words = format!("{words}, limit {}", seconds_words(limit.cast_signed())),
                None => codes.push(Code::RuleMissing),
            }
        }
        let proposal = self.bundle.proposal().map(Envelope::digest);
        if proposal.is_some_and(|digest| self.stops.proposals.contains(&digest)) {
            codes.push(Code::ProposalRevoked);
        }
        if self.weights().any(|digest| self.stops.weights.contains(&digest)) {
            codes.push(Code::WeightsRevoked);
        }
        Finding::with_detail(codes, |_| words)
    }

    /// The weights asked about and those that the documents name.
    pub(super) fn weights(&self) -> impl Iterator<Item = Digest> {
        let training = self.training.iter().map(|training| training.statement().subject.weights.digest);
        let proposal = self.proposal.iter().map(|proposal| proposal.statement().subject.weights.digest);
        core::iter::once(self.request.weights.digest).chain(training).chain(proposal)
    }

    fn ledger_gate(&self) -> Finding {
        match &self.ledger {
            Ok(None) => Finding::not_required(),
            Ok(Some(checkpoint)) => {
                Finding::passed(format!("included, checkpoint of {} entries", checkpoint.size))
            }
            Err(code) => Finding::failed([*code].into()),
        }
    }
}

impl Finding {
    fn with_detail(codes: Vec<Code>, detail: impl FnOnce(bool) -> String) -> Self {
        let detail = detail(!codes.is_empty());
        Self { codes, required: true, detail }
    }

    /// Passes with `detail` where there is no code.
    fn of(codes: Vec<Code>, detail: impl FnOnce() -> String) -> Self {
        if codes.is_empty() { Self::passed(detail()) } else { Self::failed(codes) }
    }

    fn passed(detail: String) -> Self {
        Self { codes: Vec::new(), required: true, detail }
    }

    /// Fails with the meaning of the first code as its detail.
    fn failed(codes: Vec<Code>) -> Self {
        let detail = codes.first().map(|code| sentence(*code).into()).unwrap_or_default();
        Self { codes, required: true, detail }
    }

    fn unverified(error: &VerifyError) -> Self {
        Self { codes: [error.code()].into(), required: true, detail: error.to_string() }
    }

    fn not_required() -> Self {
        Self { codes: Vec::new(), required: false, detail: String::new() }
    }
}

fn subject_codes(
    subject: &crate::statement::Subject,
    model_id: &crate::name::ModelId,
    weights: crate::weights::Weights,
) -> impl Iterator<Item = Code> + use<> {
    let model = (subject.model_id != *model_id).then_some(Code::ModelMismatch);
    let weights = (subject.weights != weights).then_some(Code::WeightsMismatch);
    model.into_iter().chain(weights)
}

fn is_short(role: &RoleResult) -> bool {
    u64::try_from(role.counted.len()).unwrap_or(u64::MAX) < role.required
}

fn role_words(role: &RoleResult) -> String {
    let words = format!("{} of {} {}", role.counted.len(), role.required, role.role);
    if role.could_sign.is_empty() {
        return if is_short(role) { format!("{words} (nobody else could sign)") } else { words };
    }
    format!("{words} ({} could sign)", names(role.could_sign.iter()))
}

fn names<'a>(names: impl Iterator<Item = &'a Principal>) -> String {
    names.map(Principal::as_str).collect::<Vec<_>>().join(", ")
}

fn metric_code(bound: &MetricBound, metric: Option<&Metric>) -> Option<Code> {
    let Some(metric) = metric else { return Some(Code::MetricMissing) };
    let low = bound.min.as_ref().is_some_and(|min| metric.value < min.value);
    let high = bound.max.as_ref().is_some_and(|max| metric.value > max.value);
    (low || high).then_some(Code::MetricOutOfBounds)
}

fn metric_words(name: &Label, bound: &MetricBound, metric: Option<&Metric>) -> String {
    let mut words =
        metric.map_or_else(|| format!("{name} is missing"), |metric| format!("{name} {}", metric.text));
    if let Some(min) = &bound.min {
        words = format!("{words}, at least {}", min.text);
    }
    if let Some(max) = &bound.max {
        words = format!("{words}, at most {}", max.text);
    }
    words
}

fn seconds_words(seconds: i64) -> String {
    let count = seconds.unsigned_abs();
    let minus = if seconds < 0 { "-" } else { "" };
    match count {
        0..=119 => format!("{minus}{count} s"),
        120..=7199 => format!("{minus}{} min", count / 60),
        7200..=172_799 => format!("{minus}{} h", count / 3600),
        _ => format!("{minus}{} d", count / DAY),
    }
}
