package checks

var _ = register(Check{
	ID:       "contact-security",
	Title:    "A security contact is set, and it is not the root address",
	Short:    "No usable security contact",
	Good:     "security contact is set",
	Severity: Medium,
	Why: "AWS writes to the security contact when it sees an abuse report, a leaked key or a break-in. " +
		"Without one the mail goes only to the root address, which few people read. " +
		"A contact that is the root address itself reaches nobody new, and is lost together with that mailbox.",
	Reads: []string{callContact, callAccounts, callOrganization},
	Remediation: Remediation{
		Steps: []string{
			"Choose an address that several people read day and night: a list of the security team, not a person, not the root address.",
			"Set it as the account's security contact, with a telephone number that is answered.",
			"In an organization, set it for all accounts from the management account; trusted access for Account Management must be on.",
			"Send a test mail to the address and see that it arrives.",
		},
		Console: "Billing and Cost Management > Account > Alternate contacts > Security > Edit",
		URL:     "https://console.aws.amazon.com/billing/home#/account",
		CLI: "aws account put-alternate-contact --alternate-contact-type SECURITY \\\n" +
			"  --name \"Security team\" --title \"Security\" \\\n" +
			"  --email-address security@example.com --phone-number \"+1 206 555 0100\"\n" +
			"# for a member, from the management account: add --account-id ACCOUNT_ID",
		Terraform: "resource \"aws_account_alternate_contact\" \"security\" {\n" +
			"  alternate_contact_type = \"SECURITY\"\n" +
			"  name                   = \"Security team\"\n" +
			"  title                  = \"Security\"\n" +
			"  email_address          = \"security@example.com\"\n" +
			"  phone_number           = \"+1 206 555 0100\"\n" +
			"  # account_id           = \"ACCOUNT_ID\" # for a member, from the management account\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.2"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.2"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.3"},
		{Catalogue: "Security Hub", ID: "Account.1", URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/account-controls.html#account-1"},
		{Catalogue: "Prowler", ID: "account_security_contact_information_is_registered"},
		{Catalogue: "AWS", ID: "Alternate contacts", URL: "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-alternate.html"},
	},
	Judge: securityContact.judge,
})
