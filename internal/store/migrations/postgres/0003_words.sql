-- +goose Up

-- What people attest that no API tells. account is '' for every account of the
-- organization; body is JSON. Nothing is ever deleted: what was taken back says
-- when and by whom, for whoever audits.
CREATE TABLE attestation (
    partition    text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    id           text COLLATE "C" NOT NULL UNIQUE,
    check_id     text COLLATE "C" NOT NULL,
    at           bigint           NOT NULL,
    body         text COLLATE "C" NOT NULL,
    revoked_at   bigint           NOT NULL, -- 0 while it stands
    revoked_by   text COLLATE "C" NOT NULL,
    PRIMARY KEY (partition, organization, account, id)
);

-- Accepted risks, likewise.
CREATE TABLE exception (
    partition    text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    id           text COLLATE "C" NOT NULL UNIQUE,
    check_id     text COLLATE "C" NOT NULL,
    at           bigint           NOT NULL,
    body         text COLLATE "C" NOT NULL,
    revoked_at   bigint           NOT NULL,
    revoked_by   text COLLATE "C" NOT NULL,
    PRIMARY KEY (partition, organization, account, id)
);
