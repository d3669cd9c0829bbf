package awsorg

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"

	"rootwatch/checks/account"
)

const (
	callAssumeRole = "sts:AssumeRole"
	sessionName    = "rootwatch"
	// Longer than any reading of an account, so that none is cut off midway.
	expiryWindow = 2 * time.Minute
	// More than are read at once. An account that is asked again while its
	// credential report is written finds its session here.
	maxSessions = 512
)

// ownCredentials marks failures of the caller's chain, so that they are told
// apart from AWS refusing a call.
type ownCredentials struct{ aws.CredentialsProvider }

// Retrieve implements aws.CredentialsProvider.
func (c ownCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	v, err := c.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, &credentialError{err}
	}
	return v, nil
}

// managementCredentials marks failures to assume the management role.
type managementCredentials struct {
	aws.CredentialsProvider
	arn string
}

// Retrieve implements aws.CredentialsProvider.
func (c managementCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	v, err := c.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, &managementRoleError{c.arn, err}
	}
	return v, nil
}

// assume takes the SDK's default of 15 minutes: a caller that is itself a
// role may have no more than an hour, and a role may allow less than that.
func (o *Org) assume(arn string) *aws.CredentialsCache {
	provider := stscreds.NewAssumeRoleProvider(o.sts, arn, func(a *stscreds.AssumeRoleOptions) {
		a.RoleSessionName = sessionName
		if o.opts.ExternalID != "" {
			a.ExternalID = aws.String(o.opts.ExternalID)
		}
	})
	return aws.NewCredentialsCache(provider, func(c *aws.CredentialsCacheOptions) { c.ExpiryWindow = expiryWindow })
}

// sessions keeps the newest sessions in other accounts; the zero value is empty.
type sessions struct {
	mu   sync.Mutex
	uses uint64
	byID map[account.ID]*session
}

type session struct {
	credentials *aws.CredentialsCache
	used        uint64 // ordinal of the newest use
}

// of returns the account's session, made with open where there is none. The
// one unused for longest gives way to it.
func (s *sessions) of(id account.ID, open func() *aws.CredentialsCache) *aws.CredentialsCache {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = map[account.ID]*session{}
	}
	s.uses++
	if kept := s.byID[id]; kept != nil {
		kept.used = s.uses
		return kept.credentials
	}
	if len(s.byID) >= maxSessions {
		var oldest account.ID
		for id, kept := range s.byID {
			if oldest.IsZero() || kept.used < s.byID[oldest].used {
				oldest = id
			}
		}
		delete(s.byID, oldest)
	}
	opened := &session{open(), s.uses}
	s.byID[id] = opened
	return opened.credentials
}

func (s *sessions) drop(id account.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, id)
}

// member is the clients of an account other than the caller's. Their
// credentials are fixed, so no call of this reading has to assume the role anew.
func (o *Org) member(ctx context.Context, id account.ID, partition string) (clients, *account.Gap) {
	if o.opts.RoleName == "" {
		return clients{}, &account.Gap{Call: callAssumeRole, Cause: account.NotOnboarded, Sentence: fmt.Sprintf(
			"account %s is not the caller's own and no role is configured to read it: set the name of the audit role", id)}
	}
	arn := fmt.Sprintf("arn:%s:iam::%s:role/%s", partition, id, o.opts.RoleName)
	cache := o.sessions.of(id, func() *aws.CredentialsCache { return o.assume(arn) })
	v, gap := within(ctx, callTimeout, callAssumeRole, cache.Retrieve)
	if gap != nil {
		return clients{}, o.notOnboarded(id, *gap)
	}
	cfg := o.base.Copy()
	cfg.Credentials = credentials.StaticCredentialsProvider{Value: v}
	return newClients(cfg), nil
}

// notOnboarded reads a refusal of AssumeRole: AWS answers alike for a missing
// role, a trust policy that does not fit and a wrong external id.
func (o *Org) notOnboarded(id account.ID, gap account.Gap) *account.Gap {
	if gap.Cause == account.Denied {
		gap.Cause = account.NotOnboarded
		gap.Sentence = fmt.Sprintf("the role %s could not be assumed: it is missing in the account, or its trust policy or external id does not fit", o.opts.RoleName)
	}
	return &gap
}
