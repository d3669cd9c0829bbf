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

// RootAudit reports whether it is asked only where Options.RootAudit is on.
// What the session then calls is allowed by its task policy alone.
func (r Read) RootAudit() bool { return r.Action == callAssumeRoot }

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
		{callDetails, account.Member, "which users and roles are admins, and through what"},
		{callContact, account.Member, "the security, billing and operations contacts"},
		{callContactInformation, account.Member, "whether the primary contact's telephone number is valid"},
		{callBudgets, account.Member, "the budgets, whom they alert, and whether IAM has access to billing"},
		{callTopic, account.Member, "whether anybody hears the topics that budgets and alarms speak to"},
		{callTrails, account.Member, "whether a CloudTrail trail records all regions, and where it writes to"},
		{callTrailStatus, account.Member, "whether the trail is logging and can deliver"},
		{callSelectors, account.Member, "whether a trail with event selectors of its own records all management events"},
		{callLookup, account.Member, "what root did in the last 90 days, under whatever name it signed in, and who opened a central root session"},
		{callDetectors, account.Member, "whether there is a GuardDuty detector, which reports the use of root"},
		{callDetector, account.Member, "whether the detector is on"},
		{callRules, account.Member, "whether an EventBridge rule lets root's sign-ins through"},
		{callRuleTargets, account.Member, "whether such a rule passes them to anything"},
		{callConfigRules, account.Member, "whether AWS Config checks root"},
		{callFilters, account.Member, "whether a metric filter on the trail counts root's sign-ins"},
		{callAlarms, account.Member, "whether an alarm on such a filter, or on the bill, does something"},
		{callSelectors, account.Management, "what the organization's trail with event selectors of its own records, asked once for all members"},
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
		{callAssumeRoot, account.Management, "what root's devices are and how many, asked only with root_audit, in a session that may look at nothing else"},
		{callContact, account.Management, "contacts of accounts whose audit role is missing; it needs trusted access for AWS Account Management"},
		{callContactInformation, account.Management, "primary contacts of accounts whose audit role is missing; it needs trusted access for AWS Account Management"},
		{callBudgets, account.Management, "the payer's own budgets, which may cover its members"},
		{callAlarms, account.Management, "the payer's own alarms on the bill, and on root"},
		{callFilters, account.Management, "whether a metric filter of the payer counts root's sign-ins that the organization's trail logs there"},
		{callTopic, account.Management, "whether anybody hears the topics that the payer speaks to"},
		{callSubscriptions, account.Management, "who hears of cost anomalies; once a day, $0.01 a request"},
		{callMonitors, account.Management, "which accounts those anomalies are about; once a day, $0.01 a request"},
		{callMetrics, account.Management, "which accounts and services AWS sends estimated charges of; on weekends and holidays"},
		{callMetricData, account.Management, "what those charges are, before Cost Explorer has them; $0.01 for a thousand"},
		{callCosts, account.Management, "the daily cost by account and service; each request costs $0.01"},
	}
}
