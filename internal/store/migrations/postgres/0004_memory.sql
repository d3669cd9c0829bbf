-- +goose Up

-- When root's own credentials were used, once for each instant and kind.
CREATE TABLE root_use (
    partition    text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    at           bigint           NOT NULL,
    kind         text COLLATE "C" NOT NULL,
    PRIMARY KEY (partition, organization, account, at, kind)
);

-- From when on and up to when they are known without a hole.
CREATE TABLE root_history (
    partition    text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    since        bigint           NOT NULL,
    last         bigint           NOT NULL,
    PRIMARY KEY (partition, organization, account)
);

-- The answers that reports rest on, each once: hash is the SHA-256 of its
-- JSON, body the same deflated. last is when an observation last put it here:
-- a first one, one a month, and one whose answer had changed.
CREATE TABLE answer (
    partition    text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    hash         text COLLATE "C" NOT NULL,
    last         bigint           NOT NULL,
    body         bytea            NOT NULL,
    PRIMARY KEY (partition, organization, hash)
);

-- Every report that was saved, with the hashes of its answers. body is the
-- JSON of a checks.Observation, deflated: where base is not 0, in parts, with
-- the account's observation of that instant as their dictionary. hash is the
-- SHA-256 of the JSON.
CREATE TABLE observation (
    partition    text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    at           bigint           NOT NULL,
    base         bigint           NOT NULL,
    hash         text COLLATE "C" NOT NULL,
    body         bytea            NOT NULL,
    PRIMARY KEY (partition, organization, account, at)
);

CREATE INDEX answer_last ON answer (last); -- to be pruned
CREATE INDEX observation_at ON observation (at);
CREATE INDEX change_account ON change (partition, organization, account, at);
