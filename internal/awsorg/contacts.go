package awsorg

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"
	"golang.org/x/time/rate"

	"rootwatch/checks/account"
)

const (
	callContact            = "account:GetAlternateContact"
	callContactInformation = "account:GetContactInformation"
)

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
	return readContact(ctx, c, &c.org.alternates, alternate(kind))
}

func (c contactReader) readInformation(ctx context.Context) account.Fact[*account.ContactInformation] {
	return readContact(ctx, c, &c.org.information, contactCall[*account.ContactInformation]{callContactInformation, askInformation})
}

// contactCall is one operation of Account Management that answers about the
// caller itself, or about target from the organization's side.
type contactCall[T any] struct {
	name string
	ask  func(ctx context.Context, client *accountapi.Client, target *string) (T, error)
}

// alternate asks for one of the three alternate contacts.
func alternate(kind types.AlternateContactType) contactCall[*account.AlternateContact] {
	return contactCall[*account.AlternateContact]{callContact, func(ctx context.Context, client *accountapi.Client, target *string) (*account.AlternateContact, error) {
		return askAlternate(ctx, client, target, kind)
	}}
}

// from asks with a client; target is "" for the client's own account.
func (c contactCall[T]) from(ctx context.Context, client *accountapi.Client, target string) (T, *account.Gap) {
	return within(ctx, callTimeout, c.name, func(ctx context.Context) (T, error) {
		if target == "" {
			return c.ask(ctx, client, nil)
		}
		return c.ask(ctx, client, &target)
	})
}

func readContact[T any](ctx context.Context, c contactReader, side *contactSide, call contactCall[T]) account.Fact[T] {
	own := c.reader.gap
	if own == nil {
		contact, gap := call.from(ctx, c.reader.account, "")
		if gap == nil || gap.Cause != account.Denied {
			return fact(contact, gap)
		}
		own = gap
	}
	target, may := c.target()
	if !may {
		return account.Missing[T](*own)
	}
	refused, is := side.refusal.standing(c.org.now())
	if is && target != "" {
		return account.Missing[T](both(*own, refused))
	}
	contact, gap := askOrgContact(ctx, c.org, side, call, target)
	if gap != nil && gap.Cause == account.Denied {
		if target != "" && side.refusal.denied(*gap, c.org.now()) {
			c.org.log.Warn("the organization does not answer for its members' contacts", "call", call.name, "sentence", gap.Sentence, "detail", gap.Detail)
		}
		return account.Missing[T](both(*own, *gap))
	}
	if gap == nil {
		side.refusal.answered()
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

// contactSide is one operation asked from the organization's side, for all
// accounts together.
type contactSide struct {
	rate    *rate.Limiter
	refusal refusal
}

func newContactSide() contactSide {
	return contactSide{rate: rate.NewLimiter(contactsPerSecond, contactsBurst)}
}

// askOrgContact asks from the organization's side.
func askOrgContact[T any](ctx context.Context, o *Org, side *contactSide, call contactCall[T], target string) (contact T, gap *account.Gap) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := side.rate.Wait(ctx); err != nil {
		return contact, &account.Gap{Call: call.name, Cause: account.Throttled, Detail: err.Error(),
			Sentence: "too many accounts are read through the organization at once: it is asked again later"}
	}
	contact, gap = call.from(onSide(ctx), o.sideAccount, target)
	if gap != nil && gap.Cause == account.Denied && strings.Contains(strings.ToLower(gap.Detail), "trusted access") {
		gap.Sentence = "trusted access for AWS Account Management is off: enable it under AWS Organizations, Services"
	}
	return contact, gap
}

// noContact is AWS's word that none is set.
const noContact = "ResourceNotFoundException"

// askAlternate gives nil where no contact of the kind is set.
func askAlternate(ctx context.Context, client *accountapi.Client, target *string, kind types.AlternateContactType) (*account.AlternateContact, error) {
	out, err := client.GetAlternateContact(ctx, &accountapi.GetAlternateContactInput{AlternateContactType: kind, AccountId: target})
	if apiCode(err) == noContact {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	contact := out.AlternateContact
	if contact == nil || aws.ToString(contact.EmailAddress) == "" {
		return nil, unusable(callContact, "the contact has no email address")
	}
	if contact.PhoneNumber == nil { // AWS takes no contact without one
		return nil, unusable(callContact, "the contact has no telephone number")
	}
	return &account.AlternateContact{
		Name: aws.ToString(contact.Name), Title: aws.ToString(contact.Title),
		Email: aws.ToString(contact.EmailAddress), Phone: aws.ToString(contact.PhoneNumber),
	}, nil
}

// askInformation gives nil where there is no primary contact. The postal
// address is not kept: nothing is judged by it.
func askInformation(ctx context.Context, client *accountapi.Client, target *string) (*account.ContactInformation, error) {
	out, err := client.GetContactInformation(ctx, &accountapi.GetContactInformationInput{AccountId: target})
	if apiCode(err) == noContact {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	contact := out.ContactInformation
	if contact == nil || aws.ToString(contact.FullName) == "" && aws.ToString(contact.CountryCode) == "" {
		return nil, unusable(callContactInformation, "the contact has neither a name nor a country")
	}
	if contact.PhoneNumber == nil { // AWS takes no contact without one; "" is an older one's
		return nil, unusable(callContactInformation, "the contact has no telephone number")
	}
	return &account.ContactInformation{
		FullName: aws.ToString(contact.FullName), Company: aws.ToString(contact.CompanyName),
		CountryCode: aws.ToString(contact.CountryCode), Phone: aws.ToString(contact.PhoneNumber),
	}, nil
}

const (
	refusalLasts = time.Hour
	// As many denials in a row that might be about one account alone count as
	// one about the organization: three alternate contacts of three accounts.
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
