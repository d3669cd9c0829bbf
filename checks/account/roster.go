package account

// Authorization is who may do what in an account, as far as it is more than
// ordinary: GetAccountAuthorizationDetails, with each policy judged by what it
// grants instead of kept whole.
type Authorization struct {
	Users []Principal `json:"users"` // every IAM user
	// Roles are those with more than ordinary grants; service-linked roles are
	// left out.
	Roles     []Principal `json:"roles"`
	RoleCount int         `json:"role_count"` // of all roles but the service-linked ones
}

// Principal is an IAM user or role.
type Principal struct {
	Name   string        `json:"name"` // a stranger's text
	ARN    string        `json:"arn"`
	Grants []PolicyGrant `json:"grants,omitempty"` // those that are more than ordinary
	// Boundary is what the permissions boundary would allow; nil where there is none.
	Boundary *Grant `json:"boundary,omitempty"`
	Trust    Trust  `json:"trust,omitempty"` // of a role
	// Takers are the accounts that may take a role of TrustAccounts, by their
	// ids; none where its trust names anything that does not tell them.
	Takers []string `json:"takers,omitempty"`
}

// PolicyGrant is what one policy gives a principal.
type PolicyGrant struct {
	Policy string `json:"policy"`          // ARN of a managed policy, name of an inline one
	Group  string `json:"group,omitempty"` // through which it comes; "" where it is the principal's own
	Grant  Grant  `json:"grant"`
	// Means is the action by which the principal can make itself an admin, with
	// every deny and the boundary weighed: GrantEscalation where it surely can,
	// GrantConditional where that hangs on what is not decided.
	Means string `json:"means,omitempty"`
}

// Grant is how much a policy allows.
type Grant string

// The grants. The zero value is nothing that matters here.
const (
	GrantOrdinary    Grant = ""
	GrantAdmin       Grant = "admin"       // every action on every resource, without a condition
	GrantConditional Grant = "conditional" // the same under a condition
	GrantNearAdmin   Grant = "near_admin"  // Allow with NotAction on every resource
	GrantEscalation  Grant = "escalation"  // no admin, but it can make itself one: iam:*, or the right to attach a policy to itself
	GrantDenied      Grant = "denied"      // every action, perhaps under a condition, but denies take away all rights to give rights
	GrantUndecodable Grant = "undecodable" // the document could not be understood
)

// Trust is who may assume a role.
type Trust string

// The trusts. The zero value is an AWS principal: another account, or a user
// or role of this one. Whether people stand behind it is not read.
const (
	TrustAccounts  Trust = ""
	TrustSSO       Trust = "sso"       // IAM Identity Center: path /aws-reserved/sso.amazonaws.com/
	TrustFederated Trust = "federated" // SAML: people of the company
	TrustOIDC      Trust = "oidc"      // OIDC by a provider that is in no list: it may be people
	TrustWorkload  Trust = "workload"  // OIDC by machines, as of CI or Kubernetes, or by the users of an app
	TrustService   Trust = "service"   // AWS services alone
	TrustUnknown   Trust = "unknown"   // the document could not be understood
)

// RootAudit is what an AssumeRoot session with the task policy
// IAMAuditRootUserCredentials saw of a member's root user.
type RootAudit struct {
	Password       Answer       `json:"password"` // GetLoginProfile
	MFADevices     []RootDevice `json:"mfa_devices"`
	AccessKeys     int          `json:"access_keys"`
	ActiveKeys     int          `json:"active_keys"`
	Certificates   int          `json:"certificates"`
	AssumedRootARN string       `json:"assumed_root_arn,omitempty"`
}

// RootDevice is an MFA device of root, virtual or not.
type RootDevice struct {
	SerialNumber string     `json:"serial_number"`
	Kind         DeviceKind `json:"kind"`
}

// DeviceKind is told by the form of the serial number.
type DeviceKind string

// The kinds.
const (
	DeviceVirtual DeviceKind = "virtual" // arn:PARTITION:iam::ID:mfa/NAME
	DeviceFIDO    DeviceKind = "fido"    // arn:PARTITION:iam::ID:u2f/...: a security key or a passkey
	DeviceTOTP    DeviceKind = "totp"    // a bare serial: a hardware token
)
