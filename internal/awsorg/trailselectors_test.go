package awsorg_test

import (
	"maps"
	"strings"
	"testing"

	"rootwatch/checks/account"
)

// selecting is a trail with selectors of its own, changed.
func selecting(c *cloud, more object) {
	trail := sampleTrail()
	trail["HasCustomEventSelectors"] = true
	maps.Copy(trail, more)
	c.on("cloudtrail:DescribeTrails", fixed(200, quoted(object{"trailList": []any{trail}})))
}

func TestWhatATrailSelects(t *testing.T) {
	const (
		yes, no, unsure = account.Yes, account.No, account.AnswerUnknown
		data            = `"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]`
	)
	classic := func(selectors ...string) string { return `{"EventSelectors":[` + strings.Join(selectors, ",") + `]}` }
	field := func(name, operator, value string) string {
		return `{"Field":"` + name + `","` + operator + `":["` + strings.ReplaceAll(value, ",", `","`) + `"]}`
	}
	advanced := func(fields ...string) string {
		return `{"AdvancedEventSelectors":[{"FieldSelectors":[` + strings.Join(append(fields, field("eventCategory", "Equals", "Management")), ",") + `]}]}`
	}
	for name, tt := range map[string]struct {
		body                string
		management, signIns account.Answer
		leftOut             string
	}{
		"data events beside":           {classic(`{"ReadWriteType":"All","IncludeManagementEvents":true,` + data + `}`), yes, yes, ""},
		"what is absent is the whole":  {classic(`{}`), yes, yes, ""},
		"data events alone":            {classic(`{"ReadWriteType":"All","IncludeManagementEvents":false,` + data + `}`), no, no, "management events"},
		"writes":                       {classic(`{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true}`), no, yes, "reads"},
		"reads":                        {classic(`{"ReadWriteType":"ReadOnly","IncludeManagementEvents":true}`), no, no, "writes"},
		"reads, and writes by another": {classic(`{"ReadWriteType":"ReadOnly"}`, `{"ReadWriteType":"WriteOnly"}`), yes, yes, ""},
		"a word that AWS adds later":   {classic(`{"ReadWriteType":"Some"}`), unsure, unsure, ""},
		"without KMS":                  {classic(`{"ExcludeManagementEventSources":["kms.amazonaws.com","rdsdata.amazonaws.com"]}`), yes, yes, ""},

		"advanced, all":                 {advanced(), yes, yes, ""},
		"advanced, data alone":          {`{"AdvancedEventSelectors":[{"FieldSelectors":[` + field("eventCategory", "Equals", "Data") + `,` + field("resources.type", "Equals", "AWS::S3::Object") + `]}]}`, no, no, "management events"},
		"advanced, no category":         {`{"AdvancedEventSelectors":[{"FieldSelectors":[` + field("readOnly", "Equals", "false") + `]}]}`, no, no, "management events"},
		"advanced, writes":              {advanced(field("readOnly", "Equals", "false")), no, yes, "reads"},
		"advanced, reads":               {advanced(field("readOnly", "Equals", "true")), no, no, "writes"},
		"advanced, both by name":        {advanced(field("readOnly", "Equals", "true,false")), yes, yes, ""},
		"advanced, not reads":           {advanced(field("readOnly", "NotEquals", "true")), unsure, unsure, ""},
		"advanced, without KMS":         {advanced(field("eventSource", "NotEquals", "kms.amazonaws.com,rdsdata.amazonaws.com")), yes, yes, ""},
		"advanced, without IAM":         {advanced(field("eventSource", "NotEquals", "iam.amazonaws.com")), unsure, yes, ""},
		"advanced, without sign-ins":    {advanced(field("eventSource", "NotEquals", "signin.amazonaws.com")), unsure, no, ""},
		"advanced, one source":          {advanced(field("eventSource", "Equals", "s3.amazonaws.com")), no, no, "management events"},
		"advanced, sign-ins alone":      {advanced(field("eventSource", "Equals", "signin.amazonaws.com")), no, yes, "management events"},
		"advanced, names that begin so": {advanced(field("eventName", "StartsWith", "Delete")), no, no, "management events"},
		"advanced, without lists":       {advanced(field("eventName", "NotStartsWith", "List")), unsure, yes, ""},
		"advanced, without a role":      {advanced(field("userIdentity.arn", "NotStartsWith", "arn:aws:sts::444455556666:assumed-role/scanner")), unsure, yes, ""},
		"advanced, nobody but root":     {advanced(field("userIdentity.arn", "NotStartsWith", "arn:aws:sts::444455556666:assumed-role/,arn:aws:iam::444455556666:user/")), unsure, yes, ""},
		"advanced, without root":        {advanced(field("userIdentity.arn", "NotEndsWith", ":root")), no, no, "management events"},
		"advanced, root alone":          {advanced(field("userIdentity.arn", "EndsWith", ":root")), no, yes, "management events"},
		"advanced, without services'":   {advanced(field("eventType", "NotEquals", "AwsServiceEvent")), yes, yes, ""},
		"advanced, the console alone":   {advanced(field("sessionCredentialFromConsole", "Equals", "true")), no, unsure, ""},
		"advanced, a new field":         {advanced(field("weather", "NotEquals", "rain")), unsure, unsure, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t, payer)
			selecting(c, nil)
			c.on("cloudtrail:GetEventSelectors", fixed(200, tt.body))
			trail := known(t, open(t, options()).Facts(t.Context(), memberAccount(t)).Trails)[0]
			if trail.Management != tt.management || trail.SignIns != tt.signIns || trail.LeftOut != tt.leftOut || trail.Logging != yes {
				t.Errorf("%+v", trail)
			}
			if open := tt.management == unsure || tt.signIns == unsure; (trail.EventGap != nil) != open || open && trail.EventGap.Cause != account.Undecodable {
				t.Errorf("gap %+v", trail.EventGap)
			}
		})
	}
}

// A trail of the organization is asked about once, with our own credentials
// where they are of its account; any other in the account that is read.
func TestWhoIsAskedWhatATrailSelects(t *testing.T) {
	const whole = `{"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true}]}`
	read := func(t *testing.T, own string, more object, answer func(call) reply) (*cloud, []account.Trail) {
		c := newCloud(t, own)
		t.Setenv("AWS_REGION", "eu-west-1")
		selecting(c, more)
		c.on("cloudtrail:GetEventSelectors", answer)
		org := open(t, options())
		var trails []account.Trail
		for _, of := range []string{payer, member, other} {
			trails = append(trails, known(t, org.Facts(t.Context(), account.Account{ID: id(t, of), Role: account.Member, State: account.Active}).Trails)...)
		}
		return c, trails
	}
	t.Run("its own account is ours", func(t *testing.T) {
		c, trails := read(t, payer, object{"HomeRegion": "eu-central-1"}, fixed(200, whole))
		made := c.made("cloudtrail:GetEventSelectors")
		if len(made) != 1 || made[0].account != payer || made[0].region != "eu-central-1" || made[0].text("TrailName") != sampleTrail()["TrailARN"] {
			t.Errorf("%+v", made)
		}
		for _, trail := range trails {
			if trail.Management != account.Yes || trail.SignIns != account.Yes {
				t.Errorf("%+v", trail)
			}
		}
	})
	t.Run("its own account is not ours", func(t *testing.T) {
		c, _ := read(t, member, nil, fixed(200, whole))
		asked := map[string]int{}
		for _, in := range c.made("cloudtrail:GetEventSelectors") {
			asked[in.account]++
		}
		if len(asked) != 3 || asked[payer] != 1 || asked[member] != 1 || asked[other] != 1 {
			t.Errorf("%v", asked)
		}
	})
	t.Run("its account is the management role's", func(t *testing.T) {
		c := newCloud(t, member)
		selecting(c, nil)
		c.on("cloudtrail:GetEventSelectors", func(in call) reply {
			if in.account != payer {
				return reply{400, jsonError("CloudTrailARNInvalidException", "an organization trail of a different account")}
			}
			return reply{body: whole}
		})
		o := options()
		o.ManagementRoleARN = "arn:aws:iam::" + payer + ":role/RootwatchAudit"
		org := open(t, o)
		for _, of := range []string{payer, member, other} {
			trails := known(t, org.Facts(t.Context(), account.Account{ID: id(t, of), Role: account.Member, State: account.Active}).Trails)
			if trails[0].Management != account.Yes {
				t.Errorf("%s: %+v", of, trails[0])
			}
		}
		if n := len(c.made("cloudtrail:GetEventSelectors")); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
	t.Run("nobody says whether it has any", func(t *testing.T) {
		c, trails := read(t, payer, object{"HasCustomEventSelectors": nil}, fixed(200, whole))
		if len(c.made("cloudtrail:GetEventSelectors")) != 1 || trails[2].Management != account.Yes {
			t.Errorf("%+v", trails)
		}
	})
	t.Run("a refusal is for all", func(t *testing.T) {
		c, trails := read(t, payer, nil, fixed(400, jsonError("AccessDeniedException", "no")))
		for _, trail := range trails {
			if trail.Management != account.AnswerUnknown || trail.EventGap == nil || trail.EventGap.Cause != account.Denied || trail.EventGap.Call != "cloudtrail:GetEventSelectors" || trail.Logging != account.Yes {
				t.Errorf("%+v", trail)
			}
		}
		if n := len(c.made("cloudtrail:GetEventSelectors")); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
	t.Run("an answer without selectors", func(t *testing.T) {
		_, trails := read(t, payer, nil, fixed(200, `{}`))
		if trails[1].Management != account.AnswerUnknown || trails[1].EventGap.Cause != account.Undecodable {
			t.Errorf("%+v", trails[1])
		}
	})
}
