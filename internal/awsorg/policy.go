package awsorg

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rootwatch/checks/account"
	"rootwatch/config/secret"
)

// PolicyFor says whose policy is meant.
type PolicyFor string

// The four.
const (
	PolicyForMember     PolicyFor = "member"     // the audit role in every account
	PolicyForTrust      PolicyFor = "trust"      // who may assume the audit role, or the management role
	PolicyForManagement PolicyFor = "management" // the organization's side: the management role, or without one the role that Rootwatch runs as
	PolicyForHost       PolicyFor = "host"       // all that the role needs which Rootwatch runs as
)

// PolicyOptions are what a policy depends on. Their zero value gives policies
// with names to replace in them.
type PolicyOptions struct {
	Partition         string         // "" is aws
	RoleName          string         // of the audit role, with its path; "" is RootwatchAudit
	ManagementRoleARN string         // as Options has it
	BotRoleARN        string         // the role that Rootwatch runs as; "" is a name to replace
	OrganizationID    string         // o-...; "" is a name to replace
	Secrets           []secret.Place // what the configuration takes from AWS
	NoCosts           bool           // the bill is not read
	RootAudit         bool           // as Options has it
}

// What stands where nothing was said; the external id is never printed.
const (
	anyBotRole      = "arn:%s:iam::111122223333:role/Rootwatch"
	anyExternalID   = "EXTERNAL_ID"
	anyOrganization = "o-ORGANIZATION"
	auditRole       = "RootwatchAudit"
)

var (
	organizationID = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)
	policyVersion  = "2012-10-17"
)

// Document is an IAM policy document.
type Document struct {
	Version   string
	Statement []Statement
}

// Statement is one of its statements, without the fields that are empty.
type Statement struct {
	Sid       string         `json:",omitempty"`
	Effect    string         // always Allow: what is not named is denied
	Principal map[string]any `json:",omitempty"`
	Action    []string
	Resource  []string       `json:",omitempty"`
	Condition map[string]any `json:",omitempty"`
}

// Actions are the actions that the document allows, sorted, each once.
func (d Document) Actions() []string {
	var all []string
	for _, s := range d.Statement {
		all = append(all, s.Action...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// JSON is the document as IAM takes it.
func (d Document) JSON() ([]byte, error) { return indented(d) }

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// Policy is the document for whom, derived from Reads: nothing is in it that
// this program does not call.
func Policy(whom PolicyFor, o PolicyOptions) (Document, error) {
	o, err := o.withDefaults()
	if err != nil {
		return Document{}, err
	}
	switch whom {
	case PolicyForMember:
		return document(statement("Read", o.reads(account.Member))), nil
	case PolicyForTrust:
		return o.trust(o.BotRoleARN, anyExternalID, o.OrganizationID), nil
	case PolicyForManagement:
		return o.management(), nil
	case PolicyForHost:
		return o.host(), nil
	}
	return Document{}, fmt.Errorf("there is no policy for %q", whom)
}

func (o PolicyOptions) withDefaults() (PolicyOptions, error) {
	o.Partition = cmp.Or(o.Partition, "aws")
	o.RoleName = strings.Trim(cmp.Or(o.RoleName, auditRole), "/")
	switch {
	case !roleName.MatchString(o.RoleName):
		return o, fmt.Errorf("the role name %q is not one IAM allows: give the name alone, like RootwatchAudit, not an ARN", o.RoleName)
	case o.BotRoleARN != "" && !roleARN.MatchString(o.BotRoleARN):
		return o, fmt.Errorf("%q is not the ARN of a role, like arn:aws:iam::111122223333:role/Rootwatch: give the role that Rootwatch runs as", o.BotRoleARN)
	case o.ManagementRoleARN != "" && !roleARN.MatchString(o.ManagementRoleARN): // a * here would let it assume every role
		return o, fmt.Errorf("the management role %q is not the ARN of a role, like arn:aws:iam::111122223333:role/RootwatchManagement", o.ManagementRoleARN)
	case !o.within(o.BotRoleARN):
		return o, fmt.Errorf("the role %q is not in the partition %s", o.BotRoleARN, o.Partition)
	case !o.within(o.ManagementRoleARN):
		return o, fmt.Errorf("the role %q is not in the partition %s", o.ManagementRoleARN, o.Partition)
	case o.OrganizationID != "" && !organizationID.MatchString(o.OrganizationID):
		return o, errors.New("the organization's id is not one: it looks like o-a1b2c3d4e5")
	}
	o.BotRoleARN = cmp.Or(o.BotRoleARN, fmt.Sprintf(anyBotRole, o.Partition))
	o.OrganizationID = cmp.Or(o.OrganizationID, anyOrganization)
	return o, nil
}

// within reports whether the ARN, where there is one, is of the partition.
func (o PolicyOptions) within(arn string) bool {
	return arn == "" || strings.HasPrefix(arn, "arn:"+o.Partition+":")
}

// reads are the actions of one place, in the order of Reads, without what has
// statements of its own.
func (o PolicyOptions) reads(where account.Role) []string {
	var actions []string
	for _, r := range Reads() {
		switch {
		case r.Where != where, r.Action == callAssumeRole, r.RootAudit(), o.NoCosts && strings.HasPrefix(r.Action, "ce:"):
		default:
			actions = append(actions, r.Action)
		}
	}
	return actions
}

func document(statements ...Statement) Document { return Document{policyVersion, statements} }

func statement(sid string, actions []string, resources ...string) Statement {
	if len(resources) == 0 {
		resources = []string{"*"} // these actions know no narrower resource that we could name
	}
	return Statement{Sid: sid, Effect: "Allow", Action: actions, Resource: resources}
}

// trust lets one role in, not its whole account, and only with the external
// id and from within the organization.
func (o PolicyOptions) trust(bot, external, organization any) Document {
	return document(Statement{
		Sid: "Rootwatch", Effect: "Allow", Principal: map[string]any{"AWS": bot}, Action: []string{callAssumeRole},
		Condition: map[string]any{"StringEquals": map[string]any{"sts:ExternalId": external, "aws:PrincipalOrgID": organization}},
	})
}

// management is the organization's side. Without a management role that is
// the role Rootwatch runs as, which then also assumes the audit roles and reads its own account.
func (o PolicyOptions) management() Document {
	d := document(statement("Organization", o.reads(account.Management)))
	if o.RootAudit {
		d.Statement = append(d.Statement, o.rootAudit())
	}
	if o.ManagementRoleARN == "" {
		d.Statement = append(d.Statement, o.ownAccount(), o.assume())
	}
	return d
}

// rootAudit allows root sessions in members that may look at root's
// credentials, and none that may delete them.
func (o PolicyOptions) rootAudit() Statement {
	s := statement("RootAudit", []string{callAssumeRoot}, fmt.Sprintf("arn:%s:iam::*:root", o.Partition))
	s.Condition = map[string]any{"StringEquals": map[string]any{"sts:TaskPolicyArn": rootTask(o.Partition)}}
	return s
}

func (o PolicyOptions) host() Document {
	d := document(o.ownAccount(), o.assume())
	if o.ManagementRoleARN == "" {
		d = o.management()
	}
	d.Statement = append(d.Statement, o.secrets()...)
	return d
}

func (o PolicyOptions) ownAccount() Statement {
	return statement("OwnAccount", o.reads(account.Member))
}

func (o PolicyOptions) assume() Statement {
	roles := []string{fmt.Sprintf("arn:%s:iam::*:role/%s", o.Partition, o.RoleName)}
	if o.ManagementRoleARN != "" {
		roles = append(roles, o.ManagementRoleARN)
	}
	return statement("AssumeRoles", []string{callAssumeRole}, roles...)
}

// secrets allows what the configuration names, and nothing beside it. The key
// that AWS keeps for either service needs no permission; a key of one's own
// needs kms:Decrypt, which cannot be told from here.
func (o PolicyOptions) secrets() []Statement {
	var statements []Statement
	for _, kind := range []struct{ service, sid, action string }{
		{secret.SSM, "Parameters", callParameter},
		{secret.SecretsManager, "Secrets", callSecret},
	} {
		var arns []string
		for _, place := range o.Secrets {
			if place.Service == kind.service {
				arns = append(arns, o.arnOf(place))
			}
		}
		if slices.Sort(arns); len(arns) > 0 {
			statements = append(statements, statement(kind.sid, []string{kind.action}, slices.Compact(arns)...))
		}
	}
	return statements
}

var (
	parameterLabel = regexp.MustCompile(`^(.*parameter/[^:]*|[^:]*)(:[^:/]+)?$`) // the version or label is no part of the ARN
	secretSuffix   = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)                      // AWS puts it behind every secret's name
)

// arnOf is the place's ARN. A name alone says neither account nor region: the
// one is always that of the role, so that a * is no wider, and the other is
// that of the environment in which Rootwatch will run.
func (o PolicyOptions) arnOf(p secret.Place) string {
	name := p.Name
	if p.Service == secret.SSM {
		name = parameterLabel.ReplaceAllString(name, "$1")
		if !strings.HasPrefix(name, "arn:") {
			name = fmt.Sprintf("arn:%s:ssm:*:*:parameter/%s", o.Partition, strings.TrimPrefix(name, "/"))
		}
		return name
	}
	if !strings.HasPrefix(name, "arn:") {
		return fmt.Sprintf("arn:%s:secretsmanager:*:*:secret:%s-??????", o.Partition, name)
	}
	if !secretSuffix.MatchString(name) {
		name += "-??????"
	}
	return name
}
