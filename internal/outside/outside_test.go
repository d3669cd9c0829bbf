package outside

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// judge finds a judge's program. Where it is missing the test is left out,
// unless ROOTWATCH_TEST_REQUIRE names the judge.
func judge(t *testing.T, name, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		return path
	}
	if slices.Contains(strings.Split(os.Getenv("ROOTWATCH_TEST_REQUIRE"), ","), name) {
		t.Fatalf("the judge %s is required and %s is not installed: %v", name, program, err)
	}
	t.Skipf("the judge %s is not installed (%s)", name, program)
	return ""
}

// nodeModules is where the judges of internal/outside/node are installed.
func nodeModules(t *testing.T) string {
	t.Helper()
	judge(t, "node", "node")
	if _, err := os.Stat("node/node_modules"); err != nil {
		if slices.Contains(strings.Split(os.Getenv("ROOTWATCH_TEST_REQUIRE"), ","), "node") {
			t.Fatal("run npm ci in internal/outside/node first")
		}
		t.Skipf("the judges of internal/outside/node are not installed (npm ci)")
	}
	return "node/node_modules"
}
