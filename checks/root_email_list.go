package checks

// emailListDays is how long a word on the members of a list counts: people
// change teams, and access is to be reviewed every six months (PCI DSS v4.0,
// 7.2.4).
const emailListDays = 180

var _ = register(Check{
	ID:       "root-email-list",
	Title:    "The root address is a distribution list whose members are known",
	Short:    "Nobody vouches for the root mailbox",
	Good:     "the root mailbox is a list that is known",
	Severity: Medium,
	Why: "Whoever reads the root mailbox can reset root's password, and some of what AWS has to say goes there alone. " +
		"One person's mailbox is lost when that person leaves, and getting an account back without it takes weeks and a sworn statement. " +
		"No API tells who is behind an address, so a person looks and says so, and looks again within 180 days.",
	Reads:      []string{callAccounts},
	AttestDays: emailListDays,
	Remediation: Remediation{
		Steps: []string{
			"Make a distribution list in a domain of yours, one for each account or with a plus-address for each, with members from more than one team.",
			"Have it take mail from outside, and send it a test mail; see that every member got it.",
			"Set it as the account's root address, in an organization from the management account.",
			"Write down who its members are and who may change them, and go through them twice a year.",
			"Say so with rootwatch attest, with a link to the list's members; it asks again when that ends.",
		},
		Console: "Account name (top right) > Account > Account details > Edit email; or AWS Organizations > AWS accounts > the account > Actions > Update email",
		URL:     "https://console.aws.amazon.com/organizations/v2/home/accounts",
		CLI: "aws account start-primary-email-update --account-id ACCOUNT_ID --primary-email aws-payments@example.com\n" +
			"# with the code that AWS mails to the new address:\n" +
			"aws account accept-primary-email-update --account-id ACCOUNT_ID --primary-email aws-payments@example.com --otp CODE\n" +
			"# when its members were looked at:\n" +
			"rootwatch attest root-email-list ACCOUNT_ID --by \"Ana Silva\" --until 2027-05-31 --evidence https://groups.example.com/aws-payments",
		Terraform: "# Terraform cannot change the address of an account that exists: it would close it and make another.\n" +
			"# It can make new ones with a list from the start:\n" +
			"resource \"aws_organizations_account\" \"payments\" {\n" +
			"  name  = \"payments\"\n" +
			"  email = \"aws-payments@example.com\"\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "Article", ID: "Don't be incompetent, secure your root AWS account (2023)"},
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
		{Catalogue: "AWS", ID: "Root user best practices", URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"},
	},
	Judge: judgeEmailList,
})

var emailList = claim{
	checkID: "root-email-list",
	good:    "the root address is a list whose members are known",
	look:    "who gets its mail, who may change that, and whether a test mail arrives",
}

func judgeEmailList(c Case) Verdict {
	if v, done := notActive(c.Facts, callAccounts); done {
		return v
	}
	return emailList.judge(c)
}
