package awsorg_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/awsorg"
	emulated "rootwatch/internal/demo/cloud"
)

// metered is an organization whose charges are sent to CloudWatch.
func metered(t *testing.T, org *emulated.Organization, o awsorg.Options) (*emulated.Server, *awsorg.Org) {
	t.Helper()
	server := emulated.New(org, emulated.Options{Now: func() time.Time { return now }})
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	t.Setenv("AWS_ENDPOINT_URL", web.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE000000000")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
	t.Setenv("AWS_REGION", "eu-central-1") // the metric is in us-east-1 whatever the region is
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", "/nonexistent")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
	o.Scope, o.MaxAttempts, o.FirstBackoff = account.Scope{Partition: "aws", Organization: "acme"}, 2, time.Nanosecond
	o.Now = func() time.Time { return now }
	opened, err := awsorg.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return server, opened
}

// twoAccounts cost $24 and $48 a day.
func twoAccounts() *emulated.Organization {
	org := emulated.DemoOrganization(now)
	org.Accounts = org.Accounts[:2]
	org.Accounts[0].Costs = []emulated.Cost{{Service: "Amazon Elastic Compute Cloud - Compute", Amount: emulated.Dollars(24)}, {Service: "Tax", Record: emulated.RecordTax, Amount: emulated.Dollars(9)}}
	org.Accounts[1].Costs = []emulated.Cost{{Service: "Amazon Simple Storage Service", Amount: emulated.Dollars(48)}}
	return org
}

func unpaid(int) error { return nil }

func TestEstimatedCharges(t *testing.T) {
	org := twoAccounts()
	a, b := org.Accounts[0].ID, org.Accounts[1].ID
	server, o := metered(t, org, awsorg.Options{})
	keys, err := o.EstimatedKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[spend.EstimatedKey]float64{
		{}: 72, {Service: "AmazonEC2"}: 24, {Service: "AmazonS3"}: 48, {Account: a}: 24, {Account: b}: 48,
		{Account: a, Service: "AmazonEC2"}: 24, {Account: b, Service: "AmazonS3"}: 48,
	}
	if len(keys) != len(want) {
		t.Errorf("keys %v, want %d", keys, len(want))
	}
	asked := 0
	all, err := o.Estimated(t.Context(), keys, now.Add(-15*24*time.Hour), now, func(n int) error { asked += n; return nil })
	if err != nil || asked != len(keys) || len(all) != len(keys) {
		t.Fatalf("%d series, %d paid for: %v", len(all), asked, err)
	}
	for i, s := range all {
		if s.EstimatedKey != keys[i] || s.Currency != "USD" || s.Missing != "" || len(s.Points) != 60 {
			t.Fatalf("%+v of %+v: %d points, missing %q", s.EstimatedKey, keys[i], len(s.Points), s.Missing)
		}
		first, last := s.Points[0], s.Points[len(s.Points)-1]
		if !last.At.Equal(now.Add(-6*time.Hour)) || !last.At.After(first.At) {
			t.Errorf("%v: points from %s to %s", s.EstimatedKey, first.At, last.At)
		}
		// The newest figure was sent at 8:00 on the 20th and is of midnight.
		if days := last.Total / want[s.EstimatedKey]; math.Abs(days-19) > 0.01 {
			t.Errorf("%v: %g is %g days, want 19", s.EstimatedKey, last.Total, days)
		}
	}
	for _, call := range server.Calls() {
		if call.Service == "cloudwatch" && call.Account != org.Management().ID {
			t.Errorf("asked of %s", call.Account)
		}
	}
}

func TestEstimatedChargesThatAreOff(t *testing.T) {
	for name, c := range map[string]struct {
		edit  func(*emulated.Organization)
		fault *emulated.Fault
		cause account.Cause
		says  string
	}{
		"billing alerts are off": {edit: func(o *emulated.Organization) { o.BillingAlertsOff = true }, cause: account.NotEnabled, says: "Receive CloudWatch billing alerts"},
		"another currency":       {edit: func(o *emulated.Organization) { o.Currency = "EUR" }, cause: account.NotEnabled, says: "not a bill of nothing"},
		"a member asks":          {edit: func(o *emulated.Organization) { o.CallerAccount = o.Accounts[1].ID }, cause: account.NotCollected, says: "to the payer alone"},
		"denied":                 {fault: &emulated.Fault{Service: "cloudwatch", Kind: emulated.FaultDeny}, cause: account.Denied, says: "cloudwatch:ListMetrics"},
		"throttled":              {fault: &emulated.Fault{Service: "cloudwatch", Kind: emulated.FaultThrottle}, cause: account.Throttled, says: "ListMetrics"},
		"its pages go round":     {fault: &emulated.Fault{Service: "cloudwatch", Kind: emulated.FaultEmptyPage}, cause: account.Undecodable, says: "circle"},
		"a proxy's page":         {fault: &emulated.Fault{Service: "cloudwatch", Kind: emulated.FaultHTML, Status: 200}, cause: account.Undecodable},
		"half an answer":         {fault: &emulated.Fault{Service: "cloudwatch", Kind: emulated.FaultTruncate}},
	} {
		t.Run(name, func(t *testing.T) {
			org := twoAccounts()
			if c.edit != nil {
				c.edit(org)
			}
			server, o := metered(t, org, awsorg.Options{})
			if c.fault != nil {
				server.AddFault(*c.fault)
			}
			keys, err := o.EstimatedKeys(t.Context())
			var gap account.Gap
			if !errors.As(err, &gap) || keys != nil || c.cause != "" && gap.Cause != c.cause || !strings.Contains(gap.Sentence, c.says) {
				t.Errorf("%v, %v (%s); want %s with %q", keys, err, gap.Cause, c.cause, c.says)
			}
		})
	}
}

// What GetMetricData gives in part is no answer, and neither is a failure.
func TestEstimatedChargesInPart(t *testing.T) {
	key := []spend.EstimatedKey{{}}
	from := now.Add(-15 * 24 * time.Hour)
	for status, says := range map[string]string{"PartialData": "(PartialData)", "InternalError": "(InternalError)", "Forbidden": "Forbidden"} {
		org := twoAccounts()
		org.EstimatedStatus = status
		_, o := metered(t, org, awsorg.Options{})
		all, err := o.Estimated(t.Context(), key, from, now, unpaid)
		if err != nil || len(all) != 1 || !strings.Contains(all[0].Missing, says) {
			t.Errorf("%s: %+v, %v", status, all, err)
		}
		if v := spend.JudgeEstimated(all[0], spend.History{}, nil, now, spend.DefaultSettings()); v.Known {
			t.Errorf("%s is taken for an answer", status)
		}
	}
	for _, fault := range []emulated.Fault{
		{Kind: emulated.FaultServerError}, {Kind: emulated.FaultDeny}, {Kind: emulated.FaultThrottle},
		{Kind: emulated.FaultOmit, Field: "MetricDataResults"}, {Kind: emulated.FaultOmit, Field: "Timestamps"}, {Kind: emulated.FaultOmit, Field: "Id"},
	} {
		server, o := metered(t, twoAccounts(), awsorg.Options{})
		fault.Service, fault.Operation = "cloudwatch", "GetMetricData"
		server.AddFault(fault)
		all, err := o.Estimated(t.Context(), key, from, now, unpaid)
		var gap account.Gap
		if !errors.As(err, &gap) || gap.Call != "cloudwatch:GetMetricData" || all != nil {
			t.Errorf("%s %s: %+v, %v", fault.Kind, fault.Field, all, err)
		}
	}
	server, o := metered(t, twoAccounts(), awsorg.Options{})
	server.AddFault(emulated.Fault{Service: "cloudwatch", Operation: "GetMetricData", Kind: emulated.FaultOmit, Field: "StatusCode"})
	if all, err := o.Estimated(t.Context(), key, from, now, unpaid); err != nil || !strings.Contains(all[0].Missing, "no status") {
		t.Errorf("without a status: %+v, %v", all, err)
	}
	server.ClearFaults()
	if all, err := o.Estimated(t.Context(), append(key, spend.EstimatedKey{Service: "AmazonNothing"}), from, now, unpaid); err != nil || len(all[1].Points) != 0 || all[1].Missing != "" {
		t.Errorf("a series without data: %+v, %v", all, err)
	}
	calls := server.CallCount("cloudwatch", "GetMetricData")
	_, err := o.Estimated(t.Context(), key, from, now, func(int) error { return errors.New("the cap is reached") })
	if gap := (account.Gap{}); !errors.As(err, &gap) || gap.Cause != account.OverBudget || server.CallCount("cloudwatch", "GetMetricData") != calls {
		t.Errorf("past the cap: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.Estimated(ctx, key, from, now, unpaid); err == nil {
		t.Error("who does not wait gets an answer")
	}
}

// Many accounts are read by pages and in batches, each metric once.
func TestEstimatedChargesInBatches(t *testing.T) {
	org := emulated.LargeOrganization(now, 300)
	for _, a := range org.Accounts {
		a.Costs = []emulated.Cost{{Service: "Amazon Simple Storage Service", Amount: emulated.Dollars(5)}}
	}
	server, o := metered(t, org, awsorg.Options{})
	keys, err := o.EstimatedKeys(t.Context())
	if err != nil || len(keys) != 602 {
		t.Fatalf("%d keys: %v", len(keys), err)
	}
	var batches []int
	all, err := o.Estimated(t.Context(), keys, now.Add(-48*time.Hour), now, func(n int) error { batches = append(batches, n); return nil })
	if err != nil || fmt.Sprint(batches) != "[500 102]" || len(all) != 602 {
		t.Fatalf("%d series in batches of %v: %v", len(all), batches, err)
	}
	for i, s := range all {
		if s.EstimatedKey != keys[i] || s.Missing != "" || len(s.Points) != 8 {
			t.Fatalf("%+v", s)
		}
	}
	if lists, reads := server.CallCount("cloudwatch", "ListMetrics"), server.CallCount("cloudwatch", "GetMetricData"); lists != 2 || reads != 2 {
		t.Errorf("%d pages of ListMetrics, %d of GetMetricData", lists, reads)
	}
	server.AddFault(emulated.Fault{Service: "cloudwatch", Kind: emulated.FaultSecondPage})
	if keys, err := o.EstimatedKeys(t.Context()); err == nil {
		t.Errorf("a second page failed, and %d keys are all there are", len(keys))
	}
}

// The last hours of a month are sent on the 1st, and then the total falls.
func TestEstimatedChargesOverTheMonth(t *testing.T) {
	was := now
	now = time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)
	defer func() { now = was }()
	_, o := metered(t, twoAccounts(), awsorg.Options{})
	all, err := o.Estimated(t.Context(), []spend.EstimatedKey{{}}, now.Add(-15*24*time.Hour), now, unpaid)
	if err != nil {
		t.Fatal(err)
	}
	points := all[0].Points
	if n := len(points); points[n-4].Total < 2000 || points[n-1].Total > 72 || points[n-1].Total <= 0 {
		t.Errorf("%+v", points[n-5:])
	}
	org := twoAccounts()
	org.EstimatedUntil = now.Add(-48 * time.Hour)
	_, o = metered(t, org, awsorg.Options{})
	if all, err = o.Estimated(t.Context(), []spend.EstimatedKey{{}}, now.Add(-15*24*time.Hour), now, unpaid); err != nil {
		t.Fatal(err)
	}
	if v := spend.JudgeEstimated(all[0], spend.History{}, nil, now, spend.DefaultSettings()); v.Known || !strings.Contains(v.Why, "nothing since") {
		t.Errorf("a metric that is not sent any more: %+v", v)
	}
}

// askEstimated makes the calls of the weekend; what is asked counts, and not
// the answer.
func askEstimated(t *testing.T, org *awsorg.Org) {
	t.Helper()
	_, _ = org.EstimatedKeys(t.Context())
	_, _ = org.Estimated(t.Context(), []spend.EstimatedKey{{}}, now.Add(-time.Hour), now, unpaid)
}
