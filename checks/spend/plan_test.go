package spend_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

func planAccount(t *testing.T, digits string) account.ID {
	t.Helper()
	id, err := account.ParseID(digits)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func planned(t *testing.T) (spend.Plan, spend.Spike) {
	t.Helper()
	at := time.Date(2026, time.November, 22, 9, 0, 0, 0, time.UTC)
	day := spend.DayOf(at)
	id := planAccount(t, "111122223333")
	p := spend.Plan{ID: "p-1", AccountID: id, Service: "Amazon EC2", Region: "eu-west-1", From: day, To: day + 10,
		PerDay: decimal.NewFromInt(100), Currency: "USD", Reason: "load test of the new shop", By: "Ana Silva", At: at}
	s := spend.Spike{Key: spend.Key{Account: id, Service: "Amazon EC2", Region: "eu-west-1"}, Day: day + 1, Since: day + 1,
		Actual: decimal.NewFromInt(150), Expected: decimal.NewFromInt(50), Excess: decimal.NewFromInt(100), Currency: "USD"}
	return p, s
}

func TestPlanned(t *testing.T) {
	for _, tt := range []struct {
		name string
		with func(*spend.Plan, *spend.Spike)
		want bool
		over bool // it outgrew the plan
	}{
		{"what was announced", func(*spend.Plan, *spend.Spike) {}, true, false},
		{"a fifth more", func(_ *spend.Plan, s *spend.Spike) { s.Excess = decimal.NewFromInt(120) }, true, false},
		{"a cent beyond", func(_ *spend.Plan, s *spend.Spike) { s.Excess = decimal.RequireFromString("120.01") }, false, true},
		{"what rose with it counts", func(_ *spend.Plan, s *spend.Spike) {
			s.Drivers = []spend.Driver{{Name: "Amazon SageMaker", Excess: decimal.NewFromInt(90)}}
		}, false, true},
		{"what fell beside it does not", func(_ *spend.Plan, s *spend.Spike) {
			s.Excess = decimal.NewFromInt(130)
			s.Drivers = []spend.Driver{{Name: "S3", Excess: decimal.NewFromInt(-90)}}
		}, false, true},
		{"the first day", func(p *spend.Plan, s *spend.Spike) { s.Day = p.From }, true, false},
		{"the last day", func(p *spend.Plan, s *spend.Spike) { s.Day = p.To }, true, false},
		{"the day before", func(p *spend.Plan, s *spend.Spike) { s.Day = p.From - 1 }, false, false},
		{"the day after", func(p *spend.Plan, s *spend.Spike) { s.Day = p.To + 1 }, false, false},
		{"another account", func(_ *spend.Plan, s *spend.Spike) { s.Account = account.ID{} }, false, false},
		{"every account", func(p *spend.Plan, _ *spend.Spike) { p.AccountID = account.ID{} }, true, false},
		{"another service", func(_ *spend.Plan, s *spend.Spike) { s.Service = "Amazon EC2 - Other" }, false, false},
		{"every service", func(p *spend.Plan, s *spend.Spike) { p.Service, s.Service = "", "Amazon RDS" }, true, false},
		{"another region", func(_ *spend.Plan, s *spend.Spike) { s.Region = "eu-west-2" }, false, false},
		{"a spike without a region", func(_ *spend.Plan, s *spend.Spike) { s.Region = "" }, false, false},
		{"every region", func(p *spend.Plan, s *spend.Spike) { p.Region, s.Region = "", "eu-west-2" }, true, false},
		{"another currency", func(_ *spend.Plan, s *spend.Spike) { s.Currency = "EUR" }, false, false},
		{"a plan without a reason", func(p *spend.Plan, _ *spend.Spike) { p.Reason = "  test  " }, false, false},
		{"a plan that ends too late", func(p *spend.Plan, _ *spend.Spike) { p.To = spend.DayOf(p.At) + 93 }, false, false},
	} {
		p, s := planned(t)
		tt.with(&p, &s)
		if _, got := spend.Planned([]spend.Plan{p}, s); got != tt.want {
			t.Errorf("%s: planned is %v", tt.name, got)
		}
		if said := spend.BeyondPlan([]spend.Plan{p}, s); (said != "") != tt.over || said != "" && !strings.HasSuffix(said, ".") {
			t.Errorf("%s: beyond the plan: %q", tt.name, said)
		}
	}
	if _, got := spend.Planned(nil, spend.Spike{}); got {
		t.Error("nothing was announced, and it is planned")
	}
}

func TestPlansAddUp(t *testing.T) {
	p, s := planned(t)
	s.Excess = decimal.NewFromInt(170)
	more := p
	more.ID, more.Service, more.PerDay = "p-2", "", decimal.NewFromInt(50)
	if got, ok := spend.Planned([]spend.Plan{more, p}, s); !ok || got.ID != "p-1" {
		t.Errorf("two plans of 150 do not cover 170: %v, %s", ok, got.ID)
	}
	s.Excess = decimal.NewFromInt(190)
	if said := spend.BeyondPlan([]spend.Plan{more, p}, s); !strings.Contains(said, "p-1") || !strings.Contains(said, "$40") {
		t.Errorf("said %q", said)
	}
}

func TestPlanFaults(t *testing.T) {
	for name, spoil := range map[string]func(*spend.Plan){
		"nobody":         func(p *spend.Plan) { p.By = " " },
		"no reason":      func(p *spend.Plan) { p.Reason = "sale" },
		"no sum":         func(p *spend.Plan) { p.PerDay = decimal.Zero },
		"a negative sum": func(p *spend.Plan) { p.PerDay = decimal.NewFromInt(-1) },
		"backwards":      func(p *spend.Plan) { p.To = p.From - 1 },
		"too far ahead":  func(p *spend.Plan) { p.To = spend.DayOf(p.At) + 93 },
		"long ago":       func(p *spend.Plan) { p.From = spend.DayOf(p.At) - 32 },
		"no days":        func(p *spend.Plan) { p.From, p.To = 0, 0 },
		"no instant":     func(p *spend.Plan) { p.At = time.Time{} },
	} {
		p, _ := planned(t)
		if err := p.Fault(); err != nil {
			t.Fatal(err)
		}
		if spoil(&p); p.Fault() == nil {
			t.Errorf("%s: it stands", name)
		}
	}
}

// More money is never more planned, and a plan more never less.
func TestPlannedIsMonotone(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		p, s := planned(t)
		var plans []spend.Plan
		for range r.IntN(3) {
			q := p
			q.PerDay = decimal.NewFromInt(int64(1 + r.IntN(200)))
			q.To = q.From + spend.Day(r.IntN(4))
			plans = append(plans, q)
		}
		s.Excess = decimal.NewFromInt(int64(r.IntN(400)))
		_, before := spend.Planned(plans, s)
		if _, with := spend.Planned(append(plans, p), s); before && !with {
			t.Fatalf("a plan more, and %s is not planned any more", s.Excess)
		}
		s.Excess = s.Excess.Add(decimal.NewFromInt(int64(r.IntN(100))))
		if _, after := spend.Planned(plans, s); after && !before {
			t.Fatalf("%s is planned, and less was not", s.Excess)
		}
	}
}

func TestHeed(t *testing.T) {
	p, s := planned(t)
	for _, tt := range []struct {
		word   spend.Word
		excess int64
		open   bool
		want   spend.Word
		keep   bool
		says   bool
	}{
		{spend.First, 100, true, spend.First, false, false},
		{spend.Grew, 100, true, spend.Same, true, false},
		{spend.Still, 100, true, spend.Same, true, false},
		{spend.Quiet, 100, true, spend.Quiet, true, false},
		{spend.Over, 100, false, spend.Over, true, false},
		{spend.First, 500, true, spend.First, true, true},
		{spend.Grew, 500, true, spend.Grew, true, true},
	} {
		s.Excess = decimal.NewFromInt(tt.excess)
		u := spend.Utterance{Incident: spend.Incident{Spike: s, Open: tt.open}, Word: tt.word}
		u.Incident.Why = "It rose."
		got, keep := spend.Heed([]spend.Plan{p}, u)
		if again, _ := spend.Heed([]spend.Plan{p}, got); again.Incident.Why != got.Incident.Why {
			t.Errorf("%s: heeded twice, it says %q", tt.word, again.Incident.Why)
		}
		if keep != tt.keep || got.Word != tt.want || strings.Contains(got.Incident.Why, "outgrew") != tt.says {
			t.Errorf("%s of %d: %s, %v, %q", tt.word, tt.excess, got.Word, keep, got.Incident.Why)
		}
		if same, keep := spend.Heed(nil, u); !keep || same.Word != tt.word {
			t.Errorf("%s without a plan: %s, %v", tt.word, same.Word, keep)
		}
	}
}
