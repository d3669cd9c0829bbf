package scp

import (
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// Principal is a way to be root.
type Principal string

// The principals.
const (
	ConsoleWithMFA    Principal = "console_mfa"
	ConsoleWithoutMFA Principal = "console_no_mfa"
	AccessKey         Principal = "access_key"  // root's own long-term key
	AssumedRoot       Principal = "assume_root" // a session of sts:AssumeRoot
)

// Principals are all of them, in the order in which they are shown.
func Principals() []Principal {
	return []Principal{ConsoleWithMFA, ConsoleWithoutMFA, AccessKey, AssumedRoot}
}

// RootAnswer is what service control policies let an account's root do.
type RootAnswer struct {
	AccountID account.ID `json:"account_id"`
	// Exempt is that no policy ever reaches it: the management account's.
	Exempt    bool       `json:"exempt,omitempty"`
	Decisions []Decision `json:"decisions"`
}

// Of are the decisions about one principal.
func (a RootAnswer) Of(p Principal) []Decision {
	return slices.DeleteFunc(slices.Clone(a.Decisions), func(d Decision) bool { return d.Principal != p })
}

// Root judges every way to be an account's root by every listed action. An
// empty chain is one that nobody read, and leaves everything undecided.
func Root(chain []Target, id account.ID, partition string) RootAnswer {
	return RootWith(chain, id, partition, func(c Context) Context { return c })
}

// RootWith is Root for requests of which more is known: more changes what is
// known of each.
func RootWith(chain []Target, id account.ID, partition string, more func(Context) Context) RootAnswer {
	answer := RootAnswer{AccountID: id, Decisions: make([]Decision, 0, len(Principals())*len(listed))}
	levels := levelsOf(chain)
	for _, p := range Principals() {
		context := RootContext(p, id, partition)
		// Two contexts are enough: conditions judged for one action hold for all.
		global, regional := newWorlds(levels, more(context.For("iam:*", partition))), newWorlds(levels, more(context))
		regional.known.twin = global.known
		for i, a := range listed {
			if !a.of(p) {
				continue
			}
			w := regional
			if a.inOneRegion() {
				w = global
			}
			d := w.decide(len(chain) > 0, question{strings.ToLower(a.Action), 1 << i, resourceOf(a.on(id, partition))})
			d.Principal, d.Action = p, a.Action
			answer.Decisions = append(answer.Decisions, d)
		}
	}
	return answer
}

// Management is the answer for the management account, which no service
// control policy reaches, its root as little as its users and roles.
func Management(id account.ID) RootAnswer {
	answer := RootAnswer{AccountID: id, Exempt: true}
	for _, p := range Principals() {
		for _, a := range listed {
			if a.of(p) {
				answer.Decisions = append(answer.Decisions, Decision{Principal: p, Action: a.Action, Effect: Allowed, Why: exempt})
			}
		}
	}
	return answer
}

const exempt = "no service control policy reaches the management account"

// Decide answers for any action, any resource (an ARN, * for an action that
// acts on none, "" for one that is not known) and any context.
func Decide(chain []Target, action, resource string, c Context) Decision {
	d := newWorlds(levelsOf(chain), c).decide(len(chain) > 0, question{action: strings.ToLower(action), resource: resourceOf(resource)})
	d.Action = action
	return d
}

const (
	keyRegion = "aws:requestedregion"
	keyMFA    = "aws:multifactorauthpresent"
	keyMFAAge = "aws:multifactorauthage"
)

// networkKeys say where a request comes from. What comes straight from the
// internet has an address and none of the others.
var networkKeys = []string{"aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths"}

// IsNetworkKey reports whether a condition key says where a request comes from.
func IsNetworkKey(key string) bool { return slices.Contains(networkKeys, strings.ToLower(key)) }

// IsMFAKey reports whether a condition key says how the principal signed in.
func IsMFAKey(key string) bool {
	key = strings.ToLower(key)
	return key == keyMFA || key == keyMFAAge
}

// RootContext is what is known of every request that root makes in one way:
// AWS's table of principal keys, and that root has no name, no tags and no
// service that calls for it. Everything else is not known.
func RootContext(p Principal, id account.ID, partition string) Context {
	c := Context{map[string]Value{
		"aws:principalarn":     Is(rootARN(id, partition)),
		"aws:principalaccount": Is(id.String()),
		"aws:principaltype":    Is("Account"),
		"aws:userid":           Is(id.String()),
		"aws:username":         Absent(),
		"aws:principaltag/":    Absent(), // root cannot be tagged
		// It is a member of the organization, whose id is not known here.
		"aws:principalorgid": Some(), "aws:principalorgpaths": Some(),
		"aws:principalisawsservice": Is("false"), "aws:principalservicename": Absent(), "aws:principalservicenameslist": Absent(),
		// Nobody calls for it: what root does through a service it can as well do itself.
		"aws:viaawsservice": Is("false"), "aws:calledvia": Absent(), "aws:calledviafirst": Absent(), "aws:calledvialast": Absent(),
		"aws:sourcearn": Absent(), "aws:sourceaccount": Absent(), "aws:sourceorgid": Absent(), "aws:sourceorgpaths": Absent(),
		"aws:federatedprovider": Absent(), "aws:sourceidentity": Absent(), "aws:assumedroot": Absent(),
		"aws:ec2instancesourcevpc": Absent(), "aws:ec2instancesourceprivateipv4": Absent(), "ec2:roledelivery": Absent(), "ec2:sourceinstancearn": Absent(),
		"aws:currenttime": Some(), "aws:epochtime": Some(),
		// Whoever wants to get round a policy uses TLS, as AWS's console and tools do.
		"aws:securetransport": Is("true"),
		keyMFA:                Is("false"), keyMFAAge: Absent(), "aws:tokenissuetime": Some(),
		keyRegion: Some(),
	}}
	switch p {
	case ConsoleWithMFA:
		c.keys[keyMFA], c.keys[keyMFAAge] = Is("true"), Some()
	case AccessKey: // a long-term credential has none of the three
		c.keys[keyMFA], c.keys["aws:tokenissuetime"] = Absent(), Absent()
	case AssumedRoot:
		c.keys["aws:assumedroot"] = Is("true")
		// CloudTrail shows mfaAuthenticated false; whether the key is then in
		// the request, AWS does not say.
		c.keys[keyMFA] = absentOr("false")
		c.keys["aws:userid"], c.keys["aws:sourceidentity"] = Some(), Value{}
	}
	return c
}

// worlds are the request as it is known, and as it would be from elsewhere on
// the internet and without fresh MFA, as far as it is not known.
type worlds struct {
	known             *judge
	outside, unproven *judge // made when first needed
}

func newWorlds(levels []level, c Context) *worlds {
	return &worlds{known: newJudge(levels, c)}
}

func (w *worlds) decide(read bool, q question) Decision {
	if !read {
		return Decision{Effect: Undecided, Why: "it is not known which policies hang over the account"}
	}
	if len(w.known.levels) == 0 {
		return Decision{Effect: Allowed, Why: "service control policies are not enabled in the organization"}
	}
	o := w.known.ask(q)
	if o.allowed == unknown {
		if d, ok := w.conditional(q); ok {
			return d
		}
	}
	return o.decision(w.known, q)
}

// longAgo is an age of MFA, in seconds, that no policy takes for fresh.
const longAgo = "2147483647"

// conditional finds out whether it is denied without the right network, or
// without MFA.
func (w *worlds) conditional(q question) (Decision, bool) {
	if w.outside == nil {
		outside, unproven := w.known.context, w.known.context
		for i, key := range networkKeys {
			if v := outside.of(key); v.options != nil {
				continue
			}
			v := Absent()
			if i == 0 {
				v = Value{present: true, elsewhere: true}
			}
			outside = outside.With(key, v)
		}
		for key, v := range map[string]Value{keyMFA: absentOr("false"), keyMFAAge: Is(longAgo)} {
			if unproven.of(key).options == nil {
				unproven = unproven.With(key, v)
			}
		}
		w.outside, w.unproven = newJudge(w.known.levels, outside), newJudge(w.known.levels, unproven)
	}
	for _, world := range []struct {
		judge  *judge
		counts func(string) bool
		words  string
	}{
		{w.outside, IsNetworkKey, "from elsewhere on the internet"},
		{w.unproven, IsMFAKey, "without fresh MFA"},
	} {
		o := world.judge.ask(q)
		if o.allowed != no {
			continue
		}
		d := o.decision(world.judge, q)
		d.Effect = Conditional
		d.Keys = w.keys(o, q, world.counts)
		d.Why += " " + world.words
		return d, true
	}
	return Decision{}, false
}

// keys are those that open the way out of a denial: what its statement, or
// the level's statements that allow, need and the request does not tell.
func (w *worlds) keys(o outcome, q question, counts func(string) bool) []string {
	lacking := w.known.lacks(o.by, q)
	if o.by.rule == nil {
		for _, f := range w.known.ask(q).open {
			if f.level == o.by.level {
				lacking = append(lacking, w.known.lacks(f, q)...)
			}
		}
	}
	return slices.DeleteFunc(slices.Compact(lacking), func(key string) bool { return !counts(key) })
}
