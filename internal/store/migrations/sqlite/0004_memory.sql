-- +goose Up

-- When root's own credentials were used, once for each instant and kind.
CREATE TABLE root_use (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    PRIMARY KEY (partition, organization, account, at, kind)
) STRICT, WITHOUT ROWID;

-- From when on and up to when they are known without a hole.
CREATE TABLE root_history (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    since        INTEGER NOT NULL,
    last         INTEGER NOT NULL,
    PRIMARY KEY (partition, organization, account)
) STRICT, WITHOUT ROWID;

-- The answers that reports rest on, each once: hash is the SHA-256 of its
-- JSON, body the same deflated. last is when an observation last put it here:
-- a first one, one a month, and one whose answer had changed.
CREATE TABLE answer (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    hash         TEXT    NOT NULL,
    last         INTEGER NOT NULL,
    body         BLOB    NOT NULL,
    PRIMARY KEY (partition, organization, hash)
) STRICT;

-- Every report that was saved, with the hashes of its answers. body is the
-- JSON of a checks.Observation, deflated: where base is not 0, in parts, with
-- the account's observation of that instant as their dictionary. hash is the
-- SHA-256 of the JSON.
CREATE TABLE observation (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    base         INTEGER NOT NULL,
    hash         TEXT    NOT NULL,
    body         BLOB    NOT NULL,
    PRIMARY KEY (partition, organization, account, at)
) STRICT, WITHOUT ROWID;

CREATE INDEX answer_last ON answer (last); -- to be pruned
CREATE INDEX observation_at ON observation (at);
CREATE INDEX change_account ON change (partition, organization, account, at);
