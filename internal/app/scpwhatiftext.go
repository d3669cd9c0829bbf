package app

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"rootwatch/bot"
	"rootwatch/checks/scp"
)

// text names the accounts, those together of which the same would change.
func (w whatIf) text(file string, width int) string {
	var b strings.Builder
	say := func(format string, args ...any) {
		for line := range strings.Lines(text.WrapSoft(fmt.Sprintf(format, args...), width)) {
			fmt.Fprintln(&b, strings.TrimRight(line, " \n"))
		}
	}
	target := w.Target
	if w.TargetName != "" {
		target = bot.Clip(bot.Clean(w.TargetName), 60) + " (" + w.Target + ")"
	}
	say("%s on %s of %s: the root of %s would change.", bot.Clean(file), target, w.Organization, bot.Count(len(w.Accounts), "account", "accounts"))
	var order []string
	alike := map[string][]string{}
	for _, a := range w.Accounts {
		key := a.lines()
		if alike[key] == nil {
			order = append(order, key)
		}
		alike[key] = append(alike[key], bot.LabelID(a.AccountName, a.AccountID))
	}
	for _, key := range order {
		fmt.Fprintln(&b)
		for line := range strings.Lines(key) {
			say("%s", strings.TrimSuffix(line, "\n"))
		}
		say("In %s", strings.Join(alike[key], ", "))
	}
	if len(order) > 0 {
		fmt.Fprintln(&b)
	}
	if lost := w.whoseAudit(auditLost); len(lost) > 0 {
		say("Would lose the central audit: %s. Exempt its sessions with \"Null\": {\"aws:AssumedRoot\": \"true\"} in the condition.", strings.Join(lost, ", "))
	}
	if unsure := w.whoseAudit(auditUnsure); len(unsure) > 0 {
		say("May lose the central audit, which depends on the keys named above (give them with --context): %s.", strings.Join(unsure, ", "))
	}
	if w.Unchanged > 0 {
		say("Nothing would change in %s below the target.", bot.Count(w.Unchanged, "account", "accounts"))
	}
	if !w.Untouched.IsZero() {
		say("The management account %s is untouched: no service control policy reaches it.", w.Untouched)
	}
	if w.NotActive > 0 {
		say("Left out, being suspended, closing or closed: %s.", bot.Count(w.NotActive, "account", "accounts"))
	}
	for _, u := range w.Unread {
		say("Not known for %s: %s.", bot.LabelID(u.AccountName, u.AccountID), u.Why)
	}
	return b.String()
}

// lines are what would change for an account, a line for each kind of change.
func (a whatOf) lines() string {
	type kind struct {
		principal     scp.Principal
		before, after scp.Effect
		keys          string
	}
	var order []kind
	actions := map[kind][]string{}
	total := map[scp.Principal]int{}
	for _, l := range scp.Management(a.AccountID).Decisions {
		total[l.Principal]++
	}
	for _, c := range a.Changes {
		k := kind{c.Principal, c.Before, c.After, strings.Join(c.Keys, ", ")}
		if actions[k] == nil {
			order = append(order, k)
		}
		actions[k] = append(actions[k], c.Action)
	}
	var b strings.Builder
	for _, k := range order {
		what := strings.Join(actions[k], ", ")
		if n := len(actions[k]); n == total[k.principal] {
			what = fmt.Sprintf("all %d actions", n)
		}
		fmt.Fprintf(&b, "%s: %s -> %s for %s%s\n", k.principal, k.before, k.after, what, prefixed(" by ", k.keys))
	}
	return b.String()
}

// prefixed is s behind a word, or nothing where s is nothing.
func prefixed(word, s string) string {
	if s == "" {
		return ""
	}
	return word + s
}
