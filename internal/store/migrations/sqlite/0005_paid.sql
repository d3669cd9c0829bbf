-- +goose Up

-- What AWS answered to requests that cost money, so that it is asked once a
-- day: the newest answer of each name. body is JSON.
CREATE TABLE paid_answer (
    partition    TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    body         TEXT    NOT NULL,
    PRIMARY KEY (partition, organization, name)
) STRICT, WITHOUT ROWID;
