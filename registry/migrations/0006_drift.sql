-- What is looked up of drift reports, made again from the envelopes like every other table.
CREATE TABLE drift_reports (
    digest          TEXT PRIMARY KEY REFERENCES envelopes (digest),
    seq             INTEGER NOT NULL UNIQUE,
    model_id        TEXT    NOT NULL,
    environment     TEXT    NOT NULL,
    training_output TEXT    NOT NULL REFERENCES training_outputs (digest),
    monitor         TEXT    NOT NULL,
    window_from     INTEGER NOT NULL,
    window_to       INTEGER NOT NULL,
    status          TEXT    NOT NULL,
    severity        REAL    NOT NULL
) STRICT;
CREATE INDEX drift_reports_by_place ON drift_reports (model_id, environment, window_to);
CREATE INDEX drift_reports_by_monitor ON drift_reports (monitor, model_id, environment, window_to);

-- Events on their way to webhooks: each is there until it was taken, or is dead after the last attempt.
CREATE TABLE webhook_deliveries (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook    TEXT    NOT NULL,
    type       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    -- Milliseconds since 1970; null once it is dead.
    next_at    INTEGER,
    error      TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (next_at);

-- What is told once about a proposal, whatever happens to it later.
CREATE TABLE webhook_told (
    type    TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (type, subject)
) STRICT;
