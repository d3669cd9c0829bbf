package app

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/config"
	"rootwatch/internal/store"
	"rootwatch/schedule"
)

var (
	evidenceNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	evidenceOrg = account.Scope{Partition: "aws", Organization: "acme"}
)

// evidenceApp is a store with five days of three accounts, the third of which
// was not looked at on one of them.
func evidenceApp(t testing.TB) (*App, *store.SQLite) {
	t.Helper()
	s, err := store.OpenSQLite(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "rootwatch.db"), Now: func() time.Time { return evidenceNow }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	a := &App{Config: &config.Config{StorePath: s.Path(), Zone: time.UTC, Organizations: []config.Organization{{Scope: evidenceOrg}}}, Store: sqliteRooms{s}, rooms: sqliteRooms{s}, now: func() time.Time { return evidenceNow }}
	ids := []string{"111122223333", "123456789012", "444455556666"}
	tx(t, s, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.CreateRun(ctx, tx, schedule.Run{ID: "r", Scope: evidenceOrg, All: true, CreatedAt: evidenceNow}); err != nil {
			return err
		}
		_, err := s.AddAccounts(ctx, tx, "r", []account.Account{{Scope: evidenceOrg, ID: must(t, ids[0]), Name: "prod <!channel>\x1b[31m", State: account.Active}, {Scope: evidenceOrg, ID: must(t, ids[1]), Name: "lake", State: account.Active}})
		return errors.Join(err,
			s.SaveException(ctx, tx, checks.Exception{Scope: evidenceOrg, ID: "x1", AccountID: must(t, ids[0]), CheckID: "root-mfa", Reason: "sold", Approver: "Ann", By: "Bob", At: evidenceNow.AddDate(0, 0, -3), Until: evidenceNow.AddDate(0, 0, -1)}),
			s.SaveAttestation(ctx, tx, checks.Attestation{Scope: evidenceOrg, ID: "w1", CheckID: "root-email-list", By: "Ann", At: evidenceNow.AddDate(0, 0, -4), Until: evidenceNow.AddDate(0, 0, 90)}))
	})
	for d := range 5 {
		for n, id := range ids {
			if n == 2 && d == 3 {
				continue
			}
			evidenceDay(t, s, must(t, id), d)
		}
	}
	return a, s
}

// evidenceDay is a day of an account: MFA goes off and on, root is used, an admin comes.
func evidenceDay(t testing.TB, s *store.SQLite, id account.ID, day int) {
	t.Helper()
	at := evidenceNow.AddDate(0, 0, day-4).Add(-6 * time.Hour)
	f := account.Facts{Account: account.Account{Scope: evidenceOrg, ID: id, Name: "=cmd()", State: account.Active}, ObservedAt: at}
	f.Summary = account.Known(account.Summary{account.SummaryMFAEnabled: int32(day % 2), account.SummaryPasswordPresent: 1})
	never := account.Use{State: account.UseNever}
	slot := account.AccessKey{Credential: account.Credential{Active: account.No, RotatedAt: never}, LastUsed: never}
	f.CredentialReport = account.Known(account.CredentialReport{GeneratedAt: at, Root: account.RootRow{Password: account.Yes, PasswordLastUsed: account.Use{State: account.UseAt, At: at.Add(-time.Hour)}, Keys: [2]account.AccessKey{slot, slot}}})
	f.RootEvents = account.Known(account.RootEvents{Since: at.AddDate(0, 0, -90), SignInsSince: at.AddDate(0, 0, -90), Whole: true})
	who := account.Authorization{}
	for i := range 1 + day/3 {
		name := fmt.Sprint("admin", i)
		who.Users = append(who.Users, account.Principal{Name: name, ARN: "arn:aws:iam::" + id.String() + ":user/" + name, Grants: []account.PolicyGrant{{Policy: "p", Grant: account.GrantAdmin}}})
	}
	f.Authorization = account.Known(who)
	c := checks.Case{Facts: f, Policy: checks.DefaultPolicy()}
	answers, err := c.Answers()
	if err != nil {
		t.Fatal(err)
	}
	report := checks.Run(c)
	tx(t, s, func(ctx context.Context, tx *sql.Tx) error {
		previous, err := s.LatestTx(ctx, tx, evidenceOrg, id)
		if err != nil {
			return err
		}
		if _, err := s.SaveReport(ctx, tx, report, checks.Compare(previous, &report)); err != nil {
			return err
		}
		return errors.Join(s.SaveObservation(ctx, tx, report, answers), s.SaveRootHistory(ctx, tx, evidenceOrg, id, checks.History{}, checks.History{}.Read(f)))
	})
}

func tx(t testing.TB, s *store.SQLite, f func(context.Context, *sql.Tx) error) {
	t.Helper()
	if err := s.InTx(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func must(t testing.TB, id string) account.ID {
	t.Helper()
	parsed, err := account.ParseID(id)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// packed makes an archive of the last five days.
func packed(t testing.TB, a *App, only ...string) ([]byte, *pack) {
	t.Helper()
	p := &pack{store: a.rooms, scopes: []account.Scope{evidenceOrg}, from: midnight(evidenceNow).AddDate(0, 0, -4), until: evidenceNow, dir: t.TempDir(), seen: map[string]bool{}}
	for _, id := range only {
		p.only = append(p.only, bot.Target{Scope: evidenceOrg, ID: must(t, id)})
	}
	var out bytes.Buffer
	if _, err := p.write(t.Context(), &out, manifest{Version: evidenceVersion, GeneratedAt: evidenceNow, Tool: "rootwatch test", From: p.from, To: p.until}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), p
}

func verified(t testing.TB, b []byte) *verdict {
	t.Helper()
	v, err := verifyEvidence(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEvidenceRoundTrip(t *testing.T) {
	a, _ := evidenceApp(t)
	b, p := packed(t, a)
	if again, _ := packed(t, a); !bytes.Equal(b, again) {
		t.Error("the same store and days give another archive")
	}
	v := verified(t, b)
	if v.wrong != 0 || len(p.troubles) != 0 || v.observations != 14 || v.files != len(v.manifest.Files) {
		t.Fatalf("faults %q, troubles %q, %d observations, %d files", v.faults, p.troubles, v.observations, v.files)
	}
	files := unzip(t, b)
	for name, wants := range map[string][]string{
		"coverage.csv":       {"acme,aws,444455556666,2026-11-21,0,not_observed,", "acme,aws,444455556666,2026-11-22,1,partly_read,"},
		"findings.csv":       {"123456789012,'=cmd(),acme,aws,2026-11-22T06:00:00Z,partly_read,root-mfa,fail,critical"},
		"accounts.jsonl":     {`"account_id":"444455556666","account_name":"","listed":false,"observations":4`, `"listed":true`},
		"changes.jsonl":      {`"kind":"opened"`, `"kind":"resolved"`, `"kind":"admin_added"`},
		"root_uses.jsonl":    {`{"partition":"aws","organization":"acme","account_id":"111122223333","at":"2026-11-22T05:00:00Z","kind":"password"}`},
		"exceptions.jsonl":   {`"state":"ended"`, `"reason":"sold"`},
		"attestations.jsonl": {`"state":"fresh"`},
		"checks.json":        {"CIS AWS Foundations"},
		"README.txt":         {"rootwatch evidence verify"},
	} {
		for _, want := range wants {
			if !strings.Contains(files[name], want) {
				t.Errorf("%s does not hold %s:\n%.2000s", name, want, files[name])
			}
		}
	}
	one, _ := packed(t, a, "123456789012")
	if v := verified(t, one); v.wrong != 0 || v.observations != 5 || strings.Contains(unzip(t, one)["changes.jsonl"], "111122223333") {
		t.Errorf("of one account: %d observations, %q", v.observations, v.faults)
	}
}

func unzip(t testing.TB, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		text, err := readEntry(f, mostManifest)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	return files
}

// rezip writes the files anew, as whoever tampers does.
func rezip(t testing.TB, files map[string]string, more ...[2]string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	put := func(name, text string) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range files {
			if !yield(name) {
				return
			}
		}
	}) {
		put(name, files[name])
	}
	for _, m := range more {
		put(m[0], m[1])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sealed makes the manifest fit the files again.
func sealed(t testing.TB, files map[string]string) {
	t.Helper()
	var m manifest
	if err := json.Unmarshal([]byte(files[evidenceManifest]), &m); err != nil {
		t.Fatal(err)
	}
	m.Files = nil
	for name, text := range files {
		if name != evidenceManifest {
			m.Files = append(m.Files, manifestFile{name, int64(len(text)), checks.HashOf([]byte(text))})
		}
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	files[evidenceManifest] = string(b)
}

func TestEvidenceShowsTampering(t *testing.T) {
	a, _ := evidenceApp(t)
	b, _ := packed(t, a)
	answer := func(files map[string]string) string {
		for name := range files {
			if strings.HasPrefix(name, evidenceAnswers) {
				return name
			}
		}
		return ""
	}
	for name, tt := range map[string]struct {
		tamper func(files map[string]string) [][2]string
		says   string
	}{
		"a finding turned into a pass": {func(f map[string]string) [][2]string {
			f[evidenceFindings] = strings.Replace(f[evidenceFindings], `"status":"fail"`, `"status":"pass"`, 1)
			return nil
		}, "altered  findings.jsonl"},
		"a finding turned into a pass, and the manifest made to fit": {func(f map[string]string) [][2]string {
			f[evidenceFindings] = strings.Replace(f[evidenceFindings], `"status":"fail"`, `"status":"pass"`, 1)
			sealed(t, f)
			return nil
		}, "altered  findings.jsonl, line 1, the observation of 111122223333 at 2026-11-18"},
		"an observation taken away, and the manifest made to fit": {func(f map[string]string) [][2]string {
			lines := strings.SplitAfter(f[evidenceFindings], "\n")
			f[evidenceFindings] = strings.Join(slices.Delete(lines, 2, 3), "")
			sealed(t, f)
			return nil
		}, "the one before it is not the one that it names"},
		"a file taken away": {func(f map[string]string) [][2]string { delete(f, "coverage.csv"); return nil }, "missing  coverage.csv"},
		"a file added":      {func(map[string]string) [][2]string { return [][2]string{{"notes.txt", "all was well"}} }, "extra    notes.txt"},
		"a file twice":      {func(map[string]string) [][2]string { return [][2]string{{"coverage.csv", "all was read"}} }, "twice    coverage.csv"},
		"a way out":         {func(map[string]string) [][2]string { return [][2]string{{"../../etc/passwd", "x"}} }, "extra    ../../etc/passwd"},
		"a hostile name":    {func(map[string]string) [][2]string { return [][2]string{{"a\x1b[31m\nfine", "x"}} }, "extra    a[31m fine"},
		"an answer altered": {func(f map[string]string) [][2]string { f[answer(f)] += " "; return nil }, "altered  answers/"},
		"an answer altered, and the manifest made to fit":    {func(f map[string]string) [][2]string { f[answer(f)] += " "; sealed(t, f); return nil }, "it is not the answer that it is named for"},
		"an answer taken away, and the manifest made to fit": {func(f map[string]string) [][2]string { delete(f, answer(f)); sealed(t, f); return nil }, "its answer"},
		"findings that are none":                             {func(f map[string]string) [][2]string { f[evidenceFindings] = "nothing\n"; sealed(t, f); return nil }, "line 1: it is no observation"},
	} {
		t.Run(name, func(t *testing.T) {
			files := unzip(t, b)
			more := tt.tamper(files)
			if v := verified(t, rezip(t, files, more...)); v.wrong == 0 || !strings.Contains(strings.Join(v.faults, "\n"), tt.says) {
				t.Errorf("faults are %q, want one with %q", v.faults, tt.says)
			}
		})
	}
	for name, whole := range map[string]func(map[string]string) []byte{
		"no zip at all": func(map[string]string) []byte { return []byte("PK, but no more") },
		"no manifest":   func(f map[string]string) []byte { delete(f, evidenceManifest); return rezip(t, f) },
		"a later version": func(f map[string]string) []byte {
			f[evidenceManifest] = strings.Replace(f[evidenceManifest], `"version": 1`, `"version": 9`, 1)
			return rezip(t, f)
		},
		"a manifest that lists terabytes": func(f map[string]string) []byte {
			f[evidenceManifest] = strings.Replace(f[evidenceManifest], `"size": `, `"size": 99999999999`, 1)
			return rezip(t, f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := whole(unzip(t, b))
			if _, err := verifyEvidence(bytes.NewReader(b), int64(len(b))); !errors.Is(err, errNoArchive) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// A file of zeros that unfolds to gigabytes is read no further than it may be.
func TestEvidenceBomb(t *testing.T) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create("zeros")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, zeros{}, 64<<20); err != nil {
		t.Fatal(err)
	}
	m, err := z.Create(evidenceManifest)
	if err == nil {
		_, err = io.WriteString(m, `{"version":1,"files":[{"name":"zeros","size":10,"sha256":""}]}`)
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	if v := verified(t, out.Bytes()); v.wrong != 1 || v.faults[0] != "altered  zeros" {
		t.Errorf("faults are %q", v.faults)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// What was altered in the store itself shows when the archive is made.
func TestEvidenceOfAStoreThatWasAltered(t *testing.T) {
	for name, tt := range map[string]struct{ statement, says string }{
		"a row taken away":      {`DELETE FROM observation WHERE account = '111122223333' AND at = (SELECT MAX(at) FROM observation WHERE at < (SELECT MAX(at) FROM observation))`, "does not follow the one before it"},
		"a hash made up":        {`UPDATE observation SET hash = 'feed' WHERE account = '111122223333' AND base = 0`, "it is not what it was saved as"},
		"a row that is garbled": {`UPDATE observation SET body = x'00' WHERE account = '111122223333' AND base <> 0`, "cannot be read"},
		"an answer taken away":  {`DELETE FROM answer WHERE hash = (SELECT MIN(hash) FROM answer)`, "an answer that"},
	} {
		t.Run(name, func(t *testing.T) {
			a, s := evidenceApp(t)
			if _, err := s.DB().ExecContext(t.Context(), tt.statement); err != nil {
				t.Fatal(err)
			}
			b, p := packed(t, a)
			if !strings.Contains(strings.Join(p.troubles, "\n"), tt.says) {
				t.Errorf("troubles are %q, want one with %q", p.troubles, tt.says)
			}
			if v := verified(t, b); v.wrong == 0 && tt.says != "cannot be read" || len(v.manifest.Troubles) == 0 {
				t.Errorf("the archive says nothing of it: %q, %q", v.faults, v.manifest.Troubles)
			}
		})
	}
}

// An archive is whole or not there, and takes no other file's place.
func TestEvidenceFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "e.zip")
	stop := errors.New("stop")
	if err := newFile(path, func(w io.Writer, _ string) error { _, _ = w.Write([]byte("half")); return stop }); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("something was left behind: %v", left)
	}
	if err := newFile(path, func(w io.Writer, _ string) error { _, err := w.Write([]byte("whole")); return err }); err != nil {
		t.Fatal(err)
	}
	var problem Problem
	if err := newFile(path, func(io.Writer, string) error { t.Error("it was written again"); return nil }); !errors.As(err, &problem) || problem.Status != Usage {
		t.Errorf("a second archive: %v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "whole" {
		t.Errorf("%q, %v", b, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("something was left behind: %v", left)
	}
}

func FuzzEvidenceVerify(f *testing.F) {
	answer := `{"value":{"AccountMFAEnabled":1}}`
	text := fmt.Sprintf(`{"answers":{"summary":%q},"report":{"partition":"aws","organization":"acme","account_id":"111122223333","observed_at":"2026-11-22T06:00:00Z","findings":[]}}`, checks.HashOf([]byte(answer)))
	line := fmt.Sprintf(`{"hash":%q,"observation":%s}`+"\n", checks.HashOf([]byte(text)), text)
	files := map[string]string{evidenceManifest: `{"version":1}`, evidenceFindings: line, evidenceAnswers + checks.HashOf([]byte(answer)) + ".json": answer, "coverage.csv": "organization,day\n"}
	sealed(f, files)
	whole := rezip(f, files)
	if v := verified(f, whole); v.wrong != 0 || v.observations != 1 {
		f.Fatalf("the seed is wrong: %q", v.faults)
	}
	f.Add(whole)
	f.Add(rezip(f, map[string]string{evidenceManifest: `{"version":1,"files":[{"name":"findings.jsonl","size":3,"sha256":""}]}`, evidenceFindings: "{}\n"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := verifyEvidence(bytes.NewReader(b), int64(len(b)))
		if err == nil && v.wrong < len(v.faults) {
			t.Errorf("%d faults and %d are named", v.wrong, len(v.faults))
		}
	})
}
