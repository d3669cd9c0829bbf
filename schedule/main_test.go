package schedule_test

import (
	"flag"
	"os"
	"strconv"
	"testing"
)

// beside is how many tests run beside each other: more than there are
// processors, for most of their time they wait for River's next look.
var beside = 8

// TestMain sets beside where the command line says nothing else.
func TestMain(m *testing.M) {
	flag.Parse()
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == parallel.DefValue {
		if err := flag.Set("test.parallel", strconv.Itoa(beside)); err != nil {
			panic(err)
		}
	}
	for name, value := range map[string]string{ // of the emulated AWS, and no other
		"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "emulated", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_CA_BUNDLE": "",
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
