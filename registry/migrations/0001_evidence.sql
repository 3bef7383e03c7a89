-- Envelopes are the evidence; every other table can be made again from them (see `placet_registry::list`), but for the
-- order of the ledger, the published lists and the enrolments.

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- `seq` is the order of admission and the id of the event.
CREATE TABLE envelopes (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    digest      TEXT    NOT NULL UNIQUE,
    kind        TEXT    NOT NULL,
    signer      TEXT    NOT NULL,
    model_id    TEXT,
    proposal    TEXT,
    received_at INTEGER NOT NULL,
    envelope    TEXT    NOT NULL
) STRICT;
CREATE INDEX envelopes_by_kind ON envelopes (kind, seq);
CREATE INDEX envelopes_by_proposal ON envelopes (proposal, kind, seq);
CREATE INDEX envelopes_by_model ON envelopes (model_id, kind, seq);

CREATE TABLE training_outputs (
    digest     TEXT PRIMARY KEY REFERENCES envelopes (digest),
    seq        INTEGER NOT NULL UNIQUE,
    model_id   TEXT    NOT NULL,
    weights    TEXT    NOT NULL,
    version    TEXT    NOT NULL,
    trainer    TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX training_outputs_by_model ON training_outputs (model_id, seq);

CREATE TABLE proposals (
    digest          TEXT PRIMARY KEY REFERENCES envelopes (digest),
    seq             INTEGER NOT NULL UNIQUE,
    model_id        TEXT    NOT NULL,
    training_output TEXT    NOT NULL REFERENCES training_outputs (digest),
    supersedes      TEXT REFERENCES proposals (digest),
    expires_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX proposals_by_model ON proposals (model_id, seq);
CREATE INDEX proposals_by_end ON proposals (expires_at);

-- What is revoked, from whatever statement; a row is never changed nor removed.
CREATE TABLE revocation_entries (
    kind        TEXT NOT NULL,
    value       TEXT NOT NULL,
    until       INTEGER,
    reason_code TEXT NOT NULL,
    source      TEXT NOT NULL,
    PRIMARY KEY (kind, value)
) STRICT;

CREATE TABLE revocation_lists (
    number   INTEGER PRIMARY KEY,
    digest   TEXT NOT NULL UNIQUE,
    envelope TEXT NOT NULL
) STRICT;

-- Leaf `leaf` of the tree, from 0, is the digest of one accepted payload.
CREATE TABLE ledger (
    leaf   INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE REFERENCES envelopes (digest),
    kind   TEXT NOT NULL
) STRICT;

-- Requests to be named by the next policy: never evidence.
CREATE TABLE enrolments (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL,
    display_name TEXT    NOT NULL,
    public_key   TEXT    NOT NULL UNIQUE,
    note         TEXT    NOT NULL,
    signed_at    TEXT    NOT NULL,
    signature    TEXT    NOT NULL,
    received_at  INTEGER NOT NULL
) STRICT;
