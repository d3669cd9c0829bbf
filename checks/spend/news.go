package spend

import (
	"math"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// story is an incident as the Watch remembers it: what was told of the
// account, and which rises are part of it.
type story struct {
	Incident
	parts   map[Key]float64 // series that rose with it, and the level (log) that they rose from
	also    map[Key]float64 // series that rose later and were not told by themselves
	regions map[string]bool // those in which something new began
	fresh   bool            // it began with a new series
	told    float64         // the excess of the series that leads it, at its last word
	peak    float64         // the largest excess of a day that was seen of it
	low     float64         // the excess of a day below which it is over
	again   bool            // it was over, and came back on this look
}

// Say judges the newest look and says what there is to be said, the largest
// first. It is to be called once after each See; a look that cannot be Judged
// says nothing, which does not mean that it was usual.
//
// One incident is one story: what rises in the same account while it is fresh
// is part of it. It is told once (First), again when it outgrows what was told
// six times over (Grew), and when it is over (Over); in between its figures are
// kept up to date in silence (Same). Incidents that ended stay in memory, so
// that what comes back the same way within weeks is no news.
func (w *Watch) Say() []Utterance {
	if !w.Judged() {
		return nil
	}
	found := w.rises()
	slices.SortStableFunc(found, func(a, b rise) int { return compareFloats(b.over, a.over) })
	said := map[*story]Word{}
	if s := w.tell(found); s != nil {
		word := Grew
		if s.FirstTold == w.today {
			word = First
		}
		said[s] = word
	}
	var all []Utterance
	for _, s := range w.stories {
		if u, ok := w.update(s, said[s]); ok {
			all = append(all, u)
		}
	}
	slices.SortStableFunc(all, func(a, b Utterance) int { return b.Incident.Excess.Cmp(a.Incident.Excess) })
	return all
}

func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// tell makes of the rises the story that they are news of, or nil.
func (w *Watch) tell(found []rise) *story {
	if len(found) == 0 {
		return nil
	}
	if w.firstSpend > w.start+warmUp && w.today-w.firstSpend <= newAccount {
		return w.tellNewAccount(found)
	}
	var news []rise
	var grown *story
	for _, r := range found {
		s, known := w.known(r)
		if known {
			continue
		}
		w.take(r)
		news = append(news, r)
		if grown == nil {
			grown = s
		}
	}
	if len(news) == 0 {
		return nil
	}
	if grown != nil {
		w.grow(grown, news, found)
		return grown
	}
	return w.begin(news, found)
}

// tellNewAccount tells an account that just began once.
func (w *Watch) tellNewAccount(found []rise) *story {
	for _, r := range found {
		w.take(r)
	}
	if w.welcome {
		return nil
	}
	w.welcome = true
	return w.begin(found, found)
}

// known reports whether the rise is part of what was told. If it is not, but
// only because it has outgrown it, the story is returned all the same.
func (w *Watch) known(r rise) (outgrown *story, known bool) {
	for _, s := range w.stories {
		_, same := s.parts[r.line.key]
		quiet := w.quiet(s, r, same)
		if same && w.today-s.FirstTold <= markDays {
			w.take(r)
		}
		if r.fresh && !s.fresh && w.today-s.ToldOn > settleDays && r.over > freshAlone*w.settings.MinFirstSpend.InexactFloat64() {
			continue
		}
		large := w.large(s, r)
		if w.today-s.ToldOn <= quiet && !large || w.restOf(s, r) {
			w.join(s, r)
			return nil, true
		}
		if w.today-s.ToldOn <= quiet && large && s.Open {
			outgrown = s
		}
	}
	return outgrown, false
}

// large reports whether the rise has outgrown the story: what was seen of it
// once its first figures were whole; or, a week after its last word, what was
// told, so that a ramp is told again; or it leaps.
func (w *Watch) large(s *story, r rise) bool {
	since := w.today - s.ToldOn
	return since > settleDays && r.over >= outgrows*s.peak ||
		since >= growDays && r.over >= outgrows*s.told ||
		r.over >= max(leaps*s.peak, leapFloor)
}

// join makes the rise part of the story in silence: it stands in its message,
// which nobody is called to. A story that was over goes on.
func (w *Watch) join(s *story, r rise) {
	s.peak = max(s.peak, r.over)
	if w.today-s.ToldOn <= settleDays {
		s.told = max(s.told, r.over)
	}
	if s.NewUsual {
		return
	}
	if _, told := s.parts[r.line.key]; !told {
		if _, known := s.also[r.line.key]; !known && len(s.Drivers) < mostDrivers {
			s.Drivers = append(slices.Clip(s.Drivers), driver(r))
		}
		s.also[r.line.key] = r.level
	}
	// What ends it must not open it again: the rise is of days after its end.
	if !s.Open && w.today-Day(windows[r.window].age+windows[r.window].days)+1 >= s.EndedOn {
		s.Open, s.EndedOn, s.again, s.low = true, 0, true, low(r)
		s.Why = w.spike(r, nil).Why
	}
}

const mostDrivers = 5 // more is no explanation

// quiet is for how many days after a word the rise is part of the story.
func (w *Watch) quiet(s *story, r rise, same bool) Day {
	quiet := w.settings.QuietDays
	if same {
		quiet += 3 // the same series: it may pause over a weekend
	}
	if r.fresh && s.regions[r.line.key.Region] {
		quiet = freshQuiet
	}
	return days(quiet, w.settings.Tuning.Quiet)
}

// restOf reports whether a slow rise is what is left of the story: it began
// with it, or most of it was there right after.
func (w *Watch) restOf(s *story, r rise) bool {
	v := windows[r.window]
	if !v.lasting || w.today-s.ToldOn > 70 {
		return false
	}
	from := w.today - Day(v.age+v.days) + 1
	if s.ToldOn > from-3 {
		return r.over < outgrows*s.peak
	}
	var store [10]float64
	after := store[:0]
	for d := s.ToldOn + 1; d < from && len(after) < 9; d++ {
		if w.has(d) {
			after = append(after, r.line.log.at(d)-r.line.week[d.Weekday()])
		}
	}
	if len(after) == 0 {
		return r.over < outgrows*s.peak // nothing is known of the days between
	}
	return r.lift+r.level-middle(after) < sameShare*r.lift
}

// take leaves the days of the rise out of what is usual. A series that is new
// has nothing usual yet, and needs its days for it.
func (w *Watch) take(r rise) {
	if r.fresh {
		return
	}
	v := windows[r.window]
	for d := w.today - Day(v.age+v.days) + 1; d < w.today; d++ {
		r.line.told.set(d, true)
	}
}

// begin opens a story with the news of the day; whatever else rose is part of it.
func (w *Watch) begin(news, found []rise) *story {
	s := &story{parts: map[Key]float64{}, also: map[Key]float64{}, regions: map[string]bool{}, fresh: news[0].fresh}
	w.stories = append(w.stories, s)
	if len(w.stories) > 20 {
		w.stories = w.stories[1:]
	}
	s.Incident = Incident{Spike: w.spike(news[0], news[1:]), Open: true, FirstTold: w.today}
	for _, old := range w.stories { // what was told and ended is not counted once more
		if _, same := old.parts[s.Key]; same && !old.Open {
			s.Since = min(max(s.Since, old.EndedOn), s.Day)
		}
	}
	w.grow(s, nil, found)
	return s
}

// grow renews what was told of the story.
func (w *Watch) grow(s *story, news, found []rise) {
	if len(news) > 0 {
		since, campaign := s.Since, s.Campaign
		spike := w.spike(news[0], news[1:])
		if spike.Key != s.Key { // what names an incident never changes: the larger series is a driver of it
			spike.Key, spike.Drivers = s.Key, append([]Driver{driver(news[0])}, spike.Drivers...)
		}
		s.Spike = spike
		s.Since, s.Campaign = since, campaign
	}
	for _, r := range found {
		if _, ok := s.parts[r.line.key]; !ok {
			s.parts[r.line.key] = r.level
		}
		if r.fresh {
			s.regions[r.line.key.Region] = true
		}
		r.line.toldOn = w.today
		s.peak = max(s.peak, r.over)
	}
	s.low, s.told = low(found[0]), found[0].over
	s.ToldOn, s.ToldDay, s.ToldPeak = w.today, s.Day, s.Actual
}

// newUsualDays is how long a rise is one: what lasts longer is what is usual now.
const newUsualDays = 28

// update brings an open story up to date with the newest look, and ends it
// where its last two whole days were usual again.
func (w *Watch) update(s *story, word Word) (Utterance, bool) {
	if !s.Open {
		return Utterance{}, false
	}
	was := s.Incident
	w.refigure(s)
	if word == "" {
		word = sameOrQuiet(was, s.Incident)
		switch {
		case s.again: // its days before were usual, and are no end of it
			word, s.again = Still, false
		case w.today-s.ToldOn > newUsualDays && w.has(w.today-2):
			w.end(s, w.today-2, true)
			word = Over
		case w.usualAgain(s):
			w.end(s, w.today-3, false)
			word = Over
		}
	}
	return Utterance{s.Incident, word}, true
}

// usualAgain reports whether the two newest whole days cost less than a third
// of the excess that the story had.
func (w *Watch) usualAgain(s *story) bool {
	weekend := true
	for d := w.today - 3; d <= w.today-2; d++ {
		if !w.has(d) || d < s.Since || !w.easedOn(s, d) {
			return false
		}
		weekend = weekend && (d.Weekday() == time.Saturday || d.Weekday() == time.Sunday)
	}
	return !weekend // what works from Monday to Friday is not over on Sunday
}

// easedOn reports whether the day was low enough to end the story.
func (w *Watch) easedOn(s *story, day Day) bool { return w.excess(s, day) < s.low }

// low is below what a told rise is over: a third of it, and no less than half
// of what counts at all, since its first figures may be those of an hour.
func low(r rise) float64 { return max(0.3*r.over, r.floor/2) }

// excess is what the series of the story cost on day beyond what they rose from.
func (w *Watch) excess(s *story, day Day) float64 {
	sum := 0.0
	for _, l := range w.lines { // not over the maps: their order would show in the cents
		level, ok := s.parts[l.key]
		if !ok {
			if level, ok = s.also[l.key]; !ok {
				continue
			}
		}
		sum += max(l.cost.at(day)-max(costOfLog(level+l.week[day.Weekday()]), 0), 0)
	}
	return sum
}

// refigure computes the figures of the story anew from the days that are kept,
// so that restated days are right and none counts twice.
func (w *Watch) refigure(s *story) {
	l := w.byKey[s.Key]
	if l == nil {
		return
	}
	peak, extra := 0.0, 0.0
	for d := max(s.Since, w.today-depth+ages+1); d < w.today; d++ {
		if w.has(d) {
			peak, extra = max(peak, l.cost.at(d)), extra+w.excess(s, d)
		}
	}
	s.Peak, s.Extra = dollars(peak), dollars(extra)
	day := w.today - 2 // what was said of half a day is put right by the whole one
	if !w.has(day) || day < s.Day && !s.Provisional || day < s.Since {
		s.Recent = w.recent(l)
		return
	}
	if day >= s.Day && s.ToldOn != w.today { // what is told today is told with the figures that made it news
		expected := max(costOfLog(s.parts[s.Key]+l.week[day.Weekday()]), 0)
		s.Day, s.Window, s.Provisional = day, 1, false
		s.Actual, s.Expected = dollars(l.cost.at(day)), dollars(expected)
		s.Excess = s.Actual.Sub(s.Expected)
	}
	s.Recent = w.recent(l)
}

// end closes the story on day.
func (w *Watch) end(s *story, day Day, newUsual bool) {
	s.Open, s.EndedOn, s.ToldDay, s.NewUsual = false, max(day, s.Since+1), w.today-2, newUsual
	s.Why = w.whyOver(s)
}

func sameOrQuiet(old, now Incident) Word {
	if old.Day == now.Day && old.Provisional == now.Provisional && old.Actual.Equal(now.Actual) && old.Peak.Equal(now.Peak) && old.Extra.Equal(now.Extra) {
		return Quiet
	}
	return Same
}

// spike tells the leading rise, with what rose beside it.
func (w *Watch) spike(r rise, others []rise) Spike {
	v := windows[r.window]
	day := w.today - Day(v.age)
	usual := max(costOfLog(r.level+r.line.week[day.Weekday()]), 0)
	if v.days > 1 {
		usual = r.usual()
	}
	s := Spike{
		Key: r.line.key, Day: day, Since: w.since(r, day), Currency: w.currency,
		Actual: dollars(usual + r.over), Expected: dollars(usual), Excess: dollars(usual + r.over).Sub(dollars(usual)),
		Baseline:    Baseline{Expected: usual, Spread: usual * (math.Exp(r.spread) - 1), Weekday: v.days == 1 && r.line.week[day.Weekday()] != 0},
		Reason:      w.reason(r),
		Window:      v.days,
		Provisional: v.age < SettledAfter, Recent: w.recent(r.line), Sure: Likely,
	}
	if s.Reason.New() {
		s.Baseline.Days = int(r.line.first - w.start)
	}
	if daily := w.usualDay(); daily > someSpend {
		s.Share = r.over / daily
	}
	if r.strong >= 1.5 && !(v.days == 1 && s.Provisional) {
		s.Sure = Certain
	}
	for _, o := range others[:min(len(others), 3)] {
		s.Drivers = append(s.Drivers, driver(o))
	}
	s.Why = w.why(r, s)
	return s
}

func driver(r rise) Driver {
	k := r.line.key
	return Driver{Name: nameOf(k), Service: k.Service, Region: k.Region, Actual: dollars(r.usual() + r.over), Excess: dollars(r.over)}
}

// nameOf is what a series is called beside its account.
func nameOf(k Key) string {
	switch {
	case k.Service == "":
		return k.Region
	case k.Region != "":
		return k.Service + " in " + k.Region
	}
	return k.Service
}

func (w *Watch) reason(r rise) Reason {
	switch {
	case r.fresh && w.newRegion(r.line.key):
		return FirstRegion
	case r.fresh || r.line.first > w.start+warmUp && r.usual() < noSpend:
		return FirstSpend
	case windows[r.window].lasting:
		return Lasting
	}
	return AboveUsual
}

// newRegion reports whether nothing of the account had spend in the region
// before the last four weeks.
func (w *Watch) newRegion(k Key) bool {
	if k.Region == "" || k.Service == "" || placeless(k.Region) {
		return false
	}
	for _, l := range w.lines {
		if l.key.Region == k.Region && l.first != 0 && w.today-l.first > freshDays {
			return false
		}
	}
	return true
}

// since is the first day of the rise: back from its newest day while a part of
// the excess is there that counts for something, over gaps of two days.
func (w *Watch) since(r rise, day Day) Day {
	since, l := day, r.line
	for d := day; d > day-40 && since-d <= 2; d-- {
		above := l.cost.at(d) - max(costOfLog(r.level+l.week[d.Weekday()]), 0)
		if w.has(d) && above >= max(0.15*r.over, r.floor/2) {
			since = d
		}
	}
	return since
}

// recent is the end of the series for a chart; days without data are left out.
func (w *Watch) recent(l *line) []Point {
	var points []Point
	for d := w.today - 1; d > w.today-depth+ages && d >= w.start && len(points) < chartPoints; d-- {
		if w.has(d) {
			points = append(points, Point{Day: d, Amount: dollars(l.cost.at(d))})
		}
	}
	slices.Reverse(points)
	return points
}

const chartPoints = 20 // a Slack chart's limit

// Incidents are all that the Watch remembers, the ended ones too, by their
// first word.
func (w *Watch) Incidents() []Incident {
	all := make([]Incident, len(w.stories))
	for n, s := range w.stories {
		all[n] = s.Incident
	}
	return all
}

// campaignOf is how many accounts make a campaign: two may be chance.
const campaignOf = 3

// Campaigns marks the incidents that begin at once in several accounts with
// the same service: one hand did them, and they are told as one. The sum of
// their excess orders nothing else.
func Campaigns(all []Utterance) {
	accounts := map[string]map[Key]bool{}
	newest := map[string]Day{} // one name for all: some are seen a day later than others
	for _, u := range all {
		if u.Word == First {
			if accounts[u.Incident.Service] == nil {
				accounts[u.Incident.Service] = map[Key]bool{}
			}
			accounts[u.Incident.Service][Key{Account: u.Incident.Account}] = true
			newest[u.Incident.Service] = max(newest[u.Incident.Service], u.Incident.Day)
		}
	}
	for n, u := range all {
		if u.Word == First && u.Incident.Service != "" && len(accounts[u.Incident.Service]) >= campaignOf {
			all[n].Incident.Campaign = u.Incident.Service + " " + newest[u.Incident.Service].String()
		}
	}
}

// Total is the excess of a day of all parts of the spike.
func (s Spike) Total() decimal.Decimal {
	sum := s.Excess
	for _, d := range s.Drivers {
		sum = sum.Add(d.Excess)
	}
	return sum
}
