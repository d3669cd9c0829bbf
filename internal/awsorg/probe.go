package awsorg

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	costtypes "github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Answer is what became of one call that Rootwatch makes.
type Answer struct {
	Action string
	Where  account.Role // whose policy allows it; see Read
	Gap    *account.Gap // nil: it was answered
}

// Answers are those of the calls made under a context of Listen, in the order
// in which they came. It is safe for concurrent use.
type Answers struct {
	mu  sync.Mutex
	all []Answer
}

type listenKey struct{}

// Listen has the calls that are made under the context noted: a doctor hears
// of each, where a reading tells only of what it lacks.
func Listen(ctx context.Context) (context.Context, *Answers) {
	a := &Answers{}
	return context.WithValue(ctx, listenKey{}, a), a
}

// All are the answers so far.
func (a *Answers) All() []Answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.all)
}

type sideKey struct{}

// onSide marks calls from the organization's side, which the audit role may
// make as well.
func onSide(ctx context.Context) context.Context { return context.WithValue(ctx, sideKey{}, true) }

// noteAnswer tells whoever listens of a call; those that need no permission
// are not told of.
func noteAnswer(ctx context.Context, call string, gap *account.Gap) {
	listener, ok := ctx.Value(listenKey{}).(*Answers)
	if !ok {
		return
	}
	var places []account.Role
	for _, r := range Reads() {
		if r.Action == call {
			places = append(places, r.Where)
		}
	}
	if len(places) == 0 {
		return
	}
	where := places[0]
	if len(places) > 1 {
		where = account.Member
		if ctx.Value(sideKey{}) != nil {
			where = account.Management
		}
	}
	listener.mu.Lock()
	defer listener.mu.Unlock()
	listener.all = append(listener.all, Answer{call, where, gap})
}

// Examine makes every call that a sweep makes about one account, and tells of
// each. A credential report is asked for as a sweep does; where AWS has one
// that is younger than four hours it is written no second time.
func (o *Org) Examine(ctx context.Context, a account.Account) []Answer {
	ctx, heard := Listen(ctx)
	o.Facts(ctx, a)
	answers := heard.All()
	tried := func(action string) bool {
		return slices.ContainsFunc(answers, func(one Answer) bool { return one.Action == action })
	}
	if !tried(callGetReport) || tried(callGenerateReport) {
		return answers
	}
	if self, gap := o.identity(ctx); gap == nil {
		if reader := o.reader(ctx, a.ID, self); reader.gap == nil {
			_, _ = within(ctx, callTimeout, callGenerateReport, func(ctx context.Context) (struct{}, error) {
				return struct{}{}, generateReport(ctx, reader.iam)
			})
		}
	}
	return heard.All()
}

// Standing is who Rootwatch is to AWS, and where it asks.
type Standing struct {
	Account   account.ID
	ARN       string
	Partition string
	Region    string
	Gap       *account.Gap // why AWS does not say who we are; the four above it but Region are empty then
	// HomeAnswers: Region refused us and the partition's home region did not.
	HomeAnswers bool
	Home        string
	Source      string    // which provider of the SDK gave the credentials
	Expires     time.Time // of the credentials as they are now; zero where they do not
	// Ahead is how far our clock is ahead of AWS's, where AWS answered at all.
	Ahead      time.Duration
	AheadKnown bool
}

// Stand asks AWS who we are.
func (o *Org) Stand(ctx context.Context) Standing {
	s := Standing{Region: o.base.Region, Home: defaultRegion(o.opts.Scope.Partition)}
	if v, err := o.base.Credentials.Retrieve(ctx); err == nil {
		s.Source = v.Source
		if v.CanExpire {
			s.Expires = v.Expires
		}
	}
	var heard serverTime
	self, arn, gap := o.who(ctx, &heard, o.base.Region)
	s.Ahead, s.AheadKnown = heard.ahead, heard.known
	if gap != nil {
		s.Gap = gap
		if s.Region != s.Home {
			_, _, gap = o.who(ctx, &heard, s.Home)
			s.HomeAnswers = gap == nil
		}
		return s
	}
	s.Account, s.Partition, s.ARN = self.id, self.partition, arn
	return s
}

// who asks one region.
func (o *Org) who(ctx context.Context, heard *serverTime, region string) (self identity, arn string, gap *account.Gap) {
	self, gap = within(ctx, callTimeout, callIdentity, func(ctx context.Context) (identity, error) {
		out, err := o.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, func(s *sts.Options) {
			s.Region = region
			s.APIOptions = append(s.APIOptions, heard.listen)
		})
		if err != nil {
			return identity{}, err
		}
		arn = aws.ToString(out.Arn)
		return o.readIdentity(aws.ToString(out.Account), arn)
	})
	return self, arn, gap
}

// serverTime compares AWS's clock with ours, also where AWS refuses a
// signature because of ours. AWS's has whole seconds.
type serverTime struct {
	ahead time.Duration
	known bool
}

func (s *serverTime) listen(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("rootwatchServerTime",
		func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			asked := time.Now()
			out, metadata, err := next.HandleDeserialize(ctx, in)
			if response, ok := out.RawResponse.(*smithyhttp.Response); ok && response != nil && !s.known {
				if at, parsed := http.ParseTime(response.Header.Get("Date")); parsed == nil {
					ours := asked.Add(time.Since(asked) / 2)
					s.ahead, s.known = ours.Sub(at.Add(500*time.Millisecond)), true
				}
			}
			return out, metadata, err
		}), middleware.After)
}

// ContactFromSide asks the organization's side for a contact of a member, as a
// sweep does only where the member's own role is refused.
func (o *Org) ContactFromSide(ctx context.Context, member account.ID) *account.Gap {
	_, gap := askOrgContact(ctx, o, &o.alternates, alternate(types.AlternateContactTypeSecurity), member.String())
	return gap
}

// Bill makes the smallest paid request to Cost Explorer: yesterday's total.
// spent is told before it is made, as with Costs.
func (o *Org) Bill(ctx context.Context, spent func(requests int) error) *account.Gap {
	yesterday := spend.DayOf(o.now()) - 1
	_, gap := within(ctx, costTimeout, callCosts, func(ctx context.Context) (struct{}, error) {
		_, err := o.costs.GetCostAndUsage(ctx, &costexplorer.GetCostAndUsageInput{
			TimePeriod:  &costtypes.DateInterval{Start: aws.String(yesterday.String()), End: aws.String((yesterday + 1).String())},
			Granularity: costtypes.GranularityDaily, Metrics: []string{metric},
		}, countAttempts(spent))
		return struct{}{}, costProblem(err)
	})
	return gap
}

// InSCP reports whether the gap is a service control policy's doing.
func InSCP(gap account.Gap) bool { return strings.Contains(gap.Detail, "service control policy") }
