package checks

import (
	"cmp"
	"slices"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Leaning is which way the signs around a spike point.
type Leaning string

// The leanings. None is a verdict: a person decides, and the signs say on what.
const (
	CannotTell     Leaning = "cannot_tell"
	LikeCompromise Leaning = "compromise"
	LikeGrowth     Leaning = "growth"
)

// Sign is one thing that was observed around a spike.
type Sign struct {
	Name string `json:"name"` // a word for programs: root_used
	// Weight speaks for compromise above zero and for growth below it; see
	// incidentweights.go for what each rests on.
	Weight   int    `json:"weight"`
	Sentence string `json:"sentence"` // holds names that strangers gave
}

// Assessment is which way a spike points, always with what it rests on. Its
// zero value is that nobody looked.
type Assessment struct {
	Leaning Leaning `json:"leaning,omitempty"`
	// Signs are what was observed, the heaviest first, whichever way it points.
	Signs []Sign `json:"signs,omitempty"`
	// Unread are sentences on what could not be read. It never counts as clean:
	// with any of it nothing looks like growth.
	Unread []string `json:"unread,omitempty"`
	// Next are what to do, where it looks like compromise.
	Next []NextStep `json:"next,omitempty"`
	At   time.Time  `json:"at,omitzero"`
}

// NextStep is one thing to do, and AWS's page on it.
type NextStep struct {
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
}

// Known reports whether anybody looked.
func (a Assessment) Known() bool { return a.Leaning != "" }

// Label is the leaning in words, "" where nobody looked. It is never shown
// without signs or what was not read.
func (a Assessment) Label() string {
	switch a.Leaning {
	case LikeCompromise:
		return "Looks like compromise"
	case LikeGrowth:
		return "Looks like growth"
	case CannotTell:
		return "Cannot tell compromise from growth"
	}
	return ""
}

// Score is the sum of the weights.
func (a Assessment) Score() int {
	score := 0
	for _, s := range a.Signs {
		score += s.Weight
	}
	return score
}

// IncidentCase is all that Assess may look at: a spike, and what is known of
// its account. What nobody collected is nil or empty, and never clean.
type IncidentCase struct {
	Incident spend.Incident
	// Bill is what the account cost up to the spike's newest day, as it was read.
	Bill spend.Ledger
	// Report is the account's newest; nil where it was never checked.
	Report *Report
	// Credentials is the credential report that Report rests on.
	Credentials account.Fact[account.CredentialReport]
	// Changes of the account, and Root, the uses of its root, from Window on.
	Changes []Change
	Root    History
	At      time.Time // when it is assessed
}

// incidentWindow is how long before the first day of a spike counts as the same
// story: stolen keys are used within minutes to days, and what a billing day
// shows began at most a day earlier. 72 hours reach over a weekend.
const incidentWindow = 72 * time.Hour

// IncidentFrom is the first instant that counts as the same story as a spike
// that began on since.
func IncidentFrom(since spend.Day) time.Time { return since.Time().Add(-incidentWindow) }

// Assess says whether a spike looks like compromise or like growth. It is
// pure. One more suspicious sign never makes it look more like growth, for
// every sign only adds to one sum. Where nothing of the account's posture was
// read it cannot tell, however the bill looks; the signs are there all the same.
func Assess(c IncidentCase) Assessment {
	a := Assessment{Leaning: CannotTell, At: c.At}
	a.billSigns(c)
	a.postureSigns(c)
	slices.SortStableFunc(a.Signs, func(x, y Sign) int { return cmp.Compare(abs(y.Weight), abs(x.Weight)) })
	score := a.Score()
	switch {
	case c.Report == nil || c.Incident.Since == 0:
	case score >= compromiseFrom:
		a.Leaning = LikeCompromise
	case score <= growthFrom && len(a.Unread) == 0:
		a.Leaning = LikeGrowth
	}
	if score >= compromiseFrom {
		a.Next = slices.Clone(compromiseSteps)
	}
	return a
}

func (a *Assessment) sign(name string, weight int, sentence string) {
	a.Signs = append(a.Signs, Sign{name, weight, sentence})
}

func (a *Assessment) unread(sentence string) { a.Unread = append(a.Unread, sentence) }

func abs(n int) int { return max(n, -n) }

// compromiseSteps are AWS's own, in its order, from "What do I do if I notice
// unauthorized activity in my AWS account?" and the IAM User Guide.
var compromiseSteps = []NextStep{
	{Text: "Call the account's owner and whoever leads security incidents, now: unless one of them expected this, act as if it were a break-in."},
	{Text: "Deactivate the access keys that nobody vouches for, rotate the others, and delete users and roles that nobody knows.",
		URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html"},
	{Text: "Check the root user: change its password, see that MFA is yours, delete its access keys.",
		URL: "https://repost.aws/knowledge-center/potential-account-compromise"},
	{Text: "Stop what nobody started, in every region, after a snapshot for whoever investigates; Trusted Advisor shows keys that AWS saw exposed.",
		URL: "https://console.aws.amazon.com/trustedadvisor/home#/category/security"},
	{Text: "Answer AWS's notice, or open a support case: AWS helps to secure the account and decides on charges that were not yours.",
		URL: "https://support.console.aws.amazon.com/support/home#/case/create"},
}
