package awsorg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

const (
	callTimeout     = 10 * time.Second // one call about one account, its retries included
	listTimeout     = 30 * time.Second // one page of Organizations, likewise
	costTimeout     = 60 * time.Second // one page of Cost Explorer, likewise; large ones take long
	attemptTimeout  = 5 * time.Second  // until an answer begins; a lost packet leaves time for a retry
	maxBackoff      = 5 * time.Second
	costMaxAttempts = 3
)

// sdkLog keeps the SDK's own lines, such as that it falls back to IMDSv1, off
// the terminal: what matters of them comes back as an error.
func sdkLog(o Options) logging.Logger {
	return logging.LoggerFunc(func(kind logging.Classification, format string, v ...any) {
		if o.Log != nil {
			o.Log.Debug("the AWS SDK says", "kind", string(kind), "text", fmt.Sprintf(format, v...))
		}
	})
}

// loadConfig sets nothing that would defeat AWS_ENDPOINT_URL, its forms for
// each service, or AWS_CA_BUNDLE.
func loadConfig(ctx context.Context, o Options) (aws.Config, error) {
	httpClient := o.HTTPClient
	if httpClient == nil {
		// AWS_CA_BUNDLE can be added only to the SDK's own kind of client.
		httpClient = awshttp.NewBuildableClient().
			WithDialerOptions(func(d *net.Dialer) { d.Timeout = attemptTimeout }).
			WithTransportOptions(func(t *http.Transport) {
				t.MaxIdleConns, t.MaxIdleConnsPerHost = 1024, 256
				t.TLSHandshakeTimeout, t.ResponseHeaderTimeout = attemptTimeout, attemptTimeout
			})
	}
	options := []func(*config.LoadOptions) error{
		config.WithHTTPClient(httpClient),
		config.WithRetryer(retryer(o.MaxAttempts, o.FirstBackoff)),
		config.WithAPIOptions([]func(*middleware.Stack) error{rememberAttempts}),
		config.WithLogger(sdkLog(o)),
	}
	if o.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Region != "" {
		options = append(options, config.WithRegion(o.Region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, loadProblem(o, err)
	}
	cfg.Region = cmp.Or(cfg.Region, defaultRegion(o.Scope.Partition))
	cfg.Credentials = ownCredentials{cfg.Credentials}
	return cfg, nil
}

func loadProblem(o Options, err error) error {
	var missing config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &missing):
		return fmt.Errorf("there is no AWS profile %q: see aws configure list-profiles, or leave the profile out", cmp.Or(o.Profile, missing.Profile))
	case strings.Contains(err.Error(), "WithTransportOptions"):
		return fmt.Errorf("AWS_CA_BUNDLE cannot be combined with an HTTP client of one's own: unset one of them: %w", err)
	}
	return fmt.Errorf("the AWS configuration cannot be read: check the files under ~/.aws and the AWS_ variables: %w", err)
}

// defaultRegion is where the global services of a partition have their home.
func defaultRegion(partition string) string {
	switch partition {
	case "aws-us-gov":
		return "us-gov-west-1"
	case "aws-cn":
		return "cn-north-1"
	}
	return "us-east-1"
}

// retryer is the standard one without its token bucket: a bucket is shared by
// all calls of a client, so a storm in one call starves the others. There is a
// client for each service and account, so attempts are bounded there anyway.
// It is never adaptive: that mode does not refill its quota.
func retryer(attempts int, first time.Duration) func() aws.Retryer {
	return func() aws.Retryer {
		return retry.NewStandard(func(s *retry.StandardOptions) {
			s.MaxAttempts = attempts
			s.RateLimiter = ratelimit.None
			s.Backoff = backoff{first}
		})
	}
}

// backoff pauses a random part of first, doubled with each attempt up to maxBackoff.
type backoff struct{ first time.Duration }

// BackoffDelay implements retry.BackoffDelayer; the SDK counts attempts from 1.
func (b backoff) BackoffDelay(attempt int, _ error) (time.Duration, error) {
	ceiling := min(b.first<<min(max(attempt-1, 0), 16), maxBackoff)
	return rand.N(ceiling) + 1, nil
}

// costConfig is cfg for Cost Explorer: few attempts, as each may be billed,
// with longer pauses, and time for a large answer to begin.
func costConfig(cfg aws.Config, o Options) aws.Config {
	cfg = cfg.Copy()
	cfg.Retryer = retryer(min(o.MaxAttempts, costMaxAttempts), 10*o.FirstBackoff)
	if b, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok && o.HTTPClient == nil {
		cfg.HTTPClient = b.WithTransportOptions(func(t *http.Transport) { t.ResponseHeaderTimeout = costTimeout })
	}
	return cfg
}

type attemptsKey struct{}

// attempts remembers why the newest attempt of a call failed. When the call's
// deadline strikes during a pause between attempts, the SDK tells only of the
// deadline, and a throttle would look like a slow answer.
type attempts struct {
	mu   sync.Mutex
	last error
}

func (a *attempts) failed(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = err
}

func (a *attempts) newest() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

func rememberAttempts(stack *middleware.Stack) error {
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("rootwatchAttempts",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleFinalize(ctx, in)
			if a, ok := ctx.Value(attemptsKey{}).(*attempts); ok && err != nil && ctx.Err() == nil {
				a.failed(err)
			}
			return out, metadata, err
		}), "Retry", middleware.After)
}
