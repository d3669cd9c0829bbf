package doctor

import (
	"strings"
	"testing"

	"rootwatch/internal/awsorg"
)

// What a refused action is for is a sentence, whether it tells or does something.
func TestPurposeIsASentence(t *testing.T) {
	for why, want := range map[string]string{"have AWS write the report": "it is needed to have AWS write the report", "who is an admin": "it tells who is an admin"} {
		if got := purpose(awsorg.Read{Why: why}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, r := range awsorg.Reads() {
		if strings.Contains(purpose(r), "tells have") {
			t.Errorf("%s: %s", r.Action, purpose(r))
		}
	}
}
