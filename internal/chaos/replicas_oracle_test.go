package chaos

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rootwatch/internal/demo/workspace"
)

// auditing notes in the database itself what must never happen, whoever does it.
const auditing = `
CREATE TABLE chaos_audit (what text NOT NULL);

CREATE FUNCTION chaos_report() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NEW.observed_at < OLD.observed_at THEN
		INSERT INTO chaos_audit VALUES ('an older report of ' || NEW.account);
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER chaos_report BEFORE UPDATE ON report FOR EACH ROW EXECUTE FUNCTION chaos_report();

CREATE FUNCTION chaos_bill_day() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF EXISTS (SELECT 1 FROM bill_day b WHERE b.partition = NEW.partition AND b.organization = NEW.organization
			AND b.day = NEW.day AND b.observed_at > NEW.observed_at) THEN
		INSERT INTO chaos_audit VALUES ('an older bill of day ' || NEW.day);
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER chaos_bill_day BEFORE INSERT ON bill_day FOR EACH ROW EXECUTE FUNCTION chaos_bill_day();

CREATE FUNCTION chaos_delivery() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NEW.sent_revision < OLD.sent_revision OR NEW.revision < OLD.revision THEN
		INSERT INTO chaos_audit VALUES ('an older revision of ' || NEW.key);
	END IF;
	IF OLD.state = 'sent' AND NEW.state <> 'sent' AND NEW.revision = OLD.revision THEN
		INSERT INTO chaos_audit VALUES (NEW.key || ' was said and is ' || NEW.state);
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER chaos_delivery BEFORE UPDATE ON delivery FOR EACH ROW EXECUTE FUNCTION chaos_delivery();

CREATE FUNCTION chaos_run() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF OLD.concluded_at <> 0 AND (NEW.concluded_at <> OLD.concluded_at OR NEW.done <> OLD.done OR NEW.total <> OLD.total) THEN
		INSERT INTO chaos_audit VALUES ('a run that was concluded changed: ' || NEW.id);
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER chaos_run BEFORE UPDATE ON run FOR EACH ROW EXECUTE FUNCTION chaos_run();

CREATE FUNCTION chaos_job() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF OLD.state = 'completed' AND NEW.state <> 'completed' THEN
		INSERT INTO chaos_audit VALUES ('job ' || NEW.id || ' was complete and is ' || NEW.state);
	END IF;
	IF NEW.state IN ('discarded', 'cancelled') THEN
		INSERT INTO chaos_audit VALUES ('job ' || NEW.id || ' ' || NEW.kind || ' is ' || NEW.state);
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER chaos_job BEFORE UPDATE ON river_job FOR EACH ROW EXECUTE FUNCTION chaos_job();`

func audit(f *fleet) {
	f.Helper()
	if _, err := f.store.Pool().Exec(f.Context(), auditing); err != nil {
		f.Fatal(err)
	}
}

// rows reads rows of one text.
func (f *fleet) rows(query string, args ...any) []string {
	f.Helper()
	r, err := f.store.Pool().Query(f.Context(), query, args...)
	if err != nil {
		f.Fatal(err)
	}
	defer r.Close()
	var all []string
	for r.Next() {
		var text string
		if err := r.Scan(&text); err != nil {
			f.Fatal(err)
		}
		all = append(all, text)
	}
	if err := r.Err(); err != nil {
		f.Fatal(err)
	}
	return all
}

// left is what began before until and is not done.
func (f *fleet) left(until time.Time) []string {
	f.Helper()
	return f.rows(`SELECT 'run ' || id || ' of ' || done || '/' || total FROM run WHERE concluded_at = 0 AND created_at <= $1
		UNION ALL SELECT 'message ' || key || ' ' || state || ' ' || problem FROM delivery WHERE planned_at <= $1 AND (state <> 'sent' OR sent_revision < revision)
		UNION ALL SELECT 'job ' || id || ' ' || kind || ' ' || state || ' attempt ' || attempt || ' by ' || COALESCE(attempted_by::text, '') || ' ' || COALESCE(errors[cardinality(errors)]::text, '')
			FROM river_job WHERE state NOT IN ('completed', 'cancelled', 'discarded') AND created_at <= $2`, until.UnixMicro(), until.Add(-f.ahead))
}

// settleWithin is how long after the last fault everything must be done: what
// a dead process left comes back within 30 s, and is worked then.
const settleWithin = 75 * time.Second

func settle(f *fleet, until time.Time) {
	f.Helper()
	ctx, cancel := context.WithTimeout(f.Context(), settleWithin)
	defer cancel()
	began := time.Now()
	for len(f.left(until)) > 0 {
		if !wait(ctx, 200*time.Millisecond) {
			for _, what := range f.left(until) {
				f.Errorf("not done %s after the last fault: %s", settleWithin, what)
			}
			return
		}
	}
	f.Logf("all was done %s after the last fault", time.Since(began).Round(time.Millisecond))
}

// judge is the oracle.
func judge(f *fleet, until time.Time, taken int) {
	f.Helper()
	for _, what := range f.rows(`SELECT what || ' (' || count(*) || ' times)' FROM chaos_audit GROUP BY what ORDER BY what`) {
		f.Error(what)
	}
	slots(f, until)
	f.nothingTwice()
	f.nothingLost()
	if asked := f.rows(`SELECT key FROM request`); len(asked) < taken {
		f.Errorf("%d commands were acknowledged, %d are known", taken, len(asked))
	}
	for _, what := range f.rows(`SELECT r.id || ' ' || r.failure FROM run r LEFT JOIN delivery d ON d.partition = r.partition AND d.organization = r.organization AND d.key = 'reply:' || r.id
		WHERE r.asked_by = $1 AND (d.state IS DISTINCT FROM 'sent' OR d.kind = 'pending' OR r.failure <> '')`, fleetPerson) {
		f.Errorf("a command that was taken is not answered: %s", what)
	}
}

// slots says that every minute of each schedule was taken, by one.
func slots(f *fleet, until time.Time) {
	f.Helper()
	for _, what := range f.rows(`SELECT organization || ' ' || schedule || ' ' || local FROM slot WHERE missed <> 0`) {
		f.Errorf("missed: %s", what)
	}
	n := 0
	for _, schedule := range []string{"sweep", "spend", "digest"} {
		first := f.rows(`SELECT min(local) FROM slot WHERE schedule = $1`, schedule)[0]
		begin, err := time.Parse(localMinute, first)
		if err != nil {
			f.Fatal(err)
		}
		for at := begin; !at.After(until); at = at.Add(time.Minute) {
			local := at.Format(localMinute)
			if taken := f.rows(`SELECT local FROM slot WHERE schedule = $1 AND local = $2`, schedule, local); len(taken) != 1 {
				f.Errorf("the slot %s of %s was taken %d times", local, schedule, len(taken))
			}
			n++
			switch {
			case schedule == "sweep" && len(f.rows(`SELECT id FROM run WHERE id = $1`, fmt.Sprintf("slot/aws/%s/%s", fleetOrganization, local))) != 1:
				f.Errorf("the sweep of %s has no run", local)
			case schedule == "digest" && at != begin && len(f.rows(`SELECT key FROM delivery WHERE key = $1`, "digest:"+local)) != 1:
				f.Errorf("the digest of %s was not planned", local)
			}
		}
	}
	f.Logf("%d slots", n)
}

// localMinute is how a slot is named.
const localMinute = "2006-01-02T15:04"

// standing are the messages that have a name, by channel.
func (f *fleet) standing() map[string][]workspace.Message {
	all := map[string][]workspace.Message{}
	for _, channel := range append([]string{fleetDigests, fleetAlerts}, fleetNotes[:]...) {
		for _, m := range f.workspace.Messages(channel) {
			if key(m) != "" {
				all[channel] = append(all[channel], m)
			}
		}
	}
	return all
}

// nothingTwice says that no two messages of a channel have one name.
func (f *fleet) nothingTwice() {
	f.Helper()
	for channel, messages := range f.standing() {
		seen := map[string]string{}
		for _, m := range messages {
			if other, twice := seen[key(m)]; twice {
				f.Errorf("%s was said twice in %s: %s and %s", key(m), channel, other, m.TS)
			}
			seen[key(m)] = m.TS
		}
		f.Logf("%d messages in %s", len(messages), channel)
	}
}

// newest says that each note stands as it was planned last.
func newest(f *fleet, notes map[string]string) {
	f.Helper()
	for _, messages := range f.standing() {
		for _, m := range messages {
			name, _, _ := strings.Cut(key(m), "@")
			if want, ok := notes[name]; ok && !strings.Contains(m.Text, strings.TrimSuffix(want, ".")) {
				f.Errorf("%s says %q after %d edits, and was last planned as %q", name, m.Text, m.Edited, want)
			}
		}
	}
}

// nothingLost says that what is called sent stands in its channel.
func (f *fleet) nothingLost() {
	f.Helper()
	stands := map[string]bool{}
	for _, messages := range f.standing() {
		for _, m := range messages {
			stands[key(m)] = true
		}
	}
	for _, planned := range f.rows(`SELECT key || '@' || partition || '/' || organization FROM delivery WHERE key NOT LIKE 'reply:%'`) {
		if !stands[planned] {
			f.Errorf("%s does not stand in its channel", planned)
		}
	}
}
