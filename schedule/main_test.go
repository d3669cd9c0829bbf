package schedule_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets more tests run beside each other than there are processors:
// most of their time they wait for River's next look.
func TestMain(m *testing.M) {
	flag.Parse()
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == parallel.DefValue {
		if err := flag.Set("test.parallel", "8"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
