-- +goose Up

-- Spending that people announced. account is '' for every account of the
-- organization; days are counted from 1970-01-01; body is JSON. Nothing is ever
-- deleted: what was taken back says when and by whom.
CREATE TABLE spend_plan (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    id           TEXT    NOT NULL UNIQUE,
    from_day     INTEGER NOT NULL,
    to_day       INTEGER NOT NULL, -- included
    at           INTEGER NOT NULL,
    body         TEXT    NOT NULL,
    revoked_at   INTEGER NOT NULL, -- 0 while it stands
    revoked_by   TEXT    NOT NULL,
    PRIMARY KEY (partition, organization, account, id)
) STRICT, WITHOUT ROWID;
