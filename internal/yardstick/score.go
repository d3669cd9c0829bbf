package yardstick

import (
	"slices"
	"strings"

	"rootwatch/checks/spend"
)

// The rules of scoring. They are those of the yardstick that issue 5 names;
// a test compares this scorer with that one where it is at hand.
const (
	late         = 3   // days after an incident's or a benign event's end that a message still belongs to it: bills are late
	lateLenient  = 7   // the same for a tolerated event
	reminder     = 7   // days after which another message of the same incident is a reminder and no duplicate
	readable     = 5   // rows of a message up to which it names anything
	unnamed      = 0.9 // of the credit is left to a message that does not name the service
	half         = 0.5 // of the credit is for finding at all, the rest for what was saved
	mostlyOver   = 0.2 // of the excess: with less than this ahead on the first day that can be told, time saves nothing
	dupNoise     = 0.25
	groupWeight  = 2 // incidents that a campaign counts as
	daysPerYear  = 365.25
	hundredPoint = 100
)

// Result is what a detector's alerts are worth.
type Result struct {
	Score      float64 // 100 R / (1 + Noise)
	R          float64 // 0 to 1: mean credit of the incidents, weighted by log dollars
	Noise      float64 // false messages and a quarter of the duplicates, for each account and year
	Found      int
	Incidents  int
	Messages   int
	False      int
	Duplicates int
	Free       int // messages about tolerated events
	Years      float64
	Delay      int // days from start to the first message, median of those found; -1 without any
	DelayP90   int
	Delays     []int // of all found, ascending
	Kinds      map[string]Kind
	FalseBy    map[string]int // by the kind of event, "repeat:" of a tolerated one, "unlabelled:" and the archetype
	Missed     []string       // ids of incidents
}

// Kind is how the incidents of one kind fared.
type Kind struct {
	Found, All int
	Credit     float64 // mean, 0 to 1
}

// message is what was said of one account on one day.
type message struct {
	day     spend.Day
	account string
	rows    []Alert
}

type detection struct {
	day   spend.Day
	last  spend.Day // of the newest message that was no duplicate
	named bool
}

type scorer struct {
	labels   Labels
	accounts map[string]Account
	found    map[int]*detection // by the incident's place in the labels
	used     map[int]bool       // tolerated events that had their message
	result   Result
}

// Score says what alerts are worth against labels.
func Score(labels Labels, alerts []Alert) Result {
	s := scorer{labels: labels, accounts: map[string]Account{}, found: map[int]*detection{}, used: map[int]bool{}}
	s.result = Result{Incidents: len(labels.Incidents), Delay: -1, DelayP90: -1, Kinds: map[string]Kind{}, FalseBy: map[string]int{}}
	for _, a := range labels.Accounts {
		s.accounts[a.ID] = a
		days := min(labels.Last, lastOf(a, labels)) - max(labels.ScoreFrom, a.First) + 1
		s.result.Years += float64(max(days, 0)) / daysPerYear
	}
	for _, m := range s.messages(alerts) {
		s.result.Messages++
		if !s.hit(m) && !s.tolerated(m) {
			s.result.False++
			s.result.FalseBy[s.blame(m)]++
		}
	}
	s.credit()
	r := &s.result
	if r.Years > 0 {
		r.Noise = (float64(r.False) + dupNoise*float64(r.Duplicates)) / r.Years
	}
	r.Score = hundredPoint * r.R / (1 + r.Noise)
	return *r
}

func lastOf(a Account, labels Labels) spend.Day {
	if a.Last != nil {
		return *a.Last
	}
	return labels.Last
}

// messages groups the alerts that count, oldest first.
func (s *scorer) messages(alerts []Alert) []message {
	type post struct {
		day     spend.Day
		account string
	}
	at := map[post]int{}
	var all []message
	for _, a := range alerts {
		last := s.labels.Last
		if known, ok := s.accounts[a.Account]; ok {
			last = lastOf(known, s.labels)
		}
		if a.Day < s.labels.ScoreFrom || a.Day > last+late {
			continue
		}
		p := post{a.Day, a.Account}
		if _, ok := at[p]; !ok {
			at[p] = len(all)
			all = append(all, message{day: a.Day, account: a.Account})
		}
		all[at[p]].rows = append(all[at[p]].rows, a)
	}
	slices.SortFunc(all, func(a, b message) int {
		if a.day != b.day {
			return int(a.day - b.day)
		}
		return strings.Compare(a.account, b.account)
	})
	return all
}

// names are the several services or regions that one field may hold.
func names(field string) []string {
	var all []string
	for n := range strings.SplitSeq(field, ";") {
		if n = strings.TrimSpace(n); n != "" {
			all = append(all, n)
		}
	}
	return all
}

// fits reports whether what was said and what is known have a part in common;
// what either does not name is no contradiction.
func fits(said string, known []string) bool {
	if said == "" || len(known) == 0 {
		return true
	}
	return slices.ContainsFunc(names(said), func(n string) bool { return slices.Contains(known, n) })
}

func about(account string, services, regions []string) func(Alert) bool {
	return func(a Alert) bool {
		return a.Account == account && fits(a.Service, services) && fits(a.Region, regions)
	}
}

// hit books m on the incidents that it is about, and reports whether there are any.
func (s *scorer) hit(m message) bool {
	any, duplicate := false, true
	for n, i := range s.labels.Incidents {
		rows := about(i.Account, i.Services, i.Regions)
		if m.day <= i.Start || m.day > i.End+late || !slices.ContainsFunc(m.rows, rows) {
			continue
		}
		any = true
		d := s.found[n]
		if d == nil {
			d = &detection{day: m.day, last: m.day, named: len(m.rows) <= readable && slices.ContainsFunc(m.rows, func(a Alert) bool {
				said := names(a.Service)
				return rows(a) && len(said) > 0 && slices.Contains(i.Services, said[0])
			})}
			s.found[n], duplicate = d, false
		} else if m.day-d.last >= reminder {
			duplicate = false
		}
		// A message that is worth something for one incident counts for those after it too.
		if !duplicate {
			d.last = m.day
		}
	}
	if any && duplicate {
		s.result.Duplicates++
	}
	return any
}

// tolerated reports whether m is the one free message of an event.
func (s *scorer) tolerated(m message) bool {
	for n, e := range s.labels.Events {
		if e.Class == Tolerated && !s.used[n] && during(m, e) {
			s.used[n] = true
			s.result.Free++
			return true
		}
	}
	return false
}

func during(m message, e Event) bool {
	if !slices.ContainsFunc(m.rows, about(e.Account, e.Services, e.Regions)) {
		return false
	}
	switch {
	case e.Class == Tolerated:
		return e.Start < m.day && m.day <= e.End+lateLenient
	case e.Dates != nil:
		return slices.ContainsFunc(e.Dates, func(d spend.Day) bool { return d < m.day && m.day <= d+late })
	}
	return e.Start < m.day && m.day <= e.End+late
}

// blame names what led to the false message m.
func (s *scorer) blame(m message) string {
	for _, class := range []string{Tolerated, Benign} {
		for _, e := range s.labels.Events {
			if e.Class != class || !during(m, e) {
				continue
			}
			if class == Tolerated {
				return "repeat:" + e.Kind
			}
			return e.Kind
		}
	}
	if a, ok := s.accounts[m.account]; ok {
		return "unlabelled:" + a.Archetype
	}
	return "unlabelled:org"
}
