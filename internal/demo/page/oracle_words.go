package page

import (
	"time"

	"rootwatch/checks"
	"rootwatch/internal/demo/cloud"
)

func init() {
	oracle["root-password-custody"] = custody
	oracle["root-email-list"] = emailList
	oracle["recovery-questions"] = questions
}

// aPersonTells stands where no emulator knows more than AWS: whoever uses the
// demo may attest it.
const aPersonTells = "a person tells"

func custody(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	if !a.Root.Password {
		return checks.NotApplicable, "no password"
	}
	return checks.Manual, aPersonTells
}

func emailList(*cloud.Organization, *cloud.Account, time.Time) (checks.Status, string) {
	return checks.Manual, aPersonTells
}

// questions are not asked of by the demo's configuration.
func questions(*cloud.Organization, *cloud.Account, time.Time) (checks.Status, string) {
	return checks.NotApplicable, "not asked"
}

// attested holds of a pass that a person's word made.
func attested(want, said checks.Status, words string) bool {
	return want == checks.Manual && words == aPersonTells && said == checks.Pass
}
