package cloud_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"rootwatch/internal/demo/cloud"
)

// One field is gone, in each protocol; what stands beside it is as it was.
func TestFaultOmit(t *testing.T) {
	org := cloud.DemoOrganization(today)
	org.Accounts[0].Watch.Alarms = []cloud.Alarm{{Name: "a", Namespace: "N", Metric: "M"}}
	w := start(t, org, cloud.Options{})
	for _, f := range []cloud.Fault{
		{Service: "iam", Operation: "GetAccountPasswordPolicy", Field: "MaxPasswordAge"},
		{Service: "iam", Operation: "GetAccountSummary", Field: "AccountMFAEnabled"},
		{Service: "organizations", Field: "FeatureSet"},
		{Service: "cloudwatch", Field: "ActionsEnabled"},
	} {
		f.Kind = cloud.FaultOmit
		w.AddFault(f)
	}
	users := iam.NewFromConfig(w.cfg)
	policy, err := users.GetAccountPasswordPolicy(t.Context(), nil)
	if err != nil || policy.PasswordPolicy.MaxPasswordAge != nil || *policy.PasswordPolicy.MinimumPasswordLength != 14 {
		t.Errorf("%+v %v", policy, err)
	}
	summary, err := users.GetAccountSummary(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, there := summary.SummaryMap["AccountMFAEnabled"]
	if there || summary.SummaryMap["AccountPasswordPresent"] != 1 {
		t.Errorf("%v", summary.SummaryMap)
	}
	told, err := organizations.NewFromConfig(w.cfg).DescribeOrganization(t.Context(), nil)
	if err != nil || told.Organization.FeatureSet != "" || *told.Organization.Id != org.ID {
		t.Errorf("%+v %v", told, err)
	}
	w.cfg.Region = "us-east-1"
	alarms, err := cloudwatch.NewFromConfig(w.cfg).DescribeAlarms(t.Context(), nil)
	if err != nil || len(alarms.MetricAlarms) != 1 || alarms.MetricAlarms[0].ActionsEnabled != nil || *alarms.MetricAlarms[0].AlarmName != "a" {
		t.Errorf("%+v %v", alarms, err)
	}
}
