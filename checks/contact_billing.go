package checks

var _ = register(Check{
	ID:       "contact-billing",
	Title:    "A billing contact is set, and it is not the root address",
	Short:    "No usable billing contact",
	Good:     "billing contact is set",
	Severity: Low,
	Why: "AWS writes to the billing contact about invoices, a card that was refused and a payment that is late; an unpaid account is suspended with all that runs in it. " +
		"Without one the mail goes only to the root address, which few people read. " +
		"A contact that is the root address itself reaches nobody new, and is lost together with that mailbox.",
	Reads: []string{callContact, callAccounts, callOrganization},
	Remediation: Remediation{
		Steps: []string{
			"Choose an address that the people who pay the bill read: a list of the finance team, not a person, not the root address.",
			"Set it as the account's billing contact. One list may serve several contacts.",
			"In an organization, set it for all accounts from the management account; trusted access for Account Management must be on.",
			"Send a test mail to the address and see that it arrives.",
		},
		Console: "Billing and Cost Management > Account > Alternate contacts > Billing > Edit",
		URL:     "https://console.aws.amazon.com/billing/home#/account",
		CLI: "aws account put-alternate-contact --alternate-contact-type BILLING \\\n" +
			"  --name \"Accounts payable\" --title \"Billing\" \\\n" +
			"  --email-address billing@example.com --phone-number \"+1 206 555 0100\"\n" +
			"# for a member, from the management account: add --account-id ACCOUNT_ID",
		Terraform: "resource \"aws_account_alternate_contact\" \"billing\" {\n" +
			"  alternate_contact_type = \"BILLING\"\n" +
			"  name                   = \"Accounts payable\"\n" +
			"  title                  = \"Billing\"\n" +
			"  email_address          = \"billing@example.com\"\n" +
			"  phone_number           = \"+1 206 555 0100\"\n" +
			"  # account_id           = \"ACCOUNT_ID\" # for a member, from the management account\n" +
			"}",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.1"},
		{Catalogue: "CIS AWS Foundations", ID: "v5.0.0/1.1"},
		{Catalogue: "CIS AWS Foundations", ID: "v7.0.0/2.2"},
		{Catalogue: "Prowler", ID: "account_maintain_different_contact_details_to_security_billing_and_operations"},
		{Catalogue: "AWS", ID: "Alternate contacts", URL: "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-alternate.html"},
	},
	Judge: billingContact.judge,
})
