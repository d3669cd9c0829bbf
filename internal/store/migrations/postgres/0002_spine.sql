-- +goose Up

-- What was learned of a Slack workspace, and when.
CREATE TABLE workspace_trait (
    team       text COLLATE "C" NOT NULL,
    trait      text COLLATE "C" NOT NULL,
    learned_at bigint           NOT NULL,
    PRIMARY KEY (team, trait)
);

-- Who works the jobs of this database. Only Postgres has several, so SQLite has
-- no such table. The times are the database's own.
CREATE TABLE replica (
    id        text COLLATE "C" NOT NULL PRIMARY KEY, -- as in river_job.attempted_by
    serves    boolean          NOT NULL, -- it is `rootwatch serve`, not a command on a terminal
    beaten_at timestamptz      NOT NULL
);
