package outside

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/budgets"
	budgettypes "github.com/aws/aws-sdk-go-v2/service/budgets/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	configtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// The members, by their number, in which something is planted that a check is about.
const (
	groupAdmins   = 1 // two admins, through a group
	lonelyAdmin   = 2 // one admin, by a policy on the user
	trailOn       = 4 // its log group has a metric filter
	trailStopped  = 5
	budgetOnly    = 6 // a daily one that tells nobody
	detectorOn    = 7
	ruleOnRoot    = 8
	heldBack      = 9  // by a service control policy
	filterUnfed   = 10 // a metric filter on a log group that no trail delivers to
	configOnRoot  = 11
	budgetTells   = 12 // a daily one with a subscriber, whom moto does not tell
	ruleUnfed     = 13 // a rule on root's sign-ins, and no trail that logs them
	anything      = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	denyRoot      = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"}}}]}`
	rootSignsIn   = `{"detail-type":["AWS Console Sign In via CloudTrail"],"detail":{"userIdentity":{"type":["Root"]}}}`
	filterPattern = `{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }`
)

// plant puts into single members what the checks are about.
func (m *moto) plant(t *testing.T) {
	t.Helper()
	config := m.config()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, of := t.Context(), func(n int) aws.Config { return in(config, m.ids[1+n]) }

	users := iam.NewFromConfig(of(groupAdmins))
	must(users.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("admins")}))
	must(users.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: aws.String("admins"), PolicyName: aws.String("all"), PolicyDocument: aws.String(anything)}))
	for _, name := range []string{"one", "two"} {
		must(users.CreateUser(ctx, &iam.CreateUserInput{UserName: &name}))
		must(users.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: aws.String("admins"), UserName: &name}))
	}
	users = iam.NewFromConfig(of(lonelyAdmin))
	must(users.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("one")}))
	must(users.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("one"), PolicyName: aws.String("all"), PolicyDocument: aws.String(anything)}))

	for _, n := range []int{trailOn, trailStopped, ruleOnRoot} {
		bucket := "logs-of-" + m.ids[1+n]
		m.bucket(t, ctx, of(n), bucket)
		trails := cloudtrail.NewFromConfig(of(n))
		must(trails.CreateTrail(ctx, &cloudtrail.CreateTrailInput{Name: aws.String("all"), S3BucketName: &bucket, IsMultiRegionTrail: aws.Bool(true),
			CloudWatchLogsLogGroupArn: aws.String("arn:aws:logs:us-east-1:" + m.ids[1+n] + ":log-group:trail:*")}))
		if n != trailStopped {
			must(trails.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: aws.String("all")}))
		}
	}

	tells := []budgettypes.NotificationWithSubscribers{{
		Notification: &budgettypes.Notification{ComparisonOperator: budgettypes.ComparisonOperatorGreaterThan, NotificationType: budgettypes.NotificationTypeActual, Threshold: 100},
		Subscribers:  []budgettypes.Subscriber{{Address: aws.String("team@example.com"), SubscriptionType: budgettypes.SubscriptionTypeEmail}},
	}}
	for n, told := range map[int][]budgettypes.NotificationWithSubscribers{budgetOnly: nil, budgetTells: tells} {
		must(budgets.NewFromConfig(of(n)).CreateBudget(ctx, &budgets.CreateBudgetInput{
			AccountId: aws.String(m.ids[1+n]), NotificationsWithSubscribers: told,
			Budget: &budgettypes.Budget{BudgetName: aws.String("day"), BudgetType: budgettypes.BudgetTypeCost, TimeUnit: budgettypes.TimeUnitDaily,
				BudgetLimit: &budgettypes.Spend{Amount: aws.String("150"), Unit: aws.String("USD")}},
		}))
	}

	must(guardduty.NewFromConfig(of(detectorOn)).CreateDetector(ctx, &guardduty.CreateDetectorInput{Enable: aws.Bool(true)}))

	for _, n := range []int{ruleOnRoot, ruleUnfed} {
		topic, err := sns.NewFromConfig(of(n)).CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("root")})
		must(topic, err)
		must(sns.NewFromConfig(of(n)).Subscribe(ctx, &sns.SubscribeInput{TopicArn: topic.TopicArn, Protocol: aws.String("email"), Endpoint: aws.String("team@example.com")}))
		rules := eventbridge.NewFromConfig(of(n))
		must(rules.PutRule(ctx, &eventbridge.PutRuleInput{Name: aws.String("root"), EventPattern: aws.String(rootSignsIn), State: eventtypes.RuleStateEnabled}))
		must(rules.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: aws.String("root"), Targets: []eventtypes.Target{
			{Id: aws.String("1"), Arn: topic.TopicArn}, // moto never confirms a subscription
			{Id: aws.String("2"), Arn: aws.String("arn:aws:sqs:us-east-1:" + m.ids[1+n] + ":root")}}}))
	}

	for _, n := range []int{trailOn, filterUnfed} {
		logs := cloudwatchlogs.NewFromConfig(of(n))
		must(logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("trail")}))
		must(logs.PutMetricFilter(ctx, &cloudwatchlogs.PutMetricFilterInput{LogGroupName: aws.String("trail"), FilterName: aws.String("root"), FilterPattern: aws.String(filterPattern),
			MetricTransformations: []logtypes.MetricTransformation{{MetricName: aws.String("Root"), MetricNamespace: aws.String("Trail"), MetricValue: aws.String("1")}}}))
	}

	must(configservice.NewFromConfig(of(configOnRoot)).PutConfigRule(ctx, &configservice.PutConfigRuleInput{ConfigRule: &configtypes.ConfigRule{
		ConfigRuleName: aws.String("root"), Source: &configtypes.Source{Owner: configtypes.OwnerAws, SourceIdentifier: aws.String("ROOT_ACCOUNT_MFA_ENABLED")}}}))

	orgs := organizations.NewFromConfig(config)
	roots, err := orgs.ListRoots(ctx, &organizations.ListRootsInput{})
	must(roots, err)
	must(orgs.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: roots.Roots[0].Id, PolicyType: orgtypes.PolicyTypeServiceControlPolicy}))
	policy, err := orgs.CreatePolicy(ctx, &organizations.CreatePolicyInput{Name: aws.String("root"), Description: aws.String("root"), Type: orgtypes.PolicyTypeServiceControlPolicy, Content: aws.String(denyRoot)})
	must(policy, err)
	must(orgs.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: policy.Policy.PolicySummary.Id, TargetId: aws.String(m.ids[1+heldBack])}))
}

// bucket makes the bucket that a trail needs; moto looks at whose key it is, not at the signature.
func (m *moto) bucket(t *testing.T, ctx context.Context, config aws.Config, name string) {
	t.Helper()
	key, err := config.Credentials.Retrieve(ctx)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, m.url+"/"+name, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key.AccessKeyID+"/20300101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%v %v", err, response)
	}
	_ = response.Body.Close()
}

// verdict is a status, and what its summary has to say.
type verdict struct {
	status string
	says   []string
}

func says(status string, words ...string) verdict { return verdict{status, words} }

// What moto does not tell, as Rootwatch says it. Its credential report has no
// row for root, its account summary no root password, and it has neither of
// the other calls: CloudWatch it has in the old protocol alone.
const (
	noReport   = "AWS's answer to iam:GetCredentialReport cannot be used"
	noPassword = "iam:GetAccountSummary answered without AccountPasswordPresent"
	noEvents   = "cloudtrail:LookupEvents had no answer from AWS"
	noAlarms   = "the answer to cloudwatch:DescribeAlarms is not one AWS gives"
	noContact  = "the answer to account:GetContactInformation is not one AWS gives"
	noBill     = "no bill has been read yet"
	noBudget   = "budgets:ViewBudget had no answer from AWS"
	noFeatures = "iam:ListOrganizationsFeatures had no answer from AWS"
)

// gaps are the calls that coverage names, with their cause.
func (m *moto) gaps(id string) map[string]string {
	gaps := map[string]string{
		"iam:GetCredentialReport": "undecodable", "account:GetContactInformation": "undecodable",
		"cloudtrail:LookupEvents": "unavailable", "cloudwatch:DescribeAlarms": "undecodable",
	}
	switch id {
	case m.ids[0]:
		gaps["iam:ListOrganizationsFeatures"] = "unavailable"
	}
	return gaps
}

// want is every check's verdict that moto's answers allow. What is unknown
// names the call; what is manual no API tells.
func (m *moto) want(id string) map[string]verdict {
	want := map[string]verdict{
		"access-key-age":            says("unknown", noReport),
		"user-mfa":                  says("unknown", noReport),
		"root-usage":                says("unknown", noReport),
		"root-access-keys":          says("unknown", "no active access key", noReport),
		"root-signing-certificates": says("unknown", "no active signing certificate", noReport),
		"root-programmatic":         says("unknown", noReport, noEvents),
		"root-repeat-use":           says("unknown", noReport, noEvents),
		// A member's root may have no password, and then needs no MFA.
		"root-mfa":                says("unknown", noPassword, noReport),
		"root-hardware-mfa":       says("unknown", noPassword, noReport),
		"root-mfa-backup":         says("unknown", noPassword, noReport),
		"root-password-custody":   says("unknown", noPassword, noReport),
		"root-central-management": says("unknown", noPassword, noReport),
		"root-removal-readiness":  says("unknown", noPassword, noReport),
		// moto has no users but those planted.
		"admin-mfa":      says("pass", "No IAM user is an admin"),
		"admin-by-group": says("pass", "No IAM user is an admin"),
		"admin-count":    says("fail", "root is all there is"),
		// moto answers Budgets, with none.
		"billing-access": says("pass", "AWS Budgets answers"),
		"budget-exists":  says("fail", "there is no budget"),
		"budget-alert":   says("fail", "there is no budget"),
		"budget-daily":   says("fail", "there is no budget"),
		// Anomaly subscriptions cost money: only the bill's reader asks for them.
		"spend-spike":         says("unknown", "no bill has been read yet"),
		"spend-new":           says("unknown", "no bill has been read yet"),
		"spend-one-off":       says("unknown", "no bill has been read yet"),
		"spend-weekend":       says("unknown", "estimated charges"),
		"billing-alarm":       says("unknown", noAlarms, "in the paying account "+noAlarms, "was not read yet"),
		"cloudtrail-on":       says("fail", "The account has no CloudTrail trail"),
		"root-events-watched": says("fail", "Nobody hears of root's use"),
		"organization-member": says("pass", "an organization with all features"),
		"root-scp":            says("fail", "No service control policy above the account holds its root back"),
		"root-allow-list":     says("not_applicable", "No service control policy restricts root here"),
		"recovery-questions":  says("not_applicable", "checks.recovery_questions is off"),
		// The program is told to ask no DNS, and no company domains.
		"root-email-alive":     says("unknown", "the DNS was not asked"),
		"root-email-domain":    says("manual", "example.com"),
		"root-email-list":      says("manual", "nobody has attested it"),
		"root-email-dedicated": says("pass", "also takes the mail of 24 other accounts"),
		"password-policy":      says("fail"),
		"contact-phone":        says("unknown", noContact),
	}
	if m.strict[id] {
		want["password-policy"] = says("pass")
	}
	for _, kind := range []string{"security", "billing", "operations"} {
		switch email := m.contact[id][kind]; {
		case email == "":
			want["contact-"+kind] = says("fail", "No "+kind+" contact is set")
		case strings.HasPrefix(email, "ROOT"):
			want["contact-"+kind] = says("fail", "root address")
		default:
			want["contact-"+kind] = says("pass", kind+" contact is set, and it is not the root address")
		}
	}
	if m.badPhone[id] {
		want["contact-phone"] = says("fail", "The security contact's number is not valid under the country code +1")
	}
	maps.Copy(want, m.wantPlanted(id))
	return want
}

// wantPlanted is what is otherwise in one account.
func (m *moto) wantPlanted(id string) map[string]verdict {
	switch slices.Index(m.ids, id) - 1 {
	case -1: // the management account, whose root always has a password
		return map[string]verdict{
			"root-mfa":                says("fail", "Root has no MFA", "always has a password"),
			"root-hardware-mfa":       says("fail", "Root has no MFA device at all"),
			"root-mfa-backup":         says("fail", "Root has no MFA device at all"),
			"root-password-custody":   says("manual", "nobody has attested it"),
			"root-removal-readiness":  says("fail", "nobody but root is an admin"),
			"root-central-management": says("unknown", noFeatures),
			"root-scp":                says("not_applicable", "management account"),
			"root-allow-list":         says("not_applicable", "management account"),
			"root-email-dedicated":    says("pass", "nothing marks it as a person's"),
			"billing-alarm":           says("unknown", noAlarms, "was not read yet"),
		}
	case groupAdmins:
		return map[string]verdict{
			"admin-mfa": says("unknown", noReport), "admin-by-group": says("pass", "through a group"), "admin-count": says("unknown", noReport),
		}
	case lonelyAdmin:
		return map[string]verdict{
			"admin-mfa": says("unknown", noReport), "admin-by-group": says("fail", "by a policy on the user itself"), "admin-count": says("fail", "No more than 1 IAM user is an admin"),
		}
	case trailOn: // whether its metric filter has an alarm moto does not tell
		return map[string]verdict{"cloudtrail-on": says("pass", "records all regions"), "root-events-watched": says("unknown", noAlarms)}
	case trailStopped:
		return map[string]verdict{"cloudtrail-on": says("fail", "was stopped")}
	case budgetOnly: // no bill was read, so nobody tells what a day costs
		return map[string]verdict{"budget-exists": says("pass"), "budget-alert": says("fail"), "budget-daily": says("unknown", noBill)}
	case budgetTells: // moto does not tell a budget's subscribers
		return map[string]verdict{"budget-exists": says("pass"), "budget-alert": says("unknown", noBudget), "budget-daily": says("unknown", noBill)}
	case detectorOn:
		return map[string]verdict{"root-events-watched": says("pass", "GuardDuty is on")}
	case ruleOnRoot: // moto says of no trail that it has selectors of its own; EventBridge is told of what a trail logs
		return map[string]verdict{"cloudtrail-on": says("pass", "records all regions"), "root-events-watched": says("pass", "an EventBridge rule passes its sign-ins on")}
	case ruleUnfed:
		return map[string]verdict{"root-events-watched": says("fail", "no EventBridge rule passes a root sign-in on")}
	case filterUnfed:
		return map[string]verdict{"root-events-watched": says("fail", "no metric filter on it has an alarm")}
	case configOnRoot:
		return map[string]verdict{"root-events-watched": says("pass", "AWS Config checks root")}
	case heldBack: // the policy denies the management account's AssumeRoot sessions with it
		return map[string]verdict{
			"root-scp": says("pass", "it is denied, by policy"), "root-allow-list": says("pass", "leave root nothing at all"),
			"root-central-management": says("fail", "denies AssumeRoot sessions"),
		}
	}
	return nil
}
