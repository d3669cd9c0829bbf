package config_test

import (
	"errors"
	"io/fs"
	"slices"
	"testing"

	"rootwatch/config"
	"rootwatch/config/secret"
	"rootwatch/schedule"
)

// A doctor gets all faults and what is right beside them.
func TestLoadPartly(t *testing.T) {
	const file = "version: 1\ntime_zone: Europe/Atlantis\norganizations:\n  - name: main\n    role_name: audit/Rootwatch\n    concurrency: 0\n" +
		"slack:\n  bot_token: ssm:/rootwatch/token\n  signing_secret: env:NOT_THERE\n"
	env := environ(nil, map[string]string{"rootwatch.yaml": file})
	p := config.LoadPartly(t.Context(), "rootwatch.yaml", env, schedule.CheckSpec)
	if p.Config == nil || len(p.Faults) != 2 || len(p.Missing) == 0 {
		t.Fatalf("%d faults, %d missing: %v %v", len(p.Faults), len(p.Missing), p.Faults, p.Missing)
	}
	if got := p.Config.Organizations[0].RoleName; got != "audit/Rootwatch" {
		t.Errorf("the role is %q", got)
	}
	if got := p.Config.Places(); !slices.Equal(got, []secret.Place{{Service: secret.SSM, Name: "/rootwatch/token"}}) {
		t.Errorf("secrets are at %v", got)
	}
	if p := config.LoadPartly(t.Context(), "nowhere.yaml", env, nil); p.Config != nil || !errors.Is(p.Faults, fs.ErrNotExist) {
		t.Errorf("without a file: %+v", p)
	}
	broken := environ(nil, map[string]string{"rootwatch.yaml": "version: [1"})
	if p := config.LoadPartly(t.Context(), "rootwatch.yaml", broken, nil); p.Config != nil || len(p.Faults) == 0 {
		t.Errorf("a file that is no YAML: %+v", p)
	}
}
