package account

// Budget is an AWS budget. Amounts are decimal text, as AWS writes them.
type Budget struct {
	Name     string `json:"name"`
	Type     string `json:"type"`      // COST, USAGE, ...
	TimeUnit string `json:"time_unit"` // DAILY, MONTHLY, QUARTERLY, ANNUALLY, CUSTOM
	Amount   string `json:"amount"`    // of the running period; "" where AWS told none
	Unit     string `json:"unit"`      // USD
	// Planned are the limits of the periods where they differ, in their order.
	// AWS tells the running one as Amount, or leaves it to whoever asks.
	Planned []string `json:"planned,omitempty"`
	Actual  string   `json:"actual"` // spent in the running period
	// Filtered says that it looks at a part of the bill; Accounts are the
	// linked accounts of a filter that names nothing else.
	Filtered bool     `json:"filtered"`
	Accounts []string `json:"accounts,omitempty"`
	// IncludeCredit and IncludeRefund: a budget that nets credits may never
	// reach its amount.
	IncludeCredit bool `json:"include_credit"`
	IncludeRefund bool `json:"include_refund"`
	// Idle says why it was not at work when it was read: it begins later, is
	// over, or AWS cannot compute it. "" is that it works.
	Idle string `json:"idle,omitempty"`
	// Notifications are read of cost budgets that work and look at whole accounts.
	Notifications []BudgetNotification `json:"notifications"`
	Gap           *Gap                 `json:"gap,omitempty"` // why Notifications were not read
}

// BudgetNotification is when a budget speaks, and to whom.
type BudgetNotification struct {
	Type        string       `json:"type"`      // ACTUAL, FORECASTED
	Operator    string       `json:"operator"`  // GREATER_THAN, ...
	Threshold   float64      `json:"threshold"` // percent of the amount, or an amount where Absolute
	Absolute    bool         `json:"absolute"`
	Subscribers []Subscriber `json:"subscribers"`
	Gap         *Gap         `json:"gap,omitempty"` // why Subscribers were not read
}

// Subscriber is who is told. Its address is personal data: checks count it,
// messages never show it.
type Subscriber struct {
	Type    string `json:"type"` // EMAIL, SNS, or another service's name in an ARN
	Address string `json:"address"`
	// Live is whether what is said reaches anybody: a topic has a confirmed
	// subscription and lets the service publish. Unknown for a topic that could
	// not be read, yes for an e-mail address.
	Live Answer `json:"live"`
	// Why is the reason where Live is not yes: a clause without an address.
	Why string `json:"why,omitempty"`
}

// AnomalySubscription is who hears of a monitor of Cost Anomaly Detection.
type AnomalySubscription struct {
	Name      string `json:"name"`
	Frequency string `json:"frequency"` // DAILY, IMMEDIATE, WEEKLY
	Monitors  int    `json:"monitors"`
	// Whole says that a monitor of it watches the whole bill; Accounts are the
	// linked accounts of monitors that name nothing else.
	Whole       bool         `json:"whole"`
	Accounts    []string     `json:"accounts,omitempty"`
	Subscribers []Subscriber `json:"subscribers"`
}

// ContactInformation is the account's primary contact, without its address.
// It is personal data: checks judge it, messages never show it.
type ContactInformation struct {
	FullName    string `json:"full_name"`
	Company     string `json:"company,omitempty"`
	CountryCode string `json:"country_code"` // ISO 3166-1 alpha-2
	Phone       string `json:"phone"`
}

// MailDomain is what the DNS tells of the domain of an e-mail address.
type MailDomain struct {
	Domain string `json:"domain"` // in ASCII form
	Exists bool   `json:"exists"` // false is NXDOMAIN
	// Above is whether the registrable domain above it exists; asked only where
	// it does not exist itself. If neither does, anybody can register it.
	Above Answer   `json:"above,omitempty"`
	MX    []string `json:"mx,omitempty"`
	// NullMX is RFC 7505's word that the domain takes no mail.
	NullMX bool `json:"null_mx,omitempty"`
	// Address is whether the domain has an A or AAAA record, which RFC 5321
	// takes for its mail host where there is no MX.
	Address bool `json:"address,omitempty"`
}
