package scp

import (
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// The universes that a grant is measured by. An action is service:Name. iam:*
// is measured on IAM's own resources, which are all that it acts on.
const (
	everyAction    = "?*:?*"
	everyIAMAction = "iam:?*"
)

// everyIAMResource is all of IAM's resources, for each partition.
var everyIAMResource = []string{"arn:aws:iam::?*:?*", "arn:aws-us-gov:iam::?*:?*", "arn:aws-cn:iam::?*:?*"}

// GrantOf is how much an identity policy allows, its text already decoded from
// AWS's percent-encoding. The statements that allow without a condition are
// taken together, since IAM adds them up: iam:* beside NotAction iam:* is
// everything. Deny statements are not credited, since what one of them takes
// away says little of the rest, but for the one that denies everything.
//
// Conditional is everything, or all of IAM, under a condition. A document that
// is not understood is undecodable, never ordinary.
func GrantOf(document string) account.Grant {
	d, err := Parse(document)
	if err != nil {
		return account.GrantUndecodable
	}
	g := grants{budget: maxCoverWork}
	for _, s := range d.Statements {
		switch {
		case s.Deny && len(s.Conditions) == 0 && onEverything(s) && g.covers(everyAction, s):
			return account.GrantOrdinary
		case s.Deny:
		case len(s.Conditions) == 0:
			g.plain = append(g.plain, s)
		default:
			g.conditional = append(g.conditional, s)
		}
	}
	grant := g.judge()
	if g.lost && grant != account.GrantAdmin {
		return account.GrantUndecodable
	}
	return grant
}

type grants struct {
	plain, conditional []Statement // that allow
	budget             int         // steps that are left for questions
	lost               bool        // a question took too long to answer
}

// judge gives the most that the statements allow.
func (g *grants) judge() account.Grant {
	all := slices.Concat(g.plain, g.conditional)
	switch {
	case g.covers(everyAction, kept(g.plain, onEverything)...):
		return account.GrantAdmin
	case g.covers(everyAction, kept(all, onEverything)...):
		return account.GrantConditional
	case g.covers(everyIAMAction, kept(g.plain, g.onIAM)...):
		return account.GrantEscalation
	case g.covers(everyIAMAction, kept(all, g.onIAM)...):
		return account.GrantConditional
	case slices.ContainsFunc(all, g.near):
		return account.GrantNearAdmin
	}
	return account.GrantOrdinary
}

// near reports whether a statement allows all but some actions, or on all but
// some resources.
func (g *grants) near(s Statement) bool {
	if s.NotResource {
		return !slices.ContainsFunc(s.Resources, stars) && (s.NotAction || g.covers(everyAction, s)) && !g.nothing(s)
	}
	return s.NotAction && onEverything(s) && !g.nothing(s)
}

// nothing reports whether a statement allows every action but all of them.
func (g *grants) nothing(s Statement) bool {
	return s.NotAction && g.ask(everyAction, []allowance{{patterns: lower(s.Actions)}})
}

// covers reports whether the statements together name all of a universe of actions.
func (g *grants) covers(universe string, statements ...Statement) bool {
	allowances := make([]allowance, len(statements))
	for i, s := range statements {
		allowances[i] = allowance{lower(s.Actions), s.NotAction}
	}
	return g.ask(universe, allowances)
}

func (g *grants) ask(universe string, allowances []allowance) bool {
	all, ok := covers(universe, allowances, &g.budget)
	g.lost = g.lost || !ok
	return all
}

func kept(statements []Statement, keep func(Statement) bool) []Statement {
	return slices.DeleteFunc(slices.Clone(statements), func(s Statement) bool { return !keep(s) })
}

func onEverything(s Statement) bool {
	return !s.NotResource && slices.ContainsFunc(s.Resources, stars)
}

// stars reports whether a pattern matches every text, however it is spelled.
func stars(pattern string) bool { return pattern != "" && strings.Trim(pattern, "*") == "" }

// onIAM reports whether a statement takes in every resource of IAM in some
// partition; the policy is of one, and does not say which.
func (g *grants) onIAM(s Statement) bool {
	holds := 0
	for _, universe := range everyIAMResource {
		if g.ask(universe, []allowance{{s.Resources, s.NotResource}}) {
			holds++
		}
	}
	return holds == len(everyIAMResource) || holds > 0 && !s.NotResource
}
