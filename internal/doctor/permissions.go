package doctor

import (
	"fmt"
	"slices"
	"strings"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/internal/awsorg"
)

// permissions goes through every call that Rootwatch makes.
func (a AWS) permissions() []Line {
	var lines []Line
	for _, r := range awsorg.Reads() {
		switch {
		case r.Action == assumeRole, r.Action == billCall, r.Action == "organizations:ListAccounts": // told elsewhere
		case r.Where == account.Member:
			lines = append(lines, a.inAccounts(r)...)
		default:
			lines = append(lines, a.onSide(r)...)
		}
	}
	return lines
}

// inAccounts is one read in all accounts that let us in.
func (a AWS) inAccounts(r awsorg.Read) []Line {
	answered := 0
	refused := map[string]*refusal{}
	for _, s := range a.Seen {
		for _, one := range s.Answers {
			if one.Action != r.Action || one.Where != account.Member {
				continue
			}
			if one.Gap == nil || one.Gap.Cause == account.NotReady { // a report that is being written was allowed
				answered++
			} else {
				collect(refused, *one.Gap, s.ID, s.ID == a.Standing.Account)
			}
			break // the same call for another contact says nothing new
		}
	}
	var lines []Line
	if answered > 0 {
		lines = append(lines, Line{Area: Permissions, Subject: r.Action, Status: OK, Found: "answered in " + bot.Count(answered, "account", "accounts")})
	}
	for _, one := range sorted(refused) {
		lines = append(lines, a.refused(r, one))
	}
	return lines
}

func (a AWS) refused(r awsorg.Read, one *refusal) Line {
	l := Line{Area: Permissions, Subject: r.Action, Accounts: one.accounts, Status: Problem}
	where := bot.Count(len(one.accounts), "account", "accounts")
	switch {
	case one.gap.Cause.Passing():
		u := unsure(Permissions, r.Action, one.gap)
		u.Accounts = one.accounts
		return u
	case awsorg.InSCP(one.gap):
		l.Found = fmt.Sprintf("a service control policy denies it in %s; %s", where, purpose(r))
		l.Do = "Exempt " + a.reader(one.own) + " from that policy."
	case one.gap.Cause == account.Denied:
		l.Found = fmt.Sprintf("AWS denies it in %s; %s", where, purpose(r))
		l.Do = "Allow it in the policy of " + a.reader(one.own) + ": `rootwatch policy --for " + string(forWhom(one.own)) + "` prints it."
	default:
		l.Found, l.Do = told(one.gap)
	}
	return l
}

// purpose is what the action is for. Most tell something; the one that has AWS
// do something first is told as that.
func purpose(r awsorg.Read) string {
	if strings.HasPrefix(r.Why, "have ") {
		return "it is needed to " + r.Why
	}
	return "it tells " + r.Why
}

func (a AWS) reader(own bool) string {
	if own {
		return a.self()
	}
	return "the role " + a.RoleName
}

func forWhom(own bool) awsorg.PolicyFor {
	if own {
		return awsorg.PolicyForHost
	}
	return awsorg.PolicyForMember
}

// onSide is one read from the organization's side. Contacts are read there
// only where an account's own role is missing, so that it is no more than a
// warning that they cannot be.
func (a AWS) onSide(r awsorg.Read) []Line {
	for _, one := range a.sideAnswers() {
		if one.Action != r.Action || one.Where != account.Management || a.Listing != nil && notLetIn(one.Gap) {
			continue
		}
		l := Line{Area: Permissions, Subject: r.Action, Status: OK, Found: "answered for the organization"}
		switch {
		case one.Gap == nil:
		case one.Gap.Cause.Passing():
			l = unsure(Permissions, r.Action, *one.Gap)
		case one.Gap.Cause == account.Denied && !strings.Contains(one.Gap.Sentence, "trusted access") && !awsorg.InSCP(*one.Gap):
			l.Status, l.Found = Problem, "AWS denies it for the organization; "+purpose(r)
			l.Do = "Allow it to " + a.side() + ": `rootwatch policy --for management` prints its policy."
		default:
			l.Status = Problem
			l.Found, l.Do = told(*one.Gap)
		}
		if strings.HasPrefix(r.Action, "account:") && l.Status == Problem {
			l.Status = Warning
		}
		return []Line{l}
	}
	return nil
}

// notLetIn is a call that was never made, because the management role could not
// be assumed: that is told of the organization, and is no lack of a permission.
func notLetIn(gap *account.Gap) bool { return gap != nil && gap.Call == assumeRole }

// sideAnswers are those of the organization's side: asked for themselves, or
// on the way to what an account told.
func (a AWS) sideAnswers() []awsorg.Answer {
	all := slices.Clone(a.Side)
	for _, s := range a.Seen {
		all = append(all, s.Answers...)
	}
	return all
}

const billCall = "ce:GetCostAndUsage"

// Bill is what is known of Cost Explorer, which is not asked for nothing.
type Bill struct {
	Off     bool         // by the configuration
	Asked   bool         // a paid request was made
	Gap     *account.Gap // what became of it; nil: answered
	Ran     bool         // the bill was read before, as far as the store remembers
	Trouble string       // why the last reading failed; "" where it did not
}

func (b Bill) judge() Line {
	l := Line{Area: Costs, Subject: billCall, Status: OK}
	switch {
	case b.Off:
		l.Found = "the configuration does not have the bill read (cost.enabled)"
	case b.Asked && b.Gap == nil:
		l.Found = "Cost Explorer answered one request, for $0.01"
	case b.Asked && (b.Gap.Cause.Passing() || b.Gap.Cause == account.OverBudget):
		return unsure(Costs, billCall, *b.Gap)
	case b.Asked:
		l.Status = Problem
		l.Found, l.Do = told(*b.Gap)
	case b.Trouble != "":
		l.Status = Problem
		l.Found, l.Do = halves(b.Trouble)
		l.Found += " (so said the last reading of the bill; --paid asks now, for $0.01)"
	case b.Ran:
		l.Found = "the last reading of the bill went well, as the store remembers it; --paid asks now, for $0.01"
	default:
		l.Status, l.Found = NotKnown, "the bill was never read, and Cost Explorer takes $0.01 for an answer"
		l.Do = "`rootwatch doctor --paid` asks once."
	}
	return l
}
