package awsorg_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"rootwatch/checks/account"
	"rootwatch/config/secret"
	"rootwatch/internal/awsorg"
)

var update = flag.Bool("update", false, "write deploy/ anew")

// printed are the copies in deploy/, as `rootwatch policy` prints them without a configuration.
var printed = map[string]func() ([]byte, error){
	"iam/audit-role.json":            documentOf(awsorg.PolicyForMember),
	"iam/audit-role-trust.json":      documentOf(awsorg.PolicyForTrust),
	"iam/bot-role.json":              documentOf(awsorg.PolicyForHost),
	"cloudformation/audit-role.json": written(awsorg.CloudFormation, awsorg.PolicyForMember),
	"cloudformation/bot-role.json":   written(awsorg.CloudFormation, awsorg.PolicyForHost),
	"terraform/audit-role/main.tf":   written(awsorg.Terraform, awsorg.PolicyForMember),
	"terraform/bot-role/main.tf":     written(awsorg.Terraform, awsorg.PolicyForHost),
}

func documentOf(whom awsorg.PolicyFor) func() ([]byte, error) {
	return func() ([]byte, error) {
		d, err := awsorg.Policy(whom, awsorg.PolicyOptions{})
		if err != nil {
			return nil, err
		}
		return d.JSON()
	}
}

func written(form func(awsorg.PolicyFor, awsorg.PolicyOptions) ([]byte, error), whom awsorg.PolicyFor) func() ([]byte, error) {
	return func() ([]byte, error) { return form(whom, awsorg.PolicyOptions{}) }
}

func TestDeployIsCurrent(t *testing.T) {
	const dir = "../../deploy"
	for name, print := range printed {
		want, err := print()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != string(want) {
			t.Errorf("deploy/%s is stale: go test ./internal/awsorg -update (%v)", name, err)
		}
	}
}

// The page about AWS names every action, and no other.
func TestDocsNameEveryAction(t *testing.T) {
	page, err := os.ReadFile("../../docs/aws.md")
	if err != nil {
		t.Fatal(err)
	}
	reads := map[string]bool{"sts:GetCallerIdentity": true, "kms:Decrypt": true}
	for _, r := range awsorg.Reads() {
		reads[r.Action] = true
		if !strings.Contains(string(page), "`"+r.Action+"`") {
			t.Errorf("docs/aws.md does not name %s", r.Action)
		}
	}
	for _, named := range regexp.MustCompile("`([a-z]+:[A-Z][A-Za-z]+)`").FindAllStringSubmatch(string(page), -1) {
		if !reads[named[1]] && !strings.HasPrefix(named[1], "aws:") { // a condition key
			t.Errorf("docs/aws.md names %s, which is not called", named[1])
		}
	}
}

// Every action of Reads is in a policy of its place, and nothing beside them.
func TestPoliciesAreTheReads(t *testing.T) {
	const side = "arn:aws:iam::111122223333:role/RootwatchManagement"
	places := map[account.Role][]string{}
	for _, r := range awsorg.Reads() {
		if !r.RootAudit() && !strings.HasPrefix(r.Action, "ssm:") && !strings.HasPrefix(r.Action, "secretsmanager:") {
			places[r.Where] = append(places[r.Where], r.Action)
		}
	}
	all := slices.Concat(places[account.Member], places[account.Management])
	without := func(actions []string, action string) []string {
		return slices.DeleteFunc(slices.Clone(actions), func(a string) bool { return a == action })
	}
	for name, c := range map[string]struct {
		whom awsorg.PolicyFor
		o    awsorg.PolicyOptions
		want []string
	}{
		"member":                      {awsorg.PolicyForMember, awsorg.PolicyOptions{}, places[account.Member]},
		"management":                  {awsorg.PolicyForManagement, awsorg.PolicyOptions{}, all},
		"host":                        {awsorg.PolicyForHost, awsorg.PolicyOptions{}, all},
		"management of its own":       {awsorg.PolicyForManagement, awsorg.PolicyOptions{ManagementRoleARN: side}, without(places[account.Management], "sts:AssumeRole")},
		"host beside it":              {awsorg.PolicyForHost, awsorg.PolicyOptions{ManagementRoleARN: side}, append(slices.Clone(places[account.Member]), "sts:AssumeRole")},
		"no bill":                     {awsorg.PolicyForHost, awsorg.PolicyOptions{NoCosts: true}, slices.DeleteFunc(slices.Clone(all), func(a string) bool { return strings.HasPrefix(a, "ce:") })},
		"root sessions":               {awsorg.PolicyForHost, awsorg.PolicyOptions{RootAudit: true}, append(slices.Clone(all), "sts:AssumeRoot")},
		"root sessions beside":        {awsorg.PolicyForManagement, awsorg.PolicyOptions{RootAudit: true, ManagementRoleARN: side}, append(without(places[account.Management], "sts:AssumeRole"), "sts:AssumeRoot")},
		"host without root sessions":  {awsorg.PolicyForHost, awsorg.PolicyOptions{RootAudit: true, ManagementRoleARN: side}, append(slices.Clone(places[account.Member]), "sts:AssumeRole")},
		"no role has root sessions":   {awsorg.PolicyForMember, awsorg.PolicyOptions{RootAudit: true}, places[account.Member]},
		"trust":                       {awsorg.PolicyForTrust, awsorg.PolicyOptions{}, []string{"sts:AssumeRole"}},
		"a secret of Parameter Store": {awsorg.PolicyForHost, awsorg.PolicyOptions{Secrets: []secret.Place{{Service: secret.SSM, Name: "/rootwatch/token"}}}, append(slices.Clone(all), "ssm:GetParameter")},
	} {
		d, err := awsorg.Policy(c.whom, c.o)
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(c.want)
		slices.Sort(want)
		if want = slices.Compact(want); !slices.Equal(d.Actions(), want) {
			t.Errorf("%s allows %v, want %v", name, d.Actions(), want)
		}
		wellFormed(t, name, d)
	}
}

var action = regexp.MustCompile(`^(iam|sts|organizations|account|ce|ssm|secretsmanager|budgets|sns|cloudtrail|cloudwatch|config|events|guardduty|logs):[A-Z][A-Za-z]+$`)

// wellFormed is what IAM would refuse: an action that is none, two statements
// of one name, a policy longer than a role's inline policies may be.
func wellFormed(t *testing.T, name string, d awsorg.Document) {
	t.Helper()
	sids := map[string]bool{}
	for _, s := range d.Statement {
		if sids[s.Sid] || s.Effect != "Allow" || d.Version != "2012-10-17" {
			t.Errorf("%s: statement %q, effect %s, version %s", name, s.Sid, s.Effect, d.Version)
		}
		sids[s.Sid] = true
		for _, a := range s.Action {
			if !action.MatchString(a) {
				t.Errorf("%s: %q is no action", name, a)
			}
		}
	}
	text, err := d.JSON()
	if err != nil || !json.Valid(text) || len(text) > 6144 {
		t.Errorf("%s: %d characters, %v", name, len(text), err)
	}
}

// AssumeRole and secrets are allowed on what the configuration names alone.
func TestPolicyResources(t *testing.T) {
	d, err := awsorg.Policy(awsorg.PolicyForHost, awsorg.PolicyOptions{
		Partition: "aws-us-gov", RoleName: "audit/Rootwatch", ManagementRoleARN: "arn:aws-us-gov:iam::111122223333:role/Side",
		Secrets: []secret.Place{
			{Service: secret.SSM, Name: "/rootwatch/token"}, {Service: secret.SSM, Name: "/rootwatch/token:3"},
			{Service: secret.SSM, Name: "arn:aws-us-gov:ssm:us-gov-east-1:111122223333:parameter/app", Region: "us-gov-east-1"},
			{Service: secret.SecretsManager, Name: "slack"},
			{Service: secret.SecretsManager, Name: "arn:aws-us-gov:secretsmanager:us-gov-east-1:111122223333:secret:db-AbC123", Region: "us-gov-east-1"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"AssumeRoles": {"arn:aws-us-gov:iam::*:role/audit/Rootwatch", "arn:aws-us-gov:iam::111122223333:role/Side"},
		"Parameters":  {"arn:aws-us-gov:ssm:*:*:parameter/rootwatch/token", "arn:aws-us-gov:ssm:us-gov-east-1:111122223333:parameter/app"},
		"Secrets":     {"arn:aws-us-gov:secretsmanager:*:*:secret:slack-??????", "arn:aws-us-gov:secretsmanager:us-gov-east-1:111122223333:secret:db-AbC123"},
		"OwnAccount":  {"*"},
	}
	for _, s := range d.Statement {
		if !slices.Equal(s.Resource, want[s.Sid]) {
			t.Errorf("%s is on %v, want %v", s.Sid, s.Resource, want[s.Sid])
		}
		delete(want, s.Sid)
	}
	if len(want) > 0 {
		t.Errorf("there is no %v", want)
	}
}

// A root session is allowed for the one task that only looks, and for no other.
func TestPolicyOfRootSessions(t *testing.T) {
	for _, partition := range []string{"aws", "aws-us-gov"} {
		d, err := awsorg.Policy(awsorg.PolicyForManagement, awsorg.PolicyOptions{Partition: partition, RootAudit: true})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(d.Statement, func(s awsorg.Statement) bool { return s.Sid == "RootAudit" })
		if i < 0 {
			t.Fatalf("%s: there is no such statement: %+v", partition, d)
		}
		got, err := json.Marshal(d.Statement[i])
		want := `{"Sid":"RootAudit","Effect":"Allow","Action":["sts:AssumeRoot"],"Resource":["arn:` + partition + `:iam::*:root"],` +
			`"Condition":{"StringEquals":{"sts:TaskPolicyArn":"arn:` + partition + `:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}}}`
		if err != nil || string(got) != want {
			t.Errorf("%v\n got %s\nwant %s", err, got, want)
		}
		text, err := awsorg.Terraform(awsorg.PolicyForManagement, awsorg.PolicyOptions{Partition: partition, RootAudit: true})
		if err != nil || !strings.Contains(string(text), `"sts:TaskPolicyArn"`) {
			t.Errorf("the module leaves the condition out: %v\n%s", err, text)
		}
	}
}

// The trust is of one role, with an external id, from one organization.
func TestTrust(t *testing.T) {
	d, err := awsorg.Policy(awsorg.PolicyForTrust, awsorg.PolicyOptions{BotRoleARN: "arn:aws:iam::123456789012:role/Bot", OrganizationID: "o-a1b2c3d4e5"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(d.Statement)
	want := `[{"Sid":"Rootwatch","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/Bot"},"Action":["sts:AssumeRole"],` +
		`"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5","sts:ExternalId":"EXTERNAL_ID"}}}]`
	if err != nil || string(got) != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
}

func TestPolicyOptionsAreRefused(t *testing.T) {
	for says, o := range map[string]awsorg.PolicyOptions{
		"role name":                {RoleName: "a b"},
		"is not the ARN of a role": {BotRoleARN: "arn:aws:iam::111122223333:root"},
		"not in the partition":     {BotRoleARN: "arn:aws-cn:iam::111122223333:role/Bot"},
		"organization's id":        {OrganizationID: "r-1234"},
		"management role":          {ManagementRoleARN: "*"},
		"management role \"arn:aws:iam::111122223333:user": {ManagementRoleARN: "arn:aws:iam::111122223333:user/Side"},
		"role \"arn:aws-cn": {ManagementRoleARN: "arn:aws-cn:iam::111122223333:role/Side"},
	} {
		if _, err := awsorg.Policy(awsorg.PolicyForMember, o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := awsorg.Policy("all", awsorg.PolicyOptions{}); err == nil {
		t.Error("a policy for nobody")
	}
	if _, err := awsorg.CloudFormation(awsorg.PolicyForTrust, awsorg.PolicyOptions{}); err == nil {
		t.Error("a trust policy is no template")
	}
}

// A region of another partition is none in this one.
func TestTemplatesNameARegionOfThePartition(t *testing.T) {
	for partition, region := range map[string]string{"": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"} {
		text, err := awsorg.CloudFormation(awsorg.PolicyForMember, awsorg.PolicyOptions{Partition: partition})
		if err != nil || !strings.Contains(string(text), "--regions "+region+`"`) {
			t.Errorf("%s: %v\n%s", partition, err, text)
		}
	}
}

// A module that trusts everybody is refused before it makes anything, as the template is.
func TestTerraformRefusesWhatTheTemplateRefuses(t *testing.T) {
	text, err := awsorg.Terraform(awsorg.PolicyForMember, awsorg.PolicyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Parameters map[string]struct{ AllowedPattern string }
	}
	printed, err := awsorg.CloudFormation(awsorg.PolicyForMember, awsorg.PolicyOptions{})
	if err != nil || json.Unmarshal(printed, &template) != nil {
		t.Fatal(err)
	}
	file, problems := hclparse.NewParser().ParseHCL(text, "main.tf")
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	checked := map[string]string{}
	for _, block := range file.Body.(*hclsyntax.Body).Blocks {
		if block.Type != "variable" {
			continue
		}
		for _, inner := range block.Body.Blocks {
			condition := inner.Body.Attributes["condition"].Expr.Range()
			checked[block.Labels[0]] = string(condition.SliceBytes(text))
			if inner.Type != "validation" || inner.Body.Attributes["error_message"] == nil {
				t.Errorf("%s has a %s", block.Labels[0], inner.Type)
			}
		}
	}
	for variable, parameter := range map[string]string{"bot_role_arn": "BotRoleArn", "external_id": "ExternalId", "organization_id": "OrganizationId"} {
		pattern, _ := json.Marshal(template.Parameters[parameter].AllowedPattern)
		if want := "can(regex(" + string(pattern) + ", var." + variable + "))"; !strings.Contains(checked[variable], want) {
			t.Errorf("%s is held by %q, want %s", variable, checked[variable], want)
		}
	}
}

// AWS shows a NoEcho parameter as ****, and Terraform hands that on with its
// next change, whether it ignores the parameter or not.
func TestTerraformKeepsTheExternalID(t *testing.T) {
	text, err := awsorg.Terraform(awsorg.PolicyForMember, awsorg.PolicyOptions{})
	if err != nil || strings.Contains(string(text), "NoEcho") || strings.Contains(string(text), "parameters[") {
		t.Errorf("%v\n%s", err, text)
	}
	if text, err = awsorg.CloudFormation(awsorg.PolicyForMember, awsorg.PolicyOptions{}); err != nil || !strings.Contains(string(text), `"NoEcho": true`) {
		t.Errorf("the template shows the external id: %v", err)
	}
}

// What CloudFormation refuses only when it runs: references to nothing,
// parameters that nobody uses.
func TestTemplatesHoldTogether(t *testing.T) {
	side := awsorg.PolicyOptions{ManagementRoleARN: "arn:aws:iam::111122223333:role/team/Side"}
	for name, c := range map[string]struct {
		whom awsorg.PolicyFor
		o    awsorg.PolicyOptions
	}{
		"member": {awsorg.PolicyForMember, awsorg.PolicyOptions{}}, "host": {awsorg.PolicyForHost, awsorg.PolicyOptions{}},
		"management": {awsorg.PolicyForManagement, awsorg.PolicyOptions{}}, "management role": {awsorg.PolicyForManagement, side},
	} {
		text, err := awsorg.CloudFormation(c.whom, c.o)
		if err != nil {
			t.Fatal(err)
		}
		var template struct {
			AWSTemplateFormatVersion string
			Parameters, Outputs      map[string]any
			Resources                map[string]struct {
				Type       string
				Properties any
			}
		}
		if err := json.Unmarshal(text, &template); err != nil || template.AWSTemplateFormatVersion != "2010-09-09" || len(template.Resources) != 1 {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		referred := map[string]bool{}
		for _, r := range template.Resources {
			if r.Type != "AWS::IAM::Role" && r.Type != "AWS::IAM::ManagedPolicy" {
				t.Errorf("%s makes a %s", name, r.Type)
			}
			references(r.Properties, referred)
		}
		for p := range template.Parameters {
			if !referred[p] {
				t.Errorf("%s: nobody uses the parameter %s", name, p)
			}
			delete(referred, p)
		}
		if len(referred) > 0 {
			t.Errorf("%s refers to %v", name, referred)
		}
		if name == "management role" && (!strings.Contains(string(text), `"RoleName": "Side"`) || !strings.Contains(string(text), `"Path": "/team/"`)) {
			t.Errorf("the role has another name\n%s", text)
		}
	}
}

func references(v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if name, ok := value.(string); ok && key == "Ref" {
				into[name] = true
			}
			references(value, into)
		}
	case []any:
		for _, value := range v {
			references(value, into)
		}
	}
}

// Terraform parses, every variable is declared and used, and the policies in
// it are the printed ones.
func TestTerraformHoldsTogether(t *testing.T) {
	side := awsorg.PolicyOptions{ManagementRoleARN: "arn:aws:iam::111122223333:role/Side"}
	for name, c := range map[string]struct {
		whom      awsorg.PolicyFor
		o         awsorg.PolicyOptions
		resources []string
	}{
		"member":          {awsorg.PolicyForMember, awsorg.PolicyOptions{}, []string{"aws_cloudformation_stack_set", "aws_cloudformation_stack_set_instance", "aws_iam_role", "aws_iam_role_policy"}},
		"host":            {awsorg.PolicyForHost, awsorg.PolicyOptions{}, []string{"aws_iam_role_policy"}},
		"management role": {awsorg.PolicyForManagement, side, []string{"aws_iam_role", "aws_iam_role_policy"}},
	} {
		text, err := awsorg.Terraform(c.whom, c.o)
		if err != nil {
			t.Fatal(err)
		}
		parsed, problems := hclparse.NewParser().ParseHCL(text, name+".tf")
		if problems.HasErrors() {
			t.Fatalf("%s: %v\n%s", name, problems, text)
		}
		var resources []string
		declared, used := map[string]bool{}, map[string]bool{}
		_ = hclsyntax.VisitAll(parsed.Body.(*hclsyntax.Body), func(n hclsyntax.Node) hcl.Diagnostics {
			switch n := n.(type) {
			case *hclsyntax.Block:
				if n.Type == "variable" {
					declared[n.Labels[0]] = true
				} else if n.Type == "resource" {
					resources = append(resources, n.Labels[0])
				}
			case *hclsyntax.ScopeTraversalExpr:
				if n.Traversal.RootName() == "var" {
					used[n.Traversal[1].(hcl.TraverseAttr).Name] = true
				}
			}
			return nil
		})
		slices.Sort(resources)
		if !slices.Equal(resources, c.resources) {
			t.Errorf("%s has %v, want %v", name, resources, c.resources)
		}
		if len(declared) != len(used) {
			t.Errorf("%s declares %v and uses %v", name, declared, used)
		}
		d, err := awsorg.Policy(c.whom, c.o)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range d.Actions() {
			if !strings.Contains(string(text), `"`+a+`"`) {
				t.Errorf("%s does not allow %s", name, a)
			}
		}
	}
}
