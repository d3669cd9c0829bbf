package config

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	money "github.com/shopspring/decimal"

	"rootwatch/checks"
	"rootwatch/checks/spend"
	"rootwatch/config/secret"
)

// composer turns a document into the settings of its owners, and judges every value.
type composer struct {
	*reading
	env       Env
	checkSpec func(string) error
	kept      kept // what was read from AWS
}

func (c *composer) compose(d document) *Config {
	config := &Config{
		Zone: c.zone(d.TimeZone), StorePath: d.Store.Path, Listen: c.listen(d.Listen),
		Log: LogOptions{
			Level:  c.oneOf("log.level", d.Log.Level),
			Format: c.oneOf("log.format", d.Log.Format),
		},
		Schedules: Schedules{
			Sweep:  c.spec("schedules.sweep", d.Schedules.Sweep),
			Spend:  c.spec("schedules.spend", d.Schedules.Spend),
			Digest: c.spec("schedules.digest", d.Schedules.Digest),
		},
		Policy: c.policy(d.Checks), Spend: c.spend(d.Spend), Resolver: c.resolver(d.DNS.Resolver),
	}
	config.Weekend = c.weekend(d.Weekend)
	c.company(d.Company, &config.Policy)
	if c.given("version") && d.Version != 1 {
		c.fault("version", "must be 1, the only version of this file there is")
	}
	c.storePath(d.Store)
	config.StoreURL = c.storeURL(d.Store.URL)
	if d.Store.URL != "" {
		config.StorePath = ""
	}
	if c.given("organizations") && len(d.Organizations) == 0 {
		c.fault("organizations", "must hold at least one organization")
	}
	config.Organizations = c.organizations(d.Organizations)
	config.Slack, config.slack = c.slack(d.Slack)
	config.slack = append(config.slack, c.missingChannels(d.Organizations)...)
	return config
}

func (c *composer) zone(name string) *time.Location {
	if name == "" || strings.EqualFold(name, "local") {
		c.fault("time_zone", "must be an IANA name such as Europe/Berlin or UTC, so that it means the same on every machine")
		return time.UTC
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		c.fault("time_zone", "%s is not in the IANA time zone database; write a name such as Europe/Berlin", quote(name))
		return time.UTC
	}
	return zone
}

func (c *composer) listen(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		c.fault("listen", "%s is not host:port, such as 127.0.0.1:8080", quote(address))
		return address
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		c.fault("listen", "must end in a port from 0 to 65535")
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && host != "localhost" {
		c.fault("listen", "must begin with an IP address of this machine, or localhost")
	}
	return address
}

func (c *composer) spec(path, spec string) string {
	if err := c.checkSpec(spec); err != nil {
		c.fault(path, "%s", mask(err.Error()))
	}
	return spec
}

// minUsageWindow is a day, because the credential report that tells of root's
// last use may be four hours old and is read once a day.
const minUsageWindow, maxUsageWindow = 24 * time.Hour, 365 * 24 * time.Hour

func (c *composer) policy(k checksSection) checks.Policy {
	policy := checks.DefaultPolicy()
	if where := "checks.root_hardware_mfa"; c.given(where) && !c.broken[where] {
		policy.RootHardwareMFA = checks.HardwareMFA(c.oneOf(where, k.RootHardwareMFA))
	}
	c.adminUsers(k, &policy)
	policy.RecoveryQuestions = k.RecoveryQuestions
	const path = "checks.root_usage_window"
	if !c.given(path) || c.broken[path] {
		return policy
	}
	window, err := time.ParseDuration(k.RootUsageWindow)
	switch {
	case err != nil:
		c.fault(path, "%s is not a duration; write hours, such as 168h for a week", quote(k.RootUsageWindow))
	case window < minUsageWindow || window > maxUsageWindow:
		c.fault(path, "must be from %.0fh to %.0fh, and is %s", minUsageWindow.Hours(), maxUsageWindow.Hours(), window)
	default:
		policy.RootUsageWindow = window
	}
	return policy
}

// adminUsers takes either end by itself; the other keeps its default.
func (c *composer) adminUsers(k checksSection, policy *checks.Policy) {
	const least, most = "checks.admin_users_min", "checks.admin_users_max"
	if c.given(least) && !c.broken[least] {
		policy.AdminUsersMin = c.within(least, k.AdminUsersMin)
	}
	if c.given(most) && !c.broken[most] {
		policy.AdminUsersMax = c.within(most, k.AdminUsersMax)
	}
	if policy.AdminUsersMin > policy.AdminUsersMax && (c.given(least) || c.given(most)) {
		where := most
		if !c.given(most) {
			where = least
		}
		c.fault(where, "leaves no number: at least %d admin users (admin_users_min) and at most %d (admin_users_max)", policy.AdminUsersMin, policy.AdminUsersMax)
	}
}

func (c *composer) spend(k spendSection) spend.Settings {
	settings := spend.DefaultSettings()
	c.amount("spend.min_excess", k.MinExcess, &settings.MinExcess)
	c.amount("spend.min_first_spend", k.MinFirstSpend, &settings.MinFirstSpend)
	c.amount("spend.min_lasting", k.MinLasting, &settings.MinLasting)
	if c.given("spend.quiet_days") {
		settings.QuietDays = c.within("spend.quiet_days", k.QuietDays)
	}
	if c.given("spend.history_days") {
		settings.HistoryDays = c.within("spend.history_days", k.HistoryDays)
	}
	return settings
}

// amount takes what was written at path, and leaves the owner's default where nothing was.
func (c *composer) amount(path string, written number, into *money.Decimal) {
	if !c.given(path) || c.broken[path] {
		return
	}
	value, err := money.NewFromString(string(written))
	if err != nil || value.IsNegative() {
		c.fault(path, "must be 0 or more, and is %s", quote(string(written)))
		return
	}
	*into = value
}

// apiURL is where Slack's Web API is called with the bot token, so plain HTTP
// is for emulators on this machine alone.
func (c *composer) apiURL(text string) string {
	const path = "slack.api_url"
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		c.fault(path, "must be a URL such as https://slack.com/api/, without user, query or fragment")
		return text
	}
	if address, err := netip.ParseAddr(u.Hostname()); u.Scheme == "http" && u.Hostname() != "localhost" && (err != nil || !address.IsLoopback()) {
		c.fault(path, "must begin with https://: the bot token travels with every call (http:// is for an emulator on 127.0.0.1)")
	}
	return strings.TrimSuffix(text, "/") + "/"
}

// mask keeps another package's sentence from repeating a secret.
func mask(sentence string) string {
	if secret.LooksLike(sentence) {
		return "is not a cron expression"
	}
	return sentence
}
