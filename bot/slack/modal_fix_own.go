package slack

import (
	"cmp"
	"slices"
	"strings"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// placeholders puts the report's account into a command, so that it can be
// copied as it is. What a comment says is for a member of the organization
// keeps the placeholder where the account is the management account: AWS
// refuses those commands for it, and they would mend nothing.
func placeholders(r checks.Report) func(string) string {
	if r.AccountID.IsZero() {
		return func(command string) string { return command }
	}
	own := strings.NewReplacer(
		"arn:aws:iam::"+checks.AccountPlaceholder, "arn:"+cmp.Or(r.Partition, "aws")+":iam::"+r.AccountID.String(),
		checks.AccountPlaceholder, r.AccountID.String(),
	)
	management := ofManagement(r)
	return func(command string) string {
		var out strings.Builder
		forMember := false
		for line := range strings.Lines(command) {
			if strings.HasPrefix(line, "#") {
				forMember = strings.Contains(strings.ToLower(line), "member")
			}
			if !management || !forMember {
				line = own.Replace(line)
			}
			out.WriteString(line)
		}
		return out.String()
	}
}

// featuresCall is asked for in the management account alone.
const featuresCall = "iam:ListOrganizationsFeatures"

// ofManagement reports whether the report is the management account's, as
// what it rests on tells: it says nothing else of the account's role.
func ofManagement(r checks.Report) bool {
	return slices.ContainsFunc(r.Findings, func(f checks.Finding) bool {
		return slices.ContainsFunc(f.Evidence, func(e checks.Evidence) bool { return e.Source == featuresCall }) ||
			slices.ContainsFunc(f.Gaps, func(g account.Gap) bool { return g.Call == featuresCall })
	})
}
