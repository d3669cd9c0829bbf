package demo

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rootwatch/internal/demo/cloud"
)

// yaml is a configuration as anyone would write it, with the emulators in it.
func (st *Stage) yaml(listen, slackURL string) string {
	return fmt.Sprintf(`version: 1
time_zone: UTC
listen: %s
store: { path: %q }
organizations:
  - name: %s
    role_name: %s
    external_id: env:ROOTWATCH_DEMO_EXTERNAL_ID
    concurrency: 16
    cost: { enabled: true, history_days: 120 }
    channels: { digest: %s, alerts: %s }
    accounts:
%scompany: { domains: [%s], personal_addresses: [%s] }
dns: { resolver: %q }
schedules: { sweep: "0 6 * * *", spend: "0 7 * * *", digest: "0 9 * * *" }
slack:
  bot_token: env:ROOTWATCH_DEMO_BOT_TOKEN
  signing_secret: env:ROOTWATCH_DEMO_SIGNING_SECRET
  api_url: %s/api/
`, listen, st.Database(), organization, st.org.RoleName, DigestChannel, AlertChannel, aliasLines(), cloud.DemoCompanyDomain, cloud.DemoPersonalAddress, st.DNS.Addr(), slackURL)
}

// BotURL is where the bot listens, Config its configuration file, Program what runs.
func (st *Stage) BotURL() string  { return st.botURL }
func (st *Stage) Config() string  { return st.config }
func (st *Stage) Program() string { return st.o.Binary }

// Environment is ours without anything that could reach a real account.
func (st *Stage) Environment() []string {
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "AWS_") && !strings.HasPrefix(entry, "ROOTWATCH_") && !strings.HasPrefix(entry, "SLACK_") {
			env = append(env, entry)
		}
	}
	none := filepath.Join(st.dir, "none")
	return append(env,
		"AWS_ENDPOINT_URL="+st.awsURL, "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ACCESS_KEY_ID="+accessKey, "AWS_SECRET_ACCESS_KEY=emulated",
		"AWS_CONFIG_FILE="+none, "AWS_SHARED_CREDENTIALS_FILE="+none,
		"ROOTWATCH_DEMO_EXTERNAL_ID="+st.org.ExternalID, "ROOTWATCH_DEMO_BOT_TOKEN="+botToken, "ROOTWATCH_DEMO_SIGNING_SECRET="+signingSecret,
	)
}

// Database is the path of the bot's store.
func (st *Stage) Database() string { return filepath.Join(st.dir, "rootwatch.db") }

// Log is what the bot wrote so far, over all its lives.
func (st *Stage) Log() string {
	text, err := os.ReadFile(st.logPath())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (st *Stage) logPath() string { return filepath.Join(st.dir, "rootwatch.log") }
