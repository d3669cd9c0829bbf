package scp

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The oracle is a second evaluator, built in another way: over requests that
// are known whole, with two truths, on the JSON as it stands and by regular
// expressions. Where AWS does not say what comes of a fault it asks faults,
// which a test answers at random.
type oracle struct {
	keys   map[string][]string // in small letters; absent keys are not in it
	faults func() bool
	faulty bool // it asked
}

func (o *oracle) fault() bool {
	o.faulty = true
	return o.faults()
}

func asList(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

// allowed asks all levels of policies.
func (o *oracle) allowed(levels [][]string, action, resource string) bool {
	denied, everywhere := false, true
	for _, policies := range levels {
		here := false
		for _, text := range policies {
			var document map[string]any
			if json.Unmarshal([]byte(text), &document) != nil {
				panic("the generator makes JSON")
			}
			variables := document["Version"] == "2012-10-17"
			for _, s := range asList(document["Statement"]) {
				s := s.(map[string]any)
				if !o.matches(s, action, resource, variables) {
					continue
				}
				if s["Effect"] == "Deny" {
					denied = true
				} else {
					here = true
				}
			}
		}
		everywhere = everywhere && here
	}
	return everywhere && !denied
}

func (o *oracle) matches(s map[string]any, action, resource string, variables bool) bool {
	anyOf := func(values any, match func(string) bool) bool {
		found := false // all are asked, so that each fault is met
		for _, v := range asList(values) {
			found = match(v.(string)) || found
		}
		return found
	}
	byName := func(p string) bool { return regex("(?i)", p, ".*").MatchString(action) }
	_, not := s["NotResource"]
	byARN := func(p string) bool { return o.resource(p, resource, variables, not) }
	about := false
	if v, ok := s["Action"]; ok {
		about = anyOf(v, byName)
	} else {
		about = !anyOf(s["NotAction"], byName)
	}
	on := false
	if v, ok := s["Resource"]; ok {
		on = anyOf(v, byARN)
	} else {
		on = !anyOf(s["NotResource"], byARN)
	}
	holds := true
	conditions, _ := s["Condition"].(map[string]any)
	for _, operator := range slices.Sorted(maps.Keys(conditions)) {
		keys := conditions[operator].(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			holds = o.condition(operator, key, asList(keys[key]), variables) && holds
		}
	}
	return about && on && holds
}

// regex makes a pattern a regular expression; star is what * stands for.
func regex(flags, pattern, star string) *regexp.Regexp {
	p := regexp.QuoteMeta(pattern)
	p = strings.ReplaceAll(p, `\*`, star)
	p = strings.ReplaceAll(p, `\?`, `.`)
	p = asLetters.Replace(p)
	return expression("(?s)" + flags + "^(?:" + p + ")$")
}

// expressions keeps what was compiled: the vocabulary is small.
var expressions = map[string]*regexp.Regexp{}

func expression(s string) *regexp.Regexp {
	if expressions[s] == nil {
		expressions[s] = regexp.MustCompile(s)
	}
	return expressions[s]
}

// Letters that only look like wildcards travel under other names.
var (
	hide      = strings.NewReplacer("*", "\ue000", "?", "\ue001", "$", "\ue002")
	show      = strings.NewReplacer("\ue000", "*", "\ue001", "?", "\ue002", "$")
	asLetters = strings.NewReplacer("\ue000", `\*`, "\ue001", `\?`, "\ue002", `\$`)
)

var inBraces = regexp.MustCompile(`\$\{([^}]*)\}`)

// fill replaces variables; ok is false for one without a value, which matches
// nothing, and faulty for one of several values, or where that is negated.
func (o *oracle) fill(pattern string, variables, negated bool) (filled string, ok, faulty bool) {
	ok = true
	if !variables {
		return pattern, true, false
	}
	filled = inBraces.ReplaceAllStringFunc(pattern, func(v string) string {
		name := v[2 : len(v)-1]
		if name == "*" || name == "?" || name == "$" {
			return hide.Replace(name)
		}
		name, fallback, has := strings.Cut(name, ",")
		values := o.keys[strings.ToLower(strings.TrimSpace(name))]
		if len(values) == 0 && has {
			return hide.Replace(strings.Trim(strings.TrimSpace(fallback), "'"))
		}
		if len(values) != 1 {
			ok, faulty = false, faulty || negated || len(values) > 1
			return ""
		}
		return hide.Replace(values[0])
	})
	return filled, ok, faulty
}

func (o *oracle) resource(pattern, resource string, variables, negated bool) bool {
	filled, ok, faulty := o.fill(pattern, variables, negated)
	if !ok {
		return faulty && o.fault()
	}
	if strings.Trim(filled, "*") == "" {
		return true
	}
	if !strings.HasPrefix(filled+":", "arn:") {
		return o.fault()
	}
	if resource == "*" {
		return false
	}
	for strings.Count(filled, ":") < 5 {
		filled += ":*"
	}
	return byParts(filled).MatchString(resource)
}

// byParts lets no star of the first five parts reach over a colon.
func byParts(pattern string) *regexp.Regexp {
	parts := strings.SplitN(pattern, ":", 6)
	for i := range parts {
		star := "[^:]*"
		if i == 5 {
			star = ".*"
		}
		parts[i] = strings.TrimSuffix(strings.TrimPrefix(regex("", parts[i], star).String(), "(?s)^"), "$")
	}
	return expression("(?s)^" + strings.Join(parts, ":") + "$")
}

func (o *oracle) condition(operator, key string, wanted []any, variables bool) bool {
	values, present := o.keys[strings.ToLower(key)]
	name, ifExists := strings.CutSuffix(operator, "IfExists")
	form, base, set := strings.Cut(name, ":")
	if !set {
		base, form = name, ""
	}
	if set && strings.Join(values, "") == "" {
		present = false
	}
	negated := strings.Contains(base, "Not")
	base = strings.Replace(base, "Not", "", 1)
	if base == "Null" {
		for _, w := range wanted {
			if fmt.Sprint(w) == strconv.FormatBool(!present) {
				return true
			}
		}
		return false
	}
	if !present {
		return ifExists || form == "ForAllValues" || form == "" && negated
	}
	one := func(value string) bool {
		some := false
		for _, w := range wanted {
			some = o.compare(base, fmt.Sprint(w), value, variables, negated) || some
		}
		return some != negated
	}
	switch {
	case form == "ForAllValues":
		all := true
		for _, v := range values {
			all = one(v) && all
		}
		return all
	case form == "ForAnyValue":
		some := false
		for _, v := range values {
			some = one(v) || some
		}
		return some
	case len(values) > 1:
		return o.fault()
	}
	return one(values[0])
}

func (o *oracle) compare(base, want, have string, variables, negated bool) bool {
	if strings.HasPrefix(base, "String") || strings.HasPrefix(base, "Arn") {
		filled, ok, faulty := o.fill(want, variables, negated)
		if !ok {
			return faulty && o.fault()
		}
		switch base {
		case "StringEquals":
			return show.Replace(filled) == have
		case "StringEqualsIgnoreCase":
			return strings.EqualFold(show.Replace(filled), have)
		case "StringLike":
			return regex("", filled, ".*").MatchString(have)
		}
		if strings.Count(filled, ":") < 5 || strings.Count(have, ":") < 5 {
			return o.fault()
		}
		return byParts(filled).MatchString(have)
	}
	switch base {
	case "Bool":
		a, err := strconv.ParseBool(strings.ToLower(want))
		b, other := strconv.ParseBool(strings.ToLower(have))
		if err != nil || other != nil || len(want) < 4 || len(have) < 4 {
			return o.fault()
		}
		return a == b
	case "BinaryEquals":
		a, err := base64.StdEncoding.DecodeString(want)
		b, other := base64.StdEncoding.DecodeString(have)
		if err != nil || other != nil {
			return o.fault()
		}
		return string(a) == string(b)
	case "IpAddress":
		ip := net.ParseIP(have)
		if !strings.Contains(want, "/") {
			if one := net.ParseIP(want); one != nil && ip != nil {
				return one.Equal(ip)
			}
			return o.fault()
		}
		_, network, err := net.ParseCIDR(want)
		if err != nil || ip == nil {
			return o.fault()
		}
		return network.Contains(ip)
	}
	parse := func(s string) (float64, bool) {
		f, err := strconv.ParseFloat(s, 64)
		return f, err == nil
	}
	if strings.HasPrefix(base, "Date") {
		parse = func(s string) (float64, bool) {
			for _, form := range []string{time.RFC3339, "2006-01-02", "2006"} {
				if t, err := time.Parse(form, s); err == nil {
					return float64(t.Unix()), true
				}
			}
			f, err := strconv.ParseInt(s, 10, 64)
			return float64(f), err == nil
		}
	}
	a, ok := parse(want)
	b, too := parse(have)
	if !ok || !too {
		return o.fault()
	}
	switch strings.TrimPrefix(strings.TrimPrefix(base, "Date"), "Numeric") {
	case "Equals":
		return b == a
	case "LessThan":
		return b < a
	case "LessThanEquals":
		return b <= a
	case "GreaterThan":
		return b > a
	case "GreaterThanEquals":
		return b >= a
	}
	panic("no such operator: " + base)
}

// What the evaluator says for certain, the oracle says of each request that
// fits; and where the whole request is known and holds no fault, it is certain.
func TestEvaluatorAgreesWithOracle(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(11, 7))}
	counts := map[Effect]int{}
	whole := 0
	var levels [][]string
	var chain []Target
	for n := range 16_000 {
		if n%4 == 0 {
			levels, chain = g.chain()
		}
		action, resource := g.one(someActions), g.one(someResources)
		request := g.request()
		c, open := g.blur(request, []int{0, 0, 2, 5}[g.IntN(4)])
		asked := resource
		if g.IntN(8) == 0 {
			asked = "" // not known
		}
		d := Decide(chain, action, asked, c)
		counts[d.Effect]++
		for k := range 4 {
			completed, acts := request, resource
			if k > 0 {
				completed = g.complete(request, open)
				if asked == "" {
					acts = g.one(someResources)
				}
			}
			o := &oracle{keys: completed, faults: func() bool { return g.IntN(2) == 0 }}
			allowed := o.allowed(levels, action, acts)
			certain := len(open) == 0 && asked != "" && !o.faulty
			if certain {
				whole++
			}
			if d.Effect == Denied && allowed || d.Effect == Allowed && !allowed || certain && d.Effect != Denied && d.Effect != Allowed {
				t.Fatalf("policy %d: %s on %q (asked %q) is %+v, the oracle allows: %v\nrequest %v\nopen %v\n%s", n, action, acts, asked, d, allowed, completed, open, strings.Join(slices.Concat(levels...), "\n"))
			}
		}
	}
	for _, effect := range []Effect{Allowed, Denied, Undecided} {
		if counts[effect] < 500 {
			t.Errorf("only %d are %s", counts[effect], effect)
		}
	}
	if whole < 3_000 {
		t.Errorf("only %d whole requests", whole)
	}
}

// What is conditional, the oracle denies from elsewhere on the internet, or
// without fresh MFA.
func TestConditionalAgreesWithOracle(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(5, 3))}
	found := 0
	var levels [][]string
	var chain []Target
	for n := range 16_000 {
		if n%8 == 0 {
			levels, chain = g.chain()
		}
		action, resource := g.one(someActions), g.one(someResources)
		request := g.request()
		delete(request, "aws:tagkeys")
		c, open := g.blur(request, 4)
		d := Decide(chain, action, resource, c)
		if d.Effect != Conditional {
			continue
		}
		found++
		completed := g.complete(request, open)
		for _, key := range d.Keys {
			if IsMFAKey(key) {
				for key, v := range map[string][]string{keyMFA: {"false"}, keyMFAAge: {longAgo}} {
					if _, isOpen := open[key]; isOpen {
						completed[key] = v
					}
				}
			} else if IsNetworkKey(key) {
				completed["aws:sourceip"] = []string{"203.0.113.77"}
			} else {
				t.Fatalf("%q is neither", key)
			}
		}
		o := &oracle{keys: completed, faults: func() bool { return g.IntN(2) == 0 }}
		if len(d.Keys) == 0 || o.allowed(levels, action, resource) {
			t.Fatalf("%s on %q is %+v, and the oracle allows it\nrequest %v\nopen %v\n%s", action, resource, d, completed, open, strings.Join(slices.Concat(levels...), "\n"))
		}
	}
	if found < 15 {
		t.Errorf("only %d are conditional", found)
	}
}

// A policy that only denies, hung beside the others, allows nothing more.
func TestDenyNeverAllows(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(2, 9))}
	rank := map[Effect]int{Denied: 0, Conditional: 1, Undecided: 1, Allowed: 2}
	for range 4_000 {
		_, chain := g.chain()
		c, _ := g.blur(g.request(), 3)
		action, resource := g.one(someActions), g.one(someResources)
		before := Decide(chain, action, resource, c)
		at := &chain[g.IntN(len(chain))]
		at.Policies = append(at.Policies, Policy{ID: "p-deny", Content: g.policy(true)})
		if after := Decide(chain, action, resource, c); rank[after.Effect] > rank[before.Effect] {
			t.Fatalf("%+v became %+v", before, after)
		}
	}
}
