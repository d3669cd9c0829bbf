-- +goose Up

-- What AWS answered to requests that cost money, so that it is asked once a
-- day: the newest answer of each name. body is JSON.
CREATE TABLE paid_answer (
    partition    text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    at           bigint           NOT NULL,
    body         text COLLATE "C" NOT NULL,
    PRIMARY KEY (partition, organization, name)
);
