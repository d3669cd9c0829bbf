package awsorg

import (
	"fmt"
	"strings"
)

// The parameters of the templates, and of the Terraform variables that feed them.
const (
	paramBot          = "BotRoleArn"
	paramExternalID   = "ExternalId"
	paramOrganization = "OrganizationId"
	paramBotName      = "BotRoleName"
)

// template is a CloudFormation template, in the order in which people read one.
type template struct {
	AWSTemplateFormatVersion string
	Description              string
	Metadata                 map[string]any `json:",omitempty"`
	Parameters               map[string]parameter
	Resources                map[string]resource
	Outputs                  map[string]output `json:",omitempty"`
}

type parameter struct {
	Type                  string
	Description           string
	Default               string `json:",omitempty"`
	AllowedPattern        string `json:",omitempty"`
	ConstraintDescription string `json:",omitempty"`
	MinLength             int    `json:",omitempty"`
	MaxLength             int    `json:",omitempty"`
	NoEcho                bool   `json:",omitempty"`
}

type resource struct {
	Type       string
	Properties any
}

type output struct {
	Description string
	Value       any
}

// role is the properties of an AWS::IAM::Role.
type role struct {
	RoleName                 string
	Path                     string
	Description              string
	MaxSessionDuration       int
	AssumeRolePolicyDocument Document
	Policies                 []rolePolicy
}

type rolePolicy struct {
	PolicyName     string
	PolicyDocument Document
}

// managedPolicy is the properties of an AWS::IAM::ManagedPolicy.
type managedPolicy struct {
	ManagedPolicyName string
	Description       string
	PolicyDocument    Document
	Roles             []any
}

func ref(name string) map[string]any { return map[string]any{"Ref": name} }

// CloudFormation is a template with the policy: the audit role or the
// management role whole, or a policy for the role that Rootwatch runs as.
func CloudFormation(whom PolicyFor, o PolicyOptions) ([]byte, error) {
	t, err := o.template(whom)
	if err != nil {
		return nil, err
	}
	return indented(t)
}

func (o PolicyOptions) template(whom PolicyFor) (template, error) {
	given := o
	document, err := Policy(whom, o)
	if err != nil {
		return template{}, err
	}
	o, _ = o.withDefaults() // Policy has refused what it refuses
	switch {
	case whom == PolicyForTrust:
		return template{}, fmt.Errorf("the trust policy is part of the role: print it with --for %s, or as JSON", PolicyForMember)
	case whom == PolicyForMember:
		return o.roleTemplate(given, o.RoleName, "Rootwatch reads the root posture of this account with it", stackSet(defaultRegion(o.Partition)), document), nil
	case whom == PolicyForManagement && o.ManagementRoleARN != "":
		_, name, _ := strings.Cut(o.ManagementRoleARN, ":role/")
		return o.roleTemplate(given, name, "Rootwatch lists the organization and reads its bill with it", plainStack, document), nil
	}
	return o.attached(given, document), nil
}

// stackSet is how the audit role is deployed, for whoever opens its template.
func stackSet(region string) []string {
	return []string{
		"From the management account, for all members: a service-managed StackSet in one region, for IAM is global; trusted access for StackSets must be on.",
		"aws cloudformation create-stack-set --stack-set-name RootwatchAudit --template-body file://audit-role.json --permission-model SERVICE_MANAGED --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false --capabilities CAPABILITY_NAMED_IAM --parameters ParameterKey=BotRoleArn,ParameterValue=... ParameterKey=ExternalId,ParameterValue=... ParameterKey=OrganizationId,ParameterValue=...",
		"aws cloudformation create-stack-instances --stack-set-name RootwatchAudit --deployment-targets OrganizationalUnitIds=r-... --regions " + region,
		"A service-managed StackSet skips the management account. Unless Rootwatch runs in it, deploy this same template there as a stack: aws cloudformation deploy --stack-name RootwatchAudit --template-file audit-role.json --capabilities CAPABILITY_NAMED_IAM --parameter-overrides ...",
	}
}

// How the other templates are deployed.
var (
	plainStack = []string{"Deploy it as a stack in the management account, in one region: aws cloudformation deploy --template-file ... --capabilities CAPABILITY_NAMED_IAM --parameter-overrides ..."}
	botStack   = []string{"Deploy it as a stack in the account in which Rootwatch runs, in one region: aws cloudformation deploy --template-file ... --capabilities CAPABILITY_NAMED_IAM --parameter-overrides BotRoleName=..."}
)

func deployment(steps []string) map[string]any {
	return map[string]any{"Rootwatch": map[string]any{"Deploy": steps}}
}

// roleTemplate is a role that the bot's role may assume. given holds what was
// said about the values of its parameters.
func (o PolicyOptions) roleTemplate(given PolicyOptions, name, description string, deploy []string, d Document) template {
	path, last := "/", name
	if cut := strings.LastIndex(name, "/"); cut >= 0 {
		path, last = "/"+name[:cut+1], name[cut+1:]
	}
	return template{
		AWSTemplateFormatVersion: "2010-09-09",
		Description:              "A role that only reads. " + description + ".",
		Metadata:                 deployment(deploy),
		Parameters: map[string]parameter{
			paramBot: {Type: "String", Description: "ARN of the role that Rootwatch runs as", Default: given.BotRoleARN,
				AllowedPattern: `^arn:[a-z-]+:iam::\d{12}:role/[\w+=,.@/-]+$`, ConstraintDescription: "the ARN of a role, not of a session or of the whole account"},
			paramExternalID: {Type: "String", Description: "The external id that Rootwatch's configuration names", NoEcho: true,
				MinLength: 2, MaxLength: 1224, AllowedPattern: `^[\w+=,.@:/-]+$`, ConstraintDescription: "2 to 1224 letters, digits or any of _+=,.@:/-"},
			paramOrganization: {Type: "String", Description: "Id of the organization that Rootwatch's role belongs to", Default: given.OrganizationID,
				AllowedPattern: organizationID.String(), ConstraintDescription: "it looks like o-a1b2c3d4e5"},
		},
		Resources: map[string]resource{"Role": {"AWS::IAM::Role", role{
			RoleName: last, Path: path, Description: description, MaxSessionDuration: 3600,
			AssumeRolePolicyDocument: o.trust(ref(paramBot), ref(paramExternalID), ref(paramOrganization)),
			Policies:                 []rolePolicy{{last, d}},
		}}},
		Outputs: map[string]output{"RoleArn": {"ARN of the role", map[string]any{"Fn::GetAtt": []string{"Role", "Arn"}}}},
	}
}

// attached is a policy for the role that Rootwatch runs as, which is not ours to make.
func (o PolicyOptions) attached(given PolicyOptions, d Document) template {
	return template{
		AWSTemplateFormatVersion: "2010-09-09",
		Description:              "What the role that Rootwatch runs as may do, and nothing else.",
		Metadata:                 deployment(botStack),
		Parameters: map[string]parameter{paramBotName: {
			Type: "String", Description: "Name of the role that Rootwatch runs as, without its path",
			Default: given.BotRoleARN[strings.LastIndex(given.BotRoleARN, "/")+1:], AllowedPattern: `^[\w+=,.@-]{1,64}$`,
			ConstraintDescription: "the name of a role, not its ARN",
		}},
		Resources: map[string]resource{"Policy": {"AWS::IAM::ManagedPolicy", managedPolicy{
			ManagedPolicyName: botPolicy, Description: "What Rootwatch calls, and nothing else", PolicyDocument: d, Roles: []any{ref(paramBotName)},
		}}},
	}
}

// botPolicy is the name of the policy that the bot's own role is given.
const botPolicy = "RootwatchBot"
