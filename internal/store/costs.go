package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// CountRequests implements schedule.Costs. With n it begins its own
// transaction and must not be called inside InTx; with 0 it only reads.
func (m *memory[Tx]) CountRequests(ctx context.Context, scope account.Scope, day spend.Day, n int) (today, month int, err error) {
	switch {
	case n < 0:
		return 0, 0, fmt.Errorf("%d Cost Explorer requests cannot be counted", n)
	case n == 0:
		today, month, err = countRequests(ctx, m.read, scope, day)
	default:
		err = m.inOwn(ctx, func(ctx context.Context, c conn) error {
			_, err := c.exec(ctx, `INSERT INTO cost_request (partition, organization, day, n) VALUES (?1, ?2, ?3, ?4)
				ON CONFLICT (partition, organization, day) DO UPDATE SET n = cost_request.n + excluded.n`,
				scope.Partition, scope.Organization, int64(day), n)
			if err != nil {
				return err
			}
			today, month, err = countRequests(ctx, c, scope, day)
			return err
		})
	}
	if err != nil {
		return 0, 0, fmt.Errorf("count the Cost Explorer requests of %s: %w", day, err)
	}
	return today, month, nil
}

// countRequests sums the requests of day and of its calendar month.
func countRequests(ctx context.Context, c conn, scope account.Scope, day spend.Day) (today, month int, err error) {
	t := day.Time()
	start := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	err = each(ctx, c, func(r rows) error { return r.Scan(&today, &month) },
		`SELECT COALESCE(SUM(CASE WHEN day = ?5 THEN n ELSE 0 END), 0), COALESCE(SUM(n), 0) FROM cost_request
			WHERE partition = ?1 AND organization = ?2 AND day >= ?3 AND day < ?4`,
		scope.Partition, scope.Organization, int64(spend.DayOf(start)), int64(spend.DayOf(start.AddDate(0, 1, 0))), int64(day))
	return today, month, err
}

// Incidents implements schedule.Costs: by first day, then by key.
func (m *memory[Tx]) Incidents(ctx context.Context, scope account.Scope, since spend.Day) ([]spend.Incident, error) {
	incidents, err := list(ctx, m.read, scanIncident, `SELECT body FROM incident WHERE partition = ?1 AND organization = ?2 AND ended_on >= ?3
		ORDER BY since, account, service, region`, scope.Partition, scope.Organization, int64(since))
	if err != nil {
		return nil, fmt.Errorf("read the incidents: %w", err)
	}
	return incidents, nil
}

// notEnded is the end of an open incident: whoever asks from a day on finds it.
const notEnded = spend.Day(math.MaxInt32)

// SaveIncident implements schedule.Costs. An incident is the same as another
// where its key and its first day are. Who acknowledged it is not forgotten by
// who had read it before.
func (m *memory[Tx]) SaveIncident(ctx context.Context, tx Tx, scope account.Scope, i spend.Incident) error {
	was, found, err := m.IncidentTx(ctx, tx, scope, i.Key, i.Since)
	if err != nil {
		return err
	}
	if found && i.AcknowledgedBy == "" {
		i.AcknowledgedBy, i.AcknowledgedAt, i.AcknowledgedName = was.AcknowledgedBy, was.AcknowledgedAt, was.AcknowledgedName
	}
	text, err := body(i)
	if err != nil {
		return fmt.Errorf("incident: %w", err)
	}
	endedOn := i.EndedOn
	if i.Open {
		endedOn = notEnded
	}
	_, err = m.over(tx).exec(ctx, `INSERT INTO incident (partition, organization, account, service, region, since, ended_on, body)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
		ON CONFLICT (partition, organization, account, service, region, since)
		DO UPDATE SET ended_on = excluded.ended_on, body = excluded.body`,
		scope.Partition, scope.Organization, i.Account.String(), i.Service, i.Region, int64(i.Since), int64(endedOn), text)
	if err != nil {
		return fmt.Errorf("save the incident of %s since %s: %w", i.Account, i.Since, err)
	}
	return nil
}

// IncidentTx implements schedule.Costs.
func (m *memory[Tx]) IncidentTx(ctx context.Context, tx Tx, scope account.Scope, key spend.Key, since spend.Day) (spend.Incident, bool, error) {
	c := m.over(tx)
	if err := m.lockKey(ctx, c, "incident", scope, fmt.Sprint(key.Account, key.Service, key.Region, since)); err != nil {
		return spend.Incident{}, false, err
	}
	i, found, err := first(ctx, c, scanIncident, `SELECT body FROM incident
		WHERE partition = ?1 AND organization = ?2 AND account = ?3 AND service = ?4 AND region = ?5 AND since = ?6`,
		scope.Partition, scope.Organization, key.Account.String(), key.Service, key.Region, int64(since))
	if err != nil {
		return spend.Incident{}, false, fmt.Errorf("read the incident of %s since %s: %w", key.Account, since, err)
	}
	return i, found, nil
}

func scanIncident(r rows) (spend.Incident, error) {
	var i spend.Incident
	text, err := column[string](r)
	if err == nil {
		err = unbody(text, "incident", &i)
	}
	return i, err
}

// SetCostTrouble implements schedule.Costs. What an older run says does not
// take the place of what a newer one said.
func (m *memory[Tx]) SetCostTrouble(ctx context.Context, tx Tx, scope account.Scope, sentence string, at time.Time) error {
	_, err := m.over(tx).exec(ctx, `INSERT INTO cost_trouble (partition, organization, sentence, at) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (partition, organization) DO UPDATE SET sentence = excluded.sentence, at = excluded.at
		WHERE excluded.at >= cost_trouble.at`, scope.Partition, scope.Organization, sentence, micros(at))
	if err != nil {
		return fmt.Errorf("remember what became of the bill: %w", err)
	}
	return nil
}

// CostTrouble implements schedule.Costs.
func (m *memory[Tx]) CostTrouble(ctx context.Context, scope account.Scope) (string, error) {
	sentence, _, err := first(ctx, m.read, column[string],
		`SELECT sentence FROM cost_trouble WHERE partition = ?1 AND organization = ?2`, scope.Partition, scope.Organization)
	if err != nil {
		return "", fmt.Errorf("read what became of the bill: %w", err)
	}
	return sentence, nil
}
