-- +goose Up

-- The bill with all its revisions. What was read before knew no regions and no
-- revisions: it is read again.
DROP TABLE charge;
DROP TABLE cost_day;

-- That a day was read whole, and when. A revision without its day does not count.
CREATE TABLE bill_day (
    partition    text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    day          integer          NOT NULL,
    observed_at  bigint           NOT NULL,
    estimated    integer          NOT NULL,
    PRIMARY KEY (partition, organization, day, observed_at)
);

-- What an account's day came to, from observed_at until the next row. The day
-- stands first: a bill is written and forgotten by the day, and accounts are
-- read in blocks, day by day.
CREATE TABLE bill_account_day (
    partition    text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    day          integer          NOT NULL,
    account      text COLLATE "C" NOT NULL,
    observed_at  bigint           NOT NULL,
    body         bytea            NOT NULL, -- internal/store/billbody.go
    PRIMARY KEY (partition, organization, day, account, observed_at)
);

-- The accounts that were ever billed.
CREATE TABLE bill_account (
    partition    text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    PRIMARY KEY (partition, organization, account)
);

-- Services, regions and currencies, which bodies name by number.
CREATE TABLE bill_word (
    partition    text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    id           integer          NOT NULL,
    word         text COLLATE "C" NOT NULL,
    PRIMARY KEY (partition, organization, id)
);
