package checks

import (
	"fmt"
	"strconv"
	"strings"

	"rootwatch/checks/account"
)

// The call that opens a root session, and what such a session asks.
const (
	callAssumeRoot   = "sts:AssumeRoot"
	callRootDevices  = "iam:ListMFADevices"
	callRootKeys     = "iam:ListAccessKeys"
	callRootCerts    = "iam:ListSigningCertificates"
	callRootPassword = "iam:GetLoginProfile"
	callRootUser     = "iam:GetUser"
)

// rootSessionCalls need no permission of ours: where one is denied, its gap
// says what denies it.
var rootSessionCalls = []string{callRootDevices, callRootKeys, callRootCerts, callRootPassword, callRootUser}

// audited is how many of a kind root has, active or not, as a root session
// counted them; false without one. Where the summary still shows some, a count
// of none is not believed: one of the two is late.
func (r rootSources) audited(key string) (int, bool) {
	if r.audit == nil {
		return 0, false
	}
	n := r.audit.Certificates
	if key == account.SummaryAccessKeysPresent {
		n = r.audit.AccessKeys
	}
	if counted, ok := r.count(key); n == 0 && ok && counted > 0 {
		return 0, false
	}
	return n, true
}

// judgeAudited is judgeHeld by a root session, which counts what is disabled
// too; false where it does not settle the matter.
func (r rootSources) judgeAudited(kind credentialKind, slots map[account.Presence][]int, evidence []Evidence, describe func([]int, string) string) (Verdict, bool) {
	n, ok := r.audited(kind.lack.key)
	active, inactive := slots[account.PresentActive], slots[account.PresentInactive]
	sentence := func(slots []int, adjective string) string {
		if len(slots) > 0 {
			return describe(slots, adjective)
		}
		return fmt.Sprintf("Root has an %s %s; the credential report does not tell of it yet.", adjective, kind.noun)
	}
	switch {
	case !ok:
		return Verdict{}, false
	case n == 0 && len(active)+len(inactive) > 0:
		return Verdict{Status: Pass, Evidence: evidence,
			Summary: "Root has no " + kind.noun + "; the older credential report still shows one that was deleted since."}, true
	case n == 0:
		return Verdict{Status: Pass, Evidence: evidence, Summary: "Root has no " + kind.noun + "."}, true
	case kind != accessKey: // a session tells how many certificates there are, and not which are active
		return Verdict{}, false
	case r.audit.ActiveKeys > 0:
		return Verdict{Status: Fail, Evidence: evidence, Summary: sentence(active, "active")}, true
	}
	return Verdict{Status: Fail, Severity: Medium, Short: "Root has an inactive " + kind.noun, Evidence: evidence,
		Summary: sentence(inactive, "inactive") + " Disabled is not deleted."}, true
}

// auditEvidence is what a root session saw; nil without one.
func (r rootSources) auditEvidence(calls ...string) []Evidence {
	if r.audit == nil {
		return nil
	}
	var es []Evidence
	for _, call := range calls {
		e := Evidence{Source: call}
		switch call {
		case callRootDevices:
			e.Name, e.Value = "root's MFA devices in a root session", "none"
			var devices []string
			for _, d := range r.audit.MFADevices {
				devices = append(devices, d.SerialNumber+" ("+deviceWord(d.Kind)+")")
			}
			if len(devices) > 0 {
				e.Value = strings.Join(devices, ", ")
			}
		case callRootKeys:
			e.Name, e.Value = "root's access keys in a root session", fmt.Sprintf("%d, %d of them active", r.audit.AccessKeys, r.audit.ActiveKeys)
		case callRootCerts:
			e.Name, e.Value = "root's signing certificates in a root session", strconv.Itoa(r.audit.Certificates)
		case callRootPassword:
			e.Name, e.Value = "root's password in a root session", answerText(r.audit.Password)
		}
		es = append(es, e)
	}
	return es
}

func deviceWord(k account.DeviceKind) string {
	switch k {
	case account.DeviceVirtual:
		return "virtual"
	case account.DeviceFIDO:
		return "security key or passkey"
	case account.DeviceTOTP:
		return "hardware token"
	}
	return "of a kind that is not known here"
}

// auditGap is why a root session that was asked for told nothing; false where
// nobody asked for one.
func auditGap(f account.Facts) (account.Gap, bool) {
	if _, read := f.RootAudit.Get(); read {
		return account.Gap{}, false
	}
	return named(f.RootAudit.Gap(), callAssumeRoot), true
}
