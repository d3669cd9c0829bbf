//go:build race

package checks_test

// draws are fewer where each takes ten times as long.
const draws = 4_000
