-- +goose Up

-- Spending that people announced. account is '' for every account of the
-- organization; days are counted from 1970-01-01; body is JSON. Nothing is ever
-- deleted: what was taken back says when and by whom.
CREATE TABLE spend_plan (
    partition    text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    id           text COLLATE "C" NOT NULL UNIQUE,
    from_day     bigint           NOT NULL,
    to_day       bigint           NOT NULL, -- included
    at           bigint           NOT NULL,
    body         text COLLATE "C" NOT NULL,
    revoked_at   bigint           NOT NULL, -- 0 while it stands
    revoked_by   text COLLATE "C" NOT NULL,
    PRIMARY KEY (partition, organization, account, id)
);
