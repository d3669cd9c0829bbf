package storetest

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"rootwatch/bot"
	"rootwatch/schedule"
)

func (s *suite[Tx]) plan(out bot.Outgoing) int64 {
	s.Helper()
	return write(s, func(ctx context.Context, tx Tx) (int64, error) { return s.m.Plan(ctx, tx, acme, out, "") })
}

// delivery is a row of acme's that must be there.
func (s *suite[Tx]) delivery(key string) schedule.Delivery {
	s.Helper()
	d, found, err := s.m.Delivery(s.Context(), acme, key)
	if !get(s, found, err) {
		s.Fatalf("there is no delivery %q", key)
	}
	return d
}

func (s *suite[Tx]) claim(id, job int64, at time.Time) (schedule.Delivery, bool) {
	s.Helper()
	d, claimed, err := s.m.Claim(s.Context(), id, job, at)
	return get(s, d, err), claimed
}

func (s *suite[Tx]) sent(id int64, revision int) {
	s.Helper()
	ref := bot.Ref{Channel: "C1", TS: "1764000000.000100"}
	s.tx(func(ctx context.Context, tx Tx) error {
		return s.m.MarkSent(ctx, tx, id, revision, ref, Now().Add(time.Duration(revision)*time.Second))
	})
}

func (s *suite[Tx]) mark(id int64, state schedule.DeliveryState, problem string) {
	s.Helper()
	s.tx(func(ctx context.Context, tx Tx) error { return s.m.MarkState(ctx, tx, id, state, problem) })
}

func planRoundTrip[Tx any](s *suite[Tx]) {
	_, found, err := s.m.Delivery(s.Context(), acme, "m")
	same(s, "found", get(s, found, err), false)
	out := bot.Outgoing{
		Key: "m", Revision: 7, Thread: bot.Ref{Channel: "C1", TS: "1.2"}, PlannedAt: Now().Add(-time.Minute),
		Address: bot.Address{ResponseURL: "https://hooks.example.com/x", User: "U1", FallbackChannel: "C1"},
		Message: bot.Trouble{What: "`12345678901` is not an account id: 11 digits", Next: "Try `/rootcheck help`"},
	}
	var id int64
	s.tx(func(ctx context.Context, tx Tx) (err error) {
		id, err = s.m.Plan(ctx, tx, acme, out, "parent")
		return err
	})
	want := schedule.Delivery{ID: id, Outgoing: out, Scope: acme, ParentKey: "parent", State: schedule.Planned}
	want.Revision = 1
	same(s, "delivery", s.delivery("m"), want)
	for _, scope := range []string{other.Organization, gov.Organization} {
		_, found, err := s.m.Delivery(s.Context(), other, "m")
		same(s, "in "+scope, get(s, found, err), false)
	}
	foreign := write(s, func(ctx context.Context, tx Tx) (int64, error) { return s.m.Plan(ctx, tx, other, out, "") })
	if foreign == id {
		s.Error("two organizations share a row")
	}
	unsaid := note("undated", "hello")
	unsaid.PlannedAt = time.Time{}
	s.plan(unsaid)
	same(s, "planned now", s.delivery("undated").PlannedAt, Now())
}

func planRevisions[Tx any](s *suite[Tx]) {
	id := s.plan(note("m", "one"))
	same(s, "the same again", s.plan(note("m", "one")), id)
	same(s, "revision", s.delivery("m").Revision, 1)

	moved := note("m", "two")
	moved.Address, moved.Thread, moved.PlannedAt = bot.Address{Channel: "C2"}, bot.Ref{Channel: "C2", TS: "9"}, Now().Add(time.Hour)
	same(s, "an edit has the same row", s.plan(moved), id)
	d := s.delivery("m")
	same(s, "revision", d.Revision, 2)
	same(s, "message", d.Message, bot.Message(bot.Trouble{What: "two"}))
	same(s, "address", d.Address, bot.Address{Channel: "C1"})
	same(s, "thread", d.Thread, bot.Ref{})
	same(s, "planned at", d.PlannedAt, Now())

	_, claimed := s.claim(id, 1, Now())
	same(s, "claimed", claimed, true)
	s.sent(id, 2)
	s.plan(note("m", "two"))
	same(s, "what was said needs no second word", s.delivery("m").State, schedule.Sent)
	s.plan(note("m", "one"))
	d = s.delivery("m")
	same(s, "an earlier message is new again", d.Revision, 3)
	same(s, "state", d.State, schedule.Planned)
	same(s, "what was said is still known", [2]any{d.SentRevision, d.Ref}, [2]any{2, bot.Ref{Channel: "C1", TS: "1764000000.000100"}})
}

func claims[Tx any](s *suite[Tx]) {
	id := s.plan(note("m", "one"))
	d, claimed := s.claim(id, 1, Now())
	same(s, "claimed", claimed, true)
	same(s, "as it was before", d.State, schedule.Planned)
	same(s, "as it is", s.delivery("m").State, schedule.Sending)
	d, claimed = s.claim(id, 1, Now().Add(time.Second))
	same(s, "the same job again", claimed, true)
	same(s, "the outcome is unknown", d.State, schedule.Sending)
	d, claimed = s.claim(id, 2, Now().Add(15*time.Second+999*time.Millisecond))
	same(s, "another job within 15 s of the last claim", claimed, false)
	same(s, "sees the row", d, s.delivery("m"))
	d, claimed = s.claim(id, 2, Now().Add(16*time.Second))
	same(s, "another job after 15 s", claimed, true)
	same(s, "the outcome is unknown", d.State, schedule.Sending)
	_, claimed = s.claim(id, 1, Now().Add(17*time.Second))
	same(s, "the first job, too late", claimed, false)
	_, claimed = s.claim(id, 3, Now().Add(-time.Hour))
	same(s, "after the clock was put back", claimed, true)

	s.mark(id, schedule.Planned, "Slack asked us to wait.")
	_, claimed = s.claim(id, 4, Now().Add(-time.Hour))
	same(s, "a job that let go holds nothing", claimed, true)
	s.sent(id, 1)
	d, claimed = s.claim(id, 4, Now().Add(time.Hour))
	same(s, "all is said", claimed, false)
	same(s, "and the row shows it", d, s.delivery("m"))
	if _, _, err := s.m.Claim(s.Context(), id+1000, 1, Now()); !errors.Is(err, sql.ErrNoRows) {
		s.Errorf("a row that is not there: %v, want %v", err, sql.ErrNoRows)
	}
}

func claimOnce[Tx any](s *suite[Tx]) {
	id := s.plan(note("m", "one"))
	same(s, "claims", s.together(8, func(i int) (bool, error) {
		_, claimed, err := s.m.Claim(s.Context(), id, int64(i+1), Now())
		return claimed, err
	}), 1)
}

func sentMeanwhile[Tx any](s *suite[Tx]) {
	id := s.plan(note("m", "one"))
	s.claim(id, 1, Now())
	s.plan(note("m", "two"))
	same(s, "still being sent", s.delivery("m").State, schedule.Sending)
	s.sent(id, 1)
	d := s.delivery("m")
	same(s, "planned again", [2]any{d.State, d.SentRevision}, [2]any{schedule.Planned, 1})
	d, claimed := s.claim(id, 2, Now())
	same(s, "claimed by the next job at once", claimed, true)
	same(s, "revision", d.Revision, 2)
	same(s, "reference to edit", d.Ref, bot.Ref{Channel: "C1", TS: "1764000000.000100"})
	s.sent(id, 2)
	d = s.delivery("m")
	same(s, "sent", [2]any{d.State, d.SentRevision}, [2]any{schedule.Sent, 2})
	same(s, "sent at", d.SentAt, Now().Add(2*time.Second))
	s.sent(id, 1) // an answer that comes late
	d = s.delivery("m")
	same(s, "nothing is unsaid", [2]any{d.State, d.SentRevision}, [2]any{schedule.Sent, 2})
}

func outcomes[Tx any](s *suite[Tx]) {
	id := s.plan(note("m", "one"))
	s.claim(id, 1, Now())
	s.mark(id, schedule.Ambiguous, "The answer was lost.")
	s.plan(note("m", "two"))
	d, claimed := s.claim(id, 2, Now())
	same(s, "to be reconciled", [2]any{claimed, d.State}, [2]any{true, schedule.Ambiguous})
	same(s, "problem", d.Problem, "The answer was lost.")

	s.mark(id, schedule.Failed, "The channel is gone.")
	d = s.delivery("m")
	same(s, "failed", [2]any{d.State, d.Problem}, [2]any{schedule.Failed, "The channel is gone."})
	s.plan(note("m", "two"))
	same(s, "the same message stays failed", s.delivery("m").State, schedule.Failed)
	d, claimed = s.claim(id, 3, Now())
	same(s, "until a job tries it again", [2]any{claimed, d.State}, [2]any{true, schedule.Failed})
	s.mark(id, schedule.Failed, "The channel is gone.")
	s.plan(note("m", "three"))
	d = s.delivery("m")
	same(s, "another one is tried", [2]any{d.State, d.Problem}, [2]any{schedule.Planned, ""})

	refusals := map[string]func(ctx context.Context, tx Tx) error{
		"sent without a reference": func(ctx context.Context, tx Tx) error { return s.m.MarkState(ctx, tx, id, schedule.Sent, "") },
		"a row that is not there, failed": func(ctx context.Context, tx Tx) error {
			return s.m.MarkState(ctx, tx, id+1000, schedule.Failed, "")
		},
		"a row that is not there, sent": func(ctx context.Context, tx Tx) error {
			return s.m.MarkSent(ctx, tx, id+1000, 1, bot.Ref{}, Now())
		},
	}
	for name, f := range refusals {
		if err := s.m.InTx(s.Context(), f); err == nil {
			s.Errorf("%s was taken", name)
		}
	}
}

func failedMeanwhile[Tx any](s *suite[Tx]) {
	id := s.plan(note("m", "too long"))
	s.claim(id, 1, Now())
	s.plan(note("m", "short"))
	s.mark(id, schedule.Failed, "It was too long.")
	same(s, "the newer one is still to be said", s.delivery("m").State, schedule.Planned)
	d, claimed := s.claim(id, 1, Now())
	same(s, "claimed", [2]any{claimed, d.Message}, [2]any{true, bot.Message(bot.Trouble{What: "short"})})
}

func undelivered[Tx any](s *suite[Tx]) {
	for key, state := range map[string]schedule.DeliveryState{
		"a": schedule.Planned, "b": schedule.Ambiguous, "c": schedule.Failed, "d": schedule.Failed,
	} {
		s.mark(s.plan(note(key, key)), state, "why")
	}
	s.sent(s.plan(note("e", "e")), 1)
	s.claim(s.plan(note("f", "f")), 1, Now())
	counts, err := s.m.Undelivered(s.Context())
	same(s, "counts", get(s, counts, err), map[schedule.DeliveryState]int{
		schedule.Planned: 1, schedule.Ambiguous: 1, schedule.Failed: 2, schedule.Sending: 1,
	})
}

func wiped[Tx any](s *suite[Tx]) {
	secret := bot.Address{ResponseURL: "https://hooks.example.com/x", User: "U1", FallbackChannel: "C1"}
	public := bot.Address{User: "U1", FallbackChannel: "C1"}
	cases := []struct {
		key     string
		age     time.Duration
		message bot.Message
		sent    bool
		want    bot.Address
	}{
		{"planned", time.Minute, bot.Trouble{What: "x"}, false, secret},
		{"answered", time.Minute, bot.Trouble{What: "x"}, true, public},
		{"pending, the answer follows", 34 * time.Minute, bot.Pending{Subject: "prod"}, true, secret},
		{"pending for ever", 36 * time.Minute, bot.Pending{Subject: "prod"}, true, public},
		{"expired", 36 * time.Minute, bot.Trouble{What: "x"}, false, public},
	}
	for _, c := range cases {
		id := s.plan(bot.Outgoing{Key: c.key, Address: secret, Message: c.message, PlannedAt: Now().Add(-c.age)})
		if c.sent {
			s.sent(id, 1)
		}
		s.create(schedule.Run{ID: c.key, Reply: &secret, CreatedAt: Now().Add(-c.age)})
	}
	s.conclude("planned", "It could not be.") // and the answer is not planned yet
	s.prune(Now().Add(-24 * time.Hour))
	for _, c := range cases {
		same(s, c.key, s.delivery(c.key).Address, c.want)
	}
	same(s, "of a young open run", s.run("answered").Reply, &secret)
	same(s, "of an old run", s.run("expired").Reply, &public)
	same(s, "of a young concluded run", s.run("planned").Reply, &secret)
}
