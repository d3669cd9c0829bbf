package checks

import (
	"fmt"
	"slices"

	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "admin-count",
	Title:    "Two or three IAM users are admins, or people come as admins through single sign-on",
	Short:    "Admin users are too few or too many",
	Good:     "the right number of admins",
	Severity: Medium,
	Why: "With one admin the account is closed to everybody as soon as that person is ill, leaves or loses a device, and somebody reaches for root. " +
		"With four or more nobody remembers who may do everything, and each of them is a way in; whoever may attach a policy to himself is one as soon as he likes. " +
		"A role that people enter through IAM Identity Center or another identity provider is an admin that exists, that of a program, as of CI or Kubernetes, is nobody, and one that another account may take leaves it open; " +
		"a user without a password and without an active access key is an admin whom nobody can be, and does not count.",
	Reads:      []string{callAuthorization, callGenerate, callReport},
	AttestDays: adminCountDays,
	Remediation: Remediation{
		Steps: []string{
			"List who is an admin: the users named with the finding, and by which policy or group.",
			"Too few: give a second person admin rights, best through IAM Identity Center, else as a user in a group for admins, with an MFA device.",
			"Too many: take the users who do other work out of the group, and give them a role with what they need.",
			"Where people come by a role that another account may take, see who may take it, and say so with rootwatch attest admin-count.",
			"Where your number is another one, set checks.admin_users_min and checks.admin_users_max.",
		},
		Console: "IAM > User groups > the group of admins > Users",
		URL:     "https://console.aws.amazon.com/iam/home#/groups",
		CLI: "aws iam get-account-authorization-details --filter User Group LocalManagedPolicy\n" +
			"aws iam get-group --group-name admins\n" +
			"aws iam remove-user-from-group --group-name admins --user-name USER_NAME",
		Terraform: "resource \"aws_iam_group\" \"admins\" {\n" +
			"  name = \"admins\"\n" +
			"}\n\n" +
			"resource \"aws_iam_group_policy_attachment\" \"admins\" {\n" +
			"  group      = aws_iam_group.admins.name\n" +
			"  policy_arn = \"arn:aws:iam::aws:policy/AdministratorAccess\"\n" +
			"}\n\n" +
			"resource \"aws_iam_group_membership\" \"admins\" {\n" +
			"  name  = \"admins\"\n" +
			"  group = aws_iam_group.admins.name\n" +
			"  users = [\"first.person\", \"second.person\"]\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "AWS", ID: "Security best practices in IAM", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"},
		{Catalogue: "Article", ID: "Don't be incompetent, secure your root AWS account (2023)"},
		{Catalogue: "Article", ID: "Evident.io: disable root API keys"},
	},
	Judge: judgeAdminCount,
})

func judgeAdminCount(c Case) Verdict {
	const question = "How many admins there are"
	a, _, not := adminsIn(c.Facts, question)
	if not != nil {
		return *not
	}
	a = a.comeIn(c.Facts).under(c)
	evidence := a.evidence()
	least, most := adminBounds(c.Policy)
	sure, utmost := len(a.users), len(a.users)+len(a.unsure)
	users := some(sure, "IAM user is an admin", "IAM users are admins") + a.shutText()
	none := "No IAM user is an admin" + a.shutText()
	beside := ", and people come as admins through a role of single sign-on"
	switch {
	case sure > most:
		return Verdict{Status: Fail, Short: "Too many admin users", Evidence: evidence,
			Summary: fmt.Sprintf("%s; %d should be the most.", users, most)}
	case a.outside == account.Yes && utmost == 0:
		return Verdict{Status: Pass, Evidence: evidence, Summary: none + beside + "."}
	case a.outside == account.Yes && utmost <= most:
		return Verdict{Status: Pass, Evidence: evidence, Summary: users + beside + "."}
	case sure >= least && utmost <= most:
		return Verdict{Status: Pass, Evidence: evidence, Summary: fmt.Sprintf("%s, from %d to %d.", users, least, most)}
	case utmost < least && a.outside == account.No && utmost == 0:
		return Verdict{Status: Fail, Short: "Nobody but root is an admin", Evidence: evidence,
			Summary: none + ", and no role lets one in through single sign-on: root is all there is."}
	case utmost < least && a.outside == account.No:
		if sure < utmost {
			users = "No more than " + some(utmost, "IAM user is an admin", "IAM users are admins") + a.shutText()
		}
		return Verdict{Status: Fail, Short: "Too few admin users", Evidence: evidence,
			Summary: fmt.Sprintf("%s, and no role lets one in through single sign-on; %d should be the least.", users, least)}
	}
	gaps := a.gaps(slices.Concat(a.unsure, a.unsureRoles)...)
	if a.onlyDoors() {
		return judgeDoors(c, question, evidence, gaps)
	}
	return unknown(question, evidence, gaps)
}

func adminBounds(p Policy) (least, most int) {
	standard := DefaultPolicy()
	least, most = p.AdminUsersMin, p.AdminUsersMax
	if least <= 0 {
		least = standard.AdminUsersMin
	}
	if most <= 0 {
		most = max(standard.AdminUsersMax, least)
	}
	return least, most
}

// adminsIn are the account's admins with the evidence, or why they are not known.
func adminsIn(f account.Facts, question string) (admins, []Evidence, *Verdict) {
	if v, done := notActive(f, callAuthorization); done {
		return admins{}, nil, &v
	}
	authorization, read := f.Authorization.Get()
	if !read {
		v := unknown(question, nil, []account.Gap{named(f.Authorization.Gap(), callAuthorization)})
		return admins{}, nil, &v
	}
	a := adminsOf(authorization)
	return a, a.evidence(), nil
}
