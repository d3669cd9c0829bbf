package checks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "root-access-keys",
	Title:    "Root has no access key, active or inactive",
	Short:    "Root has an access key",
	Good:     "no access key",
	Severity: Critical,
	Why: "A root access key is a long-lived secret that can do everything in the account from anywhere, and MFA does not stand in its way. " +
		"Nothing needs one: roles and temporary credentials do all that a program has to do. " +
		"An inactive key can be switched on again in a second, so disabled is not deleted.",
	Reads: []string{callSummary, callGenerate, callReport, callAssumeRoot},
	Remediation: Remediation{
		Steps: []string{
			"Find what uses the key, if anything: its last use, region and service are told with the finding.",
			"Give such a program an IAM role with the few permissions it needs, and move it over.",
			"Make the key inactive and wait until nothing breaks.",
			"Delete the key. An inactive key still fails this check, at medium severity.",
			"In a member account, do it from the management account with central root access, without signing in as root.",
		},
		Console: "Sign in as root > account name (top right) > Security credentials > Access keys > Actions > Deactivate, then Delete",
		URL:     "https://console.aws.amazon.com/iam/home#/security_credentials",
		CLI: "# Member account, from the management account, with central root access switched on:\n" +
			"aws sts assume-root --region us-east-1 --duration-seconds 900 --target-principal ACCOUNT_ID \\\n" +
			"  --task-policy-arn arn=arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials\n" +
			"# then, with the credentials that it prints:\n" +
			"aws iam list-access-keys\n" +
			"aws iam delete-access-key --access-key-id KEY_ID\n" +
			"# To make it inactive first, as root of the account itself:\n" +
			"aws iam update-access-key --access-key-id KEY_ID --status Inactive",
		Terraform: "# Terraform cannot delete a root access key: it manages keys of IAM users only.\n" +
			"# It can switch on what lets the management account delete them (management account):\n" +
			"resource \"aws_iam_organizations_features\" \"root\" {\n" +
			"  enabled_features = [\"RootCredentialsManagement\", \"RootSessions\"]\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.4"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.3"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.4"},
		{Catalogue: "Security Hub", ID: "IAM.4", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-4"},
		{Catalogue: "Prowler", ID: "iam_no_root_access_key"},
		{Catalogue: "AWS", ID: "Delete access keys for the root user", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user_manage_delete-key.html"},
		{Catalogue: "Article", ID: "Don't be incompetent, secure your root AWS account (2023)"},
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
		{Catalogue: "Article", ID: "Evident.io: disable root API keys"},
		{Catalogue: "Article", ID: "Netskope: root user data of 1,143 accounts (2021)"},
	},
	Judge: judgeRootAccessKeys,
})

func judgeRootAccessKeys(c Case) Verdict {
	if v, done := notActive(c.Facts, callSummary, callReport); done {
		return v
	}
	r := rootSourcesOf(c.Facts)
	evidence := rootKeyEvidence(r, c.Facts.ObservedAt)
	keys := r.report.Root.Keys
	return r.judgeHeld(accessKey, [2]account.Credential{keys[0].Credential, keys[1].Credential}, evidence, func(slots []int, adjective string) string {
		return keySentence(keys, slots, adjective, c.Facts.ObservedAt)
	})
}

// keySentence names the keys in slots, and of the one that was used last when,
// where and for what.
func keySentence(keys [2]account.AccessKey, slots []int, adjective string, observed time.Time) string {
	latest := slots[0]
	for _, i := range slots[1:] {
		if keys[i].LastUsed.At.After(keys[latest].LastUsed.At) {
			latest = i
		}
	}
	life := keyLife(keys[latest], observed)
	if len(slots) > 1 {
		return fmt.Sprintf("Root has %d %s access keys; the one in slot %d: %s.", len(slots), adjective, latest+1, life)
	}
	return fmt.Sprintf("Root has an %s access key in slot %d: %s.", adjective, latest+1, life)
}

func keyLife(key account.AccessKey, observed time.Time) string {
	var parts []string
	if key.RotatedAt.State == account.UseAt {
		parts = append(parts, "made or last rotated "+key.RotatedAt.At.UTC().Format(time.DateOnly))
	}
	switch key.LastUsed.State {
	case account.UseAt:
		parts = append(parts, fmt.Sprintf("last used %s before this check%s", days(daysBefore(key.LastUsed.At, observed)), place(key)))
	case account.UseNever:
		parts = append(parts, "never used")
	default:
		parts = append(parts, "last use not told")
	}
	return strings.Join(parts, ", ")
}

// place is " in us-east-1 for s3", as far as the report tells.
func place(key account.AccessKey) string {
	text := ""
	if key.LastUsedRegion != "" {
		text += " in " + key.LastUsedRegion
	}
	if key.LastUsedService != "" {
		text += " for " + key.LastUsedService
	}
	return text
}

// rootKeyEvidence shows the count and, for each slot that is not empty, its
// life, so that the owner of the key can be found before it is deleted.
func rootKeyEvidence(r rootSources, observed time.Time) []Evidence {
	es := slices.Concat(r.summaryEvidence(account.SummaryAccessKeysPresent), r.auditEvidence(callRootKeys), r.generatedEvidence())
	for i, key := range r.report.Root.Keys {
		slot := "access_key_" + strconv.Itoa(i+1)
		es = append(es, r.columnEvidence(slot+"_active", answerText(key.Active))...)
		if key.Presence() == account.Absent {
			continue
		}
		es = append(es, r.columnEvidence(slot+"_last_rotated", useText(key.RotatedAt))...)
		es = append(es, r.columnEvidence(slot+"_last_used_date", useText(key.LastUsed))...)
		if key.LastUsed.State != account.UseAt {
			continue
		}
		es = append(es, r.columnEvidence(slot+"_last_used_region", orNotTold(key.LastUsedRegion))...)
		es = append(es, r.columnEvidence(slot+"_last_used_service", orNotTold(key.LastUsedService))...)
		es = append(es, r.columnEvidence(slot+" days since last use", strconv.Itoa(daysBefore(key.LastUsed.At, observed)))...)
	}
	return es
}

func orNotTold(s string) string {
	if s == "" {
		return "not told"
	}
	return s
}
