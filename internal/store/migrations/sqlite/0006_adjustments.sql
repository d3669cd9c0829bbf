-- +goose Up

-- Nothing: SQLite finds an account's credits, refunds and tax by the key of
-- charge, day by day. Postgres has an index for them under this number.
