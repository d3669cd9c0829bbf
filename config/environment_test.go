package config_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rootwatch/config"
)

func TestEnvironmentFaults(t *testing.T) {
	tests := []struct {
		name string
		file string
		vars []string
		want string // the whole error
	}{
		{name: "a bad value names the variable", vars: []string{"ROOTWATCH_TIME_ZONE", "Mars/Phobos"},
			want: `environment: ROOTWATCH_TIME_ZONE: "Mars/Phobos" is not in the IANA time zone database; write a name such as Europe/Berlin`},
		{name: "a wrong type names the variable", vars: []string{"ROOTWATCH_ORGANIZATIONS_0_CONCURRENCY", "many"},
			want: `environment: ROOTWATCH_ORGANIZATIONS_0_CONCURRENCY: must be a whole number such as 64, in plain digits`},
		{name: "an unknown key of a section", vars: []string{"ROOTWATCH_ORGANIZATIONS_3_ROL_NAME", "x"},
			want: `environment: ROOTWATCH_ORGANIZATIONS_3_ROL_NAME: is no key of the configuration; did you mean ROOTWATCH_ORGANIZATIONS_3_ROLE_NAME?`},
		{name: "both indices come back", vars: []string{"ROOTWATCH_ORGANIZATIONS_1_ACCOUNTS_22_ALIAS_7", "x"},
			want: `environment: ROOTWATCH_ORGANIZATIONS_1_ACCOUNTS_22_ALIAS_7: is no key of the configuration; did you mean ROOTWATCH_ORGANIZATIONS_1_ACCOUNTS_22_ALIASES_7?`},
		{name: "a section is no scalar", vars: []string{"ROOTWATCH_LOG", "debug"},
			want: `environment: ROOTWATCH_LOG: is no key of the configuration`},
		{name: "a list is no scalar", vars: []string{"ROOTWATCH_ORGANIZATIONS", "main"},
			want: `environment: ROOTWATCH_ORGANIZATIONS: is no key of the configuration`},
		{name: "an index is plain", vars: []string{"ROOTWATCH_ORGANIZATIONS_00_NAME", "main"},
			want: `environment: ROOTWATCH_ORGANIZATIONS_00_NAME: is no key of the configuration; did you mean ROOTWATCH_ORGANIZATIONS_00_NAME?`},
		{name: "nearly a key of the top", vars: []string{"ROOTWATCH_TIMEZONE", "UTC"},
			want: `environment: ROOTWATCH_TIMEZONE: is no key of the configuration; did you mean ROOTWATCH_TIME_ZONE?`},
		{name: "a list has no holes", vars: []string{"ROOTWATCH_ORGANIZATIONS_2_NAME", "third"},
			want: `environment: ROOTWATCH_ORGANIZATIONS_2_NAME: skips an index: the list has 1, so the next is 1`},
		{name: "an element from the environment alone", vars: []string{"ROOTWATCH_ORGANIZATIONS_1_REGION", "us-east-1"},
			want: `environment: ROOTWATCH_ORGANIZATIONS_1_NAME: is missing`},
		{name: "a section of another shape in the file", file: minimal + "log: debug\n", vars: []string{"ROOTWATCH_LOG_LEVEL", "debug"},
			want: `rootwatch.yaml:4: log: must be a section with keys, and is text`},
		{name: "the file first, then the environment", file: minimal + "listen: here\n", vars: []string{"ROOTWATCH_LOG_LEVEL", "loud", "ROOTWATCH_LOG_FORMAT", "xml"},
			want: "rootwatch.yaml:4: listen: \"here\" is not host:port, such as 127.0.0.1:8080\n" +
				"environment: ROOTWATCH_LOG_FORMAT: must be one of text, json, and is \"xml\"\n" +
				"environment: ROOTWATCH_LOG_LEVEL: must be one of debug, info, warn, error, and is \"loud\""},
		{name: "control characters", vars: []string{"ROOTWATCH_ORGANIZATIONS_0_PROFILE", "a\nb"},
			want: `environment: ROOTWATCH_ORGANIZATIONS_0_PROFILE: must be one line of at most 1024 bytes, without control characters`},
		{name: "a secret in the wrong variable", vars: []string{"ROOTWATCH_LISTEN", botToken},
			want: `environment: ROOTWATCH_LISTEN: looks like it holds a secret, which belongs under another key, as a reference; replace that secret, for others may have read it`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := tt.file
			if file == "" {
				file = minimal
			}
			_, err := loadText(t, file, tt.vars...)
			var faults config.Faults
			if !errors.As(err, &faults) {
				t.Fatalf("%v is not Faults", err)
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestVariablesThatAreNoKeys(t *testing.T) {
	c, err := loadText(t, minimal+"    external_id: env:ROOTWATCH_SLACK_OF_ANOTHER\n",
		"ROOTWATCH_CONFIG", "/etc/rootwatch.yaml", "ROOTWATCH_OFFSET", "24h", "ROOTWATCH_TEST_ANYTHING", "1",
		"ROOTWATCH_EXTERNAL_ID", "elsewhere", "ROOTWATCH_PORT_8080_TCP_ADDR", "10.0.0.1", "ROOTWATCH_SERVICE_HOST", "10.0.0.1",
		"ROOTWATCH_SLACK_OF_ANOTHER", "external-id", "ROOTWATCH_LOG_LEVEL", "", "PATH", "/bin")
	if err != nil {
		t.Fatal(err)
	}
	if c.Organizations[0].ExternalID.Reveal() != "external-id" || c.Log.Level != "info" {
		t.Errorf("external id %q, level %q", c.Organizations[0].ExternalID.Reveal(), c.Log.Level)
	}
}

func TestEnvironmentBuildsWhatTheFileLacks(t *testing.T) {
	vars := []string{
		"ROOTWATCH_VERSION", "1",
		"ROOTWATCH_ORGANIZATIONS_0_NAME", "main",
		"ROOTWATCH_ORGANIZATIONS_0_COST_ENABLED", "false",
		"ROOTWATCH_SLACK_BOT_TOKEN", botToken, // the secret itself: it is in no file
		"ROOTWATCH_SLACK_SIGNING_SECRET", "env:ELSEWHERE", "ELSEWHERE", signing,
	}
	for i := range 12 { // more than nine, so that indices are counted as numbers
		vars = append(vars, "ROOTWATCH_ORGANIZATIONS_0_ACCOUNTS_0_ALIASES_"+strconv.Itoa(i), "alias"+strconv.Itoa(i))
	}
	vars = append(vars, "ROOTWATCH_ORGANIZATIONS_0_ACCOUNTS_0_ID", "111122223333", "ROOTWATCH_ORGANIZATIONS_1_NAME", "second")
	c, err := loadText(t, "# only comments\norganizations:\n", vars...)
	if err != nil {
		t.Fatal(err)
	}
	first := c.Organizations[0]
	if len(c.Organizations) != 2 || first.Cost.Enabled || first.Cost.MaxRequestsPerDay != 2000 || c.Organizations[1].RoleName != "RootwatchAudit" {
		t.Errorf("%+v", c.Organizations)
	}
	if got := strings.Join(first.Accounts[0].Aliases, " "); !strings.HasSuffix(got, "alias9 alias10 alias11") {
		t.Errorf("aliases %s", got)
	}
	if c.Slack.BotToken.Reveal() != botToken || c.Slack.SigningSecret.Reveal() != signing {
		t.Error("secrets are not the environment's")
	}
}

// A file that names its own override takes the secret from there.
func TestReferenceToItsOwnOverride(t *testing.T) {
	c, err := loadText(t, minimal+"slack: {bot_token: env:ROOTWATCH_SLACK_BOT_TOKEN}\n", "ROOTWATCH_SLACK_BOT_TOKEN", botToken)
	if err != nil || c.Slack.BotToken.Reveal() != botToken {
		t.Errorf("%q, %v", c.Slack.BotToken.Reveal(), err)
	}
}
