package health_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/internal/health"
	"rootwatch/schedule"
)

const token = "xoxb-test-000000000000-canary"

func get(t *testing.T, h *health.Health, method, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, httptest.NewRequest(method, path, nil))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(body)
}

func TestRoutes(t *testing.T) {
	h := health.New(health.Options{})
	tests := []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/healthz", 200}, {http.MethodHead, "/healthz", 200}, {http.MethodPost, "/healthz", 405},
		{http.MethodGet, "/readyz", 503}, {http.MethodGet, "/metrics", 200}, {http.MethodPost, "/metrics", 405},
		{http.MethodGet, "/", 404}, {http.MethodGet, "/healthz/x", 404},
	}
	for _, tt := range tests {
		if status, _ := get(t, h, tt.method, tt.path); status != tt.status {
			t.Errorf("%s %s: %d, want %d", tt.method, tt.path, status, tt.status)
		}
	}
}

func TestReadiness(t *testing.T) {
	var logged bytes.Buffer
	log, err := health.Logger(&logged, "info", "text")
	if err != nil {
		t.Fatal(err)
	}
	h := health.New(health.Options{Log: log})
	expect := func(status int, want health.Readiness) {
		t.Helper()
		got, body := get(t, h, http.MethodGet, "/readyz")
		var r health.Readiness
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			t.Fatal(err)
		}
		if got != status {
			t.Errorf("status %d, want %d", got, status)
		}
		if diff := cmp.Diff(want, r); diff != "" {
			t.Error(diff)
		}
	}
	expect(503, health.Readiness{Checks: []health.Check{}}) // nothing is known yet, so nothing is well
	h.SetReady("store", nil)
	h.SetReady("slack", nil)
	expect(200, health.Readiness{Ready: true, Checks: []health.Check{
		{Name: "slack", Ready: true, Sentence: "slack is ready"}, {Name: "store", Ready: true, Sentence: "store is ready"},
	}})
	for range 3 { // told once in the log
		h.SetReady("slack", fmt.Errorf("Slack refuses %s", token))
	}
	expect(503, health.Readiness{Checks: []health.Check{
		{Name: "slack", Sentence: "Slack refuses [redacted]"}, {Name: "store", Ready: true, Sentence: "store is ready"},
	}})
	h.SetReady("slack", errors.New(""))
	expect(503, health.Readiness{Checks: []health.Check{
		{Name: "slack", Sentence: "not ready"}, {Name: "store", Ready: true, Sentence: "store is ready"},
	}})
	h.SetReady("slack", nil)
	h.SetReady("jobs", errors.New("jobs are starting")) // no warning: so it begins
	h.SetReady("jobs", nil)
	if n := strings.Count(logged.String(), "level=WARN"); n != 1 || strings.Count(logged.String(), "msg=ready check=") != 2 {
		t.Errorf("%d warnings in\n%s", n, logged.String())
	}
}

// lines are the samples of one metric, in order.
func lines(t *testing.T, h *health.Health, metric string) []string {
	t.Helper()
	_, body := get(t, h, http.MethodGet, "/metrics")
	var found []string
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "rootwatch_"+metric+"{") {
			found = append(found, strings.TrimSpace(strings.TrimPrefix(line, "rootwatch_"+metric)))
		}
	}
	return found
}

func TestCounters(t *testing.T) {
	h := health.New(health.Options{})
	stranger := "Ünknown <" + token + ">"
	for _, word := range []string{"forged", "forged", stranger} {
		h.Refused(word)
	}
	for _, word := range []string{"rootcheck", stranger, "rm"} {
		h.Answered(word)
	}
	for _, word := range []string{"channel_not_found", "channel_not_found", stranger} {
		h.SlackError(word)
	}
	for _, word := range []string{string(schedule.Sent), string(bot.RateLimited), stranger} {
		h.Delivered(word)
	}
	for _, word := range []string{string(checks.PartlyRead), stranger} {
		h.Checked(word)
	}
	h.CostRequests("main", 3)
	h.CostRequests("main", 2)
	h.CostRequests("main", -1) // a counter never falls
	h.CostRequests(stranger, 1)
	h.Slot("sweep", "taken")
	h.Slot(stranger, stranger)

	want := map[string][]string{
		"slack_requests_refused_total": {`{reason="forged"} 2`, `{reason="late"} 0`, `{reason="other"} 1`},
		"slack_commands_total":         {`{command="rootcheck"} 1`, `{command="spend"} 0`, `{command="other"} 2`},
		"slack_errors_total":           {`{code="channel_not_found"} 2`, `{code="other"} 1`},
		"deliveries_total":             {`{state="sent"} 1`, `{state="rate_limited"} 1`, `{state="gone"} 0`, `{state="other"} 1`},
		"accounts_checked_total":       {`{coverage="partly_read"} 1`, `{coverage="read"} 0`, `{coverage="other"} 1`},
		"aws_cost_requests_total":      {`{organization="main"} 5`, `{organization="other"} 1`},
		"slots_total":                  {`{outcome="taken",schedule="sweep"} 1`, `{outcome="missed",schedule="digest"} 0`, `{outcome="other",schedule="other"} 1`},
	}
	for metric, samples := range want {
		got := lines(t, h, metric)
		for _, sample := range samples {
			if !slices.Contains(got, sample) {
				t.Errorf("%s has no %s:\n%s", metric, sample, strings.Join(got, "\n"))
			}
		}
	}
	if _, body := get(t, h, http.MethodGet, "/metrics"); strings.Contains(body, "canary") || !strings.Contains(body, "go_goroutines") {
		t.Error("a stranger's text is a label, or the process's own metrics are missing")
	}
}

func TestLabelsAreBounded(t *testing.T) {
	h := health.New(health.Options{})
	for i := range 1000 {
		word := fmt.Sprintf("word_%d", i)
		h.Refused(word)
		h.Answered(word)
		h.SlackError(word)
		h.Delivered(word)
		h.Checked(word)
		h.CostRequests(word, 1)
		h.Slot(word, word)
	}
	for _, metric := range []string{
		"slack_requests_refused_total", "slack_commands_total", "slack_errors_total", "deliveries_total",
		"accounts_checked_total", "aws_cost_requests_total", "slots_total",
	} {
		if n := len(lines(t, h, metric)); n == 0 || n > 65 {
			t.Errorf("%s has %d series", metric, n)
		}
	}
	if !slices.Contains(lines(t, h, "slack_errors_total"), `{code="other"} 936`) {
		t.Errorf("what is over the bound is lost: %v", lines(t, h, "slack_errors_total"))
	}
}

func TestSideBySide(t *testing.T) {
	h := health.New(health.Options{Log: slog.New(slog.DiscardHandler)})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 50 {
				h.SlackError(fmt.Sprintf("code_%d", j))
				h.CostRequests("main", 1)
				h.SetReady(fmt.Sprintf("part %d", i), nil)
				h.Readiness()
			}
		})
	}
	all.Wait()
	if got := lines(t, h, "aws_cost_requests_total"); !slices.Contains(got, `{organization="main"} 400`) {
		t.Errorf("%v", got)
	}
}
