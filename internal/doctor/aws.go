package doctor

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/internal/awsorg"
)

// AWS is what was found of one organization.
type AWS struct {
	Scope          account.Scope
	RoleName       string
	ManagementRole string // its ARN; "" without one
	ExternalID     bool   // one is configured
	Opened         error  // why AWS could not even be asked; a sentence
	Standing       awsorg.Standing
	Side           []awsorg.Answer   // of the organization's side
	Listed         []account.Account // as far as the list went
	Listing        error             // why it went no further
	Seen           []Seen            // the accounts that were looked at
	Bill           Bill
	Estimated      Estimated
}

// Seen is one account and the answers from it.
type Seen struct {
	account.Account
	Answers []awsorg.Answer
}

// soon is when credentials that nothing renews are about to end.
const soon = 15 * time.Minute

// Judge tells all that was found of an organization.
func (a AWS) Judge(now time.Time) []Line {
	lines := a.credentials(now)
	if a.Opened != nil || a.Standing.Gap != nil {
		return a.named(lines)
	}
	lines = append(lines, a.organization()...)
	lines = append(lines, a.roles()...)
	lines = append(lines, a.permissions()...)
	return a.named(append(lines, a.Bill.judge(), a.Estimated.judge()))
}

func (a AWS) named(lines []Line) []Line {
	for i := range lines {
		lines[i].Organization = a.Scope.Organization
	}
	return lines
}

func (a AWS) credentials(now time.Time) []Line {
	if a.Opened != nil {
		found, do := halves(a.Opened.Error())
		return []Line{{Area: Credentials, Status: Problem, Found: found, Do: do}}
	}
	s := a.Standing
	lines := []Line{JudgeClock("AWS", s.Ahead, s.AheadKnown)}
	if s.Gap != nil {
		return append(lines, a.stranger())
	}
	lines = append(lines, Line{Area: Region, Subject: s.Region, Status: OK, Found: "AWS STS answers in " + s.Region})
	who := Line{Area: Credentials, Status: OK, Found: fmt.Sprintf("Rootwatch is %s (partition %s, credentials from %s)", s.ARN, s.Partition, or(s.Source, "the SDK's chain"))}
	switch {
	case strings.HasSuffix(s.ARN, ":root"):
		who.Status, who.Found = Problem, "Rootwatch runs as the root user of account "+s.Account.String()
		who.Do = "Delete root's access key and run Rootwatch as a role; `rootwatch policy --for host` prints what it needs."
	case !s.Expires.IsZero() && s.Expires.Sub(now) < soon:
		who.Status = Warning
		who.Found += fmt.Sprintf("; they end at %s", s.Expires.UTC().Format("15:04 MST"))
		who.Do = "Sign in again (aws sso login) before a long run; an instance's or a container's role renews them by itself."
	}
	return append(lines, who)
}

// stranger says why AWS does not tell us who we are.
func (a AWS) stranger() Line {
	s := a.Standing
	switch {
	case s.Gap.Cause == account.NotEnabled, s.HomeAnswers:
		return Line{Area: Region, Subject: s.Region, Status: Problem,
			Found: fmt.Sprintf("AWS STS does not answer in %s: the region is switched off for the account, or there is no such region", s.Region),
			Do:    fmt.Sprintf("Set region: %s for the organization (or AWS_REGION), or switch the region on under Account > AWS Regions.", s.Home)}
	case s.Gap.Cause.Passing():
		return unsure(Credentials, "", *s.Gap)
	}
	found, do := told(*s.Gap)
	return Line{Area: Credentials, Status: Problem, Found: found, Do: do}
}

// unsure is a question that AWS did not answer now and may answer later.
func unsure(area, subject string, gap account.Gap) Line {
	found, do := halves(gap.Error())
	if do == "" {
		do = "Ask again in a few minutes."
	}
	return Line{Area: area, Subject: subject, Status: NotKnown, Found: found, Do: do}
}

// self is who a policy must name. AWS tells the session, which ends; its role
// is what stays, and may have a path that AWS does not tell here.
func (a AWS) self() string {
	_, session, assumed := strings.Cut(a.Standing.ARN, ":assumed-role/")
	if role, _, _ := strings.Cut(session, "/"); assumed && role != "" {
		return "the role " + role + " of account " + a.Standing.Account.String()
	}
	return or(a.Standing.ARN, "Rootwatch's role")
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// organization is whether the accounts can be listed.
func (a AWS) organization() []Line {
	var active, standalone int
	var management account.ID
	for _, l := range a.Listed {
		if l.State == account.Active || l.State == "" {
			active++
		}
		switch l.Role {
		case account.Management:
			management = l.ID
		case account.Standalone:
			standalone++
		}
	}
	listed := Line{Area: Organization, Status: OK, Found: fmt.Sprintf("%s, %d active", bot.Count(len(a.Listed), "account", "accounts"), active)}
	switch denied := a.answer("organizations:ListAccounts"); {
	case a.Listing != nil:
		return []Line{a.unlisted()}
	case standalone > 0:
		listed.Found = "account " + a.Standing.Account.String() + " is in no organization, and is read by itself"
	case denied != nil && denied.Cause == account.Denied:
		listed.Status, listed.Found = Warning, "this account may not list the organization, so that only the account itself is read"
		listed.Do = "Run Rootwatch in the management account or a delegated administrator's, or set management_role_arn."
	case !management.IsZero():
		listed.Found += ", managed by " + management.String()
	}
	return []Line{listed}
}

func (a AWS) unlisted() Line {
	var gap account.Gap
	ok := errors.As(a.Listing, &gap)
	if ok && gap.Cause.Passing() {
		return unsure(Organization, gap.Call, gap)
	}
	found, do := halves(a.Listing.Error())
	if ok && gap.Cause == account.Denied && gap.Call == "sts:AssumeRole" {
		do = "Check that the role exists, that its trust policy names Rootwatch's role and the external id, and that Rootwatch's role may call sts:AssumeRole on it: `rootwatch policy --for host`."
	} else if ok && gap.Cause == account.Denied {
		do = "Allow it to " + a.side() + ": `rootwatch policy --for management` prints its policy."
	}
	return Line{Area: Organization, Subject: gap.Action(), Status: Problem, Found: found, Do: do}
}

// side is the role that asks about the organization.
func (a AWS) side() string {
	if a.ManagementRole != "" {
		return "the role " + a.ManagementRole
	}
	return "the role that Rootwatch runs as"
}

// answer is why the organization's side refused the call, nil where it did not.
func (a AWS) answer(action string) *account.Gap {
	for _, one := range a.Side {
		if one.Action == action && one.Gap != nil {
			return one.Gap
		}
	}
	return nil
}
