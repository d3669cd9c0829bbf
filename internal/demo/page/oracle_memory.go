package page

import (
	"fmt"
	"time"

	"rootwatch/checks"
	"rootwatch/internal/demo/cloud"
)

func init() { oracle["root-repeat-use"] = rootRepeat }

// fourMonths are as long as those of the 2021 Netskope study.
const fourMonths = 122 * 24 * time.Hour

// rootRepeat counts the calendar weeks in which root was really used. On the
// first days the bot cannot know as much, and says so.
func rootRepeat(_ *cloud.Organization, a *cloud.Account, at time.Time) (checks.Status, string) {
	uses := []time.Time{a.Root.PasswordLastUsed}
	for _, k := range a.Root.Keys {
		uses = append(uses, k.LastUsed)
	}
	for _, e := range a.Watch.RootEvents {
		used := e.Kind == cloud.EventConsole || e.Kind == cloud.EventSoftware || e.Kind == cloud.EventSignIn && !e.Failed
		if used {
			uses = append(uses, e.At)
		}
	}
	weeks := map[string]bool{}
	for _, u := range uses {
		if !u.Before(at.Add(-fourMonths)) {
			year, week := u.UTC().ISOWeek()
			weeks[fmt.Sprint(year, week)] = true
		}
	}
	switch n := len(weeks); {
	case n > 1:
		return checks.Fail, fmt.Sprintf("used in %d weeks", n)
	case n == 1:
		return checks.Pass, "used in one week"
	}
	return checks.Pass, "not used"
}
