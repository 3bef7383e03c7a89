//! The ledger as a registry shows it: a claim that `crate::ledger` verifies.

use placet_core::{code::Code, json::ObjectWriter};
use ureq::http::header;

use super::{PROBLEM, Registry};
use crate::{
    error::{Error, Result},
    ledger::{self, Ledger},
};

impl Registry {
    /// The ledger as the registry shows it to verifiers, unverified; none where it shows none. The entries that are
    /// held are not asked for again.
    pub(crate) fn ledger(&self, held: Option<&Ledger>) -> Result<Option<Ledger>> {
        self.checkpoint("")?.map(|note| self.ledger_of(note, held)).transpose()
    }

    /// The ledger of a checkpoint that the registry showed, unverified.
    pub(crate) fn ledger_of(&self, note: String, held: Option<&Ledger>) -> Result<Ledger> {
        let mut lines = note.lines();
        let (origin, size) = (lines.next(), lines.next().and_then(|size| size.parse::<usize>().ok()));
        let size = size.filter(|size| *size <= ledger::ENTRIES).ok_or_else(|| self.unreadable())?;
        let same = held.filter(|held| held.checkpoint.lines().next() == origin);
        let mut entries = same.map(|held| held.entries.clone()).unwrap_or_default();
        if entries.len() < size {
            let after = format!("&after={}", entries.len());
            for item in self.items_after("/v1/ledger/entries", after, Some(size - entries.len()))? {
                entries.push(self.digest(&item["digest"])?);
            }
        }
        entries.truncate(size);
        Ok(Ledger { checkpoint: note, entries, envelopes: Vec::new() })
    }

    /// The newest head that the log signed, for witnesses.
    pub(crate) fn newest_checkpoint(&self) -> Result<String> {
        let missing = || Error::of(Code::LedgerMissing, format!("{} shows no ledger", self.base));
        self.checkpoint("?newest=true")?.ok_or_else(missing)
    }

    fn checkpoint(&self, query: &str) -> Result<Option<String>> {
        match self.get(&format!("/v1/ledger/checkpoint{query}"), ledger::CHECKPOINT) {
            Ok(note) => String::from_utf8(note).map(Some).map_err(|_| self.unreadable()),
            Err(error) if error.code() == "not_found" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How the tree of `from` entries became that of `to`, as the registry tells it.
    pub(crate) fn consistency(&self, from: u64, to: u64) -> Result<Vec<u8>> {
        self.get(&format!("/v1/ledger/consistency?from={from}&to={to}"), PROBLEM)
    }

    /// Sends a checkpoint that was cosigned; gives the size of the one that is served now.
    pub(crate) fn cosign(&self, note: &str) -> Result<Option<u64>> {
        let url = format!("{}/v1/ledger/cosignatures", self.base);
        let body = ObjectWriter::new().string("checkpoint", note).finish();
        let request =
            || self.agent.post(&url).header(header::CONTENT_TYPE, "application/json").send(body.as_str());
        let mut response = self.patiently(request)?;
        if response.status().as_u16() != 200 {
            return Err(self.problem(&mut response)?);
        }
        let answer = self.body(&mut response, PROBLEM)?;
        let answer: serde_json::Value = serde_json::from_slice(&answer).map_err(|_| self.unreadable())?;
        Ok(answer["served"].as_u64())
    }
}
