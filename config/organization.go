package config

import (
	"errors"
	"fmt"
	"net/mail"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"rootwatch/checks/account"
	"rootwatch/config/secret"
)

var (
	organizationName = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)
	regionName       = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)
	// IAM: 64 characters, 512 of path before them.
	roleName = regexp.MustCompile(`^([\w+=,.@-]{1,128}/){0,4}[\w+=,.@-]{1,64}$`)
	roleARN  = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::[0-9]{12}:role/(.+)$`)
	// STS: what AssumeRole takes as ExternalId.
	externalID = regexp.MustCompile(`^[\w+=,.@:/-]{2,}$`)
	channelID  = regexp.MustCompile(`^[CGD][A-Z0-9]{6,}$`)
	aliasName  = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._-]{0,62}$`)
	onlyDigits = regexp.MustCompile(`^[0-9 -]+$`)
)

const maxExternalID = 1224 // STS's limit

// homeRegion is where each partition's global services answer.
var homeRegion = map[string]string{"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}

func (c *composer) organizations(all []organizationKeys) []Organization {
	var organizations []Organization
	first := map[string]int{}
	for i, k := range all {
		path := fmt.Sprintf("organizations[%d]", i)
		o := c.organization(path, k)
		name := k.Name
		at, twice := first[name]
		switch {
		case !c.given(path + ".name"): // said already
		case !organizationName.MatchString(name):
			c.fault(path+".name", "%s must be 1 to 40 of a-z, 0-9 and -", quote(name))
		case twice:
			c.fault(path+".name", "%s is the name of organizations[%d] already", quote(name), at)
		default:
			first[name] = i
		}
		organizations = append(organizations, o)
	}
	return organizations
}

func (c *composer) organization(path string, k organizationKeys) Organization {
	o := Organization{
		Scope:   account.Scope{Partition: k.Partition, Organization: k.Name},
		Profile: k.Profile, Region: c.region(path, k), RoleName: k.RoleName, ExternalID: c.externalID(path+".external_id", k.ExternalID),
		ManagementRoleARN: k.ManagementRoleARN, RootAudit: k.RootAudit,
		Concurrency: c.within(path+".concurrency", k.Concurrency),
		Accounts:    c.accounts(path+".accounts", k.Accounts),
		Cost:        c.cost(path+".cost", k.Cost),
		Channels:    Channels{Digest: c.channel(path+".channels.digest", k.Channels.Digest), Alerts: c.channel(path+".channels.alerts", k.Channels.Alerts), Weekend: c.channel(path+".channels.weekend", k.Channels.Weekend)},
	}
	c.oneOf(path+".partition", k.Partition)
	if !roleName.MatchString(k.RoleName) {
		c.fault(path+".role_name", "%s is not the name of an IAM role (the name alone, not its ARN)", quote(k.RoleName))
	}
	if arn := k.ManagementRoleARN; arn != "" {
		parts := roleARN.FindStringSubmatch(arn)
		switch {
		case parts == nil || !roleName.MatchString(parts[2]):
			c.fault(path+".management_role_arn", "%s is not the ARN of an IAM role, such as arn:aws:iam::111122223333:role/RootwatchManagement", quote(arn))
		case parts[1] != k.Partition:
			c.fault(path+".management_role_arn", "is of the partition %s, and the organization is of %s", quote(parts[1]), quote(k.Partition))
		}
	}
	return o
}

func (c *composer) region(path string, k organizationKeys) string {
	if !c.given(path+".region") || c.broken[path+".region"] {
		return homeRegion[k.Partition]
	}
	home := homeRegion[k.Partition]
	prefix := map[string]string{"aws-us-gov": "us-gov-", "aws-cn": "cn-"}
	belongs := func(partition string) bool { return strings.HasPrefix(k.Region, prefix[partition]) }
	switch {
	case !regionName.MatchString(k.Region):
		c.fault(path+".region", "%s is not an AWS region, such as us-east-1", quote(k.Region))
	case home == "": // the partition is at fault
	case k.Partition == "aws" && (belongs("aws-us-gov") || belongs("aws-cn")), k.Partition != "aws" && !belongs(k.Partition):
		c.fault(path+".region", "%s is not in the partition %s; its home region is %s", quote(k.Region), k.Partition, home)
	}
	return k.Region
}

func (c *composer) externalID(path string, ref reference) secret.Value {
	if ref == "" {
		return secret.Value{}
	}
	value, err := c.secret(path, ref)
	switch {
	case errors.Is(err, errNotRead):
	case err != nil:
		c.fault(path, "%v", err)
	case !value.Empty() && (!externalID.MatchString(value.Reveal()) || len(value.Reveal()) > maxExternalID):
		c.fault(path, "what it names is no external id: AWS takes 2 to 1224 letters, digits and _+=,.@:/-")
	}
	return value
}

func (c *composer) cost(path string, k costSection) CostOptions {
	o := CostOptions{
		Enabled:             k.Enabled,
		MaxRequestsPerDay:   c.within(path+".max_requests_per_day", k.MaxRequestsPerDay),
		MaxRequestsPerMonth: c.within(path+".max_requests_per_month", k.MaxRequestsPerMonth),
		HistoryDays:         c.within(path+".history_days", k.HistoryDays),
	}
	if o.MaxRequestsPerMonth > 0 && o.MaxRequestsPerMonth < o.MaxRequestsPerDay {
		c.fault(path+".max_requests_per_month", "is %d, less than the %d of one day (max_requests_per_day)", o.MaxRequestsPerMonth, o.MaxRequestsPerDay)
	}
	return o
}

func (c *composer) channel(path, id string) string {
	if c.given(path) && !channelID.MatchString(id) {
		c.fault(path, "%s is not a Slack channel id such as C0123ABCD; it stands at the end of the channel's About page", quote(id))
	}
	return id
}

// missingChannels is what serve misses of every organization.
func (c *composer) missingChannels(all []organizationKeys) Faults {
	var missing Faults
	shown := exampleChannels()
	for i, k := range all {
		for key, id := range map[string]string{"digest": k.Channels.Digest, "alerts": k.Channels.Alerts} {
			path := fmt.Sprintf("organizations[%d].channels.%s", i, key)
			switch {
			case id == "":
				missing = append(missing, c.at(path, "is missing: serve needs the id of the Slack channel to speak in"))
			case slices.Contains(shown, id):
				missing = append(missing, c.at(path, "is still the example's: write the id of your own channel; it stands at the end of the channel's About page"))
			}
		}
	}
	return missing
}

// exampleChannels are the ids that the example shows.
func exampleChannels() []string {
	shown := newDocument()
	newReading("example.yaml").read(wholeExample(), reflect.ValueOf(&shown).Elem(), "")
	var ids []string
	for _, o := range shown.Organizations {
		ids = append(ids, o.Channels.Digest, o.Channels.Alerts)
	}
	return ids
}

func (c *composer) accounts(path string, all []accountKeys) []AccountOverride {
	var overrides []AccountOverride
	ids, aliases := map[account.ID]string{}, map[string]string{}
	for i, k := range all {
		here := fmt.Sprintf("%s[%d]", path, i)
		id, err := account.ParseID(k.ID)
		switch first, twice := ids[id]; {
		case !c.given(here + ".id"): // said already
		case err != nil:
			c.fault(here+".id", "%s is not an AWS account id: twelve digits, in quotes", quote(k.ID))
		case twice:
			c.fault(here+".id", "%s is the account of %s already", id, first)
		default:
			ids[id] = here
		}
		if address, err := mail.ParseAddress(k.Email); k.Email != "" && (err != nil || address.Address != k.Email) {
			c.fault(here+".email", "%s is not an e-mail address", quote(k.Email))
		}
		for j, alias := range k.Aliases {
			c.alias(fmt.Sprintf("%s.aliases[%d]", here, j), alias, aliases)
		}
		overrides = append(overrides, AccountOverride{ID: id, Name: k.Name, Email: k.Email, Aliases: slices.Clone(k.Aliases)})
	}
	return overrides
}

// alias must be one word that nobody could mean otherwise.
func (c *composer) alias(path, alias string, taken map[string]string) {
	folded := strings.ToLower(alias)
	switch first, twice := taken[folded]; {
	case !aliasName.MatchString(alias):
		c.fault(path, "%s must be one word of letters, digits, dots, dashes and underscores", quote(alias))
	case onlyDigits.MatchString(alias) || folded == "all" || folded == "help":
		c.fault(path, "%s would be read as an account id or a command", quote(alias))
	case twice:
		c.fault(path, "%s is %s already", quote(alias), first)
	default:
		taken[folded] = path
	}
}
