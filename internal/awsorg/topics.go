package awsorg

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"rootwatch/checks/account"
)

const (
	callTopic = "sns:GetTopicAttributes"
	// A topic that many accounts speak to is asked about once in this time.
	keepTopics = 10 * time.Minute
	// AWS's own key, whose policy lets no service in and cannot be changed.
	awsManagedKey = "alias/aws/sns"
)

// topic is what decides whether a service is heard.
type topic struct {
	gone      bool // there is no such topic
	confirmed int
	key       string // of its encryption, "" for none
	policy    string
}

// topics are those that one account's budgets and alarms speak to, each asked
// about once for a reading.
type topics struct {
	org   *Org
	self  identity
	id    account.ID
	mine  aws.Config // of the account that is read
	mu    sync.Mutex
	asked map[string]func() heard
}

// heard is what AWS told of a topic, or why it told nothing.
type heard struct {
	topic
	gap *account.Gap
}

func (o *Org) newTopics(id account.ID, self identity, mine aws.Config) *topics {
	return &topics{org: o, self: self, id: id, mine: mine, asked: map[string]func() heard{}}
}

// subscriber is who stands behind an ARN that a service was told to call.
func (t *topics) subscriber(ctx context.Context, arn string, from publisher) account.Subscriber {
	parts := strings.SplitN(arn, ":", 6)
	s := account.Subscriber{Address: arn}
	if len(parts) != 6 || parts[0] != "arn" {
		s.Why = "it is not an ARN"
		return s
	}
	s.Type = parts[2]
	if s.Type != "sns" {
		s.Why = "whether it reaches a person cannot be told"
		return s
	}
	s.Type = "SNS"
	owner, err := account.ParseID(parts[4])
	if err != nil || strings.Contains(parts[5], ":") {
		s.Why = "it is not the ARN of a topic"
		return s
	}
	found, gap := t.ask(ctx, arn, parts[3], owner)
	if gap != nil {
		s.Why = lowerCase(strings.TrimSuffix(gap.Sentence, "."))
		return s
	}
	s.Live, s.Why = found.hears(arn, from)
	return s
}

// hears is whether what the service says reaches anybody.
func (t topic) hears(arn string, from publisher) (account.Answer, string) {
	switch {
	case t.gone:
		return account.No, "the topic does not exist"
	case t.confirmed == 0:
		return account.No, "nobody has confirmed a subscription to the topic"
	case from.byRole:
		return account.AnswerUnknown, "whether the role that publishes to the topic may do so is not read"
	case strings.HasSuffix(t.key, awsManagedKey):
		return account.No, "the topic is encrypted with AWS's own key, which " + from.service + " may not use"
	}
	switch mayPublish(t.policy, arn, from) {
	case account.No:
		return account.No, "the topic's policy does not let " + from.service + " publish"
	case account.AnswerUnknown:
		return account.AnswerUnknown, "whether the topic's policy lets " + from.service + " publish cannot be decided"
	}
	if t.key != "" {
		return account.AnswerUnknown, "the topic is encrypted with a key whose policy is not read"
	}
	return account.Yes, ""
}

// ask reads a topic of the account itself with its own session, and one of
// another account that the organization lists with that account's: once for
// all who speak to it. Into a stranger's account no role is assumed, for that
// would show him the external id.
func (t *topics) ask(ctx context.Context, arn, region string, owner account.ID) (topic, *account.Gap) {
	if owner == t.id {
		h := t.once(arn, func() heard { return askTopic(ctx, t.mine, region, arn) })
		return h.topic, h.gap
	}
	if owner != t.self.id && !t.org.members.has(owner) {
		return topic{}, &account.Gap{Call: callTopic, Cause: account.NotCollected,
			Sentence: "The topic is in an account that is not among those that are listed"}
	}
	h, gap := t.org.topicsOf.of(arn).get(ctx, callTopic, t.org.now, keepTopics, func(ctx context.Context) (heard, *account.Gap) {
		r := t.org.reader(ctx, owner, t.self)
		h := heard{gap: r.gap}
		if r.gap == nil {
			h = askTopic(ctx, r.cfg, region, arn)
		}
		if h.gap != nil && h.gap.Cause.Passing() {
			return h, h.gap
		}
		return h, nil // kept where it is a refusal, too: thousands of accounts may speak to one topic
	})
	if gap == nil {
		gap = h.gap
	}
	return h.topic, gap
}

func (t *topics) once(arn string, ask func() heard) heard {
	t.mu.Lock()
	if t.asked[arn] == nil {
		t.asked[arn] = sync.OnceValue(ask)
	}
	answer := t.asked[arn]
	t.mu.Unlock()
	return answer()
}

func askTopic(ctx context.Context, cfg aws.Config, region, arn string) heard {
	client := sns.NewFromConfig(cfg, func(o *sns.Options) { o.Region = region })
	found, gap := within(ctx, callTimeout, callTopic, func(ctx context.Context) (topic, error) {
		out, err := client.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: aws.String(arn)})
		if code := apiCode(err); code == "NotFound" || code == "NotFoundException" {
			return topic{gone: true}, nil
		}
		if err != nil {
			return topic{}, err
		}
		confirmed, err := strconv.Atoi(out.Attributes["SubscriptionsConfirmed"])
		if err != nil {
			return topic{}, unusable(callTopic, "it does not say how many subscriptions are confirmed")
		}
		return topic{confirmed: confirmed, key: out.Attributes["KmsMasterKeyId"], policy: out.Attributes["Policy"]}, nil
	})
	return heard{found, gap}
}

// accountSet is the accounts that the organization was seen to list.
type accountSet struct {
	mu  sync.Mutex
	ids map[account.ID]bool
}

func (s *accountSet) add(id account.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = map[account.ID]bool{}
	}
	s.ids[id] = true
}

func (s *accountSet) has(id account.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ids[id]
}

// lowerCase fits a sentence into the middle of another; "AWS" keeps its letters.
func lowerCase(s string) string {
	if len(s) > 1 && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}
