package cloud_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"rootwatch/internal/demo/cloud"
)

// once is demo with an SDK that does not try again.
func once(t *testing.T, o cloud.Options) world {
	t.Helper()
	w := start(t, cloud.DemoOrganization(today), o)
	w.cfg.RetryMaxAttempts = 1
	return w
}

var throttles = map[string]string{
	"sts": "Throttling", "iam": "Throttling", "organizations": "TooManyRequestsException",
	"account": "TooManyRequestsException", "ce": "LimitExceededException",
	"ssm": "ThrottlingException", "secretsmanager": "ThrottlingException",
	"budgets": "ThrottlingException", "sns": "Throttling",
}

// Every service words its refusals in its own way, and the SDK knows them.
func TestRefusalsByService(t *testing.T) {
	w := once(t, cloud.Options{})
	broken := map[string]string{
		"sts": "InternalFailure", "iam": "ServiceFailure", "organizations": "ServiceException",
		"account": "InternalServerException", "ce": "InternalFailure",
		"ssm": "InternalServerError", "secretsmanager": "InternalServiceError",
		"cloudtrail": "InternalFailure", "guardduty": "InternalServerErrorException", "events": "InternalException", "config": "InternalFailure",
		"logs": "ServiceUnavailableException", "cloudwatch": "InternalServiceFault",
		"budgets": "InternalErrorException", "sns": "InternalError",
	}
	for name, call := range everyOperation(w.cfg, w) {
		service, operation, _ := strings.Cut(name, ":")
		denied := "AccessDeniedException"
		if service == "iam" || service == "sts" {
			denied = "AccessDenied"
		}
		if service == "sns" {
			denied = "AuthorizationError"
		}
		for kind, code := range map[cloud.FaultKind]string{
			cloud.FaultThrottle: throttles[service], cloud.FaultServerError: broken[service], cloud.FaultDeny: denied,
		} {
			w.AddFault(cloud.Fault{Service: service, Operation: operation, Kind: kind, Times: 1})
			_ = wantCode(t, call(t.Context()), code)
		}
		w.AddFault(cloud.Fault{Service: service, Kind: cloud.FaultServerError, Status: 503, Code: "SlowDown", Message: "slowly", Times: 1})
		if api := wantCode(t, call(t.Context()), "SlowDown"); api.ErrorMessage() != "slowly" {
			t.Errorf("%s: message %q", name, api.ErrorMessage())
		}
	}
}

// The SDK's own retries must take each throttle for one.
func TestThrottlesAreRetried(t *testing.T) {
	w := start(t, cloud.DemoOrganization(today), cloud.Options{})
	w.cfg.Retryer = func() aws.Retryer { // the SDK's own, without its pauses
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		})
	}
	if _, err := iam.NewFromConfig(w.cfg).GenerateCredentialReport(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for name, call := range everyOperation(w.cfg, w) {
		service, operation, _ := strings.Cut(name, ":")
		before := w.CallCount(service, operation)
		w.AddFault(cloud.Fault{Service: service, Operation: operation, Kind: cloud.FaultThrottle, Times: 2})
		if err := call(t.Context()); err != nil {
			t.Errorf("%s after two throttles: %v", name, err)
		}
		if n := w.CallCount(service, operation) - before; n != 3 {
			t.Errorf("%s was tried %d times", name, n)
		}
	}
}

// What cannot be decoded is no error of AWS's: the client must not call it denied.
func TestUndecodableAnswers(t *testing.T) {
	w := once(t, cloud.Options{})
	if _, err := iam.NewFromConfig(w.cfg).GenerateCredentialReport(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for name, call := range everyOperation(w.cfg, w) {
		service, operation, _ := strings.Cut(name, ":")
		for _, f := range []cloud.Fault{
			{Kind: cloud.FaultHTML}, {Kind: cloud.FaultHTML, Status: 403}, {Kind: cloud.FaultTruncate}, {Kind: cloud.FaultReset},
		} {
			f.Service, f.Operation, f.Times = service, operation, 1
			w.AddFault(f)
			err := call(t.Context())
			var api smithy.APIError
			if err == nil || errors.As(err, &api) {
				t.Errorf("%s with %s %d: %v", name, f.Kind, f.Status, err)
			}
		}
		if err := call(t.Context()); err != nil {
			t.Errorf("%s after its faults: %v", name, err)
		}
	}
}

func TestHangEndsWithTheClient(t *testing.T) {
	w := once(t, cloud.Options{})
	w.AddFault(cloud.Fault{Service: "sts", Kind: cloud.FaultHang})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { cancel() }})
	_, err := sts.NewFromConfig(w.cfg).GetCallerIdentity(ctx, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	w.ClearFaults()
	if _, err := sts.NewFromConfig(w.cfg).GetCallerIdentity(t.Context(), nil); err != nil {
		t.Errorf("after the faults were cleared: %v", err)
	}
}

// Delays pass on the bubble's clock, so they are exact.
func TestDelays(t *testing.T) {
	for _, c := range []struct {
		name    string
		options cloud.Options
		fault   *cloud.Fault
		patient time.Duration // how long the client stays
		took    time.Duration
		status  int // 0: no answer
	}{
		{"latency", cloud.Options{Latency: 2 * time.Second}, nil, time.Minute, 2 * time.Second, 200},
		{"client leaves during the latency", cloud.Options{Latency: 2 * time.Second}, nil, time.Second, time.Second, 0},
		{"slow", cloud.Options{}, &cloud.Fault{Kind: cloud.FaultSlow, Delay: 3 * time.Second}, time.Minute, 3 * time.Second, 200},
		{"late throttle", cloud.Options{}, &cloud.Fault{Kind: cloud.FaultThrottle, Delay: time.Second}, time.Minute, time.Second, 400},
		{"hang for a while", cloud.Options{}, &cloud.Fault{Kind: cloud.FaultHang, Delay: 5 * time.Second}, time.Minute, 5 * time.Second, 0},
		{"hang for ever", cloud.Options{}, &cloud.Fault{Kind: cloud.FaultHang}, 7 * time.Second, 7 * time.Second, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := cloud.New(cloud.DemoOrganization(today), c.options)
				if c.fault != nil {
					server.AddFault(*c.fault)
				}
				ctx, cancel := context.WithTimeout(t.Context(), c.patient)
				defer cancel()
				r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader("Action=GetCallerIdentity"))
				r.Header.Set("Authorization", signed("sts"))
				w := httptest.NewRecorder()
				began := time.Now()
				status := func() (status int) {
					defer func() {
						problem := recover()
						if err, ok := problem.(error); ok && errors.Is(err, http.ErrAbortHandler) {
							status = 0
						} else if problem != nil {
							panic(problem)
						}
					}()
					server.ServeHTTP(w, r)
					if w.Body.Len() == 0 {
						return 0
					}
					return w.Code
				}()
				if took := time.Since(began); took != c.took || status != c.status {
					t.Errorf("took %v with status %d, want %v with %d", took, status, c.took, c.status)
				}
			})
		})
	}
}

func TestPageFaults(t *testing.T) {
	w := once(t, cloud.Options{PageSize: 15, CostPage: 50})
	client := organizations.NewFromConfig(w.cfg)

	w.AddFault(cloud.Fault{Kind: cloud.FaultEmptyPage, Times: 2})
	first, err := client.ListAccounts(t.Context(), nil)
	if err != nil || len(first.Accounts) != 0 || first.NextToken == nil {
		t.Fatalf("empty page: %v, %v", first, err)
	}
	if all, pages := list(t, w.cfg, nil); len(all) != 40 || pages != 4 {
		t.Errorf("past an empty page: %d accounts on %d pages", len(all), pages)
	}

	w.AddFault(cloud.Fault{Operation: "ListAccounts", Kind: cloud.FaultRepeatToken})
	first, err = client.ListAccounts(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := client.ListAccounts(t.Context(), &organizations.ListAccountsInput{NextToken: first.NextToken})
	if err != nil || *again.NextToken != *first.NextToken || *again.Accounts[0].Id != *first.Accounts[0].Id {
		t.Errorf("repeated token: %v, %v", again, err)
	}
	w.ClearFaults()

	w.AddFault(cloud.Fault{Service: "ce", Kind: cloud.FaultSecondPage})
	bills := costexplorer.NewFromConfig(w.cfg)
	page, err := bills.GetCostAndUsage(t.Context(), costInput(-3, 0))
	if err != nil || page.NextPageToken == nil {
		t.Fatalf("first page: %v, %v", page, err)
	}
	next := costInput(-3, 0)
	next.NextPageToken = page.NextPageToken
	_, err = bills.GetCostAndUsage(t.Context(), next)
	_ = wantCode(t, err, "InternalFailure")
	w.ClearFaults()

	w.AddFault(cloud.Fault{Service: "ce", Kind: cloud.FaultEmptyPage, Times: 1})
	page, err = bills.GetCostAndUsage(t.Context(), next)
	if err != nil || len(page.ResultsByTime) != 0 || *page.NextPageToken != *next.NextPageToken {
		t.Errorf("empty cost page: %v, %v", page, err)
	}
	w.AddFault(cloud.Fault{Service: "iam", Kind: cloud.FaultEmptyPage, Times: 1})
	devices, err := iam.NewFromConfig(w.in(t, "222233334444")).ListVirtualMFADevices(t.Context(), nil)
	if err != nil || len(devices.VirtualMFADevices) != 0 || !devices.IsTruncated || devices.Marker == nil {
		t.Errorf("empty device page: %v, %v", devices, err)
	}
	// Page faults leave operations without pages alone.
	w.AddFault(cloud.Fault{Kind: cloud.FaultSecondPage})
	if _, err := sts.NewFromConfig(w.cfg).GetCallerIdentity(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestFaultsMatchNarrowly(t *testing.T) {
	w := once(t, cloud.Options{})
	w.AddFault(cloud.Fault{Account: "444455556666", Kind: cloud.FaultThrottle})
	client := sts.NewFromConfig(w.cfg)
	_, err := client.AssumeRole(t.Context(), assumeInput(w, "444455556666"))
	_ = wantCode(t, err, "Throttling")
	if _, err := client.AssumeRole(t.Context(), assumeInput(w, "123456789012")); err != nil {
		t.Errorf("another account: %v", err)
	}
	w.ClearFaults()

	w.AddFault(cloud.Fault{Percent: 30, Kind: cloud.FaultThrottle})
	failed := 0
	for range 200 {
		if _, err := client.GetCallerIdentity(t.Context(), nil); err != nil {
			failed++
		}
	}
	if failed < 40 || failed > 80 { // the seed is fixed; 60 is the mean
		t.Errorf("30 percent of 200 were %d", failed)
	}
}

func TestImpossibleFaultsPanic(t *testing.T) {
	s := cloud.New(cloud.DemoOrganization(today), cloud.Options{})
	for _, f := range []cloud.Fault{
		{Kind: "earthquake"}, {}, {Service: "s3", Kind: cloud.FaultDeny}, {Service: "iam", Operation: "AssumeRole", Kind: cloud.FaultDeny},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v was taken", f)
				}
			}()
			s.AddFault(f)
		}()
	}
}

func TestThrottlePerSecond(t *testing.T) {
	now := today
	w := once(t, cloud.Options{ThrottlePerSecond: 3, Wall: func() time.Time { return now }})
	client := iam.NewFromConfig(w.cfg)
	for i := range 8 {
		if i == 4 {
			now = now.Add(time.Second)
		}
		_, err := client.GetAccountSummary(t.Context(), nil)
		if refused := i == 3 || i == 7; refused {
			_ = wantCode(t, err, "Throttling")
		} else if err != nil {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if _, err := organizations.NewFromConfig(w.cfg).DescribeOrganization(t.Context(), nil); err != nil {
		t.Errorf("another service shares the limit: %v", err)
	}
	if _, err := iam.NewFromConfig(w.in(t, "444455556666")).GetAccountSummary(t.Context(), nil); err != nil {
		t.Errorf("another account shares the limit: %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	w := start(t, cloud.DemoOrganization(today), cloud.Options{})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for digits := range 10 {
				w.Update(func(o *cloud.Organization) { o.Accounts[20].Root.Password = i%2 == 0 })
				_ = w.Organization().Truth()
				out, err := sts.NewFromConfig(w.cfg).AssumeRole(t.Context(), assumeInput(w, "10000000001"+string(rune('0'+digits))))
				if err != nil {
					t.Error(err)
					return
				}
				if !strings.HasPrefix(*out.Credentials.AccessKeyId, "ASIA10000000001") {
					t.Errorf("key %s", *out.Credentials.AccessKeyId)
				}
				w.AddFault(cloud.Fault{Service: "ce", Kind: cloud.FaultThrottle, Times: 1})
				_ = len(w.Calls())
			}
		})
	}
	group.Wait()
	if n := w.CallCount("sts", "AssumeRole"); n != 80 {
		t.Errorf("%d calls", n)
	}
}
