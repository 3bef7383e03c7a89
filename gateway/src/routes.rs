//! Which route a request belongs to.

use alloc::vec::Vec;

use crate::{
    code::Code,
    config::{Config, Place},
    host, path,
};

/// What a request belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The route with this index in the configuration.
    Route(usize),
    /// The open path with this index.
    Open(usize),
}

/// All routes and open paths, the longest paths first.
#[derive(Clone, Debug)]
pub struct RouteTable {
    entries: Vec<(Place, Found)>,
}

impl RouteTable {
    /// The table of a configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let routes = config.routes.iter().enumerate();
        let routes = routes.map(|(at, route)| (route.place.clone(), Found::Route(at)));
        let open = config.open.iter().enumerate().map(|(at, place)| (place.clone(), Found::Open(at)));
        let mut entries: Vec<_> = routes.chain(open).collect();
        // Of two prefixes of one path the longer one has more segments.
        entries.sort_by_key(|(place, _)| core::cmp::Reverse(place.path.len()));
        Self { entries }
    }

    /// Finds what a request belongs to: `hosts` are all values of `Host` and `:authority`, `target` is what stands in
    /// the request line.
    ///
    /// # Errors
    ///
    /// Why it is refused.
    pub fn find<'a>(&self, hosts: impl IntoIterator<Item = &'a str>, target: &str) -> Result<Found, Code> {
        let host = host::normalise(hosts)?;
        let path = path::normalise(target)?;
        let exact = self.longest(&host, &path, str::eq);
        // A server that ignores case reads another route (attack: `/v1/Models/b`).
        if exact != self.longest(&host, &path, str::eq_ignore_ascii_case) {
            return Err(Code::PathCase);
        }
        exact.ok_or(Code::RouteUnknown)
    }

    /// The longest match of the host's own entries, or else of those of any host.
    fn longest(&self, host: &str, path: &str, same: fn(&str, &str) -> bool) -> Option<Found> {
        let of = |host: Option<&str>| {
            let mut entries = self.entries.iter().filter(|(place, _)| place.host.as_deref() == host);
            entries.find(|(place, _)| is_prefix(&place.path, path, same)).map(|(_, found)| *found)
        };
        of(Some(host)).or_else(|| of(None))
    }
}

/// Whether `prefix` is `path`, or the beginning of it by whole segments.
fn is_prefix(prefix: &str, path: &str, same: fn(&str, &str) -> bool) -> bool {
    let prefix = prefix.trim_end_matches('/');
    path.split_at_checked(prefix.len())
        .is_some_and(|(start, rest)| same(start, prefix) && (rest.is_empty() || rest.starts_with('/')))
}
