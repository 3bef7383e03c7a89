-- Cosignatures of the ledger's checkpoints, as their witnesses made them; verified again whenever they are used.
CREATE TABLE cosignatures (
    size    INTEGER NOT NULL,
    witness TEXT    NOT NULL,
    line    TEXT    NOT NULL,
    PRIMARY KEY (size, witness)
) STRICT;
