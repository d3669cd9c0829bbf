package yardstick

import "rootwatch/checks/spend"

// Mixture is what an organization is made of. All dollars, shapes and
// lateness below are assumptions, as no real bill is at hand; they are other
// ones than those of the outside sets, on purpose.
type Mixture struct {
	Name     string  `json:"name"`
	Days     int     `json:"days"`
	Makes    []Make  `json:"accounts"`
	Noise    float64 `json:"noise"`    // multiplies the spread of every series
	Late     float64 `json:"late"`     // multiplies how often a row is late or restated
	Harmless float64 `json:"harmless"` // multiplies the events that are no incidents
	Growth   float64 `json:"growth"`   // of the logarithm in a year, mean over the accounts
	Currency string  `json:"currency"`
	Rate     float64 `json:"rate"` // units of the currency for a dollar
	// Incidents is how many to place; Kinds are drawn in turn.
	Incidents int      `json:"incidents"`
	Kinds     []string `json:"kinds"`
	// Services is how many series each account has; 0: as its archetype has them.
	Services int `json:"services,omitempty"`
}

// Make is how many accounts there are of one archetype.
type Make struct {
	Archetype string `json:"archetype"`
	Count     int    `json:"count"`
}

// warmup is how many days a detector may learn before it is scored.
const warmup spend.Day = 60

// Mixtures are the five organizations that every change of the detector is
// measured on, and nothing was tuned on.
var Mixtures = []Mixture{
	{
		Name: "calm", Days: 410, Noise: 0.7, Late: 0.6, Harmless: 1.6, Growth: 0.1, Currency: "USD", Rate: 1, Incidents: 34,
		Makes: []Make{{"platform", 2}, {"saas", 5}, {"gov", 6}, {"archive", 3}, {"dev", 8}, {"serverless", 4}, {"sandbox", 4}, {"lake", 2}, {"payer", 1}},
		Kinds: []string{"mining_new_region", "oneoff_service", "savings_plan_expired", "storage_leak", "duplicated_environment", "kms_storm", "cloudtrail_data_events", "slow_drip", "support_plan", "nat_weekends", "snapshot_copies", "bedrock_abuse", "messaging_abuse", "workspaces_left", "masked_large"},
	},
	{
		Name: "startup", Days: 400, Noise: 1.5, Late: 1.8, Harmless: 1.1, Growth: 0.7, Currency: "USD", Rate: 1, Incidents: 36,
		Makes: []Make{{"serverless", 10}, {"saas", 4}, {"ml", 3}, {"dev", 9}, {"sandbox", 6}, {"lake", 1}, {"payer", 1}},
		Kinds: []string{"gpu_used_region", "lambda_loop", "s3_lambda_recursion", "ai_loop", "bedrock_abuse", "forgotten_test_cluster", "dynamodb_stuck", "log_ingest_explosion", "runaway_queries", "campaign", "slow_drip", "messaging_abuse", "weekend_cluster", "egress_exfiltration"},
	},
	{
		Name: "retail", Days: 420, Noise: 1, Late: 1, Harmless: 1.3, Growth: 0.2, Currency: "EUR", Rate: 0.91, Incidents: 36,
		Makes: []Make{{"platform", 1}, {"retail", 9}, {"edge", 5}, {"dev", 7}, {"serverless", 5}, {"lake", 3}, {"sandbox", 4}, {"network", 1}, {"payer", 1}},
		Kinds: []string{"egress_exfiltration", "nat_transfer_explosion", "nat_weekends", "dynamodb_stuck", "mining_new_region", "masked_large", "lambda_loop", "runaway_queries", "snapshot_sprawl", "storage_leak", "duplicated_environment", "messaging_abuse", "oneoff_service", "campaign"},
	},
	{
		Name: "batch", Days: 410, Noise: 1.2, Late: 1.2, Harmless: 1, Growth: 0.25, Currency: "USD", Rate: 1, Incidents: 35,
		Makes: []Make{{"platform", 1}, {"hpc", 8}, {"lake", 7}, {"ml", 5}, {"dev", 6}, {"archive", 2}, {"sandbox", 4}, {"network", 1}, {"payer", 1}},
		Kinds: []string{"gpu_used_region", "forgotten_test_cluster", "runaway_queries", "storage_leak", "snapshot_copies", "weekend_cluster", "savings_plan_expired", "nat_transfer_explosion", "mining_new_region", "oneoff_service", "ai_loop", "kms_storm", "small_account_compromise", "masked_large"},
	},
	{
		Name: "agency", Days: 415, Noise: 1.1, Late: 1, Harmless: 1.2, Growth: 0.15, Currency: "USD", Rate: 1, Incidents: 36,
		Makes: []Make{{"tiny", 24}, {"edge", 3}, {"saas", 2}, {"serverless", 3}, {"dev", 4}, {"payer", 1}},
		Kinds: []string{"small_account_compromise", "campaign", "messaging_abuse", "mining_new_region", "workspaces_left", "s3_lambda_recursion", "slow_drip", "egress_exfiltration", "bedrock_abuse", "snapshot_sprawl", "log_ingest_explosion", "support_plan", "forgotten_test_cluster"},
	},
}

// MixtureOf finds one of Mixtures.
func MixtureOf(name string) (Mixture, bool) {
	for _, m := range Mixtures {
		if m.Name == name {
			return m, true
		}
	}
	return Mixture{}, false
}

// Scale is an organization of so many accounts with so many series each, to
// measure speed and memory by: one incident for each hundred accounts.
func Scale(accounts, services, days int) Mixture {
	m, _ := MixtureOf("startup")
	m.Name, m.Noise, m.Late, m.Harmless = "scale", 1, 1, 0.05
	m.Makes = []Make{{"serverless", accounts}}
	m.Days, m.Services, m.Incidents = days, services, max(1, accounts/100)
	return m
}
