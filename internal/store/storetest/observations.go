package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// answer is one of these words.
func answer(name, text string) checks.Answer {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return checks.Answer{Name: name, Hash: checks.HashOf(b), JSON: b}
}

func (s *suite[Tx]) observe(r checks.Report, answers ...checks.Answer) {
	s.Helper()
	s.tx(func(ctx context.Context, tx Tx) error {
		if _, err := s.m.SaveReport(ctx, tx, r, nil); err != nil {
			return err
		}
		return s.m.SaveObservation(ctx, tx, r, answers)
	})
}

// stored are the observations of an account, each held against its own hash.
func (s *suite[Tx]) stored(scope account.Scope, id string, from, until time.Time) (all []checks.Observation, hashes []string) {
	s.Helper()
	for o, err := range s.m.Observations(s.Context(), scope, accountID(id), from, until) {
		if err != nil {
			s.Fatal(err)
		}
		same(s, "hash", checks.HashOf(o.Text), o.Hash)
		var one checks.Observation
		if err := json.Unmarshal(o.Text, &one); err != nil {
			s.Fatal(err)
		}
		same(s, "instant", one.Report.ObservedAt, o.At)
		all, hashes = append(all, one), append(hashes, o.Hash)
	}
	return all, hashes
}

func always() (from, until time.Time) { return time.Time{}, Now().Add(10000 * time.Hour) }

func observationRoundTrip[Tx any](s *suite[Tx]) {
	r := report("111122223333", "<!channel> \x00 \u202e", Now())
	answers := []checks.Answer{answer("summary", "{}"), answer("trails", strings.Repeat("long ", 20000))}
	s.observe(r, answers...)
	from, until := always()
	got, _ := s.stored(acme, "111122223333", from, until)
	same(s, "observation", got, []checks.Observation{{Report: r, Answers: map[string]string{"summary": answers[0].Hash, "trails": answers[1].Hash}}})
	for _, a := range answers {
		text, err := s.m.Answer(s.Context(), acme, a.Hash)
		same(s, a.Name, string(get(s, text, err)), string(a.JSON))
		if _, err := s.m.Answer(s.Context(), other, a.Hash); err == nil {
			s.Errorf("the answer %s shows in another organization", a.Name)
		}
	}
	for _, scope := range []account.Scope{other, gov} {
		foreign, _ := s.stored(scope, "111122223333", from, until)
		same(s, "in another organization", foreign, nil)
	}
}

func observationChain[Tx any](s *suite[Tx]) {
	const id = "111122223333"
	for day := range 70 { // two bases and more
		r := report(id, "prod", Now().Add(time.Duration(day)*24*time.Hour))
		for n := range day % 4 * 1000 { // longer than what deflate can look back, and shorter again
			r.Findings[0].Evidence = append(r.Findings[0].Evidence, checks.Evidence{Name: "user", Value: fmt.Sprint(n * n), Source: "iam:GetCredentialReport"})
		}
		s.observe(r, answer("summary", fmt.Sprint(day/10)))
	}
	s.observe(report("444455556666", "another", Now()), answer("summary", "0"))
	all, hashes := s.stored(acme, id, Now(), Now().Add(9999*time.Hour))
	same(s, "how many", len(all), 70)
	before := ""
	for i, o := range all {
		same(s, fmt.Sprintf("before %d", i), o.Previous, before)
		same(s, fmt.Sprintf("answers of %d", i), o.Answers, map[string]string{"summary": answer("", fmt.Sprint(i/10)).Hash})
		before = hashes[i]
	}
	foreign, _ := s.stored(acme, "444455556666", Now(), Now())
	same(s, "the first of another account", foreign[0].Previous, "")
}

func observationTwice[Tx any](s *suite[Tx]) {
	const id = "111122223333"
	s.observe(report(id, "before", Now().Add(-time.Hour)), answer("summary", "a"))
	s.observe(report(id, "half", Now()), answer("summary", "b"))
	s.observe(report(id, "whole", Now()), answer("summary", "c"))
	from, until := always()
	all, hashes := s.stored(acme, id, from, until)
	same(s, "how many", len(all), 2)
	same(s, "the last word", all[1].Report.AccountName, "whole")
	same(s, "before it", all[1].Previous, hashes[0])
}

func answersOnce[Tx any](s *suite[Tx]) {
	const id = "111122223333"
	put := map[string]string{}
	for day := range 5 {
		volatile := answer("root_events", fmt.Sprint("since ", day))
		s.observe(report(id, "prod", Now().Add(time.Duration(day)*24*time.Hour)), answer("trails", "same"), answer("alarms", "same"), volatile)
		put[volatile.Hash], put[answer("", "same").Hash] = "", ""
	}
	s.observe(report("444455556666", "b", Now()), answer("trails", "same"))
	for _, hash := range slices.Sorted(maps.Keys(put)) {
		_, err := s.m.Answer(s.Context(), acme, hash)
		get(s, hash, err)
	}
	same(s, "answers", len(put), 6)
}

func observationRollback[Tx any](s *suite[Tx]) {
	r := report("111122223333", "prod", Now())
	stop := errors.New("stop")
	err := s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) error {
		if _, err := s.m.SaveReport(ctx, tx, r, nil); err != nil {
			return err
		}
		if err := s.m.SaveObservation(ctx, tx, r, []checks.Answer{answer("summary", "{}")}); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		s.Fatal(err)
	}
	from, until := always()
	all, _ := s.stored(acme, "111122223333", from, until)
	same(s, "observations", all, nil)
	if _, err := s.m.Answer(s.Context(), acme, answer("", "{}").Hash); err == nil {
		s.Error("an answer was left behind")
	}
}

func observationsBetween[Tx any](s *suite[Tx]) {
	const id = "111122223333"
	at := func(i int) time.Time { return Now().Add(time.Duration(i) * time.Minute) }
	for i := range 130 {
		s.observe(report(id, "prod", at(i)), answer("summary", "a"))
	}
	all, _ := s.stored(acme, id, at(10), at(120))
	same(s, "how many", len(all), 111)
	same(s, "the first", all[0].Report.ObservedAt, at(10))
	same(s, "the last", all[110].Report.ObservedAt, at(120))
	some := 0
	for _, err := range s.m.Observations(s.Context(), acme, accountID(id), at(0), at(200)) {
		if err != nil {
			s.Fatal(err)
		}
		if some++; some == 60 {
			break
		}
	}
	same(s, "a consumer that stops", some, 60)
	ids, err := s.m.ObservedAccounts(s.Context(), acme, at(0), at(0))
	same(s, "accounts", get(s, ids, err), []account.ID{accountID(id)})
	ids, err = s.m.ObservedAccounts(s.Context(), acme, at(200), at(300))
	same(s, "accounts of another time", get(s, ids, err), nil)
	ids, err = s.m.ObservedAccounts(s.Context(), other, at(0), at(300))
	same(s, "accounts of another organization", get(s, ids, err), nil)
}

func forgetObservations[Tx any](s *suite[Tx]) {
	const id = "111122223333"
	for day := 520; day > 0; day -= 5 { // standing and changing answers, over more than 13 months
		at := Now().Add(-time.Duration(day) * 24 * time.Hour)
		s.observe(report(id, "prod", at), answer("trails", "standing"), answer("summary", fmt.Sprint(day)), answer("alarms", fmt.Sprint(day/50)))
	}
	s.observe(report("444455556666", "left long ago", Now().Add(-500*24*time.Hour)), answer("summary", "of one that left"))
	s.prune(Now().Add(-48 * time.Hour))
	s.prune(Now().Add(-48 * time.Hour))
	cutoff := Now().Add(-396 * 24 * time.Hour)
	all, _ := s.stored(acme, id, cutoff, Now())
	same(s, "how many", len(all), 79) // every five days
	for _, o := range all {
		for name, hash := range o.Answers {
			_, err := s.m.Answer(s.Context(), acme, hash)
			if err != nil {
				s.Errorf("%s of %s: %v", name, o.Report.ObservedAt, err)
			}
		}
	}
	before, _ := s.stored(acme, id, time.Time{}, cutoff.Add(-time.Microsecond))
	if len(before) > 1 { // the one that others rest on
		s.Errorf("%d observations older than 13 months are left", len(before))
	}
	gone, _ := s.stored(acme, "444455556666", time.Time{}, Now())
	same(s, "of an account that left", gone, nil)
	for _, text := range []string{"of one that left", "520", "470"} {
		if _, err := s.m.Answer(s.Context(), acme, answer("", text).Hash); err == nil {
			s.Errorf("the answer %q is left", text)
		}
	}
}

func answersAtOnce[Tx any](s *suite[Tx]) {
	var answers []checks.Answer
	for i := range 20 {
		answers = append(answers, answer(fmt.Sprint("fact", i), fmt.Sprint("same in all accounts ", i)))
	}
	s.together(8, func(i int) (bool, error) {
		r := report(fmt.Sprintf("1%011d", i), "n", Now())
		mine := slices.Clone(answers)
		if i%2 == 0 {
			slices.Reverse(mine)
		}
		return true, s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) error {
			if _, err := s.m.LatestTx(ctx, tx, acme, r.AccountID); err != nil {
				return err
			}
			return s.m.SaveObservation(ctx, tx, r, mine)
		})
	})
	ids, err := s.m.ObservedAccounts(s.Context(), acme, Now(), Now())
	same(s, "accounts", len(get(s, ids, err)), 8)
}
