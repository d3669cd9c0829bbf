package awsorg

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"rootwatch/checks/account"
)

const (
	callSelectors = "cloudtrail:GetEventSelectors"
	// A trail of the organization is asked about once in this time.
	keepSelectors = 10 * time.Minute
)

// selectors are a trail's own: an event is recorded where one of them has it.
// A trail has the one kind or the other.
type selectors struct {
	classic  []types.EventSelector
	advanced []types.AdvancedEventSelector
}

// toldSelectors are selectors, or why they were not told.
type toldSelectors struct {
	selectors
	gap *account.Gap
}

// readSelectors says what of the management events a trail records.
func (w watchReader) readSelectors(ctx context.Context, client *cloudtrail.Client, t *account.Trail) {
	found, gap := w.selectorsOf(ctx, client, t)
	if gap != nil {
		t.EventGap = gap
		return
	}
	is := found.records(w.account.RootARN())
	t.Management, t.SignIns = is.reads.And(is.writes), is.signIns
	switch {
	case t.Management == account.AnswerUnknown || t.SignIns == account.AnswerUnknown:
		t.EventGap = &account.Gap{Call: callSelectors, Cause: account.Undecodable,
			Sentence: "Whether the event selectors of the trail " + clip(t.Name, 128) + " leave out what root does cannot be decided"}
	case t.Management == account.Yes:
	case is.writes == account.Yes:
		t.LeftOut = "reads"
	case is.reads == account.Yes:
		t.LeftOut = "writes"
	default:
		t.LeftOut = "management events"
	}
}

// selectorsOf asks in the trail's home region, which alone knows them. AWS may
// refuse to tell a member of the organization's trail, so a trail of the
// account that the organization is asked with is asked about with those
// credentials, and one of another account that is listed with that account's
// audit role: once for all who see it.
func (w watchReader) selectorsOf(ctx context.Context, client *cloudtrail.Client, t *account.Trail) (selectors, *account.Gap) {
	org, self := w.topics.org, w.topics.self
	var owner account.ID
	if part := strings.Split(t.ARN, ":"); len(part) > 4 {
		owner, _ = account.ParseID(part[4])
	}
	side := org.sideOf(self)
	if owner != side && (owner == w.account.ID || owner != self.id && !org.members.has(owner)) {
		return askSelectors(ctx, client, t)
	}
	told, gap := org.selectorsOf.of(t.ARN).get(ctx, callSelectors, org.now, keepSelectors, func(ctx context.Context) (toldSelectors, *account.Gap) {
		r := reader{clients: org.side}
		if owner != side {
			r = org.reader(ctx, owner, self)
		}
		found, gap := selectors{}, r.gap
		if gap == nil {
			found, gap = askSelectors(ctx, cloudtrail.NewFromConfig(r.cfg), t)
		}
		if gap != nil && gap.Cause.Passing() {
			return toldSelectors{}, gap
		}
		return toldSelectors{found, gap}, nil // a refusal is kept too: thousands of accounts see one trail
	})
	if gap == nil {
		gap = told.gap
	}
	return told.selectors, gap
}

func askSelectors(ctx context.Context, client *cloudtrail.Client, t *account.Trail) (selectors, *account.Gap) {
	return within(ctx, callTimeout, callSelectors, func(ctx context.Context) (selectors, error) {
		out, err := client.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: aws.String(t.ARN)}, func(o *cloudtrail.Options) {
			if t.HomeRegion != "" {
				o.Region = t.HomeRegion
			}
		})
		if err != nil {
			return selectors{}, err
		}
		if len(out.EventSelectors)+len(out.AdvancedEventSelectors) == 0 {
			return selectors{}, unusable(callSelectors, "it holds no selector, and each trail has one")
		}
		return selectors{out.EventSelectors, out.AdvancedEventSelectors}, nil
	})
}

// recorded is which management events a selector has: reads, writes, and of
// the writes root's sign-ins.
type recorded struct{ reads, writes, signIns account.Answer }

func (r recorded) and(s recorded) recorded {
	return recorded{r.reads.And(s.reads), r.writes.And(s.writes), r.signIns.And(s.signIns)}
}

func (r recorded) or(s recorded) recorded {
	return recorded{r.reads.Or(s.reads), r.writes.Or(s.writes), r.signIns.Or(s.signIns)}
}

var (
	recordsAll    = recorded{account.Yes, account.Yes, account.Yes}
	recordsNone   = recorded{account.No, account.No, account.No}
	recordsReads  = recorded{account.Yes, account.No, account.No}
	recordsWrites = recorded{account.No, account.Yes, account.Yes} // a sign-in's readOnly is false
)

// records is what the selectors have together. root is the ARN of the account's root.
func (s selectors) records(root string) recorded {
	is := recordsNone
	for _, one := range s.classic {
		is = is.or(classicRecords(one, root))
	}
	for _, one := range s.advanced {
		is = is.or(advancedRecords(one, root))
	}
	return is
}

// classicRecords reads what is absent as the EventSelector of the API
// reference does: management events, all of them.
func classicRecords(s types.EventSelector, root string) recorded {
	if s.IncludeManagementEvents != nil && !*s.IncludeManagementEvents {
		return recordsNone
	}
	is := recorded{}
	switch s.ReadWriteType {
	case "", types.ReadWriteTypeAll:
		is = recordsAll
	case types.ReadWriteTypeReadOnly:
		is = recordsReads
	case types.ReadWriteTypeWriteOnly:
		is = recordsWrites
	}
	return is.and(fieldRecords(types.AdvancedFieldSelector{Field: aws.String("eventSource"), NotEquals: s.ExcludeManagementEventSources}, root))
}

// advancedRecords: all fields of a selector must agree.
func advancedRecords(s types.AdvancedEventSelector, root string) recorded {
	is, management := recordsAll, false
	for _, f := range s.FieldSelectors {
		switch aws.ToString(f.Field) {
		case "eventCategory":
			management = management || slices.Contains(f.Equals, "Management")
		default:
			is = is.and(fieldRecords(f, root))
		}
	}
	if !management {
		return recordsNone
	}
	return is
}

// noisy are the sources that a trail may leave out for their number and still
// be whole: the two that AWS's classic selectors can leave out.
var noisy = []string{"kms.amazonaws.com", "rdsdata.amazonaws.com"}

// fieldRecords is what one condition leaves. One that picks values leaves all
// others out; one that leaves values out may leave out nothing of root's.
func fieldRecords(f types.AdvancedFieldSelector, root string) recorded {
	picks := len(f.Equals)+len(f.StartsWith)+len(f.EndsWith) > 0
	leaves := slices.Concat(f.NotEquals, f.NotStartsWith, f.NotEndsWith)
	only := func(harmless ...string) account.Answer {
		if slices.ContainsFunc(leaves, func(v string) bool { return !slices.Contains(harmless, v) }) || len(f.NotStartsWith)+len(f.NotEndsWith) > 0 {
			return account.AnswerUnknown
		}
		return account.Yes
	}
	var rest, signIns account.Answer
	switch aws.ToString(f.Field) {
	case "readOnly":
		return readOnlyRecords(f)
	case "eventSource":
		rest, signIns = only(noisy...), selects(f, "signin.amazonaws.com")
	case "eventName":
		rest, signIns = only(), selects(f, "ConsoleLogin")
	case "eventType":
		rest, signIns = only("AwsServiceEvent", "AwsVpceEvent"), selects(f, "AwsConsoleSignIn")
	case "userIdentity.arn":
		rest, signIns = selects(f, root), selects(f, root)
		if len(leaves) > 0 { // whom else it leaves out is in no list of ours
			rest = rest.And(account.AnswerUnknown)
		}
	}
	if picks {
		rest = account.No
	}
	return recorded{rest, rest, signIns}
}

func readOnlyRecords(f types.AdvancedFieldSelector) recorded {
	is := recordsNone
	if slices.Contains(f.Equals, "true") {
		is = is.or(recordsReads)
	}
	if slices.Contains(f.Equals, "false") {
		is = is.or(recordsWrites)
	}
	if len(f.Equals) == 0 { // AWS takes no other operator here
		return recorded{}
	}
	return is
}

// selects is whether a condition lets a value through: one of those that pick,
// where there are any, and none of those that leave out.
func selects(f types.AdvancedFieldSelector, value string) account.Answer {
	is := func(v string) bool { return v == value }
	begins := func(v string) bool { return strings.HasPrefix(value, v) }
	ends := func(v string) bool { return strings.HasSuffix(value, v) }
	picked := slices.ContainsFunc(f.Equals, is) || slices.ContainsFunc(f.StartsWith, begins) || slices.ContainsFunc(f.EndsWith, ends)
	left := slices.ContainsFunc(f.NotEquals, is) || slices.ContainsFunc(f.NotStartsWith, begins) || slices.ContainsFunc(f.NotEndsWith, ends)
	if left || !picked && len(f.Equals)+len(f.StartsWith)+len(f.EndsWith) > 0 {
		return account.No
	}
	return account.Yes
}
