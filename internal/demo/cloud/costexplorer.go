package cloud

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

type costQuery struct {
	TimePeriod  *interval
	Granularity string
	Metrics     []string
	GroupBy     []grouping
	Filter      *expression
	// NextPageToken is blanked before the query is hashed: the token is bound to the rest.
	NextPageToken string `json:",omitempty"`
}

type interval struct{ Start, End string }

type grouping struct{ Type, Key string }

var costMetrics = []string{"UnblendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost", "BlendedCost", "UsageQuantity", "NormalizedUsageAmount"}

// getCostAndUsage gives whole pages of groups, cut wherever a page is full:
// a day may begin on one page and end on the next.
func (s *Server) getCostAndUsage(q *request) (any, *apiError) {
	if s.org.CostExplorerOff {
		return nil, invalid("AccessDeniedException", "User not enabled for cost explorer access")
	}
	var in costQuery
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	token := in.NextPageToken
	in.NextPageToken = ""
	today := spend.DayOf(s.options.Now())
	from, to, problem := in.check(today)
	if problem != nil {
		return nil, problem
	}
	hash := in.hash(q.caller.id)
	start, problem := parsePlace(token, hash)
	if problem != nil {
		return nil, problem
	}
	bill := bill{query: &in, hash: hash, cache: &s.bills, today: today, currency: s.org.currency(), accounts: s.billed(q.caller.id)}
	return bill.page(periods(from, to, in.Granularity), start, s.options.CostPage), nil
}

// billed are the accounts whose cost the caller sees: the management account
// all, a member its own.
func (s *Server) billed(caller account.ID) []*Account {
	if caller == s.org.Management().ID {
		return s.org.Accounts
	}
	return []*Account{s.accounts[caller]}
}

// check gives the days from..to, to excluded.
func (in *costQuery) check(today spend.Day) (from, to spend.Day, problem *apiError) {
	if in.TimePeriod == nil || len(in.Metrics) == 0 {
		return 0, 0, invalid("ValidationException", "TimePeriod and Metrics are required")
	}
	from, errFrom := spend.ParseDay(in.TimePeriod.Start)
	to, errTo := spend.ParseDay(in.TimePeriod.End)
	y, m, _ := today.Time().Date()
	switch {
	case errFrom != nil || errTo != nil:
		return 0, 0, invalid("ValidationException", "Start time %s or end time %s is invalid. Valid format is: yyyy-MM-dd.", in.TimePeriod.Start, in.TimePeriod.End)
	case from >= to:
		return 0, 0, invalid("ValidationException", "Start date (and hour) should be before end date (and hour)")
	case from > today:
		return 0, 0, invalid("ValidationException", "start date past today")
	case to.Time().After(time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)):
		return 0, 0, invalid("ValidationException", "end date past the beginning of next month")
	case from.Time().Before(time.Date(y, m-14, 1, 0, 0, 0, 0, time.UTC)):
		return 0, 0, invalid("ValidationException", "You haven't enabled historical data beyond 14 months")
	case in.Granularity != "DAILY" && in.Granularity != "MONTHLY":
		return 0, 0, invalid("ValidationException", "This emulator knows the granularities DAILY and MONTHLY, not %q.", in.Granularity)
	case len(in.GroupBy) > 2:
		return 0, 0, invalid("ValidationException", "Only two GroupBy keys are allowed")
	}
	for _, metric := range in.Metrics {
		if !slices.Contains(costMetrics, metric) {
			return 0, 0, invalid("ValidationException", "Invalid metric: %s", metric)
		}
	}
	for _, g := range in.GroupBy {
		if g.Type != "DIMENSION" || !slices.Contains(dimensions, g.Key) {
			return 0, 0, invalid("ValidationException", "This emulator does not group by %s %s.", g.Type, g.Key)
		}
	}
	if in.Filter != nil {
		return from, to, in.Filter.check()
	}
	return from, to, nil
}

// hash tells requests apart, that of another caller included.
func (in *costQuery) hash(caller account.ID) string {
	sum := sha256.Sum256(append(mustJSON(in), caller.String()...))
	return hex.EncodeToString(sum[:8])
}

// place is where a page begins: so many groups into so manyeth a period.
type place struct {
	Request       string
	Period, Group int
}

func (p place) token() string { return base64.StdEncoding.EncodeToString(mustJSON(p)) }

func parsePlace(token, request string) (place, *apiError) {
	p := place{Request: request}
	if token == "" {
		return p, nil
	}
	b, err := base64.StdEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil || p.Period < 0 || p.Group < 0 {
		return p, invalid("InvalidNextTokenException", "The pagination token is invalid. Try again without a pagination token.")
	}
	if p.Request != request {
		return p, invalid("RequestChangedException", "Your request parameters changed between pages. Try again with the old parameters or without a pagination token.")
	}
	return p, nil
}

// period is a day or what is asked of a month; until is excluded.
type period struct{ from, until spend.Day }

func periods(from, to spend.Day, granularity string) []period {
	var all []period
	for from < to {
		until := from + 1
		if granularity == "MONTHLY" {
			y, m, _ := from.Time().Date()
			until = min(to, spend.DayOf(time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)))
		}
		all = append(all, period{from, until})
		from = until
	}
	return all
}
