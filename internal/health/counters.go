package health

import (
	"regexp"
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/schedule"
)

// Every label holds a word of a fixed set, or of a set that cannot grow
// beyond maxWords: a label of free text would fill the scraper's memory.
const (
	other    = "other"
	maxWords = 64
)

// The words of each label. They are counted from 0, so that the first
// increase of any of them is an increase.
var (
	refusals = []string{"unsigned", "forged", "late", "replayed", "oversized", "method", "malformed", "foreign", "busy", "panic"}
	commands = []string{
		"rootcheck", "spend", "help", "mistake", // typed, also by way of a button or a form
		"check", "show", "acknowledge", "fix", "fix_page", "explain", "ask_form", "refresh", "outdated",
	}
	// A delivery ends as a state of the outbox, or as what went wrong with the mouth.
	deliveries = []string{
		string(schedule.Sent), string(schedule.Failed), string(bot.RateLimited), string(bot.Ambiguous),
		string(bot.Unreachable), string(bot.Refused), string(bot.Gone), string(bot.Locked),
	}
	coverages = []string{string(checks.Read), string(checks.PartlyRead), string(checks.NotReadable)}
	schedules = []string{"sweep", "spend", "digest"}
	outcomes  = []string{"taken", "missed", "failed"}
)

// counters are what the rooms report as it happens.
type counters struct {
	registry *prometheus.Registry

	refused    *prometheus.CounterVec
	answered   *prometheus.CounterVec
	slackError *prometheus.CounterVec
	delivered  *prometheus.CounterVec
	checked    *prometheus.CounterVec
	requests   *prometheus.CounterVec
	slots      *prometheus.CounterVec

	codes         *words
	organizations *words
}

func newCounters() counters {
	c := counters{
		registry:   prometheus.NewRegistry(),
		refused:    vector("slack_requests_refused_total", "Requests of Slack that were not taken, by reason.", "reason"),
		answered:   vector("slack_commands_total", "Questions and presses that were answered, by kind.", "command"),
		slackError: vector("slack_errors_total", "Calls that Slack refused, by its error word.", "code"),
		delivered:  vector("deliveries_total", "Attempts to say a message, by how they ended.", "state"),
		checked:    vector("accounts_checked_total", "Accounts that were checked, by how much of them could be read.", "coverage"),
		requests:   vector("aws_cost_requests_total", "Cost Explorer requests, 0.01 USD each.", "organization"),
		slots:      vector("slots_total", "Firings of the schedules, by what became of them.", "schedule", "outcome"),
		codes:      &words{}, organizations: &words{},
	}
	c.registry.MustRegister(
		c.refused, c.answered, c.slackError, c.delivered, c.checked, c.requests, c.slots,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	fromZero(c.refused, refusals)
	fromZero(c.answered, commands)
	fromZero(c.delivered, deliveries)
	fromZero(c.checked, coverages)
	for _, s := range schedules {
		for _, o := range outcomes {
			c.slots.WithLabelValues(s, o)
		}
	}
	return c
}

func vector(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "rootwatch", Name: name, Help: help}, labels)
}

func fromZero(v *prometheus.CounterVec, set []string) {
	for _, word := range set {
		v.WithLabelValues(word)
	}
}

// Refused counts a slash request that was not taken.
func (c *counters) Refused(reason string) { c.refused.WithLabelValues(known(refusals, reason)).Inc() }

// Answered counts a slash request that was.
func (c *counters) Answered(command string) {
	c.answered.WithLabelValues(known(commands, command)).Inc()
}

// SlackError counts a call that Slack refused, by its own error word.
func (c *counters) SlackError(code string) { c.slackError.WithLabelValues(c.codes.admit(code)).Inc() }

// Delivered counts an attempt to say a message: a schedule.DeliveryState or a bot.FaultKind.
func (c *counters) Delivered(state string) {
	c.delivered.WithLabelValues(known(deliveries, state)).Inc()
}

// Checked counts a checked account: a checks.CoverageState.
func (c *counters) Checked(coverage string) {
	c.checked.WithLabelValues(known(coverages, coverage)).Inc()
}

// CostRequests counts n Cost Explorer requests of an organization.
func (c *counters) CostRequests(organization string, n int) {
	if n > 0 {
		c.requests.WithLabelValues(c.organizations.admit(organization)).Add(float64(n))
	}
}

// Slot counts a firing: sweep, spend or digest, and taken, missed or failed.
func (c *counters) Slot(schedule, outcome string) {
	c.slots.WithLabelValues(known(schedules, schedule), known(outcomes, outcome)).Inc()
}

func known(set []string, word string) string {
	if slices.Contains(set, word) {
		return word
	}
	return other
}

// words is a set of label values that grows up to maxWords. Its zero value is empty.
type words struct {
	mu  sync.Mutex
	all map[string]bool
}

var wordForm = regexp.MustCompile(`^[a-z0-9_.-]{1,64}$`)

// admit is the word, or other where it is no word or one too many.
func (w *words) admit(word string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.all[word]:
		return word
	case !wordForm.MatchString(word) || len(w.all) >= maxWords:
		return other
	case w.all == nil:
		w.all = map[string]bool{}
	}
	w.all[word] = true
	return word
}
