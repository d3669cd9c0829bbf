package awsorg

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"

	"rootwatch/checks/account"
)

const callContact = "account:GetAlternateContact"

// contactReader reads the contacts of one account: with the account's own
// session, else from the organization's side. In this order, because the
// organization's side is held at ten requests a second for all accounts
// together, and each account's own session has such an allowance for itself.
type contactReader struct {
	org        *Org
	reader     reader
	self       identity
	id         account.ID
	management bool // known to be the management account
}

func (c contactReader) read(ctx context.Context, kind types.AlternateContactType) account.Fact[*account.AlternateContact] {
	own := c.reader.gap
	if own == nil {
		contact, gap := askContact(ctx, c.reader.account, "", kind)
		if gap == nil || gap.Cause != account.Denied {
			return fact(contact, gap)
		}
		own = gap
	}
	target, may := c.target()
	if !may {
		return account.Missing[*account.AlternateContact](*own)
	}
	refused, is := c.org.refusal.standing(c.org.now())
	if is && target != "" {
		return account.Missing[*account.AlternateContact](both(*own, refused))
	}
	contact, gap := c.org.askOrgContact(ctx, target, kind)
	if gap != nil && gap.Cause == account.Denied {
		if target != "" && c.org.refusal.denied(*gap, c.org.now()) {
			c.org.log.Warn("the organization does not answer for its members' contacts", "sentence", gap.Sentence, "detail", gap.Detail)
		}
		return account.Missing[*account.AlternateContact](both(*own, *gap))
	}
	if gap == nil {
		c.org.refusal.answered()
	}
	return fact(contact, gap)
}

// target is the AccountId for the organization's side, "" where it asks about
// itself, and whether it can be asked at all: nobody may name the management account.
func (c contactReader) target() (string, bool) {
	if side := c.org.sideOf(c.self); side == c.id {
		return "", !c.reader.own
	}
	org, _ := c.org.orgOf.kept(c.org.now())
	return c.id.String(), !c.management && c.id != org.managementID && !org.standalone
}

// both is own's gap with the reason why the organization did not stand in.
func both(own, org account.Gap) account.Gap {
	own.Sentence += "; nor does the organization answer for it: " + org.Sentence
	own.Detail = strings.TrimPrefix(own.Detail+"; "+org.Detail, "; ")
	return own
}

// askOrgContact asks from the organization's side.
func (o *Org) askOrgContact(ctx context.Context, target string, kind types.AlternateContactType) (*account.AlternateContact, *account.Gap) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := o.contactRate.Wait(ctx); err != nil {
		return nil, &account.Gap{Call: callContact, Cause: account.Throttled, Detail: err.Error(),
			Sentence: "too many accounts are read through the organization at once: it is asked again later"}
	}
	contact, gap := askContact(onSide(ctx), o.sideAccount, target, kind)
	if gap != nil && gap.Cause == account.Denied && strings.Contains(strings.ToLower(gap.Detail), "trusted access") {
		gap.Sentence = "trusted access for AWS Account Management is off: enable it under AWS Organizations, Services"
	}
	return contact, gap
}

// askContact is a known nil where no contact is set.
func askContact(ctx context.Context, client *accountapi.Client, target string, kind types.AlternateContactType) (*account.AlternateContact, *account.Gap) {
	return within(ctx, callTimeout, callContact, func(ctx context.Context) (*account.AlternateContact, error) {
		in := &accountapi.GetAlternateContactInput{AlternateContactType: kind}
		if target != "" {
			in.AccountId = aws.String(target)
		}
		out, err := client.GetAlternateContact(ctx, in)
		if apiCode(err) == "ResourceNotFoundException" {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		contact := out.AlternateContact
		if contact == nil || aws.ToString(contact.EmailAddress) == "" {
			return nil, unusable(callContact, "the contact has no email address")
		}
		return &account.AlternateContact{
			Name: aws.ToString(contact.Name), Title: aws.ToString(contact.Title),
			Email: aws.ToString(contact.EmailAddress), Phone: aws.ToString(contact.PhoneNumber),
		}, nil
	})
}

const (
	refusalLasts = time.Hour
	// As many denials in a row that might be about one account alone count as
	// one about the organization: three contacts of three accounts.
	maxDenials = 9
)

// refusal remembers that the organization's side answers for no account, so
// that it is not asked for each of 5,000. The zero value is none.
type refusal struct {
	mu      sync.Mutex
	gap     account.Gap
	until   time.Time
	denials int
}

func (r *refusal) standing(now time.Time) (account.Gap, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.gap, now.Before(r.until)
}

func (r *refusal) answered() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.denials = 0
}

// denied reports whether the refusal begins to stand with gap. AWS marks a denial
// about the account that was named with "(Access Denied)".
func (r *refusal) denied(gap account.Gap, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.denials++
	if strings.Contains(gap.Detail, "(Access Denied)") && r.denials < maxDenials {
		return false
	}
	began := !now.Before(r.until)
	r.gap, r.until, r.denials = gap, now.Add(refusalLasts), 0
	return began
}
