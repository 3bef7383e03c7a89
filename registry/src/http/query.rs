//! Reading paths and queries strictly: what is not understood is refused, not passed over.

use axum::{
    extract::{Path, Query, rejection::PathRejection},
    http::Uri,
};
use placet_core::{digest::Digest, ledger::MAX_TREE_SIZE};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::problem::Problem;

/// Items of a page where nothing is asked.
const DEFAULT_LIMIT: i64 = 50;
/// Items of a page at most.
const LARGEST_LIMIT: i64 = 200;

/// The query of a path that takes none.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// A query that asks for a page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    limit: Option<i64>,
    after: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Items<T> {
    pub(super) items: Vec<T>,
    /// What to pass as `after` for the next page.
    pub(super) next: Option<String>,
}

/// Reads the query.
pub(super) fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    Query::try_from_uri(uri).map(|Query(value)| value).map_err(|_| Problem::invalid_query())
}

/// A size of the ledger, which is no more than a document can state.
pub(super) fn size(size: Option<u64>) -> Result<Option<u64>, Problem> {
    if size.is_some_and(|size| size > MAX_TREE_SIZE) { Err(Problem::invalid_query()) } else { Ok(size) }
}

/// Reads a path's one parameter.
pub(super) fn parameter(path: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    path.map(|Path(value)| value).map_err(|_| Problem::invalid_path())
}

/// Reads a path's digest.
pub(super) fn digest(path: Result<Path<String>, PathRejection>) -> Result<Digest, Problem> {
    Digest::parse(&parameter(path)?)
        .ok_or_else(|| Problem::invalid_path().with_detail("the path must end in sha256: and 64 hex digits"))
}

impl Page {
    pub(super) fn new(limit: Option<i64>, after: Option<String>) -> Self {
        Self { limit, after }
    }

    /// How many items.
    pub(super) fn limit(&self) -> Result<i64, Problem> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if (1..=LARGEST_LIMIT).contains(&limit) { Ok(limit) } else { Err(Problem::invalid_query()) }
    }

    /// The text after which the page begins.
    pub(super) fn after_text(&self) -> &str {
        self.after.as_deref().unwrap_or_default()
    }

    /// The place before which the page begins, in a list with the newest first.
    pub(super) fn before(&self) -> Result<i64, Problem> {
        self.place(i64::MAX)
    }

    /// The place at which the page begins, in a list with the oldest first.
    pub(super) fn from(&self) -> Result<i64, Problem> {
        self.place(0)
    }

    fn place(&self, default: i64) -> Result<i64, Problem> {
        let Some(after) = &self.after else { return Ok(default) };
        let digits = !after.is_empty() && after.bytes().all(|byte| byte.is_ascii_digit());
        let place = after.parse().ok().filter(|_| digits);
        place.ok_or_else(Problem::invalid_query)
    }
}

impl<T> Items<T> {
    /// A page out of one item more than its limit, if there were so many.
    pub(super) fn page(mut items: Vec<T>, limit: i64, place: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(place);
        Self { items, next }
    }

    /// The same page of something else.
    pub(super) fn map<U>(self, change: impl FnMut(T) -> U) -> Items<U> {
        Items { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}
