-- Every key begins with partition and organization. Instants are microseconds
-- since 1970 in UTC, 0 for never; days are days since 1970; money is decimal
-- text; JSON stands where the shape is the domain's and nobody searches in it.

-- +goose Up

-- What was asked, so that a replay is refused.
CREATE TABLE request (
    key TEXT    NOT NULL PRIMARY KEY,
    at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX request_at ON request (at);

-- One question being worked on. seq orders runs by their creation and is never
-- given twice. total and done count run_account, so that nobody has to.
CREATE TABLE run (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    id           TEXT    NOT NULL UNIQUE,
    response_url TEXT    NOT NULL, -- apart from reply, to be wiped
    kind         TEXT    NOT NULL,
    all_accounts INTEGER NOT NULL,
    targets      TEXT    NOT NULL, -- JSON
    days         INTEGER NOT NULL,
    reply        TEXT    NOT NULL, -- JSON of the address; '' where nobody waits
    asked_by     TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    listed_at    INTEGER NOT NULL,
    total        INTEGER NOT NULL,
    done         INTEGER NOT NULL,
    concluded_at INTEGER NOT NULL,
    failure      TEXT    NOT NULL,
    UNIQUE (partition, organization, id)
) STRICT;
CREATE INDEX run_open ON run (partition, organization, created_at, seq) WHERE concluded_at = 0;
CREATE INDEX run_concluded ON run (concluded_at);

CREATE TABLE run_account (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    run          TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    done         INTEGER NOT NULL,
    PRIMARY KEY (partition, organization, run, account),
    FOREIGN KEY (partition, organization, run) REFERENCES run (partition, organization, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- The directory: the accounts as they were last listed, and by which run.
CREATE TABLE account (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    email        TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    role         TEXT    NOT NULL,
    seen         INTEGER NOT NULL,
    seen_run     INTEGER NOT NULL,
    PRIMARY KEY (partition, organization, id)
) STRICT, WITHOUT ROWID;

-- The newest report of each account.
CREATE TABLE report (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    observed_at  INTEGER NOT NULL,
    body         TEXT    NOT NULL, -- JSON
    PRIMARY KEY (partition, organization, account)
) STRICT;

-- Every change ever; rows are only added.
CREATE TABLE change (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    account      TEXT    NOT NULL,
    check_id     TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    body         TEXT    NOT NULL, -- JSON
    PRIMARY KEY (partition, organization, at, account, check_id, kind)
) STRICT, WITHOUT ROWID;

-- Which days of the bill are here, whole. A charge has its day in cost_day.
CREATE TABLE cost_day (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    day          INTEGER NOT NULL,
    observed_at  INTEGER NOT NULL,
    estimated    INTEGER NOT NULL,
    PRIMARY KEY (partition, organization, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE charge (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    day          INTEGER NOT NULL,
    category     TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    service      TEXT    NOT NULL,
    region       TEXT    NOT NULL,
    currency     TEXT    NOT NULL,
    amount       TEXT    NOT NULL, -- decimal
    PRIMARY KEY (partition, organization, day, category, account, service, region, currency)
) STRICT, WITHOUT ROWID;

-- How many Cost Explorer requests a day cost.
CREATE TABLE cost_request (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    day          INTEGER NOT NULL,
    n            INTEGER NOT NULL,
    PRIMARY KEY (partition, organization, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE cost_trouble (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    sentence     TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (partition, organization)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    service      TEXT    NOT NULL,
    region       TEXT    NOT NULL,
    since        INTEGER NOT NULL,
    ended_on     INTEGER NOT NULL, -- 2147483647 while it is open
    body         TEXT    NOT NULL, -- JSON
    PRIMARY KEY (partition, organization, account, service, region, since)
) STRICT;
CREATE INDEX incident_ended ON incident (partition, organization, ended_on);

-- The outbox: what is to be said and what was said.
CREATE TABLE delivery (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    partition        TEXT    NOT NULL,
    organization     TEXT    NOT NULL,
    key              TEXT    NOT NULL,
    response_url     TEXT    NOT NULL, -- apart from address, to be wiped
    address          TEXT    NOT NULL, -- JSON
    parent_key       TEXT    NOT NULL,
    thread           TEXT    NOT NULL, -- JSON
    planned_at       INTEGER NOT NULL,
    state            TEXT    NOT NULL,
    revision         INTEGER NOT NULL,
    sent_revision    INTEGER NOT NULL,
    claimed_by       INTEGER NOT NULL, -- the job at it, 0 for none
    claimed_at       INTEGER NOT NULL,
    claimed_revision INTEGER NOT NULL,
    ref              TEXT    NOT NULL, -- JSON
    problem          TEXT    NOT NULL,
    sent_at          INTEGER NOT NULL,
    kind             TEXT    NOT NULL, -- bot.Kind of body
    body             TEXT    NOT NULL, -- bot.Marshal
    UNIQUE (partition, organization, key)
) STRICT;
CREATE INDEX delivery_undelivered ON delivery (state) WHERE state <> 'sent';
CREATE INDEX delivery_secret ON delivery (planned_at) WHERE response_url <> '';

-- Which firings of the schedules were taken. local is the wall clock's minute.
CREATE TABLE slot (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    schedule     TEXT    NOT NULL,
    local        TEXT    NOT NULL,
    missed       INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (partition, organization, schedule, local)
) STRICT, WITHOUT ROWID;
