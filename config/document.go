package config

import (
	"reflect"
	"strings"
)

// document is the shape of rootwatch.yaml: the one list of keys. What reads
// the file, the environment and the documentation all walk it. A field holds
// what the file says, or the default that is written here.
type document struct {
	Version       int                `yaml:"version" required:"true"`
	TimeZone      string             `yaml:"time_zone"`
	Store         storeSection       `yaml:"store"`
	Listen        string             `yaml:"listen"`
	Log           logSection         `yaml:"log"`
	Organizations []organizationKeys `yaml:"organizations" required:"true"`
	Schedules     scheduleSection    `yaml:"schedules"`
	Slack         slackSection       `yaml:"slack"`
	Company       companySection     `yaml:"company"`
	DNS           dnsSection         `yaml:"dns"`
	Checks        checksSection      `yaml:"checks"`
	Spend         spendSection       `yaml:"spend"`
	Weekend       weekendSection     `yaml:"weekend"`
}

type storeSection struct {
	Path string    `yaml:"path"`
	URL  reference `yaml:"url"`
}

type logSection struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

type organizationKeys struct {
	Name              string          `yaml:"name" required:"true"`
	Partition         string          `yaml:"partition"`
	Profile           string          `yaml:"profile"`
	Region            string          `yaml:"region"`
	RoleName          string          `yaml:"role_name"`
	ExternalID        reference       `yaml:"external_id"`
	ManagementRoleARN string          `yaml:"management_role_arn"`
	RootAudit         bool            `yaml:"root_audit"`
	Concurrency       int             `yaml:"concurrency"`
	Accounts          []accountKeys   `yaml:"accounts"`
	Cost              costSection     `yaml:"cost"`
	Channels          channelsSection `yaml:"channels"`
}

type accountKeys struct {
	ID      string   `yaml:"id" required:"true"`
	Name    string   `yaml:"name"`
	Email   string   `yaml:"email"`
	Aliases []string `yaml:"aliases"`
}

type costSection struct {
	Enabled             bool `yaml:"enabled"`
	MaxRequestsPerDay   int  `yaml:"max_requests_per_day"`
	MaxRequestsPerMonth int  `yaml:"max_requests_per_month"`
	HistoryDays         int  `yaml:"history_days"`
}

type channelsSection struct {
	Digest  string `yaml:"digest"`
	Alerts  string `yaml:"alerts"`
	Weekend string `yaml:"weekend"`
}

type scheduleSection struct {
	Sweep  string `yaml:"sweep"`
	Spend  string `yaml:"spend"`
	Digest string `yaml:"digest"`
}

type slackSection struct {
	BotToken      reference `yaml:"bot_token"`
	SigningSecret reference `yaml:"signing_secret"`
	AppToken      reference `yaml:"app_token"`
	APIURL        string    `yaml:"api_url"`
}

type companySection struct {
	Domains           []string `yaml:"domains"`
	PersonalAddresses []string `yaml:"personal_addresses"`
}

type dnsSection struct {
	Resolver string `yaml:"resolver"`
}

type checksSection struct {
	RootUsageWindow   string `yaml:"root_usage_window"`
	RootHardwareMFA   string `yaml:"root_hardware_mfa"`
	AdminUsersMin     int    `yaml:"admin_users_min"`
	AdminUsersMax     int    `yaml:"admin_users_max"`
	RecoveryQuestions bool   `yaml:"recovery_questions"`
}

type spendSection struct {
	MinExcess     number `yaml:"min_excess"`
	MinLasting    number `yaml:"min_lasting"`
	MinFirstSpend number `yaml:"min_first_spend"`
	QuietDays     int    `yaml:"quiet_days"`
	HistoryDays   int    `yaml:"history_days"`
}

type weekendSection struct {
	Enabled  bool     `yaml:"enabled"`
	Schedule string   `yaml:"schedule"`
	Holidays []string `yaml:"holidays"`
}

// reference names a secret (env:NAME, file:/path). Its text is never repeated.
type reference string

// number is a number as it was written, so that dollars never pass through a float.
type number string

// newDocument holds the defaults.
func newDocument() document {
	return document{
		TimeZone:  "UTC",
		Store:     storeSection{Path: "rootwatch.db"},
		Listen:    "127.0.0.1:8080",
		Log:       logSection{Level: "info", Format: "text"},
		Schedules: scheduleSection{Sweep: "0 6 * * *", Spend: "0 7 * * *", Digest: "0 9 * * *"},
		Weekend:   weekendSection{Enabled: true, Schedule: "15 */4 * * *"},
		Slack: slackSection{
			BotToken: "env:SLACK_BOT_TOKEN", SigningSecret: "env:SLACK_SIGNING_SECRET", AppToken: "env:SLACK_APP_TOKEN",
			APIURL: "https://slack.com/api/",
		},
	}
}

// setDefaults fills an element of organizations before it is read. The region
// follows from the partition, so it stays empty here.
func (o *organizationKeys) setDefaults() {
	*o = organizationKeys{
		Partition: "aws", RoleName: "RootwatchAudit", Concurrency: 64,
		Cost: costSection{Enabled: true, MaxRequestsPerDay: 2000, MaxRequestsPerMonth: 40_000, HistoryDays: 395},
	}
}

// field is one key of a section.
type field struct {
	key      string
	required bool
	index    int // in its struct
	typ      reflect.Type
}

// fieldsOf lists the keys of a section, in the order of the struct.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		fields = append(fields, field{f.Tag.Get("yaml"), f.Tag.Get("required") == "true", i, f.Type})
	}
	return fields
}

// leaves lists the paths of every scalar key, with 0 for each index.
func leaves(t reflect.Type, path string) []string {
	switch t.Kind() {
	case reflect.Struct:
		var all []string
		for _, f := range fieldsOf(t) {
			all = append(all, leaves(f.typ, join(path, f.key))...)
		}
		return all
	case reflect.Slice:
		return leaves(t.Elem(), path+"[0]")
	}
	return []string{path}
}

// join puts a key behind the path of its section.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// variable is the environment variable that overrides the key at path.
func variable(path string) string {
	return prefix + strings.ToUpper(strings.NewReplacer(".", "_", "[", "_", "]", "").Replace(path))
}
