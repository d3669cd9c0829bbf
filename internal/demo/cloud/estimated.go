package cloud

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// EstimatedLag is how late AWS/Billing EstimatedCharges shows a charge, here:
// AWS says no more than that it is sent several times a day.
const EstimatedLag = 8 * time.Hour

const (
	billingNamespace = "AWS/Billing"
	billingMetric    = "EstimatedCharges"
	billingRegion    = "us-east-1" // of the partition aws alone
	estimatedEvery   = 4 * time.Hour
	// AWS's own limits: metrics on a page of ListMetrics, queries in a request
	// of GetMetricData, and data points on its page.
	metricsPage   = 500
	metricQueries = 500
	metricPoints  = 100_800
)

// metricDimension is one of a metric.
type metricDimension struct{ Name, Value string }

// estimatedSet is one metricDimension set of the metric: of an account ("" all) and a
// service ("" all).
type estimatedSet struct {
	account account.ID
	service string
}

func (e estimatedSet) dimensions(currency string) []metricDimension {
	d := []metricDimension{{"Currency", currency}}
	if e.service != "" {
		d = append(d, metricDimension{"ServiceName", e.service})
	}
	if !e.account.IsZero() {
		d = append(d, metricDimension{"LinkedAccount", e.account.String()})
	}
	return d
}

// estimated tells whether a cost is in the metric: what lies apart from usage
// is not.
func (c Cost) estimated() bool {
	return !slices.Contains([]string{RecordCredit, RecordRefund, RecordTax}, c.record())
}

// estimatedSets are the sets that had data in the last two weeks, which is
// what ListMetrics tells.
func (s *Server) estimatedSets(q *request) []estimatedSet {
	if s.org.BillingAlertsOff || q.region != billingRegion || q.caller.id != s.org.Management().ID {
		return nil // the payer alone has the metric, and in one region alone
	}
	today := spend.DayOf(s.options.Now())
	seen := map[estimatedSet]bool{{}: true}
	for _, a := range s.org.Accounts {
		for _, c := range a.Costs {
			if !c.estimated() || !s.costLately(c, a.ID, today) {
				continue
			}
			service := spend.EstimatedService(c.Service)
			seen[estimatedSet{service: service}] = true
			if !s.org.Standalone { // an account by itself has no linked ones
				seen[estimatedSet{account: a.ID}], seen[estimatedSet{a.ID, service}] = true, true
			}
		}
	}
	sets := make([]estimatedSet, 0, len(seen))
	for e := range seen {
		sets = append(sets, e)
	}
	slices.SortFunc(sets, func(x, y estimatedSet) int {
		return cmp.Or(cmp.Compare(x.account.String(), y.account.String()), cmp.Compare(x.service, y.service))
	})
	return sets
}

func (s *Server) costLately(c Cost, id account.ID, today spend.Day) bool {
	for day := today - 14; day <= today; day++ {
		if c.On(day, id) > 0 {
			return true
		}
	}
	return false
}

func (s *Server) listMetrics(q *request) (any, *apiError) {
	var in struct {
		Namespace, MetricName string
		Dimensions            []metricDimension
	}
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	var sets []estimatedSet
	if (in.Namespace == "" || in.Namespace == billingNamespace) && (in.MetricName == "" || in.MetricName == billingMetric) {
		for _, e := range s.estimatedSets(q) {
			all := e.dimensions(s.org.currency())
			fits := func(want metricDimension) bool {
				return slices.ContainsFunc(all, func(d metricDimension) bool {
					return d.Name == want.Name && (want.Value == "" || d.Value == want.Value)
				})
			}
			if !slices.ContainsFunc(in.Dimensions, func(want metricDimension) bool { return !fits(want) }) {
				sets = append(sets, e)
			}
		}
	}
	return pageOf(q, "Metrics", "NextToken", "InvalidParameterValue", sets, metricsPage, func(e estimatedSet) any {
		return map[string]any{"Namespace": billingNamespace, "MetricName": billingMetric, "Dimensions": e.dimensions(s.org.currency())}
	})
}

type metricQuery struct {
	ID         string `cbor:"Id"`
	Expression string
	MetricStat struct {
		Metric struct {
			Namespace, MetricName string
			Dimensions            []metricDimension
		}
		Period int
		Stat   string
	}
}

func (s *Server) getMetricData(q *request) (any, *apiError) {
	var in struct {
		MetricDataQueries  []metricQuery
		StartTime, EndTime time.Time
		MaxDatapoints      *int
	}
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	wrong := func(message string) *apiError {
		return &apiError{Status: http.StatusBadRequest, Code: "ValidationError", Message: message}
	}
	most, ok := sized(in.MaxDatapoints, metricPoints)
	names := map[string]bool{}
	switch {
	case len(in.MetricDataQueries) == 0 || !in.StartTime.Before(in.EndTime):
		return nil, wrong("MetricDataQueries, and a StartTime before EndTime, are required.")
	case len(in.MetricDataQueries) > metricQueries:
		return nil, wrong("The collection MetricDataQueries must not have a size greater than 500.")
	case !ok:
		return nil, wrong("MaxDatapoints must be from 1 to 100800.")
	}
	for _, m := range in.MetricDataQueries {
		first := byte(0)
		if m.ID != "" {
			first = m.ID[0]
		}
		if first < 'a' || first > 'z' || names[m.ID] || m.Expression != "" || m.MetricStat.Period <= 0 || m.MetricStat.Period%60 != 0 || m.MetricStat.Stat != "Maximum" {
			return nil, wrong("This emulator knows queries of a metric by its Maximum, each with an Id of its own that begins with a small letter.")
		}
		names[m.ID] = true
	}
	e := s.estimates(q)
	points := int(in.EndTime.Sub(in.StartTime)/(time.Duration(in.MetricDataQueries[0].MetricStat.Period)*time.Second)) + 1
	return pageOf(q, "MetricDataResults", "NextToken", "InvalidNextToken", in.MetricDataQueries, max(most/points, 1), func(m metricQuery) any {
		result := map[string]any{"Id": m.ID, "Label": billingMetric, "StatusCode": cmp.Or(s.org.EstimatedStatus, "Complete"), "Timestamps": []time.Time{}, "Values": []float64{}}
		if set, ok := e.named(m); ok && s.org.EstimatedStatus == "" {
			result["Timestamps"], result["Values"] = e.points(set, in.StartTime, in.EndTime, time.Duration(m.MetricStat.Period)*time.Second)
		}
		return result
	})
}

// estimates answers for the metric at one instant.
type estimates struct {
	org  *Organization
	sets map[estimatedSet]bool
	now  time.Time
}

func (s *Server) estimates(q *request) estimates {
	e := estimates{s.org, map[estimatedSet]bool{}, s.options.Now().UTC()}
	for _, set := range s.estimatedSets(q) {
		e.sets[set] = true
	}
	return e
}

// named is the set that a query is about: a metric of exactly its dimensions,
// in whatever order, or none.
func (e estimates) named(m metricQuery) (estimatedSet, bool) {
	metric := m.MetricStat.Metric
	var set estimatedSet
	currency := false
	for _, d := range metric.Dimensions {
		switch d.Name {
		case "Currency":
			currency = d.Value == e.org.currency()
		case "ServiceName":
			set.service = d.Value
		case "LinkedAccount":
			set.account, _ = account.ParseID(d.Value) // what is none is in no set
		}
	}
	whole := len(set.dimensions("")) == len(metric.Dimensions)
	return set, metric.Namespace == billingNamespace && metric.MetricName == billingMetric && currency && whole && e.sets[set]
}

// points are the highest figures of each period, newest first as CloudWatch
// gives them; a period in which nothing was sent has none.
func (e estimates) points(set estimatedSet, from, until time.Time, period time.Duration) ([]time.Time, []float64) {
	days := e.days(set, spend.DayOf(from.Add(-EstimatedLag)), spend.DayOf(e.now))
	times, values := []time.Time{}, []float64{}
	for at := from.Truncate(period); at.Before(until); at = at.Add(period) {
		highest, sent := 0.0, false
		for t := at.Truncate(estimatedEvery); t.Before(at.Add(period)); t = t.Add(estimatedEvery) {
			if t.Before(at) || t.After(e.now) || !e.org.EstimatedUntil.IsZero() && t.After(e.org.EstimatedUntil) {
				continue
			}
			highest, sent = max(highest, monthTo(days, t.Add(-EstimatedLag))), true
		}
		if sent {
			times, values = append(times, at.UTC()), append(values, highest)
		}
	}
	slices.Reverse(times)
	slices.Reverse(values)
	return times, values
}

// dayCost is what a day costs: all day long, and from an hour of it on.
type dayCost struct {
	even Money
	late map[int]Money
}

// until is what is spent in the first hours of the day.
func (d dayCost) until(hours float64) float64 {
	sum := float64(d.even) * hours / 24
	for hour, amount := range d.late {
		sum += float64(amount) * max(hours-float64(hour), 0) / float64(24-hour)
	}
	return sum
}

func merged(late map[int]Money, hour int, amount Money) map[int]Money {
	if late == nil {
		late = map[int]Money{}
	}
	late[hour] += amount
	return late
}

// days is what each day costs, from the first of the month that from lies in.
func (e estimates) days(set estimatedSet, from, until spend.Day) map[spend.Day]dayCost {
	sums := map[spend.Day]dayCost{}
	for _, a := range e.org.Accounts {
		if !set.account.IsZero() && a.ID != set.account {
			continue
		}
		for _, c := range a.Costs {
			if !c.estimated() || set.service != "" && spend.EstimatedService(c.Service) != set.service {
				continue
			}
			for day := from - spend.Day(from.Time().Day()-1); day <= until; day++ {
				sum, amount := sums[day], c.On(day, a.ID)
				if c.Hour > 0 && day == c.From {
					sum.late = merged(sum.late, c.Hour, amount)
				} else {
					sum.even += amount
				}
				sums[day] = sum
			}
		}
	}
	return sums
}

// monthTo is the month to date at t: whole days, and of its own the hours that are over.
func monthTo(days map[spend.Day]dayCost, t time.Time) float64 {
	day := spend.DayOf(t)
	var sum float64
	for d := day - spend.Day(day.Time().Day()-1); d < day; d++ {
		sum += days[d].until(24)
	}
	sum += days[day].until(t.Sub(day.Time()).Hours())
	return float64(int64(sum/float64(Dollar)*100)) / 100 // in cents, as the console has it
}
