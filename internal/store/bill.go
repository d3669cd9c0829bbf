package store

import (
	"context"
	"fmt"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// reading is one time that a day was read whole.
type reading struct {
	day       spend.Day
	observed  int64
	estimated bool
}

// readings are all of the days from..to, by day and instant. What is saved
// after it was called is not among them, and therefore in nothing that is
// told: a bill is read in several statements and is one snapshot all the same.
func readings(ctx context.Context, c conn, scope account.Scope, from, to spend.Day) ([]reading, error) {
	return list(ctx, c, func(r rows) (o reading, err error) {
		var day int32
		var estimated int64
		err = r.Scan(&day, &o.observed, &estimated)
		o.day, o.estimated = spend.Day(day), estimated != 0
		return o, err
	}, `SELECT day, observed_at, estimated FROM bill_day WHERE partition = ?1 AND organization = ?2 AND day BETWEEN ?3 AND ?4
		ORDER BY day, observed_at`, scope.Partition, scope.Organization, int64(from), int64(to))
}

// revision is what an account's day came to from an instant on.
type revision struct {
	day      spend.Day
	account  string
	observed int64
	body     []byte
}

func scanRevision(r rows) (v revision, err error) {
	var day int32
	err = r.Scan(&day, &v.account, &v.observed, &v.body)
	v.day = spend.Day(day)
	return v, err
}

// Both give the revisions by day, account and instant, which is the order of
// the key. That of some accounts looks day by day, for else an engine without
// statistics reads the whole organization's bill for one account.
const (
	ofAll = `SELECT day, account, observed_at, body FROM bill_account_day
		WHERE partition = ?1 AND organization = ?2 AND day BETWEEN ?3 AND ?4 ORDER BY day, account, observed_at`
	ofSome = `WITH RECURSIVE days(day) AS (SELECT CAST(?3 AS integer) UNION ALL SELECT day + 1 FROM days WHERE day < ?4)
		SELECT c.day, c.account, c.observed_at, c.body FROM days d CROSS JOIN bill_account_day c
		WHERE c.partition = ?1 AND c.organization = ?2 AND c.day = d.day AND c.account BETWEEN ?5 AND ?6
		ORDER BY c.day, c.account, c.observed_at`
)

// theBill is the newest of some days: what of it there is, its words, and its
// bodies one by one.
type theBill struct {
	days  []reading // the newest of each day, by day
	words *words
}

// newest calls f with each account's newest body of each day, by day and
// account, for one account or (zero id) all. The charges are good until f returns.
func (m *memory[Tx]) newest(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day,
	f func(b theBill, day spend.Day, id account.ID, charges []billed) error) (b theBill, err error) {
	if to < from {
		return b, nil
	}
	all, err := readings(ctx, m.read, scope, from, to)
	if err == nil {
		b.words, err = wordsOf(ctx, m.read, scope)
	}
	if err != nil {
		return b, fmt.Errorf("read the bill from %s to %s: %w", from, to, err)
	}
	there := make(map[reading]bool, len(all)) // without estimated
	for i, o := range all {
		there[reading{day: o.day, observed: o.observed}] = true
		if i+1 == len(all) || all[i+1].day != o.day {
			b.days = append(b.days, o)
		}
	}
	var held revision
	var charges []billed
	flush := func() error {
		if held.body == nil {
			return nil
		}
		id, err := parseID(held.account)
		if err == nil {
			charges, err = unpackBill(held.body, charges)
		}
		if err != nil {
			return fmt.Errorf("%s of %s: %w", held.day, held.account, err)
		}
		return f(b, held.day, id, charges)
	}
	query, args := ofAll, []any{scope.Partition, scope.Organization, int64(from), int64(to)}
	if !id.IsZero() {
		query, args = ofSome, append(args, id.String(), id.String())
	}
	err = each(ctx, m.read, func(r rows) error {
		v, err := scanRevision(r)
		if err != nil || !there[reading{day: v.day, observed: v.observed}] {
			return err
		}
		if v.day != held.day || v.account != held.account {
			err = flush()
		}
		held = v
		return err
	}, query, args...)
	if err == nil {
		err = flush()
	}
	if err != nil {
		return b, fmt.Errorf("read the bill from %s to %s: %w", from, to, err)
	}
	return b, nil
}

// charge is b as the domain has it.
func (b theBill) charge(day spend.Day, id account.ID, of billed) (spend.Charge, error) {
	c := spend.Charge{Key: spend.Key{Account: id}, Day: day, Category: categories[of.category], Amount: of.amount.decimal()}
	for text, number := range map[*string]uint64{&c.Service: of.service, &c.Region: of.region, &c.Currency: of.currency} {
		word, ok := b.words.word(number)
		if !ok {
			return c, errBody
		}
		*text = word
	}
	return c, nil
}

// Newest implements schedule.Costs.
func (m *memory[Tx]) Newest(ctx context.Context, scope account.Scope, from, to spend.Day) ([]spend.Sheet, error) {
	of := map[spend.Day][]spend.Charge{}
	b, err := m.newest(ctx, scope, account.ID{}, from, to, func(b theBill, day spend.Day, id account.ID, charges []billed) error {
		for _, one := range charges {
			charge, err := b.charge(day, id, one)
			if err != nil {
				return err
			}
			of[day] = append(of[day], charge)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var sheets []spend.Sheet
	for _, o := range b.days {
		sheets = append(sheets, spend.Sheet{From: o.day, To: o.day, ObservedAt: instant(o.observed),
			Estimated: map[spend.Day]bool{o.day: o.estimated}, Charges: of[o.day]})
	}
	return sheets, nil
}

// ReadAt implements schedule.Costs.
func (m *memory[Tx]) ReadAt(ctx context.Context, scope account.Scope, from, to spend.Day) (map[spend.Day]time.Time, error) {
	all, err := readings(ctx, m.read, scope, from, to)
	if err != nil {
		return nil, fmt.Errorf("read when the bill from %s to %s was read: %w", from, to, err)
	}
	at := make(map[spend.Day]time.Time, len(all))
	for _, o := range all {
		at[o.day] = instant(o.observed)
	}
	return at, nil
}
