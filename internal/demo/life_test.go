package demo

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"rootwatch/internal/demo/cloud"
)

// A hand that is still at work when the demo ends starts no bot that nobody
// would ever stop.
func TestNoBotAfterTheEnd(t *testing.T) {
	st := &Stage{o: Options{Binary: filepath.Join(t.TempDir(), "no-program")}, dir: t.TempDir(), org: cloud.DemoOrganization(time.Now())}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	st.dir = t.TempDir() // as if there were still a place for its log
	if err := st.Spawn(); !errors.Is(err, errOver) {
		t.Errorf("a bot is started after the end: %v", err)
	}
}
