package app_test

import (
	"os"
	"testing"
)

// No test of this package asks the machine's resolver: what it says differs
// from machine to machine.
func TestMain(m *testing.M) {
	if err := os.Setenv("ROOTWATCH_DNS_RESOLVER", "none"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
