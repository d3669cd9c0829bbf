package scp

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// The vocabulary is small, so that policies and requests meet.
var (
	someKeys = map[string][]string{
		"aws:PrincipalArn":           {"arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/a:b", "arn:aws:iam::444455556666:user/*", "x"},
		"aws:username":               {"ann", "*", "Ann"},
		"aws:SourceIp":               {"192.0.2.7", "198.51.100.9", "2001:db8::7", "nowhere"},
		"aws:MultiFactorAuthPresent": {"true", "False", "maybe"},
		"aws:MultiFactorAuthAge":     {"10", "3600", "3600.5", "-1"},
		"aws:CurrentTime":            {"2025-06-01T00:00:00Z", "2025-06-01T02:00:00+02:00", "1748736000", "2026"},
		"aws:PrincipalTag/Team":      {"a", "", "arn:aws:iam::111122223333:root", "YQ=="},
	}
	someValues = []string{"*", "arn:aws:iam::*:root", "arn:aws:iam::111122223333:root", "arn:aws:iam::${aws:username}:root", "arn:*:iam::1*3:*", "arn:aws:iam::*", "arn:aws:iam::*:role/*",
		"ann", "a?n", "${aws:username}", "${aws:username, 'Ann'}", "${aws:PrincipalTag/Team}*", "${*}", "a*", "${aws:TagKeys}", "", "ANN",
		"192.0.2.0/24", "2001:db8::/32", "198.51.100.9", "0.0.0.0/0", "true", "false", "TRUE", "10", "3600", "3600.50", "2025-06-01T00:00:00Z", "2025-06-01", "1748736000", "2025", "YQ==", "b"}
	someOperators = []string{"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
		"ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress",
		"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
		"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Null"}
	tagKeys       = [][]string{{"a"}, {"a", "b"}, {"b", "ann"}, {""}, {"", ""}}
	someActions   = []string{"iam:CreateUser", "iam:GetUser", "s3:GetObject"}
	actionWords   = []string{"*", "iam:*", "IAM:create*", "iam:?et*", "*:Get*", "s3:GetObject", "s3:Put*", "i*User"}
	someResources = []string{"*", "arn:aws:iam::111122223333:root", "arn:aws:s3:::ann/x:y", "arn:aws:s3:::b"}
	resourceWords = []string{"*", "**", "arn:aws:s3:::*", "arn:aws:s3:::${aws:username}/*", "arn:aws:iam::*:root", "arn:aws:s3", "arn:*:*:*:*:*", "arn", "arn:aws:s3*", "b*"}
)

type generator struct{ *rand.Rand }

func (g generator) one(of []string) string { return of[g.IntN(len(of))] }

func (g generator) some(of []string, most int) any {
	n := 1 + g.IntN(most)
	if n == 1 && g.IntN(2) == 0 {
		return g.one(of)
	}
	all := make([]string, n)
	for i := range all {
		all[i] = g.one(of)
	}
	return all
}

func (g generator) key() string {
	names := append(slices.Sorted(maps.Keys(someKeys)), "aws:TagKeys")
	name := g.one(names)
	if g.IntN(5) == 0 {
		return strings.ToUpper(name)
	}
	return name
}

func (g generator) operator() string {
	op := g.one(someOperators)
	if op != "Null" {
		op = g.one([]string{"", "", "", "ForAllValues:", "ForAnyValue:"}) + op + g.one([]string{"", "", "IfExists"})
	}
	return op
}

func (g generator) statement(deny bool) map[string]any {
	s := map[string]any{"Effect": "Allow"}
	if deny {
		s["Effect"] = "Deny"
	}
	s[g.one([]string{"Action", "Action", "NotAction"})] = g.some(actionWords, 2)
	s[g.one([]string{"Resource", "Resource", "NotResource"})] = g.some(resourceWords, 2)
	if n := g.IntN(3); n > 0 {
		conditions := map[string]any{}
		for range n {
			op := g.operator()
			values := someValues
			if op == "Null" {
				values = []string{"true", "false"}
			}
			conditions[op] = map[string]any{g.key(): g.some(values, 3)}
		}
		s["Condition"] = conditions
	}
	return s
}

func (g generator) policy(onlyDeny bool) string {
	var statements []any
	for range 1 + g.IntN(3) {
		statements = append(statements, g.statement(onlyDeny || g.IntN(2) == 0))
	}
	if !onlyDeny && g.IntN(2) == 0 {
		statements = append(statements, map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*"})
	}
	version := "2012-10-17"
	if g.IntN(5) == 0 {
		version = "2008-10-17"
	}
	text, err := json.Marshal(map[string]any{"Version": version, "Statement": statements})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// request draws a whole request.
func (g generator) request() map[string][]string {
	keys := map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(someKeys)) {
		if g.IntN(3) > 0 {
			keys[strings.ToLower(key)] = []string{g.one(someKeys[key])}
		}
	}
	if g.IntN(3) > 0 {
		keys["aws:tagkeys"] = tagKeys[g.IntN(len(tagKeys))]
	}
	return keys
}

// blur is a context in which some keys of a request are not known. open are those.
func (g generator) blur(request map[string][]string, howMany int) (c Context, open map[string]Value) {
	open = map[string]Value{}
	for _, key := range append(slices.Sorted(maps.Keys(someKeys)), "aws:TagKeys") {
		key = strings.ToLower(key)
		values, present := request[key]
		switch {
		case g.IntN(10) < howMany && present && g.IntN(2) == 0:
			open[key] = Some()
			c = c.With(key, Some())
		case g.IntN(10) < howMany:
			open[key] = Value{}
		case present:
			c = c.With(key, Is(values...))
		default:
			c = c.With(key, Absent())
		}
	}
	return c, open
}

// complete draws a request that the context may be.
func (g generator) complete(request map[string][]string, open map[string]Value) map[string][]string {
	whole, other := maps.Clone(request), g.request()
	for key, v := range open {
		values, present := other[key]
		switch {
		case present:
			whole[key] = values
		case !v.present:
			delete(whole, key)
		}
	}
	return whole
}

func (g generator) chain() (levels [][]string, chain []Target) {
	for i := range 1 + g.IntN(2) {
		target := Target{ID: fmt.Sprint("level-", i)}
		var policies []string
		for k := range 1 + g.IntN(2) {
			policies = append(policies, g.policy(false))
			target.Policies = append(target.Policies, Policy{ID: fmt.Sprintf("p-%d-%d", i, k), Content: policies[k]})
		}
		levels, chain = append(levels, policies), append(chain, target)
	}
	return levels, chain
}
