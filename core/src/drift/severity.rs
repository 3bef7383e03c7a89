//! How bad, and what to do about it.

/// How bad an effect is, from 0 to 1: s = 3u/(3u + 7), where u is the effect in units of its tolerance.
///
/// | u | 0 | ½ | 1 | 1.05 | 3.5 | 9⅓ | 10 | 495 |
/// |---|---|---|---|---|---|---|---|---|
/// | s | 0 | 0.18 | 0.3 | 0.31 | 0.6 | 0.8 | 0.81 | 0.995 |
///
/// One tolerance is where `investigate` begins. The curve never turns flat, so a loss that rose by 21 % and one that
/// rose by 9900 % differ, and it rises slowly: the former is far from critical. Negative effects and NaN give 0 and 1:
/// what cannot be measured is not mild.
#[must_use]
pub fn severity(tolerances: f64) -> f64 {
    if tolerances.is_nan() {
        return 1.0;
    }
    // 10³⁰⁰ is infinity enough, and three of it are finite.
    let threefold = 3.0 * tolerances.clamp(0.0, 1e300);
    threefold / (threefold + 7.0)
}

/// The severity of a check that has not drifted: whatever its effect, which may be chance, it stays below the first
/// level that asks for an action.
pub(super) fn held_severity(tolerances: f64) -> f64 {
    severity(tolerances).min(0.299)
}

/// What a report advises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Severity below 0.3: go on watching.
    Monitor,
    /// From 0.3: someone should find out why.
    Investigate,
    /// From 0.8: someone should decide whether the approval can stand.
    ConsiderRevoke,
}

impl Action {
    /// The action that a severity asks for.
    #[must_use]
    pub fn of(severity: f64) -> Self {
        match severity {
            s if s < 0.3 => Self::Monitor,
            s if s < 0.8 => Self::Investigate,
            _ => Self::ConsiderRevoke,
        }
    }

    /// Reads the action.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Monitor, Self::Investigate, Self::ConsiderRevoke].into_iter().find(|a| a.as_str() == text)
    }

    /// The action as it is written: `monitor`, `investigate` or `consider_revoke`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Monitor => "monitor",
            Self::Investigate => "investigate",
            Self::ConsiderRevoke => "consider_revoke",
        }
    }
}

/// How loudly to say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertLevel {
    /// Severity below 0.3.
    Low,
    /// From 0.3.
    Medium,
    /// From 0.6.
    High,
    /// From 0.8.
    Critical,
}

impl AlertLevel {
    /// The level of a severity.
    #[must_use]
    pub fn of(severity: f64) -> Self {
        match severity {
            s if s < 0.3 => Self::Low,
            s if s < 0.6 => Self::Medium,
            s if s < 0.8 => Self::High,
            _ => Self::Critical,
        }
    }

    /// The level as it is written: `low`, `medium`, `high` or `critical`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
