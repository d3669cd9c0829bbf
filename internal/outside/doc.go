// Package outside has judges from elsewhere look at Rootwatch: moto as AWS,
// Slack's own packages at what we sign and draw and at the emulated workspace.
// It holds tests only; they run where their judge is installed, and must where
// ROOTWATCH_TEST_REQUIRE names it.
package outside
