package awsorg_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
	"rootwatch/internal/awsorg"
)

// sessionReply is what AssumeRoot answers: credentials of the member.
func sessionReply(in call) reply {
	return reply{body: result("AssumeRoot", `<Credentials><AccessKeyId>ASIA`+in.form.Get("TargetPrincipal")+`</AccessKeyId><SecretAccessKey>fake</SecretAccessKey>`+
		`<SessionToken>fake</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`)}
}

// withRoot lets the cloud answer a root session: a telephone, a security key
// and a token, one active key and one that is not, no certificate, no password.
func withRoot(c *cloud) {
	c.answer["sts:AssumeRoot"] = sessionReply
	c.answer["iam:GetUser"] = func(in call) reply {
		return reply{body: result("GetUser", "<User><UserId>"+in.account+"</UserId><Arn>arn:aws:iam::"+in.account+":root</Arn></User>")}
	}
	c.answer["iam:ListMFADevices"] = func(in call) reply {
		return reply{body: result("ListMFADevices", "<MFADevices><member><SerialNumber>arn:aws:iam::"+in.account+":mfa/phone</SerialNumber></member>"+
			"<member><SerialNumber>arn:aws:iam::"+in.account+":u2f/root/safe-ABC</SerialNumber></member><member><SerialNumber>GAHT12345678</SerialNumber></member></MFADevices><IsTruncated>false</IsTruncated>")}
	}
	c.answer["iam:ListAccessKeys"] = fixed(200, result("ListAccessKeys", "<AccessKeyMetadata><member><AccessKeyId>AKIA1</AccessKeyId><Status>Active</Status></member>"+
		"<member><AccessKeyId>AKIA2</AccessKeyId><Status>Inactive</Status></member></AccessKeyMetadata><IsTruncated>false</IsTruncated>"))
	c.answer["iam:ListSigningCertificates"] = fixed(200, result("ListSigningCertificates", "<Certificates/><IsTruncated>false</IsTruncated>"))
	c.answer["iam:GetLoginProfile"] = fixed(404, queryError("NoSuchEntity", "Login Profile for User null cannot be found."))
}

func audited() awsorg.Options {
	o := options()
	o.RootAudit = true
	return o
}

func TestRootAudit(t *testing.T) {
	c := newCloud(t, payer)
	withRoot(c)
	org := open(t, audited())
	f := org.Facts(t.Context(), memberAccount(t))
	got, _ := f.RootAudit.Get()
	want := &account.RootAudit{
		Password: account.No, AccessKeys: 2, ActiveKeys: 1, AssumedRootARN: "arn:aws:iam::" + member + ":root",
		MFADevices: []account.RootDevice{
			{SerialNumber: "arn:aws:iam::" + member + ":mfa/phone", Kind: account.DeviceVirtual},
			{SerialNumber: "arn:aws:iam::" + member + ":u2f/root/safe-ABC", Kind: account.DeviceFIDO},
			{SerialNumber: "GAHT12345678", Kind: account.DeviceTOTP},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff, f.RootAudit.Gap())
	}
	asked := c.made("sts:AssumeRoot")[0]
	if asked.account != payer || asked.region != "us-east-1" || asked.form.Get("TargetPrincipal") != member || asked.form.Get("DurationSeconds") != "900" ||
		asked.form.Get("TaskPolicyArn.arn") != "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials" {
		t.Errorf("asked as %s in %s: %v", asked.account, asked.region, asked.form)
	}
	for _, action := range []string{"iam:GetUser", "iam:ListMFADevices", "iam:ListAccessKeys", "iam:ListSigningCertificates", "iam:GetLoginProfile"} {
		for _, in := range c.made(action) {
			if in.account != member || in.form.Has("UserName") {
				t.Errorf("%s was asked as %s of %q", action, in.account, in.form.Get("UserName"))
			}
		}
	}
	org.Facts(t.Context(), memberAccount(t))
	if n := len(c.made("sts:AssumeRoot")); n != 1 {
		t.Errorf("%d sessions were opened within one's life", n)
	}
}

// A root user with a password, where AWS leaves its name out.
func TestRootAuditOfAPassword(t *testing.T) {
	c := newCloud(t, payer)
	withRoot(c)
	c.on("iam:GetLoginProfile", fixed(200, result("GetLoginProfile", "<LoginProfile><CreateDate>2020-01-01T00:00:00Z</CreateDate></LoginProfile>")))
	if got, _ := open(t, audited()).Facts(t.Context(), memberAccount(t)).RootAudit.Get(); got == nil || got.Password != account.Yes {
		t.Errorf("%+v", got)
	}
}

// Nobody opens a session where it is off, in the management account, or alone.
func TestRootAuditIsNotAsked(t *testing.T) {
	for name, tt := range map[string]struct {
		o awsorg.Options
		a account.Account
	}{
		"off":        {options(), memberAccount(t)},
		"management": {audited(), account.Account{ID: id(t, payer), Role: account.Management}},
		"standalone": {audited(), account.Account{ID: id(t, payer), Role: account.Standalone}},
	} {
		c := newCloud(t, payer)
		withRoot(c)
		f := open(t, tt.o).Facts(t.Context(), tt.a)
		if seen, known := f.RootAudit.Get(); seen != nil || !known || len(c.made("sts:AssumeRoot")) != 0 {
			t.Errorf("%s: %+v, %v", name, seen, f.RootAudit.Gap())
		}
	}
}

// It needs no role in the member: what is not onboarded can be judged by it.
func TestRootAuditWithoutTheAuditRole(t *testing.T) {
	c := newCloud(t, payer)
	withRoot(c)
	c.on("sts:AssumeRole", fixed(403, queryError("AccessDenied", "no")))
	f := open(t, audited()).Facts(t.Context(), memberAccount(t))
	if seen, _ := f.RootAudit.Get(); seen == nil || len(seen.MFADevices) != 3 || f.Summary.Gap().Cause != account.NotOnboarded {
		t.Errorf("%+v %+v", f.RootAudit, f.Summary.Gap())
	}
}

// The caller's own account tells where it stands only after it was asked.
func TestRootAuditOfTheCallersOwnAccount(t *testing.T) {
	c := newCloud(t, member)
	withRoot(c)
	f := open(t, audited()).Facts(t.Context(), account.Account{ID: id(t, member)})
	if seen, _ := f.RootAudit.Get(); seen == nil || c.made("sts:AssumeRoot")[0].account != member {
		t.Errorf("%+v", f.RootAudit.Gap())
	}
	c.on("organizations:DescribeOrganization", fixed(400, jsonError("AccessDeniedException", "no")))
	f = open(t, audited()).Facts(t.Context(), account.Account{ID: id(t, member)})
	if gap := f.RootAudit.Gap(); gap.Call != "organizations:DescribeOrganization" || gap.Cause != account.Denied {
		t.Errorf("%+v", gap)
	}
}

func TestRootAuditGaps(t *testing.T) {
	scp := "User: arn:aws:iam::" + member + ":root is not authorized to perform: iam:ListMFADevices on resource: x with an explicit deny in a service control policy"
	for name, tt := range map[string]struct {
		action string
		reply  reply
		cause  account.Cause
		call   string
		says   string
	}{
		"the session is refused":        {"sts:AssumeRoot", reply{403, queryError("AccessDenied", "no")}, account.Denied, "sts:AssumeRoot", "switch on root credentials management"},
		"denied by an SCP":              {"iam:ListMFADevices", reply{403, queryError("AccessDenied", scp)}, account.Denied, "iam:ListMFADevices", "a service control policy denies root sessions in account " + member},
		"the region is off":             {"sts:AssumeRoot", reply{403, queryError("RegionDisabledException", "off")}, account.NotEnabled, "sts:AssumeRoot", "region"},
		"no credentials":                {"sts:AssumeRoot", reply{200, result("AssumeRoot", "<Credentials><AccessKeyId>ASIAX</AccessKeyId></Credentials>")}, account.Undecodable, "sts:AssumeRoot", "no credentials"},
		"somebody else's root":          {"iam:GetUser", reply{200, result("GetUser", "<User><Arn>arn:aws:iam::"+other+":root</Arn></User>")}, account.Undecodable, "iam:GetUser", "root of account " + member},
		"a user instead of root":        {"iam:GetUser", reply{200, result("GetUser", "<User><Arn>arn:aws:iam::"+member+":user/root</Arn></User>")}, account.Undecodable, "iam:GetUser", "root of account"},
		"nobody":                        {"iam:GetUser", reply{200, result("GetUser", "")}, account.Undecodable, "iam:GetUser", "root of account"},
		"no list of devices":            {"iam:ListMFADevices", reply{200, ""}, account.Undecodable, "iam:ListMFADevices", "no list"},
		"a device without a number":     {"iam:ListMFADevices", reply{200, result("ListMFADevices", "<MFADevices><member/></MFADevices>")}, account.Undecodable, "iam:ListMFADevices", "no serial number"},
		"devices that do not end":       {"iam:ListMFADevices", reply{200, result("ListMFADevices", "<MFADevices/><IsTruncated>true</IsTruncated><Marker>m</Marker>")}, account.Undecodable, "iam:ListMFADevices", "lead on"},
		"no list of keys":               {"iam:ListAccessKeys", reply{200, ""}, account.Undecodable, "iam:ListAccessKeys", "no list"},
		"no list of certificates":       {"iam:ListSigningCertificates", reply{200, ""}, account.Undecodable, "iam:ListSigningCertificates", "no list"},
		"no login profile, and no word": {"iam:GetLoginProfile", reply{200, ""}, account.Undecodable, "iam:GetLoginProfile", "no login profile"},
		"a 404 that is not AWS's":       {"iam:GetLoginProfile", reply{404, "<html>"}, account.Undecodable, "iam:GetLoginProfile", "proxies"},
		"the session has ended":         {"iam:GetUser", reply{403, queryError("ExpiredToken", "expired")}, account.BadCredentials, "iam:GetUser", ""},
	} {
		c := newCloud(t, payer)
		withRoot(c)
		c.on(tt.action, fixed(tt.reply.status, tt.reply.body))
		org := open(t, audited())
		f := org.Facts(t.Context(), memberAccount(t))
		if gap := f.RootAudit.Gap(); gap.Cause != tt.cause || gap.Call != tt.call || !strings.Contains(gap.Sentence, tt.says) {
			t.Errorf("%s: %+v", name, gap)
		}
		if len(f.Gaps()) != 1 {
			t.Errorf("%s: others are missing too: %v", name, f.Gaps())
		}
		if again := tt.cause == account.BadCredentials; again {
			org.Facts(t.Context(), memberAccount(t))
			if n := len(c.made("sts:AssumeRoot")); n != 2 {
				t.Errorf("%s: %d sessions", name, n)
			}
		}
	}
}

func TestRootAuditOfOddDevices(t *testing.T) {
	c := newCloud(t, payer)
	withRoot(c)
	c.on("iam:ListMFADevices", fixed(200, result("ListMFADevices", "<MFADevices><member><SerialNumber>arn:aws:iam::"+other+":mfa/x</SerialNumber></member>"+
		"<member><SerialNumber>arn:aws:iam::"+member+":sms-mfa/x</SerialNumber></member><member><SerialNumber>arn:aws-us-gov:iam::"+member+":mfa/x</SerialNumber></member></MFADevices>")))
	got, _ := open(t, audited()).Facts(t.Context(), memberAccount(t)).RootAudit.Get()
	if got == nil || len(got.MFADevices) != 3 || got.MFADevices[0].Kind != "" || got.MFADevices[1].Kind != "" || got.MFADevices[2].Kind != account.DeviceVirtual {
		t.Errorf("%+v", got)
	}
}

// The session's chain runs beside the role's: the whole takes no longer.
func TestRootAuditRunsBesideTheRest(t *testing.T) {
	setenv(t, "http://127.0.0.1:1")
	synctest.Test(t, func(t *testing.T) {
		took := func(o awsorg.Options) time.Duration {
			c := emptyCloud(payer)
			withRoot(c)
			for action, answer := range c.answer {
				c.answer[action] = func(in call) reply { time.Sleep(time.Second); return answer(in) } // in the bubble
			}
			o.HTTPClient = wire{c}
			org := open(t, o)
			if _, err := org.Self(t.Context()); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			org.Facts(t.Context(), memberAccount(t))
			return time.Since(began)
		}
		if without, with := took(options()), took(audited()); with != without {
			t.Errorf("a reading takes %s, and %s with a root session", without, with)
		}
	})
}
