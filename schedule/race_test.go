//go:build race

package schedule_test

// SQLite is compiled Go here: under the race detector it takes twenty times as
// long, and too many tests beside each other only take each other's time.
func init() {
	beside = 2
	demoFrom, demoUntil = 26, 44 // the weekend alone, and what happens beside it
}
