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
