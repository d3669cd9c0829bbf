package outside

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rootwatch/internal/awsorg"
)

// cfn-lint, which knows the schema of every resource, finds nothing to say
// about the templates, those in deploy/ and those of a management role.
func TestTemplatesPassLint(t *testing.T) {
	lint := judge(t, "cfn-lint", "cfn-lint")
	templates, err := filepath.Glob("../../deploy/cloudformation/*.json")
	if err != nil || len(templates) == 0 {
		t.Fatalf("there are no templates: %v", err)
	}
	text, err := awsorg.CloudFormation(awsorg.PolicyForManagement, awsorg.PolicyOptions{
		ManagementRoleARN: "arn:aws:iam::111122223333:role/team/RootwatchManagement", BotRoleARN: "arn:aws:iam::444455556666:role/Rootwatch",
		OrganizationID: "o-a1b2c3d4e5",
	})
	if err != nil {
		t.Fatal(err)
	}
	role := filepath.Join(t.TempDir(), "management-role.json")
	if err := os.WriteFile(role, text, 0o600); err != nil {
		t.Fatal(err)
	}
	templates = append(templates, role)
	if said, err := exec.Command(lint, templates...).CombinedOutput(); err != nil || len(said) > 0 {
		t.Errorf("cfn-lint: %v\n%s", err, said)
	}
}
