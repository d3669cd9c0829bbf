package store

import (
	"context"
	"fmt"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

const (
	// secretAge is when a response URL is surely dead: Slack takes it for 30
	// minutes, and clocks differ.
	secretAge = 35 * time.Minute
	// slotAge keeps more than a year of slots, so that a yearly schedule
	// still finds its last one.
	slotAge = 400 * 24 * time.Hour
	// billMonths is how long the bill is kept, with its revisions: what Cost
	// Explorer shows of the past, and a month to look back on.
	billMonths = 14
)

// Prune forgets what has served: requests and concluded runs from before
// before (a day ago at the latest, for a replay must stay refused), slots
// older than 400 days, what is kept for auditors and uses of root after 13
// months, the bill after 14, and response URLs, which are bearer secrets: of a
// delivery once its answer was sent, of all after 35 minutes. An address whose response URL is gone
// still has User and FallbackChannel. It begins its own transactions, one for each
// step, so that nobody waits long, and must not be called inside InTx.
func (m *memory[Tx]) Prune(ctx context.Context, before time.Time) error {
	now := m.now()
	oldest := int64(spend.DayOf(now.AddDate(0, -billMonths, 0)))
	steps := []struct {
		what, query string
		args        []any
	}{
		{"requests", `DELETE FROM request WHERE at < ?1`, []any{micros(before)}},
		{"runs", `DELETE FROM run WHERE concluded_at <> 0 AND concluded_at < ?1`, []any{micros(before)}},
		// An observation that is the dictionary of one that stays, stays with it.
		{"observations", `DELETE FROM observation WHERE at < ?1 AND NOT EXISTS (SELECT 1 FROM observation o
			WHERE o.partition = observation.partition AND o.organization = observation.organization AND o.account = observation.account
				AND o.at >= ?1 AND o.at <= observation.at + ?2 AND o.base = observation.at)`, []any{micros(now.Add(-observationAge)), baseAge.Microseconds()}},
		{"answers", `DELETE FROM answer WHERE last < ?1`, []any{micros(now.Add(-answerAge))}},
		{"uses of root", `DELETE FROM root_use WHERE at < ?1`, []any{micros(now.Add(-observationAge))}},
		{"slots", `DELETE FROM slot WHERE at < ?1`, []any{micros(now.Add(-slotAge))}},
		{"days of the bill", `DELETE FROM bill_day WHERE day < ?1`, []any{oldest}},
		{"revisions of the bill", `DELETE FROM bill_account_day WHERE day < ?1`, []any{oldest}},
		// The answer to a pending message goes to the same URL, so that alone does not end it.
		{"delivery addresses", `UPDATE delivery SET response_url = '' WHERE response_url <> ''
			AND (planned_at < ?1 OR (state = 'sent' AND kind <> ?2))`, []any{micros(now.Add(-secretAge)), bot.Kind(bot.Pending{})}},
		{"run addresses", `UPDATE run SET response_url = '' WHERE response_url <> '' AND created_at < ?1`, []any{micros(now.Add(-secretAge))}},
	}
	for _, s := range steps {
		var n int64
		err := m.inOwn(ctx, func(ctx context.Context, c conn) (err error) {
			n, err = c.exec(ctx, s.query, s.args...)
			return err
		})
		if err != nil {
			return fmt.Errorf("prune the store: %s: %w", s.what, err)
		}
		m.log.DebugContext(ctx, "pruned", "what", s.what, "rows", n)
	}
	return nil
}
