//go:build !race

package checks_test

// draws is how many accounts are drawn at random.
const draws = 10_000
