package account

import "time"

// Trail is a CloudTrail trail that covers the account, an organization's own
// trail with it.
type Trail struct {
	Name          string `json:"name"`
	ARN           string `json:"arn"`
	HomeRegion    string `json:"home_region"`
	MultiRegion   bool   `json:"multi_region"`
	Organization  bool   `json:"organization"`
	Logging       Answer `json:"logging"`                  // unknown where GetTrailStatus told nothing; Gap says why
	DeliveryError string `json:"delivery_error,omitempty"` // of the newest delivery to its bucket
	// LogGroup is the ARN of the CloudWatch Logs group that it also writes to, "" for none.
	LogGroup string `json:"log_group,omitempty"`
	LogError string `json:"log_error,omitempty"` // of the newest delivery to that group
	Gap      *Gap   `json:"gap,omitempty"`
	// Management is whether it records the management events, reads and writes
	// of them, root's with the others. Those of KMS and of the RDS Data API
	// may be missing: AWS lets every trail leave them out for their number.
	Management Answer `json:"management"`
	// SignIns is whether root's sign-ins are among what it records, as they are
	// in a trail of writes alone, for they are writes.
	SignIns  Answer `json:"sign_ins"`
	LeftOut  string `json:"left_out,omitempty"`  // what Management lacks: reads
	EventGap *Gap   `json:"event_gap,omitempty"` // why Management or SignIns is unknown
}

// RootEvents are the management events that CloudTrail's event history has
// of root, newest first, read in the partition's home region, where sign-ins
// and the calls of global services are recorded.
type RootEvents struct {
	// Since is from when those under the name of root are read without a hole:
	// 90 days back, or the oldest event that was read where there were more pages.
	Since time.Time `json:"since"`
	Whole bool      `json:"whole"` // false where there were more pages than are read
	// SignInsSince is the same of sign-ins to the console under whatever name:
	// CloudTrail may write the account's alias where root signs in. Zero is
	// that they were not read.
	SignInsSince time.Time   `json:"sign_ins_since,omitzero"`
	Events       []RootEvent `json:"events"`
	// Gap is why no more pages of those under the name of root were read, and
	// SignInGap the same of sign-ins; nil where nothing failed. What was read
	// before stays.
	Gap       *Gap `json:"gap,omitempty"`
	SignInGap *Gap `json:"sign_in_gap,omitempty"`
}

// RootEvent is one thing that root did. Sessions of AssumeRoot, and what an
// AWS service did in root's name, are marked and never count as root's use.
type RootEvent struct {
	ID        string        `json:"id"`
	At        time.Time     `json:"at"`
	Name      string        `json:"name"`   // ConsoleLogin, ListBuckets
	Source    string        `json:"source"` // signin.amazonaws.com
	Region    string        `json:"region"`
	IP        string        `json:"ip,omitempty"`
	UserAgent string        `json:"user_agent,omitempty"` // a stranger's text
	Kind      RootEventKind `json:"kind"`
	MFA       Answer        `json:"mfa"` // of a sign-in, or of the session
	Failed    bool          `json:"failed,omitempty"`
	// AssumedBy is who opened the AssumeRoot session, "" where AWS does not tell.
	AssumedBy string `json:"assumed_by,omitempty"`
}

// RootEventKind is how root acted.
type RootEventKind string

// The kinds.
const (
	RootSignIn   RootEventKind = "sign_in"  // at the console
	RootConsole  RootEventKind = "console"  // a call that a console session made
	RootSoftware RootEventKind = "software" // a call with an access key, or with a session that is not the console's
	RootAssumed  RootEventKind = "assumed"  // a session of AssumeRoot: central root access, not root's own credentials
	RootService  RootEventKind = "service"  // an AWS service in root's name
)

// Detector is a GuardDuty detector.
type Detector struct {
	ID      string `json:"id"`
	Region  string `json:"region"`
	Enabled Answer `json:"enabled"` // unknown where GetDetector told nothing; Gap says why
	Gap     *Gap   `json:"gap,omitempty"`
}

// EventRule is an EventBridge rule on the default bus whose pattern lets a
// root sign-in through, or may do so; the others are not kept.
type EventRule struct {
	Name    string `json:"name"`
	Region  string `json:"region"`
	Enabled bool   `json:"enabled"`
	Pattern string `json:"pattern"` // JSON
	// Told are its targets; nil where they were not read. Live is judged of SNS
	// topics alone: any other target is known by its Type.
	Told []Subscriber `json:"told"`
	Gap  *Gap         `json:"gap,omitempty"` // why the targets of an enabled rule were not read
}

// ConfigRule is one of the rules on root that AWS Config manages.
type ConfigRule struct {
	Name       string `json:"name"`
	Identifier string `json:"identifier"` // ROOT_ACCOUNT_MFA_ENABLED
	Active     bool   `json:"active"`
}

// Alarm is a CloudWatch metric alarm: those on a bill, and those on a metric
// that a metric filter of this account writes.
type Alarm struct {
	Name           string            `json:"name"`
	Region         string            `json:"region"`
	Namespace      string            `json:"namespace"`
	Metric         string            `json:"metric"`
	Dimensions     map[string]string `json:"dimensions,omitempty"`
	ActionsEnabled bool              `json:"actions_enabled"`
	Actions        []Subscriber      `json:"actions,omitempty"` // of the ALARM state
	// Math: it looks at an expression, in which Metric is one of the terms.
	Math      bool    `json:"math,omitempty"`
	Statistic string  `json:"statistic,omitempty"` // Sum; "" for a percentile and its like
	Operator  string  `json:"operator"`            // GreaterThanThreshold
	Threshold float64 `json:"threshold"`
	Periods   int     `json:"periods"` // how many must be beyond it until the alarm goes off
	State     string  `json:"state"`   // OK, ALARM, INSUFFICIENT_DATA
	// StateSince is from when it has had no other state, or later; zero where
	// AWS did not tell.
	StateSince time.Time `json:"state_since"`
	// MissingData is what it makes of periods without data: missing ("" is the
	// same), ignore, breaching or notBreaching. DataSeen is that the reason of
	// its state names data.
	MissingData string `json:"missing_data,omitempty"`
	DataSeen    bool   `json:"data_seen,omitempty"`
}

// MetricFilter is a CloudWatch Logs metric filter whose pattern counts a root
// sign-in, or may do so; the others are not kept. One that writes several
// metrics is one for each.
type MetricFilter struct {
	Name      string `json:"name"`
	LogGroup  string `json:"log_group"`
	Pattern   string `json:"pattern"`
	Namespace string `json:"namespace"`
	Metric    string `json:"metric"`
	Value     string `json:"value"` // what it adds for each event: "1", or the name of a field
	// Dimensions are the names that it writes the metric under, each with the
	// field of the event that gives the value; without any there is one metric.
	Dimensions map[string]string `json:"dimensions,omitempty"`
}
