package checks

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rootwatch/checks/account"
)

// alarmWatches needs a chain without a gap: a trail that logs writes to a log
// group, a metric filter there counts root's sign-ins, and an alarm on its
// metric does something. An organization's trail writes to a log group of
// another account, mostly of the payer, whose filters are read for all.
func alarmWatches(f account.Facts, org Organization) watcher {
	own := logged{owner: f.Account, filters: f.MetricFilters, alarms: f.Alarms}
	w := own.watch(f)
	if _, read := f.Trails.Get(); !read { // one may write to a log group of another account, or region
		w.join(unread(f.Trails.Gap(), callTrails))
	}
	for _, t := range trailsThatTell(f) {
		group := strings.Split(t.LogGroup, ":")
		payer := !org.ManagementID.IsZero() && group[4] == org.ManagementID.String()
		switch {
		case group[3] != homeRegion(f.Partition):
			w.elsewhere(t, "in "+group[3]+", whose metric filters are not read", "Put the filter on one in "+homeRegion(f.Partition))
		case group[4] == f.ID.String():
		case payer && org.MetricFilters.Gap().Cause != account.NotCollected:
			w.join(logged{account.Account{Scope: f.Scope, ID: org.ManagementID}, org.MetricFilters, org.RootAlarms, " of the payer"}.watch(f))
		case org.ManagementID.IsZero() && org.MetricFilters.Gap().Call == callOrganization:
			w.join(watcher{gaps: []account.Gap{ofPayer(named(org.MetricFilters.Gap(), callFilters))}}) // nobody knows who the payer is
		default:
			w.elsewhere(t, "of account "+group[4]+", whose metric filters and alarms are not read", "See what watches root in that account")
		}
	}
	return w.orNone("Metric filters on root sign-ins", callFilters)
}

// logged is what counts and rings in one account.
type logged struct {
	owner   account.Account
	filters account.Fact[[]account.MetricFilter]
	alarms  account.Fact[[]account.Alarm]
	whose   string // "" for the account itself
}

func (l logged) watch(f account.Facts) watcher {
	filters, read := l.filters.Get()
	w := watcher{works: account.No, how: "a metric filter on the trail has an alarm"}
	if !read {
		gap := named(l.filters.Gap(), callFilters)
		if l.whose != "" {
			gap = ofPayer(gap)
		}
		return watcher{how: w.how, gaps: []account.Gap{gap}}
	}
	for _, filter := range filters {
		is, why := FilterPatternWatchesRoot(filter.Pattern, f.Account, homeRegion(f.Partition))
		link := patternLink(is, why, "counts root's sign-ins", "does not count every root sign-in, or counts everything", callFilters, "The metric filter "+orNameless(filter.Name))
		link = link.then(func() chain { return l.fed(f, filter) }).then(func() chain { return l.rung(filter) })
		if link.is == account.AnswerUnknown {
			w.gaps = append(w.gaps, link.gaps...)
		}
		w.add(link.outcome, Evidence{Name: "Metric filter " + orNameless(filter.Name) + l.whose, Value: link.words, Source: callFilters})
	}
	return w
}

// join is what watches in another account beside.
func (w *watcher) join(other watcher) {
	w.works = outcome{is: w.works}.or(outcome{is: other.works}).is
	w.evidence, w.gaps = append(w.evidence, other.evidence...), append(w.gaps, other.gaps...)
}

// trailsThatTell are those that may write root's sign-ins to a log group, one
// for each.
func trailsThatTell(f account.Facts) []account.Trail {
	trails, _ := f.Trails.Get()
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(trails), func(t account.Trail) bool {
		not := t.Logging == account.No || t.SignIns == account.No || t.LogError != "" || seen[t.LogGroup] || strings.Count(t.LogGroup, ":") < 6
		seen[t.LogGroup] = true
		return not
	})
}

// elsewhere keeps it open where a trail writes to a log group of which nobody
// read the filters and alarms, and says what ends that.
func (w *watcher) elsewhere(t account.Trail, where, remedy string) {
	w.add(outcome{}, Evidence{Name: "Log group of trail " + orNameless(t.Name), Value: where, Source: callTrails})
	w.gaps = append(w.gaps, account.Gap{Call: callFilters, Cause: account.Undecodable, Sentence: "The trail " + orNameless(t.Name) + " writes to a log group " + where +
		". " + remedy + ", or turn on one of the other ways here: GuardDuty, an EventBridge rule, AWS Config."})
}

// chain is what holds so far, and the words for it.
type chain struct {
	outcome
	words string
	gaps  []account.Gap
}

// patternLink is the first link: whether a pattern takes root's sign-ins in.
func patternLink(is account.Answer, why, does, doesNot, call, whose string) chain {
	link := chain{outcome: outcome{is, why}, words: does}
	switch is {
	case account.No:
		link.words = doesNot
	case account.AnswerUnknown:
		link.words = "is not decided: " + why
		link.gaps = []account.Gap{patternGap(call, whose+" is not decided: "+why)}
	}
	return link
}

// then goes on where nothing is broken yet; what breaks has the last word.
func (c chain) then(next func() chain) chain {
	if c.is == account.No {
		return c
	}
	n := next()
	if n.is == account.No {
		return n
	}
	return chain{c.and(n.outcome), c.words + "; " + n.words, append(c.gaps, n.gaps...)}
}

// fed is whether a trail that records root's sign-ins writes to the filter's log group.
func (l logged) fed(f account.Facts, filter account.MetricFilter) chain {
	return byTrail(f, "no trail that logs root's sign-ins writes to its log group", "a trail writes to its log group", func(t account.Trail) bool {
		return isLogGroup(t.LogGroup, l.owner, filter.LogGroup) && t.LogError == ""
	})
}

// heardOfSignIns is whether CloudTrail tells EventBridge in a region of root's
// sign-ins: it does only of what a trail there logs ("Amazon EventBridge
// events from AWS services via CloudTrail"). Whether the trail can deliver to
// its bucket is no matter.
func heardOfSignIns(f account.Facts, region string) chain {
	return byTrail(f, "no trail there logs root's sign-ins, and without one EventBridge hears of none", "a trail logs them", func(t account.Trail) bool {
		return t.MultiRegion || t.HomeRegion == region
	})
}

// byTrail is whether one of the trails that will do logs root's sign-ins.
func byTrail(f account.Facts, none, one string, willDo func(account.Trail) bool) chain {
	trails, read := f.Trails.Get()
	if !read {
		return chain{words: "its trails were not read", gaps: []account.Gap{named(f.Trails.Gap(), callTrails)}}
	}
	link := chain{outcome: stops, words: none}
	for _, t := range trails {
		switch {
		case !willDo(t) || t.Logging == account.No || t.SignIns == account.No:
		case t.Logging == account.AnswerUnknown:
			link = chain{words: "whether its trail logs was not told", gaps: append(link.gaps, partGap(t.Gap, callTrailStatus))}
		case t.SignIns == account.AnswerUnknown:
			link = chain{words: "whether its trail logs root's sign-ins was not told", gaps: append(link.gaps, partGap(t.EventGap, callSelectors))}
		default:
			return chain{outcome: lets, words: one}
		}
	}
	return link
}

// isLogGroup compares part by part: arn:aws:logs:us-east-1:111122223333:log-group:NAME:*
func isLogGroup(arn string, a account.Account, name string) bool {
	part := strings.SplitN(arn, ":", 7)
	return len(part) == 7 && part[2] == "logs" && part[3] == homeRegion(a.Partition) && part[4] == a.ID.String() &&
		part[5] == "log-group" && strings.TrimSuffix(part[6], ":*") == name
}

// rung is whether an alarm on the filter's metric does something that
// somebody hears. Of a topic that could not be read it is not known.
func (l logged) rung(filter account.MetricFilter) chain {
	alarms, read := l.alarms.Get()
	if !read {
		return chain{words: "its alarms were not read", gaps: []account.Gap{named(l.alarms.Gap(), callAlarms)}}
	}
	link := chain{outcome: stops, words: "has no alarm"}
	for _, a := range alarms {
		if a.Namespace != filter.Namespace || a.Metric != filter.Metric {
			continue
		}
		switch next := ringsOnOne(a, filter).then(func() chain { return heard(a) }); next.is {
		case account.Yes:
			return next
		case account.AnswerUnknown:
			next.gaps = append(link.gaps, next.gaps...)
			link = next
		default:
			if link.is == account.No {
				link = next
			}
		}
	}
	return link
}

// ringsOnOne is whether an alarm goes off when the filter has counted one
// sign-in. That it has had no data says nothing against it: a filter writes
// none until somebody signs in.
func ringsOnOne(a account.Alarm, filter account.MetricFilter) chain {
	open := func(why string) chain {
		return chain{words: "its alarm " + why, gaps: []account.Gap{patternGap(callAlarms, "The alarm "+orNameless(a.Name)+" "+why)}}
	}
	one, err := strconv.ParseFloat(filter.Value, 64)
	counted := err == nil
	if a.Statistic == "SampleCount" {
		one = 1
	}
	switch {
	case a.Math:
		return open("looks at an expression, which Rootwatch does not work out")
	case !sameNames(a.Dimensions, filter.Dimensions):
		return chain{outcome: stops, words: "its alarm is on other dimensions than the filter writes"}
	case exceeds(a) == account.No:
		return chain{outcome: stops, words: "its alarm rings when there are few sign-ins"}
	case exceeds(a) == account.Yes && a.Statistic != "SampleCount" && !counted:
		return open("adds up what the filter finds in a field, which one sign-in may leave at nothing")
	case exceeds(a) == account.Yes && !(a.Threshold < one || a.Threshold == one && a.Operator == "GreaterThanOrEqualToThreshold"):
		return chain{outcome: stops, words: fmt.Sprintf("its alarm does not ring on one sign-in: its threshold is %g", a.Threshold)}
	case exceeds(a) == account.AnswerUnknown:
		return open("compares in a way that Rootwatch does not know")
	case !slices.Contains([]string{"Sum", "Maximum", "SampleCount"}, a.Statistic):
		return open("looks at a statistic that one sign-in may not lift")
	case a.Periods != 1:
		return open("waits for more periods than one sign-in fills")
	case len(a.Dimensions) > 0:
		return open("looks at some of the sign-ins by a dimension")
	}
	return chain{outcome: lets, words: "its alarm rings on one"}
}

func sameNames(a, b map[string]string) bool {
	return slices.Equal(slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
}

// programs are the services, as an ARN names them, that an alarm can hand its
// news to for a program to act on: as good as a rule's target. The actions on
// EC2 instances are none ("Using Amazon CloudWatch alarms", alarm actions).
var programs = []string{"lambda", "ssm", "ssm-incidents"}

// heard is whether an alarm's going off reaches anybody, or a program.
func heard(a account.Alarm) chain {
	live, untold := 0, 0
	for _, s := range a.Actions {
		switch {
		case s.Live == account.Yes, slices.Contains(programs, s.Type):
			live++
		case s.Live == account.AnswerUnknown:
			untold++
		}
	}
	switch {
	case !a.ActionsEnabled:
		return chain{outcome: stops, words: "its alarm's actions are switched off"}
	case len(a.Actions) == 0:
		return chain{outcome: stops, words: "its alarm has no action"}
	case live > 0:
		return chain{outcome: lets, words: fmt.Sprintf("its actions: %d", live)}
	case untold > 0:
		return chain{words: "whether anybody hears its alarm's topic was not read", gaps: []account.Gap{{Call: callTopics, Cause: account.NotCollected,
			Sentence: "Whether anybody hears the topic of the alarm " + orNameless(a.Name) + " was not read."}}}
	}
	return chain{outcome: stops, words: "its alarm tells a topic that nobody has subscribed to"}
}

// homeRegion is where a partition records root's sign-ins.
func homeRegion(partition string) string {
	switch partition {
	case "aws-us-gov":
		return "us-gov-west-1"
	case "aws-cn":
		return "cn-north-1"
	}
	return "us-east-1"
}
