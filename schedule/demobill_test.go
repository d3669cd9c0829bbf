package schedule_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/awsorg"
	emulated "rootwatch/internal/demo/cloud"
	"rootwatch/schedule"
)

// demoStart is a Sunday, as in the demo's own tests. demoFrom and demoUntil
// are the days of the demo's bill that are lived through.
var (
	demoStart           = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	demoFrom, demoUntil = 0, emulated.DemoDays
)

// through sends every request to the emulator, whatever its host is.
type through struct{ to *url.URL }

func (h through) Do(r *http.Request) (*http.Response, error) {
	r.Host = r.URL.Host
	r.URL.Scheme, r.URL.Host = h.to.Scheme, h.to.Host
	return http.DefaultClient.Do(r)
}

// demoWorld is an engine that reads the demo's bill and its estimated charges
// with the real SDK, of the accounts in which something happens.
func demoWorld(t *testing.T) (w *world, org *emulated.Organization, aws *emulated.Server) {
	t.Helper()
	org = emulated.DemoOrganization(demoStart)
	org.Accounts = slices.DeleteFunc(org.Accounts, func(a *emulated.Account) bool {
		return a != org.Management() && !slices.ContainsFunc(org.Events, func(e emulated.BillEvent) bool { return e.Account == a.ID })
	})
	w = newWorld(t, func(w *world) {
		w.postgres = false // what the bill says is the same on both, and this takes long
		w.clock.at = demoStart.AddDate(0, 0, demoFrom)
		aws = emulated.New(org, emulated.Options{Now: w.clock.now})
		web := httptest.NewServer(aws)
		t.Cleanup(web.Close)
		to, err := url.Parse(web.URL)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := awsorg.Open(t.Context(), awsorg.Options{
			Scope: acme, Region: "us-east-1", RoleName: emulated.DemoRole, ExternalID: emulated.DemoExternalID, OrganizationsPerSecond: 1e6,
			MaxAttempts: 2, FirstBackoff: time.Nanosecond, Now: w.clock.now, Log: slog.New(slog.DiscardHandler), HTTPClient: through{to},
		})
		if err != nil {
			t.Fatal(err)
		}
		o := &w.options.Organizations[0]
		o.Costs, o.Estimates, o.WeekendChannel, o.HistoryDays = opened, opened, weekendChannel, 120
		o.MaxRequestsPerDay, o.MaxRequestsPerMonth = 1000, 10_000
		w.options.Weekend = schedule.Weekend{Schedule: "15 */4 * * *"}
	})
	for _, a := range org.Accounts {
		w.cloud.accounts = append(w.cloud.accounts, account.Account{Scope: acme, ID: a.ID, Name: a.Name, State: account.Active, Role: account.Member})
	}
	w.knows(w.cloud.accounts[1:]...)
	return w, org, aws
}

// alertOf is what a person was told of an incident: one message, by its key.
type alertOf struct {
	account     account.ID
	channel     string
	first, over int // days of the demo; over is 0 while it is open
	weekday     time.Weekday
	early       bool     // it began as an early sign
	replies     []string // the words in its thread
	why         string
}

// note takes down what is said by now of each incident.
func (w *world) note(alerts map[string]*alertOf, day int) {
	w.Helper()
	for _, key := range w.mouth.keys() {
		all := w.mouth.of(key)
		if !strings.HasPrefix(key, "spike") {
			continue
		}
		if len(all) != 1 {
			w.Errorf("%s is there %d times", key, len(all))
		}
		m, ok := all[0].out.Message.(bot.SpikeAlert)
		switch {
		case !ok: // a list of several, of which the demo has none
			alerts[key] = &alertOf{first: day}
		case m.Reply:
		case alerts[key] == nil:
			alerts[key] = &alertOf{account: m.Incident.Account, channel: all[0].out.Address.Channel, first: day, weekday: w.clock.now().Weekday(), early: m.Incident.Sure == spend.Early, why: m.Incident.Why}
		case alerts[key].over == 0 && !m.Incident.Open:
			alerts[key].over, alerts[key].replies = day, w.words(key)
		case m.Incident.Open:
			alerts[key].over = 0
		}
	}
}

// fits checks the one alert of an incident. What creeps is known after some weeks.
func fits(t *testing.T, e emulated.BillEvent, a alertOf, from, until int) {
	t.Helper()
	late := 3
	if until-from > 20 {
		late = until - from
	}
	if a.first > from+late || a.over < until+2 || a.over > until+5 {
		t.Errorf("%s, from day %d to %d: told on day %d, over on day %d", e.Name, from, until, a.first, a.over)
	}
	words := []string{"over"}
	if e.Weekend {
		words = []string{"confirmed", "over"}
		if a.weekday != time.Saturday || !a.early || a.channel != weekendChannel {
			t.Errorf("%s: told first on a %s, in %s, early: %v", e.Name, a.weekday, a.channel, a.early)
		}
	}
	var got []string
	for _, reply := range a.replies {
		word, _, _ := strings.Cut(reply, ":")
		if word != "still" {
			got = append(got, word)
		}
	}
	if slices.Sort(got); !slices.Equal(got, words) {
		t.Errorf("%s: in its thread are %v", e.Name, a.replies)
	}
}

// watchedHours are the hours of a day at which the estimated charges are read.
func watchedHours(d time.Weekday) []int {
	switch d {
	case time.Friday:
		return []int{20}
	case time.Saturday:
		return []int{4, 20}
	case time.Sunday:
		return []int{12}
	}
	return nil
}

// live is one day of the demo: the bill in the morning, the digest, and the
// estimated charges where nobody is at work.
func (w *world) live(day int, aws *emulated.Server, seen func(day int)) {
	w.Helper()
	date := demoStart.AddDate(0, 0, day).Format(time.DateOnly)
	hours := watchedHours(demoStart.AddDate(0, 0, day).Weekday())
	for len(hours) > 0 && hours[0] < 7 {
		w.at(date, hours[0])
		w.readMetric()
		seen(day)
		hours = hours[1:]
	}
	w.at(date, 7)
	refused := day == demoUntil-9
	if refused {
		aws.AddFault(emulated.Fault{Service: "ce", Kind: emulated.FaultDeny})
	}
	w.readBill()
	aws.ClearFaults()
	w.at(date, 9)
	digest, err := w.engine.Digest(w.Context(), acme, date+"T09:00")
	if err != nil || digest.Money == nil {
		w.Fatalf("%s: %v", date, err)
	}
	newest := spend.DayOf(w.clock.now()) - spend.SettledAfter
	if m := digest.Money; refused != (m.Trouble != "") || !refused && m.Day != newest {
		w.Errorf("%s: the digest tells of %s, with the trouble %q", date, m.Day, m.Trouble)
	}
	seen(day)
	for _, hour := range hours {
		w.at(date, hour)
		w.readMetric()
		seen(day)
	}
}

// The done-when of the spend watch: five incidents and ten harmless events in
// 120 days are five alerts, each closed when over, and that of the weekend
// comes on Saturday.
func TestDemoBill(t *testing.T) {
	w, org, aws := demoWorld(t)
	w.start()
	alerts := map[string]*alertOf{}
	for day := demoFrom; day <= demoUntil; day++ {
		w.live(day, aws, func(day int) { w.note(alerts, day) })
	}
	for _, e := range org.Events {
		from, until := int(e.From-spend.DayOf(demoStart)), int(e.Until-spend.DayOf(demoStart))
		within := e.Incident && from >= demoFrom-1 && until <= demoUntil-4
		var told []*alertOf
		for key, a := range alerts {
			if a.account == e.Account {
				told = append(told, a)
				delete(alerts, key)
			}
		}
		switch {
		case !within && len(told) != 0:
			t.Errorf("%s is told: %+v", e.Name, *told[0])
		case within && len(told) != 1:
			t.Errorf("%s is told %d times", e.Name, len(told))
			for _, a := range told {
				t.Errorf("%+v", *a)
			}
		case within:
			fits(t, e, *told[0], from, until)
		}
	}
	for key := range alerts {
		t.Errorf("nothing happened, and told is %s", key)
	}
}
