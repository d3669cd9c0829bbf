package checks

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Observation is a report with what it rests on, as it is kept for an auditor.
type Observation struct {
	// Previous is the hash of the account's observation before this one, ""
	// for the first: one that is taken away breaks the chain.
	Previous string `json:"previous,omitempty"`
	// Answers are the hashes of the answers that the report rests on, by name.
	Answers map[string]string `json:"answers"`
	Report  Report            `json:"report"`
}

// Answer is one answer of AWS, of the DNS or of our own cost history, as checks saw it.
type Answer struct {
	Name string // as in Facts.Answers
	Hash string // of JSON
	JSON []byte
}

// Answers are those that the case's report rests on, by name. What people said
// and what is remembered is kept elsewhere.
func (c Case) Answers() ([]Answer, error) {
	all := c.Facts.Answers()
	all["organization_policies"] = c.Organization.Policies
	all["organization_budgets"] = c.Organization.Budgets
	all["organization_alarms"] = c.Organization.Alarms
	all["organization_metric_filters"] = c.Organization.MetricFilters
	all["organization_root_alarms"] = c.Organization.RootAlarms
	all["anomaly_subscriptions"] = c.Organization.AnomalySubscriptions
	all["mail_domain"] = c.MailDomain
	all["typical_day"] = c.TypicalDay
	all["spend_watch"] = c.Spend
	all["weekend_watch"] = c.Weekend
	var answers []Answer
	for _, name := range slices.Sorted(maps.Keys(all)) {
		text, err := json.Marshal(all[name])
		if err != nil {
			return nil, fmt.Errorf("the answer %s of %s: %w", name, c.Facts.ID, err)
		}
		answers = append(answers, Answer{name, HashOf(text), text})
	}
	return answers, nil
}

// HashOf is how observations and answers are named: SHA-256 in hexadecimal.
func HashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
