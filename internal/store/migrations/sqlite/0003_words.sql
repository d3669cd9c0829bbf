-- +goose Up

-- What people attest that no API tells. account is '' for every account of the
-- organization; body is JSON. Nothing is ever deleted: what was taken back says
-- when and by whom, for whoever audits.
CREATE TABLE attestation (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    id           TEXT    NOT NULL UNIQUE,
    check_id     TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    body         TEXT    NOT NULL,
    revoked_at   INTEGER NOT NULL, -- 0 while it stands
    revoked_by   TEXT    NOT NULL,
    PRIMARY KEY (partition, organization, account, id)
) STRICT, WITHOUT ROWID;

-- Accepted risks, likewise.
CREATE TABLE exception (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    id           TEXT    NOT NULL UNIQUE,
    check_id     TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    body         TEXT    NOT NULL,
    revoked_at   INTEGER NOT NULL,
    revoked_by   TEXT    NOT NULL,
    PRIMARY KEY (partition, organization, account, id)
) STRICT, WITHOUT ROWID;
