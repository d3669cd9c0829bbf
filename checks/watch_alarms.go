package checks

import (
	"fmt"
	"strings"

	"rootwatch/checks/account"
)

// alarmWatches needs a chain without a gap: a trail that logs writes to a log
// group of this account, a metric filter there counts root's sign-ins, and an
// alarm on its metric does something.
func alarmWatches(f account.Facts) watcher {
	filters, read := f.MetricFilters.Get()
	if !read {
		return unread(f.MetricFilters.Gap(), callFilters)
	}
	w := watcher{works: account.No, how: "a metric filter on the trail has an alarm"}
	for _, filter := range filters {
		is, why := FilterPatternWatchesRoot(filter.Pattern, f.Account, homeRegion(f.Partition))
		link := chain{outcome: outcome{is, why}, words: "counts root's sign-ins"}
		switch is {
		case account.No:
			link.words = "does not count every root sign-in, or counts everything"
		case account.AnswerUnknown:
			link.words = "is not decided: " + why
			link.gaps = []account.Gap{patternGap(callFilters, "The metric filter "+orNameless(filter.Name)+" is not decided: "+why)}
		}
		link = link.then(func() chain { return fed(f, filter) }).then(func() chain { return rung(f, filter) })
		if link.is == account.AnswerUnknown {
			w.gaps = append(w.gaps, link.gaps...)
		}
		w.add(link.outcome, Evidence{Name: "Metric filter " + orNameless(filter.Name), Value: link.words, Source: callFilters})
	}
	w.elsewhere(f)
	return w.orNone("Metric filters on root sign-ins", callFilters)
}

// elsewhere keeps it open where a trail writes to a log group of this account
// in another region: the filters and alarms there are not read.
func (w *watcher) elsewhere(f account.Facts) {
	trails, _ := f.Trails.Get()
	for _, t := range trails {
		group := strings.Split(t.LogGroup, ":")
		if t.Logging == account.No || len(group) < 7 || group[4] != f.ID.String() || group[3] == homeRegion(f.Partition) {
			continue
		}
		w.add(outcome{}, Evidence{Name: "Log group of trail " + orNameless(t.Name), Value: "in " + group[3] + ", whose metric filters are not read", Source: callTrails})
		w.gaps = append(w.gaps, account.Gap{Call: callFilters, Cause: account.NotCollected,
			Sentence: "The trail " + orNameless(t.Name) + " writes to a log group in " + group[3] + ", whose metric filters are not read."})
	}
}

// chain is what holds so far, and the words for it.
type chain struct {
	outcome
	words string
	gaps  []account.Gap
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

// fed is whether a trail that logs writes to the filter's log group.
func fed(f account.Facts, filter account.MetricFilter) chain {
	trails, read := f.Trails.Get()
	if !read {
		return chain{words: "which trail writes to its log group was not read", gaps: []account.Gap{named(f.Trails.Gap(), callTrails)}}
	}
	link := chain{outcome: stops, words: "no trail that logs writes to its log group"}
	for _, t := range trails {
		if !isLogGroup(t.LogGroup, f.Account, filter.LogGroup) {
			continue
		}
		switch t.Logging {
		case account.Yes:
			return chain{outcome: lets, words: "a trail writes to its log group"}
		case account.AnswerUnknown:
			link = chain{words: "whether its trail logs was not told", gaps: []account.Gap{partGap(t.Gap, callTrailStatus)}}
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
func rung(f account.Facts, filter account.MetricFilter) chain {
	alarms, read := f.Alarms.Get()
	if !read {
		return chain{words: "its alarms were not read", gaps: []account.Gap{named(f.Alarms.Gap(), callAlarms)}}
	}
	link := chain{outcome: stops, words: "has no alarm"}
	for _, a := range alarms {
		if a.Namespace != filter.Namespace || a.Metric != filter.Metric {
			continue
		}
		switch next := heard(a); next.is {
		case account.Yes:
			return next
		case account.AnswerUnknown:
			link = next
		default:
			if link.is == account.No {
				link = next
			}
		}
	}
	return link
}

// heard is whether an alarm's going off reaches anybody.
func heard(a account.Alarm) chain {
	live, untold := 0, 0
	for _, s := range a.Actions {
		switch s.Live {
		case account.Yes:
			live++
		case account.AnswerUnknown:
			untold++
		}
	}
	switch {
	case !a.ActionsEnabled:
		return chain{outcome: stops, words: "its alarm's actions are switched off"}
	case len(a.Actions) == 0:
		return chain{outcome: stops, words: "its alarm has no action"}
	case len(a.Dimensions) > 0: // a filter without dimensions writes no such metric
		return chain{outcome: stops, words: "its alarm is on a dimension that the filter does not write"}
	case live > 0:
		return chain{outcome: lets, words: fmt.Sprintf("its alarm is on; actions: %d", live)}
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
