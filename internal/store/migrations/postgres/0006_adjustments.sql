-- +goose Up

-- Credits, refunds and tax of an account. The key has the day and the category
-- before it; on tables without statistics the planner read an organization's
-- every charge for them.
CREATE INDEX charge_adjustment ON charge (partition, organization, account, day) WHERE category IN ('Credit', 'Refund', 'Tax');
