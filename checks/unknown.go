package checks

import (
	"fmt"
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// notActive is the verdict on an account that is not in use, naming its
// state. calls are what the check would have read.
func notActive(f account.Facts, calls ...string) (Verdict, bool) {
	if f.State == "" || f.State == account.Active {
		return Verdict{}, false
	}
	state := f.State.Words()
	v := Verdict{
		Summary:  fmt.Sprintf("The account is %s, so this was not judged.", state),
		Evidence: []Evidence{{Name: "State", Value: string(f.State), Source: callAccounts}},
	}
	for _, call := range calls {
		v.Gaps = append(v.Gaps, account.Gap{Call: call, Cause: account.NotActive, Sentence: fmt.Sprintf("The account is %s.", state)})
	}
	return v, true
}

// unknown is the verdict that question could not be answered, and why.
func unknown(question string, evidence []Evidence, gaps []account.Gap) Verdict {
	var why []string
	for _, g := range gaps {
		if c := clause(g); !slices.Contains(why, c) {
			why = append(why, c)
		}
	}
	return Verdict{
		Status:   Unknown,
		Summary:  fmt.Sprintf("%s is not known: %s.", question, strings.Join(why, "; ")),
		Evidence: evidence, Gaps: gaps,
	}
}

// clause says why a gap is there, as a part of a sentence.
func clause(g account.Gap) string {
	switch g.Cause {
	case account.Denied:
		if g.Sentence != "" && (g.Call == callAssumeRoot || slices.Contains(rootSessionCalls, g.Call)) {
			return lowerFirst(strings.TrimRight(g.Sentence, ". "))
		}
		return g.Action() + " was denied"
	case account.NotOnboarded:
		return "the audit role could not be assumed"
	case account.NotActive:
		return g.Call + " was not asked, for the account is not active"
	case account.NotEnabled:
		return g.Call + " needs something that is not switched on"
	case account.Throttled:
		return g.Call + " was throttled"
	case account.TimedOut:
		return g.Call + " timed out"
	case account.Unavailable:
		return g.Call + " had no answer from AWS"
	case account.OverBudget:
		return g.Call + " was not asked, for our own cap on requests was reached"
	case account.BadCredentials:
		return g.Call + " was not answered, for our own credentials were not accepted"
	case account.NotReady, account.NotYet, account.Undecodable:
		if g.Sentence != "" {
			return lowerFirst(strings.TrimRight(g.Sentence, ". "))
		}
		if g.Cause != account.Undecodable {
			return g.Call + " is not ready yet"
		}
		return g.Call + " gave an answer that could not be read"
	}
	return g.Call + " was not collected"
}

// ownNames are those that a sentence of ours may begin with and that look like
// any other word there.
var ownNames = []string{"Cost Explorer", "Rootwatch", "Amazon", "Organizations"}

// lowerFirst fits a sentence's opening word into the middle of another. Names
// such as CloudTrail keep their letter.
func lowerFirst(s string) string {
	word, _, _ := strings.Cut(s, " ")
	plain := strings.TrimFunc(word, func(r rune) bool { return r == ',' || r == ':' })
	for _, name := range ownNames {
		if strings.HasPrefix(s, name) {
			return s
		}
	}
	if plain == "" || strings.ToUpper(plain[:1])+strings.ToLower(plain[1:]) != plain {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
