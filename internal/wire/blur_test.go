package wire

import (
	"net/http"
	"strings"

	"rootwatch/internal/demo/cloud"
)

// answer is one that an account gives, and what may go wrong with it.
type answer struct {
	action     string
	operations []string // "" for the one that is called as the action is
	fields     []string // each of which may be left out
}

// answers are all that are asked in an account itself.
var answers = []answer{
	{action: "iam:GetAccountSummary", fields: []string{"AccountMFAEnabled", "AccountPasswordPresent", "AccountAccessKeysPresent", "AccountSigningCertificatesPresent", "SummaryMap"}},
	{action: "iam:GenerateCredentialReport", fields: []string{"State"}},
	{action: "iam:GetCredentialReport", fields: []string{"Content", "GeneratedTime"}},
	{action: "iam:ListVirtualMFADevices", fields: []string{"User", "Arn", "SerialNumber"}},
	{action: "iam:GetAccountAuthorizationDetails", fields: []string{"PolicyDocument", "AssumeRolePolicyDocument", "Arn", "PolicyArn", "GroupDetailList"}},
	{action: "iam:GetAccountPasswordPolicy", fields: []string{"MinimumPasswordLength", "PasswordPolicy"}},
	{action: "account:GetAlternateContact", fields: []string{"AlternateContact", "EmailAddress", "PhoneNumber"}},
	{action: "account:GetContactInformation", fields: []string{"ContactInformation", "PhoneNumber"}},
	{action: "budgets:ViewBudget", operations: []string{"DescribeBudgets", "DescribeNotificationsForBudget", "DescribeSubscribersForNotification"}, fields: []string{"BudgetType", "TimeUnit", "BudgetLimit", "Amount", "Unit", "NotificationType", "ComparisonOperator", "SubscriptionType", "Address"}},
	{action: "sns:GetTopicAttributes", fields: []string{"Attributes", "Policy", "SubscriptionsConfirmed"}},
	{action: "cloudtrail:DescribeTrails", fields: []string{"trailList", "TrailARN", "IsMultiRegionTrail", "HomeRegion"}},
	{action: "cloudtrail:GetTrailStatus", fields: []string{"IsLogging"}},
	{action: "cloudtrail:GetEventSelectors", fields: []string{"EventSelectors", "AdvancedEventSelectors"}},
	{action: "cloudtrail:LookupEvents", fields: []string{"Events", "CloudTrailEvent"}},
	{action: "guardduty:ListDetectors", fields: []string{"detectorIds"}},
	{action: "guardduty:GetDetector", fields: []string{"status"}},
	{action: "events:ListRules", fields: []string{"Rules", "State", "Name"}},
	{action: "events:ListTargetsByRule", fields: []string{"Targets"}},
	{action: "config:DescribeConfigRules", fields: []string{"ConfigRules", "ConfigRuleState", "Source", "SourceIdentifier"}},
	{action: "logs:DescribeMetricFilters", fields: []string{"metricFilters", "filterPattern", "logGroupName", "metricTransformations", "metricName"}},
	{action: "cloudwatch:DescribeAlarms", fields: []string{"ActionsEnabled", "Namespace", "MetricName"}},
}

// Why an answer does not come although nothing is wrong on the wire.
const (
	noRole       = "no role"
	beingWritten = "being written"
)

func split(action string) (service, operation string) {
	service, operation, _ = strings.Cut(action, ":")
	return service, operation
}

// sureFault is one of the ways in which an answer surely does not come whole.
func (w *world) sureFault() cloud.Fault {
	return pick(w.r,
		cloud.Fault{Kind: cloud.FaultDeny}, cloud.Fault{Kind: cloud.FaultThrottle}, cloud.Fault{Kind: cloud.FaultServerError}, cloud.Fault{Kind: cloud.FaultTruncate},
		cloud.Fault{Kind: cloud.FaultReset}, cloud.Fault{Kind: cloud.FaultHTML}, cloud.Fault{Kind: cloud.FaultHTML, Status: http.StatusOK}, cloud.Fault{Kind: cloud.FaultOmit})
}

// anyFault is one of them, or a fault of pages, which an answer of one page
// does not meet.
func (w *world) anyFault() cloud.Fault {
	if chance(w.r, 20) {
		return cloud.Fault{Kind: pick(w.r, cloud.FaultSecondPage, cloud.FaultEmptyPage, cloud.FaultRepeatToken)}
	}
	return w.sureFault()
}

// blur keeps some answers of an account from being read.
func (w *world) blur(d *drawn) {
	r := w.r
	switch {
	case !d.inUse():
		return
	case d.member && chance(r, 2):
		d.NoRole = true
		for _, a := range answers {
			d.dark[a.action] = noRole
		}
		d.closed = false // not even that is seen
		return
	case chance(r, 3):
		d.ReportPolls = 50
		d.dark["iam:GetCredentialReport"] = beingWritten
	case chance(r, 3):
		d.Root.OldReport = true
		d.dark["iam:GetCredentialReport"] = "columns without support"
	}
	if !chance(r, 45) {
		return
	}
	for range 1 + r.IntN(3) {
		w.lose(d, answers[r.IntN(len(answers))])
	}
}

// lose darkens one answer. What the management account says of money is said
// of all its members too, and goes dark with them all or not at all.
func (w *world) lose(d *drawn, a answer) {
	if _, twice := d.dark[a.action]; twice || !d.member && len(w.all) > 1 && strings.Contains("budgets:ViewBudget cloudwatch:DescribeAlarms sns:GetTopicAttributes", a.action) {
		return
	}
	f := w.anyFault()
	f.Account = d.ID.String()
	f.Service, f.Operation = split(a.action)
	if len(a.operations) > 0 {
		f.Operation = pick(w.r, a.operations...)
	}
	if f.Kind == cloud.FaultOmit {
		f.Field = pick(w.r, a.fields...)
	}
	w.faults = append(w.faults, f)
	d.dark[a.action] = strings.TrimSpace(string(f.Kind) + " " + f.Field)
}
