// Package awsorg is the one door to AWS: roles, paging and throttles go in,
// account.Facts and spend.Sheet come out. Every failure is an account.Gap, so
// that nothing above this package reads an SDK error code.
package awsorg

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"golang.org/x/time/rate"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

// Options say whose organization is read, and as whom. The zero value reads
// the caller's own account with the SDK's usual chain of credentials.
type Options struct {
	// Scope is stamped on every account. An empty Partition is taken from the
	// caller's own ARN; one that differs from it is refused.
	Scope account.Scope
	// Profile names a profile of the shared configuration; "" is the SDK's usual chain.
	Profile string
	// Region of the regional endpoints (STS); "" is the SDK's usual chain, then
	// us-east-1 or its like in the other partitions.
	Region string
	// RoleName is assumed in each account other than the caller's own, with
	// its path if it has one. "": such accounts are listed, but not read.
	RoleName string
	// ExternalID goes with each role that is assumed.
	ExternalID string
	// ManagementRoleARN, where it is set, is assumed for Organizations, Cost
	// Explorer and the organization's side of IAM and Account Management.
	ManagementRoleARN string
	// RootAudit has each member's root user looked at in an AssumeRoot session
	// that may do nothing else; off unless the operator wants it.
	RootAudit bool
	// Accounts holds what the operator knows better than AWS tells.
	Accounts map[account.ID]Override
	// MaxAttempts of one call, the first included; default 8. Cost Explorer,
	// where a request costs money, has at most 3.
	MaxAttempts int
	// FirstBackoff is the longest pause before the first retry, doubled up to
	// 5 s for each later one; default 100 ms, and ten times that for Cost Explorer.
	FirstBackoff time.Duration
	// OrganizationsPerSecond bounds the requests to each operation of AWS
	// Organizations, which has a quota of its own; default 3. The first ten are
	// not held back.
	OrganizationsPerSecond float64
	// Now is the clock; default time.Now.
	Now func() time.Time
	// Log hears what an operator should know; default none.
	Log *slog.Logger
	// HTTPClient carries every request; default the SDK's own with enough idle
	// connections for a sweep. Another kind cannot be combined with AWS_CA_BUNDLE.
	HTTPClient aws.HTTPClient
}

// Override is the operator's own word on an account; "" leaves AWS's.
type Override struct {
	Name string
	// Email of the root user, which AWS does not tell of an account in no organization.
	Email string
}

// Org reads one organization, or the one account of a caller that has none.
// It is safe for concurrent use.
type Org struct {
	opts Options
	now  func() time.Time
	log  *slog.Logger
	base aws.Config // the caller's own credentials

	sts *sts.Client
	own clients
	// The organization's side: the management role where there is one, else the caller.
	sideID        account.ID // of ManagementRoleARN; zero without it
	side          clients
	sideAccount   *accountapi.Client
	sideIAM       *iam.Client
	sideSTS       *sts.Client // regional: AssumeRoot has no global endpoint
	organizations *organizations.Client
	costs         *costexplorer.Client

	orgRates    rates
	alternates  contactSide
	information contactSide
	sessions    sessions
	// The sessions of AssumeRoot, apart from those of the audit role.
	rootSessions sessions
	identityOf   memo[identity]
	orgOf        memo[organization]
	featuresOf   memo[*account.RootFeatures]
	rootOf       memo[root]
	unitsOf      memo[map[string]scp.Unit]
	placesOf     memo[places]
	wholeOf      memo[checks.Organization]
	topicsOf     shared[heard]
	selectorsOf  shared[toldSelectors]
	members      accountSet // that were seen listed
}

// rates holds each operation back by itself.
type rates struct {
	perSecond rate.Limit
	mu        sync.Mutex
	limiters  map[string]*rate.Limiter
}

func (r *rates) of(call string) *rate.Limiter {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limiters == nil {
		r.limiters = map[string]*rate.Limiter{}
	}
	if r.limiters[call] == nil {
		r.limiters[call] = rate.NewLimiter(r.perSecond, orgBurst)
	}
	return r.limiters[call]
}

// clients are the services that answer about the account of their credentials.
type clients struct {
	cfg     aws.Config // for services that are regional, or asked only sometimes
	iam     *iam.Client
	account *accountapi.Client
}

func newClients(cfg aws.Config) clients {
	return clients{cfg: cfg, iam: iam.NewFromConfig(cfg), account: accountapi.NewFromConfig(cfg)}
}

const (
	// GetAlternateContact and GetContactInformation are each held at 10 a second
	// with a burst of 15 for each calling account (AWS Account Management's quotas
	// page); we stay under it.
	contactsPerSecond = 8
	contactsBurst     = 12
	orgPerSecond      = 3
	orgBurst          = 10
)

// Open loads the configuration and asks AWS nothing. Its errors are sentences
// for a person.
func Open(ctx context.Context, o Options) (*Org, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	base, err := loadConfig(ctx, o)
	if err != nil {
		return nil, err
	}
	org := &Org{
		opts: o, now: o.Now, log: o.Log, base: base,
		sts:         sts.NewFromConfig(base),
		own:         newClients(base),
		orgRates:    rates{perSecond: rate.Limit(o.OrganizationsPerSecond)},
		alternates:  newContactSide(),
		information: newContactSide(),
	}
	side := base
	if o.ManagementRoleARN != "" {
		side = base.Copy()
		side.Credentials = managementCredentials{org.assume(o.ManagementRoleARN), o.ManagementRoleARN}
		if org.sideID, err = account.ParseID(strings.Split(o.ManagementRoleARN, ":")[4]); err != nil {
			return nil, fmt.Errorf("the management role %q names no account: %w", o.ManagementRoleARN, err)
		}
	}
	org.side = newClients(side)
	org.sideAccount = accountapi.NewFromConfig(side)
	org.sideIAM = iam.NewFromConfig(side)
	org.sideSTS = sts.NewFromConfig(side)
	org.organizations = organizations.NewFromConfig(side)
	org.costs = costexplorer.NewFromConfig(costConfig(side, o))
	return org, nil
}

func (o Options) withDefaults() Options {
	o.RoleName = strings.Trim(o.RoleName, "/")
	if o.MaxAttempts <= 0 {
		o.MaxAttempts = 8
	}
	if o.FirstBackoff <= 0 {
		o.FirstBackoff = 100 * time.Millisecond
	}
	if o.OrganizationsPerSecond <= 0 {
		o.OrganizationsPerSecond = orgPerSecond
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

var (
	// The shapes are those of the STS and IAM API references.
	roleName   = regexp.MustCompile(`^/?([\w+=,.@-]+/)*[\w+=,.@-]{1,64}$`)
	externalID = regexp.MustCompile(`^[\w+=,.@:/-]+$`)
	roleARN    = regexp.MustCompile(`^arn:[a-z-]+:iam::\d{12}:role/[\w+=,.@/-]+$`)
)

// check refuses what AWS would refuse only later, once for each account.
func (o Options) check() error {
	if o.RoleName != "" && !roleName.MatchString(o.RoleName) {
		return fmt.Errorf("the role name %q is not one IAM allows: give the name alone, like RootwatchAudit, not an ARN", o.RoleName)
	}
	if n := len(o.ExternalID); n != 0 && (n < 2 || n > 1224 || !externalID.MatchString(o.ExternalID)) {
		return fmt.Errorf("the external id is not one STS allows: 2 to 1224 letters, digits or any of _+=,.@:/-")
	}
	if o.ManagementRoleARN != "" && !roleARN.MatchString(o.ManagementRoleARN) {
		return fmt.Errorf("the management role %q is not the ARN of a role, like arn:aws:iam::111122223333:role/RootwatchAudit", o.ManagementRoleARN)
	}
	return nil
}
