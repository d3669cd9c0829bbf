package checks

import (
	"rootwatch/checks/account"
)

var _ = register(Check{
	ID:       "admin-by-group",
	Title:    "Admin rights come through a group or a role, never by a policy on the user itself",
	Short:    "Admin rights hang on a user itself",
	Good:     "admin rights come by group or role",
	Severity: Medium,
	Why: "Who is an admin should stand in one place that somebody reviews: the list of a group. " +
		"A policy on the user itself, attached or inline, is seen by nobody who looks there, and stays when the person moves on to other work.",
	Reads: []string{callAuthorization},
	Remediation: Remediation{
		Steps: []string{
			"Make a group for admins, and attach AdministratorAccess to it.",
			"Put the user into the group, and see that what the person does still works.",
			"Detach the policy from the user, or delete the inline policy.",
			"Better still, let people come through IAM Identity Center, and delete the user.",
		},
		Console: "IAM > Users > the user > Permissions > Permissions policies > Remove",
		URL:     "https://console.aws.amazon.com/iam/home#/users",
		CLI: "aws iam add-user-to-group --group-name admins --user-name USER_NAME\n" +
			"aws iam list-attached-user-policies --user-name USER_NAME\n" +
			"aws iam detach-user-policy --user-name USER_NAME --policy-arn arn:aws:iam::aws:policy/AdministratorAccess\n" +
			"# or, where the policy is inline:\n" +
			"aws iam list-user-policies --user-name USER_NAME\n" +
			"aws iam delete-user-policy --user-name USER_NAME --policy-name POLICY_NAME",
		Terraform: "# Instead of an aws_iam_user_policy_attachment or aws_iam_user_policy:\n" +
			"resource \"aws_iam_user_group_membership\" \"admin\" {\n" +
			"  user   = aws_iam_user.admin.name\n" +
			"  groups = [aws_iam_group.admins.name]\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.15"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.14"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.13"},
		{Catalogue: "Security Hub", ID: "IAM.2", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-2"},
		{Catalogue: "Prowler", ID: "iam_user_administrator_access_policy"},
		{Catalogue: "Prowler", ID: "iam_policy_attached_only_to_group_or_roles"},
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
		{Catalogue: "Article", ID: "1Strategy: five steps (2018)"},
	},
	Judge: judgeAdminByGroup,
})

func judgeAdminByGroup(c Case) Verdict {
	const question = "How admin rights come to users"
	a, evidence, not := adminsIn(c.Facts, question)
	if not != nil {
		return *not
	}
	var direct, unsure []rights
	for _, u := range append(a.users[:len(a.users):len(a.users)], a.unsure...) {
		switch u.direct {
		case account.Yes:
			direct = append(direct, u)
		case account.AnswerUnknown:
			unsure = append(unsure, u)
		}
	}
	switch {
	case len(direct) > 0:
		return Verdict{Status: Fail, Evidence: evidence,
			Summary: some(len(direct), "IAM user has", "IAM users have") + " admin rights by a policy on the user itself."}
	case len(unsure) > 0:
		return unknown(question, evidence, a.gaps(unsure...))
	case len(a.users)+len(a.unsure) == 0:
		return Verdict{Status: Pass, Summary: "No IAM user is an admin.", Evidence: evidence}
	}
	return Verdict{Status: Pass, Summary: "Every IAM user with admin rights has them through a group.", Evidence: evidence}
}
