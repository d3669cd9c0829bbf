-- +goose Up

-- What was learned of a Slack workspace, and when.
CREATE TABLE workspace_trait (
    team       TEXT    NOT NULL,
    trait      TEXT    NOT NULL,
    learned_at INTEGER NOT NULL,
    PRIMARY KEY (team, trait)
) STRICT, WITHOUT ROWID;
