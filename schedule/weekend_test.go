package schedule_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/schedule"
)

// meter sends the charges of a bill as CloudWatch does: six-hourly, the month
// to date, eight hours late.
type meter struct {
	bill *bill
	mu   sync.Mutex
	rise map[spend.Key]func(time.Time) float64 // dollars a day that the bill does not have, or not yet
	errs []error
	read int    // metrics
	lost string // why no series is whole
}

func (m *meter) fails(errs ...error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.errs = append(m.errs, errs...)
}

func (m *meter) adds(key spend.Key, daily func(time.Time) float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rise == nil {
		m.rise = map[spend.Key]func(time.Time) float64{}
	}
	m.rise[key] = daily
}

func (m *meter) loses(why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lost = why
}

// lines are what each series costs a day, by the keys of the bill.
func (m *meter) lines() map[spend.Key]costs {
	m.bill.mu.Lock()
	defer m.bill.mu.Unlock()
	lines := map[spend.Key]costs{}
	for key, amount := range m.bill.lines {
		lines[key] = amount
	}
	for key := range m.rise {
		if lines[key] == nil {
			lines[key] = steady(0)
		}
	}
	return lines
}

func (m *meter) EstimatedKeys(context.Context) ([]spend.EstimatedKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.errs) > 0 {
		err := m.errs[0]
		if m.errs = m.errs[1:]; err != nil {
			return nil, err
		}
	}
	seen := map[spend.EstimatedKey]bool{{}: true}
	for key := range m.lines() {
		service := spend.EstimatedService(key.Service)
		seen[spend.EstimatedKey{Account: key.Account}], seen[spend.EstimatedKey{Service: service}] = true, true
		seen[spend.EstimatedKey{Account: key.Account, Service: service}] = true
	}
	keys := make([]spend.EstimatedKey, 0, len(seen))
	for key := range seen {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b spend.EstimatedKey) int {
		return cmp.Or(cmp.Compare(a.Account.String(), b.Account.String()), cmp.Compare(a.Service, b.Service))
	})
	return keys, nil
}

const late = 8 * time.Hour

func (m *meter) Estimated(_ context.Context, keys []spend.EstimatedKey, from, until time.Time, spent func(int) error) ([]spend.Estimated, error) {
	if err := spent(len(keys)); err != nil {
		return nil, account.Gap{Call: "cloudwatch:GetMetricData", Cause: account.OverBudget, Sentence: err.Error()}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read += len(keys)
	lines := m.lines()
	var all []spend.Estimated
	for _, k := range keys {
		e := spend.Estimated{EstimatedKey: k, Currency: "USD", Missing: m.lost}
		totals := m.byHour(lines, k, from.Add(-late), until)
		for at := from.Truncate(6 * time.Hour); at.Before(until); at = at.Add(6 * time.Hour) {
			sent := at.Add(4 * time.Hour)
			if sent.After(m.bill.clock.now()) {
				sent = at
			}
			e.Points = append(e.Points, spend.EstimatedPoint{At: at, Total: totals[sent.Add(-late).Truncate(time.Hour)]})
		}
		all = append(all, e)
	}
	return all, nil
}

// byHour is the month to date at each full hour.
func (m *meter) byHour(lines map[spend.Key]costs, k spend.EstimatedKey, from, until time.Time) map[time.Time]float64 {
	var mine []spend.Key
	for key := range lines {
		if (k.Account.IsZero() || k.Account == key.Account) && (k.Service == "" || k.Service == spend.EstimatedService(key.Service)) {
			mine = append(mine, key)
		}
	}
	totals, total := map[time.Time]float64{}, 0.0
	for t := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC); !t.After(until); t = t.Add(time.Hour) {
		totals[t] = total
		if t.Day() == 1 && t.Hour() == 0 {
			total = 0
		}
		for _, key := range mine {
			daily := lines[key](spend.DayOf(t))
			if rise := m.rise[key]; rise != nil {
				daily = rise(t)
			}
			total += daily / 24
		}
	}
	return totals
}

const weekendChannel = "C0WEEKEND"

// withWeekend has the estimated charges read, which are those of the bill.
func withWeekend(m **meter) func(*world) {
	return func(w *world) {
		withCost(w)
		w.clock.at = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) // a Friday
		*m = &meter{bill: w.bill}
		o := &w.options.Organizations[0]
		o.Estimates, o.WeekendChannel, o.HistoryDays = *m, weekendChannel, 70
		w.options.Weekend = schedule.Weekend{Schedule: "15 */4 * * *"}
	}
}

// readMetric reads the estimated charges as a slot of the weekend does.
func (w *world) readMetric() {
	w.Helper()
	w.inTx(func(ctx context.Context, tx *tx) error {
		return w.engine.StartSlot(ctx, tx, acme, "weekend", "")
	})
	w.settled()
}

// at sets the clock.
func (w *world) at(day string, hour int) {
	w.Helper()
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		w.Fatal(err)
	}
	w.clock.advance(t.Add(time.Duration(hour) * time.Hour).Sub(w.clock.now()))
}

// friday is when somebody begins to spend.
var friday = time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)

var ec2 = spend.Key{Account: payer, Service: "Amazon Elastic Compute Cloud - Compute"}

// sign is the key of the early sign of a rise of EC2 in the payer's account.
func sign(since string) string {
	return "spike:111122223333:Amazon Elastic Compute Cloud - Compute::" + since
}

// whole is the bill, and from Friday evening on what is spent beyond it.
func whole(usual, raised float64) (costs, func(time.Time) float64) {
	hourly := func(t time.Time) float64 {
		if t.Before(friday) {
			return usual
		}
		return raised
	}
	return func(d spend.Day) float64 {
		switch {
		case d < spend.DayOf(friday):
			return usual
		case d == spend.DayOf(friday):
			return usual*18/24 + raised*6/24
		}
		return raised
	}, hourly
}

// A rise on Friday night is an early sign on Saturday, and Cost Explorer
// confirms it in the same message.
func TestEarlySignIsConfirmed(t *testing.T) {
	var m *meter
	w := newWorld(t, withWeekend(&m))
	daily, hourly := whole(100, 700)
	w.bill.line(payer, ec2.Service, daily)
	w.bill.line(memberID(1), "Amazon Simple Storage Service", steady(300))
	m.adds(ec2, hourly)
	w.start()
	w.readBill() // on Friday morning
	w.at("2026-11-20", 20)
	w.readMetric()
	if keys := w.mouth.keys(); len(keys) != 0 {
		t.Fatalf("on Friday, when the metric shows nothing yet: %v", keys)
	}
	w.at("2026-11-21", 12)
	w.readMetric()
	key := sign("2026-11-20")
	if keys := w.mouth.keys(); !slices.Equal(keys, []string{key}) {
		t.Fatalf("on Saturday: %v", keys)
	}
	told := w.said(key).(bot.SpikeAlert)
	if told.Stage() != bot.EarlyOpen || told.Word != spend.First || told.Incident.Service != ec2.Service || !strings.HasPrefix(told.Sentence(), "Early sign of a spend spike: EC2 in 111122223333 rose to") {
		t.Errorf("%s", told.Sentence())
	}
	if all := w.mouth.of(key); all[0].out.Address.Channel != weekendChannel || told.AsOf.IsZero() {
		t.Errorf("said in %+v as of %s", all[0].out.Address, told.AsOf)
	}
	w.readMetric() // the same again
	w.kill()       // and after a crash
	w.start()
	w.readMetric()
	w.at("2026-11-21", 20)
	w.readMetric() // the window fills
	if all := w.mouth.of(key); len(all) != 1 || len(w.mouth.keys()) != 1 {
		t.Errorf("said %s", w.mouth)
	}
	w.at("2026-11-22", 8)
	w.readBill() // Friday is whole and Saturday provisional
	confirmed := w.said(key).(bot.SpikeAlert)
	if confirmed.Stage() != bot.NoEarly || confirmed.Incident.EarlySign == nil || confirmed.Incident.Since != day("2026-11-20") || !confirmed.Incident.Open {
		t.Errorf("%#v", confirmed.Incident)
	}
	if all := w.mouth.of(key); len(all) != 1 {
		t.Errorf("%d messages", len(all))
	}
	replies := w.words(key)
	if len(replies) != 1 || !strings.HasPrefix(replies[0], "confirmed:") {
		t.Fatalf("in the thread %v", replies)
	}
	reply := w.mouth.of(key + ":" + replies[0])[0]
	if reply.out.Thread != w.delivery(key).Ref || reply.out.Address.Channel != weekendChannel {
		t.Errorf("answered in %+v, %+v", reply.out.Thread, reply.out.Address)
	}
	w.readBill()
	w.at("2026-11-22", 20)
	w.readMetric() // it is told already
	if keys := w.mouth.keys(); len(keys) != 2 {
		t.Errorf("said %v", keys)
	}
	w.at("2026-11-24", 8) // it goes on in the same message
	w.readBill()
	if on := w.said(key).(bot.SpikeAlert); on.Incident.Day <= confirmed.Incident.Day || on.Incident.EarlySign == nil {
		t.Errorf("%#v", on.Incident)
	}
}

// What the metric showed and Cost Explorer does not is withdrawn, in the same
// message, once its days are whole, and not before.
func TestEarlySignIsWithdrawn(t *testing.T) {
	var m *meter
	w := newWorld(t, withWeekend(&m))
	w.bill.line(payer, ec2.Service, steady(100))
	m.adds(ec2, func(t time.Time) float64 {
		if t.Before(friday) {
			return 100
		}
		return 900
	})
	w.start()
	w.readBill()
	w.at("2026-11-21", 12)
	w.readMetric()
	keys := w.mouth.keys()
	if len(keys) != 1 {
		t.Fatalf("said %v", keys)
	}
	key := keys[0]
	w.at("2026-11-22", 8)
	w.readBill()
	if told := w.said(key).(bot.SpikeAlert); told.Stage() != bot.EarlyOpen {
		t.Errorf("withdrawn while its day may still rise: %s", told.Sentence())
	}
	w.at("2026-11-23", 8)
	w.bill.fails(ceGap(account.Denied, "denied"))
	w.readBill()
	if told := w.said(key).(bot.SpikeAlert); told.Stage() != bot.EarlyOpen {
		t.Errorf("withdrawn, although nothing was read: %s", told.Sentence())
	}
	w.readBill()
	told := w.said(key).(bot.SpikeAlert)
	if told.Stage() != bot.EarlyWithdrawn || !strings.Contains(told.Sentence(), "Cost Explorer shows $100.00 on") {
		t.Errorf("%s", told.Sentence())
	}
	if replies := w.words(key); len(replies) != 1 || !strings.HasPrefix(replies[0], "withdrawn:") {
		t.Errorf("in the thread %v", replies)
	}
	w.readBill()
	w.readMetric() // on the Monday of the same weekend
	if keys := w.mouth.keys(); len(keys) != 2 || len(w.mouth.of(key)) != 1 {
		t.Errorf("said %v", keys)
	}
	w.bill.line(payer, ec2.Service, rising(100, day("2026-11-20"), 900)) // AWS restates the days: it was right
	w.readBill()
	told = w.said(key).(bot.SpikeAlert)
	if told.Stage() != bot.NoEarly || told.Incident.EarlySign == nil || !told.Incident.Open {
		t.Errorf("%s", told.Sentence())
	}
	if replies := w.words(key); !slices.ContainsFunc(replies, func(r string) bool { return strings.HasPrefix(r, "confirmed:") }) {
		t.Errorf("an edit notifies nobody, and in the thread is %v", replies)
	}
}

// Many signs at once are six messages at most.
func TestEarlySignsDoNotFlood(t *testing.T) {
	var m *meter
	w := newWorld(t, withWeekend(&m))
	for n := 1; n <= 9; n++ {
		key := spend.Key{Account: memberID(n), Service: ec2.Service}
		daily, hourly := whole(100, float64(400+100*n))
		w.bill.line(key.Account, key.Service, daily)
		m.adds(key, hourly)
	}
	w.start()
	w.readBill()
	w.at("2026-11-21", 12)
	w.readMetric()
	var lists int
	for _, key := range w.mouth.keys() {
		if list, ok := w.said(key).(bot.SpikeList); ok {
			lists++
			if !list.Early || list.Total != 4 || !strings.HasPrefix(list.Sentence(), "4 more early signs of spend spikes began at once") {
				t.Errorf("%s", list.Sentence())
			}
		}
	}
	if n := len(w.mouth.keys()); n != 6 || lists != 1 {
		t.Errorf("%d messages, %d lists: %v", n, lists, w.mouth.keys())
	}
	w.at("2026-11-21", 16)
	w.readMetric()
	if n := len(w.mouth.keys()); n != 6 {
		t.Errorf("the next reading says more: %v", w.mouth.keys())
	}
	w.at("2026-11-22", 8)
	w.readBill() // all are confirmed; those of the list begin as any other
	open := 0
	incidents, err := w.store.Incidents(t.Context(), acme, day("2026-11-20"))
	for _, i := range incidents {
		if i.Open && i.Sure == spend.Early {
			open++
		}
	}
	if err != nil || open != 0 {
		t.Errorf("%d early signs are open still: %v", open, err)
	}
}

// A rise that hides in a large account is seen by the service that moves.
func TestEarlySignInALargeAccount(t *testing.T) {
	var m *meter
	w := newWorld(t, withWeekend(&m))
	daily, hourly := whole(10, 200)
	w.bill.line(payer, "Amazon Simple Storage Service", steady(5000))
	w.bill.line(payer, ec2.Service, daily)
	m.adds(ec2, hourly)
	w.start()
	w.readBill()
	w.at("2026-11-21", 16)
	w.readMetric()
	if keys := w.mouth.keys(); len(keys) != 1 || !strings.HasPrefix(keys[0], "spike:111122223333:Amazon Elastic Compute Cloud - Compute:") {
		t.Errorf("said %v", keys)
	}
}

// What keeps the watch from knowing is told in the digest, never as a spike and
// never as none; billing alerts that are off once a week.
func TestWeekendTrouble(t *testing.T) {
	off := account.Gap{Call: "cloudwatch:ListMetrics", Cause: account.NotEnabled, Sentence: "switch them on"}
	throttled := account.Gap{Call: "cloudwatch:ListMetrics", Cause: account.Throttled, Sentence: "slow"}
	for name, c := range map[string]struct {
		errs []error
		lost string
		says string
	}{
		"as usual":           {},
		"off":                {errs: []error{off}, says: "The weekend watch sees nothing: switch them on."},
		"throttled":          {errs: []error{throttled}},
		"throttled for good": {errs: []error{throttled, throttled, throttled}, says: "knows nothing: slow."},
		"in part":            {lost: "AWS did not give it whole", says: "knows nothing of 1 of 1 account: of one, AWS did not give it whole."},
	} {
		t.Run(name, func(t *testing.T) {
			var m *meter
			w := newWorld(t, withWeekend(&m))
			w.bill.line(payer, ec2.Service, steady(100))
			w.start()
			w.readBill()
			w.at("2026-11-21", 8)
			m.fails(c.errs...)
			m.loses(c.lost)
			w.readMetric()
			digest, err := w.engine.Digest(t.Context(), acme, "2026-11-21T09:00")
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(digest.Missed, " "); !strings.Contains(got, c.says) || (got == "") != (c.says == "") {
				t.Errorf("%q, want %q", got, c.says)
			}
			if keys := w.mouth.keys(); len(keys) != 0 {
				t.Errorf("said %v", keys)
			}
		})
	}
}

// Metrics are counted: a thousand of a month are a request.
func TestMetricsAreCounted(t *testing.T) {
	var m *meter
	w := newWorld(t, withWeekend(&m))
	for n := 1; n <= 300; n++ {
		w.bill.line(memberID(n), ec2.Service, steady(1))
	}
	w.start()
	w.at("2026-11-21", 8)
	for range 7 { // of 302 metrics each
		w.readMetric()
	}
	today, month, err := w.store.CountRequests(t.Context(), acme, spend.DayOf(w.clock.now()), 0)
	if err != nil || today != 3 || month != 3 || m.read != 7*302 {
		t.Errorf("%d metrics are %d requests: %v", m.read, month, err)
	}
}

// Slots come on weekends and listed holidays alone, in the configured zone.
func TestWeekendSlots(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	weekend := schedule.Weekend{Schedule: "0 */6 * * *", Holidays: []string{"2026-12-25"}}
	var got []string
	at := time.Date(2026, 12, 17, 0, 0, 0, 0, time.UTC)
	for range 18 {
		at = weekend.NextWeekend(at, berlin)
		got = append(got, at.In(berlin).Format("Mon 2 15"))
	}
	want := []string{
		"Fri 18 18", "Sat 19 00", "Sat 19 06", "Sat 19 12", "Sat 19 18", "Sun 20 00", "Sun 20 06", "Sun 20 12", "Sun 20 18", "Mon 21 00", "Mon 21 06",
		"Thu 24 18", "Fri 25 00", "Fri 25 06", "Fri 25 12", "Fri 25 18", "Sat 26 00", "Sat 26 06",
	}
	if !slices.Equal(got, want) {
		t.Errorf("slots %v, want %v", got, want)
	}
	for _, never := range []schedule.Weekend{{}, {Schedule: "0 12 * * 3"}} {
		if at := never.NextWeekend(at, berlin); !at.IsZero() {
			t.Errorf("%+v comes at %s", never, at)
		}
	}
}

// The clock takes the slots of the weekend once, and misses none on a weekday.
func TestWeekendByTheClock(t *testing.T) {
	var m *meter
	w := clockwork(t, withWeekend(&m), func(w *world) { w.clock.at = time.Date(2026, 11, 18, 9, 30, 0, 0, time.UTC) })
	w.bill.line(payer, ec2.Service, steady(100))
	w.start()
	w.up()
	w.later(2 * 24 * time.Hour) // from Wednesday to Friday morning
	if n := w.worked("estimated"); n != 0 {
		t.Errorf("%d readings on weekdays", n)
	}
	w.later(26 * time.Hour) // Saturday, 11:30
	var weekend []string
	for _, slot := range w.taken() {
		if strings.HasPrefix(slot, "weekend ") {
			weekend = append(weekend, strings.TrimPrefix(slot, "weekend "))
		}
	}
	want := []string{"2026-11-16T08:15", "2026-11-20T20:15*", "2026-11-21T00:15*", "2026-11-21T04:15*", "2026-11-21T08:15"}
	if n := w.worked("estimated"); n != 1 || !slices.Equal(weekend, want) {
		t.Errorf("%d readings, slots %v, want %v", n, weekend, want)
	}
}
