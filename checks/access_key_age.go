package checks

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"rootwatch/checks/account"
)

// maxAccessKeyAge is CIS's and Security Hub's; a key must be younger.
const maxAccessKeyAge = 90 * 24 * time.Hour

var _ = register(Check{
	ID:       "access-key-age",
	Title:    "Every active access key of an IAM user is younger than 90 days",
	Short:    "An access key is 90 days old or more",
	Good:     "user keys are younger than 90 days",
	Severity: Medium,
	Why: "An access key works from anywhere until somebody deletes it, and the longer it lives the more copies of it lie in scripts, on laptops and in backups. " +
		"A key that is replaced every 90 days makes an old copy worthless. " +
		"Inactive keys are shown and not judged, and root's keys have a check of their own.",
	Reads: []string{callGenerate, callReport},
	Remediation: Remediation{
		Steps: []string{
			"Find what uses the key: its last use, region and service stand with the finding.",
			"Where it can be a role, make it one: EC2, Lambda, ECS and GitHub Actions need no key.",
			"Else make a second key, move the program over, make the old key inactive, and delete it when nothing breaks.",
			"Delete a key that was never used, or not for months.",
		},
		Console: "IAM > Users > the user > Security credentials > Access keys",
		URL:     "https://console.aws.amazon.com/iam/home#/users",
		CLI: "aws iam list-access-keys --user-name USER_NAME\n" +
			"aws iam create-access-key --user-name USER_NAME\n" +
			"aws iam update-access-key --user-name USER_NAME --access-key-id KEY_ID --status Inactive\n" +
			"aws iam delete-access-key --user-name USER_NAME --access-key-id KEY_ID",
		Terraform: "# A key in Terraform's state is a secret in a file. A role for the program instead:\n" +
			"resource \"aws_iam_role\" \"program\" {\n" +
			"  name = \"program\"\n" +
			"  assume_role_policy = jsonencode({\n" +
			"    Version = \"2012-10-17\"\n" +
			"    Statement = [{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = { Service = \"ec2.amazonaws.com\" } }]\n" +
			"  })\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.14"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.13"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.12"},
		{Catalogue: "Security Hub", ID: "IAM.3", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-3"},
		{Catalogue: "Prowler", ID: "iam_rotate_access_key_90_days"},
		{Catalogue: "Article", ID: "Evident.io: disable root API keys"},
	},
	Judge: judgeAccessKeyAge,
})

func judgeAccessKeyAge(c Case) Verdict {
	if v, done := notActive(c.Facts, callReport); done {
		return v
	}
	const question = "How old the access keys of IAM users are"
	rows, r, gaps := userRows(c.Facts)
	if len(gaps) > 0 {
		return unknown(question, r.generatedEvidence(), gaps)
	}
	k := keysAt(c.Facts.ObservedAt, rows)
	evidence := clipped(slices.Concat(r.generatedEvidence(), k.failing, k.others))
	switch old := len(k.failing); {
	case old > 0:
		return Verdict{Status: Fail, Evidence: evidence, Summary: fmt.Sprintf("%s 90 days old or more; the oldest was made %s before this check.",
			some(old, "active access key of an IAM user is", "active access keys of IAM users are"), days(int(k.oldest/(24*time.Hour))))}
	case len(k.gaps) > 0:
		return unknown(question, evidence, k.gaps)
	case k.active == 0:
		return Verdict{Status: Pass, Evidence: evidence, Summary: "No IAM user has an active access key."}
	}
	return Verdict{Status: Pass, Evidence: evidence,
		Summary: some(k.active, "active access key of an IAM user is", "active access keys of IAM users are") + " younger than 90 days."}
}

// userKeys are the keys of all users, those that fail apart, so that they
// stand first where the list is cut.
type userKeys struct {
	failing, others []Evidence
	active          int // and young
	oldest          time.Duration
	gaps            []account.Gap
}

func keysAt(observed time.Time, rows []account.UserRow) (k userKeys) {
	for _, u := range rows {
		for i, key := range u.Keys {
			if key.Presence() == account.Absent {
				continue
			}
			slot := "access_key_" + strconv.Itoa(i+1)
			shown := Evidence{Name: u.Name + " " + slot, Value: keyText(key), Source: callReport}
			age, dated := observed.Sub(key.RotatedAt.At), key.RotatedAt.State == account.UseAt
			switch {
			case key.Active == account.No, dated && age < maxAccessKeyAge:
				if key.Active == account.Yes {
					k.active++
				}
			case key.Active == account.AnswerUnknown:
				k.gaps = append(k.gaps, columnGap(slot+"_active"))
			case !dated:
				k.gaps = append(k.gaps, columnGap(slot+"_last_rotated"))
			default:
				k.oldest = max(k.oldest, age)
				k.failing = append(k.failing, shown)
				continue
			}
			k.others = append(k.others, shown)
		}
	}
	return k
}

// keyText is a key as the report tells of it.
func keyText(k account.AccessKey) string {
	text := "active " + answerText(k.Active) + ", made or last rotated " + useText(k.RotatedAt) + ", last used " + useText(k.LastUsed)
	if k.LastUsedRegion != "" {
		text += " in " + k.LastUsedRegion
	}
	if k.LastUsedService != "" {
		text += " for " + k.LastUsedService
	}
	return text
}
