-- +goose Up

-- The bill with all its revisions. What was read before knew no regions and no
-- revisions: it is read again.
DROP TABLE charge;
DROP TABLE cost_day;

-- That a day was read whole, and when. A revision without its day does not count.
CREATE TABLE bill_day (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    day          INTEGER NOT NULL,
    observed_at  INTEGER NOT NULL,
    estimated    INTEGER NOT NULL,
    PRIMARY KEY (partition, organization, day, observed_at)
) STRICT, WITHOUT ROWID;

-- What an account's day came to, from observed_at until the next row. The day
-- stands first: a bill is written and forgotten by the day, and accounts are
-- read in blocks, day by day.
CREATE TABLE bill_account_day (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    day          INTEGER NOT NULL,
    account      TEXT    NOT NULL,
    observed_at  INTEGER NOT NULL,
    body         BLOB    NOT NULL, -- internal/store/billbody.go
    PRIMARY KEY (partition, organization, day, account, observed_at)
) STRICT, WITHOUT ROWID;

-- The accounts that were ever billed.
CREATE TABLE bill_account (
    partition    TEXT NOT NULL,
    organization TEXT NOT NULL,
    account      TEXT NOT NULL,
    PRIMARY KEY (partition, organization, account)
) STRICT, WITHOUT ROWID;

-- Services, regions and currencies, which bodies name by number.
CREATE TABLE bill_word (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    id           INTEGER NOT NULL,
    word         TEXT    NOT NULL,
    PRIMARY KEY (partition, organization, id)
) STRICT, WITHOUT ROWID;
