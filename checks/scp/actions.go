package scp

import (
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// Group is why an action is on the list.
type Group string

// The groups.
const (
	Takeover Group = "takeover" // who holds root keeps hold of it
	Damage   Group = "damage"   // data and traces are destroyed
	Spend    Group = "spend"    // a bill is run up
	Leave    Group = "leave"    // the account gets out of the organization's hands
	// Needed are the three tasks that S0 leaves to root: billing data,
	// account details, one admin IAM user.
	Needed Group = "needed"
	Audit  Group = "audit" // the calls of the central audit's session
)

// Listed is an action that root is judged by, and what it stands for.
type Listed struct {
	Action string
	Group  Group
	// resource is what it acts on: root for the root user, user for an IAM
	// user, * for an action on no resource, "" for any.
	resource string
}

// listed are at most 64, since a statement keeps a bit for each.
var listed = []Listed{
	{"iam:CreateAccessKey", Takeover, "root"}, // a key for root itself
	{"iam:DeactivateMFADevice", Takeover, "root"},
	{"iam:CreateVirtualMFADevice", Takeover, ""},
	{"iam:UploadSigningCertificate", Takeover, "root"},
	{"iam:UpdateAssumeRolePolicy", Takeover, ""}, // a way in for a stranger
	{"sts:GetSessionToken", Takeover, "*"},       // root cannot assume roles, so it is STS's only one for it
	{"s3:DeleteBucket", Damage, ""},
	{"s3:PutBucketPolicy", Damage, ""},
	{"kms:ScheduleKeyDeletion", Damage, ""},
	{"cloudtrail:StopLogging", Damage, ""},
	{"ec2:RunInstances", Spend, ""},
	{"ec2:PurchaseReservedInstancesOffering", Spend, ""},
	{"lambda:CreateFunction", Spend, ""},
	{"organizations:LeaveOrganization", Leave, "*"},
	{"account:CloseAccount", Leave, ""},
	{"account:PutAlternateContact", Leave, ""},
	{"support:CreateCase", Leave, "*"}, // the way to AWS when the account is lost
	{"aws-portal:ViewBilling", Needed, "*"},
	{"aws-portal:ModifyBilling", Needed, "*"},
	{"billing:GetBillingData", Needed, ""},
	{"account:GetContactInformation", Needed, ""},
	{"account:PutContactInformation", Needed, ""},
	{"iam:CreateUser", Needed, "user"},
	{"iam:AttachUserPolicy", Needed, "user"},
	{"iam:CreateLoginProfile", Needed, "user"},
	{"iam:UpdateLoginProfile", Needed, "user"},
	{"iam:ListAccessKeys", Audit, "root"},
	{"iam:ListSigningCertificates", Audit, "root"},
	{"iam:GetLoginProfile", Audit, "root"},
	{"iam:ListMFADevices", Audit, "root"},
	{"iam:GetUser", Audit, "root"},
	{"iam:GetAccessKeyLastUsed", Audit, "root"},
	{"iam:GetAccountSummary", Audit, "*"},
}

// Actions are the list, in its order. An AssumeRoot session is judged by the
// audit's calls, which are all that its task policy lets it do; root's own
// credentials by the others.
func Actions() []Listed { return append([]Listed(nil), listed...) }

// of reports whether the principal is judged by the action.
func (l Listed) of(p Principal) bool { return (l.Group == Audit) == (p == AssumedRoot) }

// ResourceOf is what a listed action acts on in an account: an ARN, or * for
// nothing; "" for any resource, and for an action that is not listed.
func ResourceOf(action string, id account.ID, partition string) string {
	for _, l := range listed {
		if strings.EqualFold(l.Action, action) {
			return l.on(id, partition)
		}
	}
	return ""
}

// on is the ARN that the action acts on, or "*" or "".
func (l Listed) on(id account.ID, partition string) string {
	switch l.resource {
	case "root":
		return rootARN(id, partition)
	case "user":
		return "arn:" + partition + ":iam::" + id.String() + ":user/admin"
	}
	return l.resource
}

func rootARN(id account.ID, partition string) string {
	return "arn:" + partition + ":iam::" + id.String() + ":root"
}

// For is the context of a request for an action: what a service answers in one
// region of the partition alone is a request to that region. For China, whose
// services lie otherwise, it is not known.
func (c Context) For(action, partition string) Context {
	if !(Listed{Action: action}).inOneRegion() {
		return c
	}
	switch partition {
	case "aws":
		return c.With(keyRegion, Is("us-east-1"))
	case "aws-us-gov":
		return c.With(keyRegion, Is("us-gov-west-1"))
	}
	return c
}

// oneRegion are the services that answer in one region of a partition.
var oneRegion = []string{"iam", "organizations", "account", "aws-portal", "billing"}

func (l Listed) inOneRegion() bool {
	service, _, _ := strings.Cut(strings.ToLower(l.Action), ":")
	return slices.Contains(oneRegion, service)
}
