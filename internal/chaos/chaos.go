// Package chaos kills the real bot at random moments and holds what is left
// against an oracle: what the emulated Slack accepted, and what the store remembers.
package chaos

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build compiles rootwatch into dir and returns the program's path.
func Build(dir string) (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "rootwatch")
	cmd := exec.Command("go", "build", "-o", program, ".")
	cmd.Dir = root
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return program, nil
}

// moduleRoot walks up to go.mod: tests run in their package's folder.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("there is no go.mod above %s", dir)
		}
		dir = parent
	}
}
