package yardstick_test

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"rootwatch/internal/yardstick"
)

var (
	made = flag.String("make", "", "write a set: a mixture and a seed (calm:1), or accounts, series and days (5000x10x400)")
	into = flag.String("into", "", "the directory to write the set of -make into")
)

// TestMake writes a set to try things on:
//
//	go test ./internal/yardstick -run TestMake -args -make retail:1 -into DIR
func TestMake(t *testing.T) {
	if *made == "" {
		t.Log("writes nothing without -make")
		return
	}
	m, seed, err := wanted(*made)
	if err != nil {
		t.Fatal(err)
	}
	labels, err := yardstick.Simulate(*into, m, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d accounts, %d incidents, %d events, %s to %s", *into, len(labels.Accounts), len(labels.Incidents), len(labels.Events), labels.First, labels.Last)
}

func wanted(s string) (yardstick.Mixture, uint64, error) {
	if name, number, ok := strings.Cut(s, ":"); ok {
		m, known := yardstick.MixtureOf(name)
		seed, err := strconv.ParseUint(number, 10, 64)
		if !known || err != nil {
			return m, 0, fmt.Errorf("%q is no mixture and seed", s)
		}
		return m, seed, nil
	}
	var accounts, series, days int
	if _, err := fmt.Sscanf(s, "%dx%dx%d", &accounts, &series, &days); err != nil || accounts < 1 || series < 1 || days < 200 {
		return yardstick.Mixture{}, 0, fmt.Errorf("%q is not accounts x series x days (200 or more)", s)
	}
	return yardstick.Scale(accounts, series, days), 1, nil
}

// A large organization has the size that was asked for.
func TestScale(t *testing.T) {
	set := load(t, simulate(t, yardstick.Scale(20, 10, 200), 1))
	if len(set.Ledgers) != 20 || len(set.Labels.Incidents) == 0 {
		t.Errorf("%d accounts, %d incidents", len(set.Ledgers), len(set.Labels.Incidents))
	}
	series := 0
	for _, l := range set.Ledgers {
		seen := map[[2]string]bool{}
		for _, k := range l.Looks {
			for _, c := range k.Changes {
				seen[[2]string{c.Service, c.Region}] = true
			}
		}
		series += len(seen)
	}
	if series < 20*10 || series > 20*11 {
		t.Errorf("%d series of 20 accounts", series)
	}
}
