package awsorg

import "rootwatch/checks/account"

// Read is one IAM action that this package uses.
type Read struct {
	Action string
	// Where says whose policy must allow it: account.Member in the audit role
	// of every account that is read, account.Management in the role that
	// Rootwatch runs as (or ManagementRoleARN), in the management account or a
	// delegated administrator.
	Where account.Role
	Why   string // what is lost without it, as a clause
}

// Reads lists every IAM action that reading an organization takes, each once
// for each place. GetCallerIdentity is not among them: it needs no permission.
// Nor are those that fetch the bot's secrets, which name what they may read:
// PolicyOptions has them.
func Reads() []Read {
	return []Read{
		{callSummary, account.Member, "whether the root user has MFA, access keys, signing certificates and a password"},
		{callGenerateReport, account.Member, "have AWS write the credential report; it changes nothing"},
		{callGetReport, account.Member, "when root's password and keys were last used"},
		{callVirtualMFA, account.Member, "whether root's MFA is a virtual device"},
		{callPasswordPolicy, account.Member, "the password policy for IAM users"},
		{callContact, account.Member, "the security, billing and operations contacts"},
		{callOrganization, account.Management, "which account is the management account, and root's email there"},
		{callListAccounts, account.Management, "every account with its state and root email"},
		{callRoots, account.Management, "whether service control policies are switched on"},
		{callUnits, account.Management, "the organizational units that service control policies hang on"},
		{callPolicies, account.Management, "which service control policies there are"},
		{callDescribe, account.Management, "what a service control policy says"},
		{callTargets, account.Management, "where a service control policy hangs"},
		{callPoliciesOf, account.Management, "whether AWS's own policy still hangs beside it"},
		{callParents, account.Management, "where an account hangs that the list did not tell of"},
		{callChildren, account.Management, "where accounts hang, where the list does not tell"},
		{callFeatures, account.Management, "whether root users of members are managed centrally"},
		{callAssumeRole, account.Management, "the audit role in each other account"},
		{callContact, account.Management, "contacts of accounts whose audit role is missing; it needs trusted access for AWS Account Management"},
		{callCosts, account.Management, "the daily cost by account and service; each request costs $0.01"},
	}
}
