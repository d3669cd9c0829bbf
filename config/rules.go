package config

import (
	"regexp"
	"strconv"
	"strings"

	"rootwatch/checks"
	"rootwatch/config/secret"
)

// bounds are the whole numbers that a key takes, both ends included.
var bounds = map[string][2]int{
	"version":                     {1, 1},
	"organizations[].concurrency": {1, 512},
	// One at least, or nobody could mend an account whose single sign-on fails.
	"checks.admin_users_min":                      {1, 100},
	"checks.admin_users_max":                      {1, 100},
	"organizations[].cost.max_requests_per_day":   {1, 10_000},
	"organizations[].cost.max_requests_per_month": {1, 100_000},
	// A month is the least that tells a usual day; Cost Explorer keeps 13 months.
	"organizations[].cost.history_days": {30, 395},
	// Two weeks give each weekday two days; a year and a month are all that Cost Explorer keeps.
	"spend.history_days": {14, 395},
	"spend.quiet_days":   {7, 60},
}

// choices are the words that a key takes.
var choices = map[string][]string{
	"log.level":                 {"debug", "info", "warn", "error"},
	"log.format":                {"text", "json"},
	"organizations[].partition": {"aws", "aws-us-gov", "aws-cn"},
	"checks.root_hardware_mfa":  {string(checks.HardwareEverywhere), string(checks.HardwareInManagement)},
}

// shapes are what the text of a key looks like. The composer knows more: that
// a day exists, that a zone is in the database, that two keys go together.
var shapes = map[string]string{
	"time_zone":                            `^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$`,
	"store.path":                           `\S`,
	"store.url":                            orNothing(secret.Shape),
	"listen":                               `^(localhost|[0-9.]+|\[[0-9A-Fa-f:.]+\])?:[0-9]{1,5}$`,
	"organizations[].name":                 organizationName.String(),
	"organizations[].region":               regionName.String(),
	"organizations[].role_name":            roleName.String(),
	"organizations[].external_id":          orNothing(secret.Shape),
	"organizations[].management_role_arn":  orNothing(roleARN.String()),
	"organizations[].accounts[].id":        `^[0-9]{12}$`,
	"organizations[].accounts[].email":     `^([^\s@]+@[^\s@]+)?$`,
	"organizations[].accounts[].aliases[]": aliasName.String(),
	"organizations[].channels.digest":      channelID.String(),
	"organizations[].channels.alerts":      channelID.String(),
	"organizations[].channels.weekend":     orNothing(channelID.String()),
	"weekend.schedule":                     fiveFields,
	"weekend.holidays[]":                   `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`,
	"schedules.sweep":                      fiveFields,
	"schedules.spend":                      fiveFields,
	"schedules.digest":                     fiveFields,
	"slack.bot_token":                      secret.Shape,
	"slack.signing_secret":                 orNothing(secret.Shape),
	"slack.app_token":                      orNothing(secret.Shape),
	"slack.api_url":                        `^(https://[^\s/@?#]+|http://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?)(/[^\s?#]*)?$`,
	"company.domains[]":                    `^[^\s@:/]+\.[^\s@:/]+$`,
	"company.personal_addresses[]":         `\S`,
	"dns.resolver":                         `^(none|[0-9.]+:[1-9][0-9]{0,4}|\[[0-9A-Fa-f:.%a-z]+\]:[1-9][0-9]{0,4})?$`,
	"checks.root_usage_window":             `^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$`,
}

// fiveFields is a cron expression without a name (@daily) and without a zone.
const fiveFields = `^\s*[^\s@=]+(\s+[^\s@=]+){4}\s*$`

// orNothing also takes the empty text, which stands for none.
func orNothing(shape string) string { return "^$|" + shape }

var anyIndex = regexp.MustCompile(`\[\d+\]`)

// general is a path without its indices, as the rules name it.
func general(path string) string { return anyIndex.ReplaceAllString(path, "[]") }

// oneOf holds a value to the choices of its key.
func (c *composer) oneOf(path, value string) string {
	allowed := choices[general(path)]
	for _, word := range allowed {
		if word == value {
			return value
		}
	}
	c.fault(path, "must be one of %s, and is %s", strings.Join(allowed, ", "), quote(value))
	return value
}

// within holds a value to the bounds of its key.
func (c *composer) within(path string, value int) int {
	if b := bounds[general(path)]; value < b[0] || value > b[1] {
		c.fault(path, "must be from %d to %d, and is %s", b[0], b[1], strconv.Itoa(value))
	}
	return value
}
