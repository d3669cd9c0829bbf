package config

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rootwatch/checks/account"
)

// replacement is another valid value for every scalar key there is. A new key
// needs one here.
var replacement = map[string]string{
	"version":                                      "1",
	"time_zone":                                    "Asia/Tokyo",
	"store.path":                                   "/var/lib/rootwatch/other.db",
	"store.url":                                    "env:OTHER_DATABASE",
	"listen":                                       "127.0.0.1:9999",
	"log.level":                                    "debug",
	"log.format":                                   "json",
	"organizations[0].name":                        "other",
	"organizations[0].partition":                   "aws",
	"organizations[0].profile":                     "audit",
	"organizations[0].region":                      "eu-central-1",
	"organizations[0].role_name":                   "path/OtherRole",
	"organizations[0].external_id":                 "env:OTHER_EXTERNAL_ID",
	"organizations[0].management_role_arn":         "arn:aws:iam::444455556666:role/Other",
	"organizations[0].root_audit":                  "true",
	"organizations[0].concurrency":                 "7",
	"organizations[0].accounts[0].id":              "444455556666",
	"organizations[0].accounts[0].name":            "Other name",
	"organizations[0].accounts[0].email":           "other@example.com",
	"organizations[0].accounts[0].aliases[0]":      "otheralias",
	"organizations[0].cost.enabled":                "false",
	"organizations[0].cost.max_requests_per_day":   "51",
	"organizations[0].cost.max_requests_per_month": "40001",
	"organizations[0].cost.history_days":           "31",
	"organizations[0].channels.digest":             "C0999OTHER",
	"organizations[0].channels.alerts":             "G0999OTHER",
	"schedules.sweep":                              "1 1 * * *",
	"schedules.spend":                              "2 2 * * *",
	"schedules.digest":                             "3 3 * * *",
	"slack.bot_token":                              "env:OTHER_TOKEN",
	"slack.signing_secret":                         "env:OTHER_SECRET",
	"slack.app_token":                              "env:OTHER_APP_TOKEN",
	"slack.api_url":                                "http://127.0.0.1:9998/api/",
	"company.domains[0]":                           "example.org",
	"company.personal_addresses[0]":                "other.person",
	"dns.resolver":                                 "127.0.0.1:5353",
	"checks.root_usage_window":                     "48h",
	"checks.root_hardware_mfa":                     "management",
	"checks.admin_users_min":                       "1",
	"checks.admin_users_max":                       "5",
	"checks.recovery_questions":                    "true",
	"spend.min_excess":                             "26.5",
	"spend.min_lasting":                            "5.5",
	"spend.quiet_days":                             "21",
	"spend.min_first_spend":                        "11.25",
	"spend.history_days":                           "57",
	"organizations[0].channels.weekend":            "C0WEEKEND",
	"weekend.enabled":                              "false",
	"weekend.schedule":                             "30 */3 * * *",
	"weekend.holidays[0]":                          "2026-12-26",
}

// only these keep the example's value: nothing else is allowed, or would load.
var single = map[string]bool{"version": true, "organizations[0].partition": true}

func exampleEnv(name, value string) Env {
	vars := map[string]string{
		"ROOTWATCH_EXTERNAL_ID": "external-id", "SLACK_BOT_TOKEN": "xoxb-test-1", "SLACK_SIGNING_SECRET": "test-1",
		"OTHER_EXTERNAL_ID": "other-id", "OTHER_TOKEN": "xoxb-test-2", "OTHER_SECRET": "test-2",
		"OTHER_DATABASE": "postgres://rootwatch:canary@127.0.0.1/rootwatch", "OTHER_APP_TOKEN": "xapp-test-2", name: value,
	}
	return Env{
		Lookup:   func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
		Environ:  func() []string { return []string{name + "=" + value} },
		ReadFile: func(string) ([]byte, error) { return allSwitchedOn(), nil },
	}
}

// equal compares two configurations whole: secrets and money by their own
// Equal, what RequireSlack would say left out.
func equal(a, b *Config) bool {
	return cmp.Equal(a, b, cmpopts.IgnoreUnexported(Config{}),
		cmp.Comparer(func(a, b account.ID) bool { return a == b }),
		cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }))
}

func TestEveryKeyCanBeOverridden(t *testing.T) {
	paths := leaves(reflect.TypeFor[document](), "")
	if len(paths) < 30 {
		t.Fatalf("only %d keys", len(paths))
	}
	base, err := Load(t.Context(), "rootwatch.yaml", exampleEnv("NOTHING", ""), nil)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, path := range paths {
		t.Run(path, func(t *testing.T) {
			value, ok := replacement[path]
			if !ok {
				t.Fatalf("the key %s has no replacement in this test", path)
			}
			name := variable(path)
			if other, twice := names[name]; twice {
				t.Fatalf("%s is also the variable of %s", name, other)
			}
			names[name] = path
			c, err := Load(t.Context(), "rootwatch.yaml", exampleEnv(name, value), nil)
			if err != nil {
				t.Fatal(err)
			}
			if same := equal(c, base); same != single[path] {
				t.Errorf("%s=%s changed nothing", name, value)
			}
			// What the key cannot hold is a fault of the variable, not of the file.
			_, err = Load(t.Context(), "rootwatch.yaml", exampleEnv(name, "\x01"), func(string) error { return nil })
			if err == nil || !strings.Contains(err.Error(), "environment: "+name+": ") || strings.Contains(err.Error(), "rootwatch.yaml") {
				t.Errorf("a bad value: %v", err)
			}
		})
	}
	if len(replacement) != len(paths) {
		t.Errorf("%d replacements for %d keys", len(replacement), len(paths))
	}
}

// The example is documentation: it must show every key, and nothing but the
// defaults where it says no other thing.
func TestExampleShowsEveryKey(t *testing.T) {
	root := wholeExample()
	r := newReading("example.yaml")
	shown := newDocument()
	r.read(root, reflect.ValueOf(&shown).Elem(), "")
	for _, path := range leaves(reflect.TypeFor[document](), "") {
		if !r.given(path) {
			t.Errorf("%s is not in the example", path)
		}
	}
	least, err := Load(t.Context(), "least.yaml", Env{
		Lookup: exampleEnv("", "").Lookup, Environ: func() []string { return nil },
		ReadFile: func(string) ([]byte, error) { return []byte("version: 1\norganizations: [{name: main}]\n"), nil },
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	full, err := Load(t.Context(), "rootwatch.yaml", exampleEnv("", ""), nil)
	if err != nil {
		t.Fatal(err)
	}
	// What the example sets for the sake of showing it.
	o := &full.Organizations[0]
	o.ExternalID, o.Accounts, o.Channels = least.Organizations[0].ExternalID, nil, Channels{}
	full.Policy.CompanyDomains, full.Policy.PersonalAddresses, full.Weekend.Holidays = nil, nil, nil
	full.Slack, least.Slack = SlackOptions{APIURL: full.Slack.APIURL}, SlackOptions{APIURL: least.Slack.APIURL}
	if !equal(full, least) {
		t.Errorf("the example's values are not the defaults:\n%+v\n%+v", full, least)
	}
}

var index = regexp.MustCompile(`\[\d+\]`)

func TestEveryKeyIsNamedWell(t *testing.T) {
	word := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	for _, path := range leaves(reflect.TypeFor[document](), "") {
		for _, key := range strings.Split(index.ReplaceAllString(path, ""), ".") {
			if !word.MatchString(key) {
				t.Errorf("%s: %q is no word", path, key)
			}
		}
	}
}
