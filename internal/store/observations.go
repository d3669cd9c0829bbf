package store

import (
	"bytes"
	"cmp"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"sync"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

const (
	// baseAge is how long an observation serves as the dictionary of those
	// after it. Most of a report is as it was the day before, so one that is
	// deflated against another takes a tenth; a month bounds what a damaged row
	// takes with it.
	baseAge        = 30 * 24 * time.Hour
	observationAge = checks.Remembered
	// answerAge keeps answers until no observation rests on them: those of a
	// base were put with it, and it may be a month older than what it serves.
	answerAge = observationAge + 2*baseAge
	// observationMost bounds what is inflated: a report of 60 checks takes 40 kB.
	observationMost = 64 << 20
)

// packed is an observation as it is stored.
type packed struct {
	at, base int64
	hash     string
	body     []byte
	baseBody []byte // the row of base, nil for none
}

func scanPacked(r rows) (p packed, err error) {
	err = r.Scan(&p.at, &p.base, &p.hash, &p.body, &p.baseBody)
	return p, err
}

const selectPacked = `SELECT o.at, o.base, o.hash, o.body, b.body FROM observation o
	LEFT JOIN observation b ON b.partition = o.partition AND b.organization = o.organization AND b.account = o.account
		AND b.at = o.base AND o.base <> 0
	WHERE o.partition = ?1 AND o.organization = ?2 AND o.account = ?3`

// SaveObservation implements schedule.Observations.
func (m *memory[Tx]) SaveObservation(ctx context.Context, tx Tx, report checks.Report, answers []checks.Answer) error {
	c := m.over(tx)
	at := micros(report.ObservedAt)
	observation := checks.Observation{Report: report, Answers: map[string]string{}}
	for _, a := range answers {
		observation.Answers[a.Name] = a.Hash
	}
	old, found, err := first(ctx, c, scanPacked, selectPacked+` AND o.at < ?4 ORDER BY o.at DESC LIMIT 1`,
		report.Partition, report.Organization, report.AccountID.String(), at)
	if err != nil {
		return fmt.Errorf("read the observation before that of %s: %w", report.AccountID, err)
	}
	row := packed{at: at}
	var had checks.Observation
	var dictionary []byte
	if found {
		observation.Previous = old.hash
		row.base, dictionary, had = old.serve(at)
	}
	text, err := body(observation)
	if err != nil {
		return fmt.Errorf("observation of %s: %w", report.AccountID, err)
	}
	row.hash = checks.HashOf([]byte(text))
	if row.body, err = pack([]byte(text), dictionary); err != nil {
		return fmt.Errorf("observation of %s: %w", report.AccountID, err)
	}
	if err := putAnswers(ctx, c, report.Scope, at, answers, had.Answers); err != nil {
		return fmt.Errorf("save the answers of %s: %w", report.AccountID, err)
	}
	_, err = c.exec(ctx, `INSERT INTO observation (partition, organization, account, at, base, hash, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
		ON CONFLICT (partition, organization, account, at) DO UPDATE SET base = excluded.base, hash = excluded.hash, body = excluded.body`,
		report.Partition, report.Organization, report.AccountID.String(), row.at, row.base, row.hash, row.body)
	if err != nil {
		return fmt.Errorf("save the observation of %s: %w", report.AccountID, err)
	}
	return nil
}

// serve is what the next observation, of the instant at, may rest on: the base,
// its text, and the old observation, whose answers are in the store. It is
// nothing where a new base is due or the old one cannot be read: then all is
// written anew, and who audits finds the damage.
func (p packed) serve(at int64) (base int64, dictionary []byte, had checks.Observation) {
	base = cmp.Or(p.base, p.at)
	if instant(at).Sub(instant(base)) > baseAge {
		return 0, nil, had
	}
	text, dictionary, err := p.text()
	if err == nil {
		err = unbody(string(text), "observation", &had)
	}
	if err != nil {
		return 0, nil, checks.Observation{}
	}
	return base, dictionary, had
}

// text is the observation's JSON and that of its base.
func (p packed) text() (text, base []byte, err error) {
	if p.base == 0 {
		text, err = inflate(p.body, nil)
		return text, text, err
	}
	if base, err = inflate(p.baseBody, nil); err != nil {
		return nil, nil, err
	}
	text, err = unpack(p.body, base)
	return text, base, err
}

// putAnswers stores those that were not among the old ones. In the order of
// their hashes, for two transactions may put the same ones.
func putAnswers(ctx context.Context, c conn, scope account.Scope, at int64, answers []checks.Answer, had map[string]string) error {
	fresh := slices.DeleteFunc(slices.Clone(answers), func(a checks.Answer) bool { return had[a.Name] == a.Hash })
	slices.SortFunc(fresh, func(a, b checks.Answer) int { return cmp.Compare(a.Hash, b.Hash) })
	fresh = slices.CompactFunc(fresh, func(a, b checks.Answer) bool { return a.Hash == b.Hash })
	bodies := make([][]byte, len(fresh))
	for i, a := range fresh {
		var err error
		if bodies[i], err = deflate(a.JSON, nil); err != nil {
			return err
		}
	}
	return c.many(ctx, `INSERT INTO answer (partition, organization, hash, last, body) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (partition, organization, hash) DO UPDATE SET last = excluded.last WHERE answer.last < excluded.last`,
		len(fresh), func(i int) []any {
			return []any{scope.Partition, scope.Organization, fresh[i].Hash, at, bodies[i]}
		})
}

// Observations implements schedule.Observations.
func (m *memory[Tx]) Observations(ctx context.Context, scope account.Scope, id account.ID, from, until time.Time) iter.Seq2[schedule.Observed, error] {
	const page = 50
	return func(yield func(schedule.Observed, error) bool) {
		for after := micros(from) - 1; ; {
			all, err := list(ctx, m.read, scanPacked, selectPacked+` AND o.at > ?4 AND o.at <= ?5 ORDER BY o.at LIMIT ?6`,
				scope.Partition, scope.Organization, id.String(), after, micros(until), page)
			if err != nil {
				yield(schedule.Observed{}, fmt.Errorf("read the observations of %s: %w", id, err))
				return
			}
			for _, p := range all {
				text, _, err := p.text()
				if err != nil {
					err = fmt.Errorf("the stored observation of %s at %s cannot be read: %w", id, instant(p.at).Format(time.RFC3339), err)
				}
				if !yield(schedule.Observed{At: instant(p.at), Hash: p.hash, Text: text}, err) {
					return
				}
				after = p.at
			}
			if len(all) < page {
				return
			}
		}
	}
}

// Answer implements schedule.Observations.
func (m *memory[Tx]) Answer(ctx context.Context, scope account.Scope, hash string) ([]byte, error) {
	packed, found, err := first(ctx, m.read, column[[]byte], `SELECT body FROM answer WHERE partition = ?1 AND organization = ?2 AND hash = ?3`,
		scope.Partition, scope.Organization, hash)
	if err == nil && !found {
		err = missing("answer", hash)
	}
	if err != nil {
		return nil, fmt.Errorf("read an answer: %w", err)
	}
	text, err := inflate(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("the stored answer %s cannot be read: %w", hash, err)
	}
	return text, nil
}

// ObservedAccounts implements schedule.Observations.
func (m *memory[Tx]) ObservedAccounts(ctx context.Context, scope account.Scope, from, until time.Time) ([]account.ID, error) {
	ids, err := list(ctx, m.read, func(r rows) (account.ID, error) {
		text, err := column[string](r)
		if err != nil {
			return account.ID{}, err
		}
		return parseID(text)
	}, `SELECT DISTINCT account FROM observation WHERE partition = ?1 AND organization = ?2 AND at >= ?3 AND at <= ?4 ORDER BY account`,
		scope.Partition, scope.Organization, micros(from), micros(until))
	if err != nil {
		return nil, fmt.Errorf("read which accounts were observed: %w", err)
	}
	return ids, nil
}

// Deflate looks 32 kB back, and a report with its dictionary is longer. So it
// is packed in parts, each with the part of the base that lies around the same
// place; what a longer sentence shifts is still within it.
const (
	partSize   = 12 << 10
	partBefore = 8 << 10
	partAfter  = 24 << 10 // from the part's beginning: with partBefore, all that deflate can see
)

// around is the base's dictionary of the part that begins at from.
func around(base []byte, from int) []byte {
	return base[min(max(from-partBefore, 0), len(base)):min(from+partAfter, len(base))]
}

// pack deflates text, in parts against base where there is one: each with its
// length before it.
func pack(text, base []byte) ([]byte, error) {
	if base == nil {
		return deflate(text, nil)
	}
	var out []byte
	for from := 0; from < len(text); from += partSize {
		part, err := deflate(text[from:min(from+partSize, len(text))], around(base, from))
		if err != nil {
			return nil, err
		}
		out = append(binary.AppendUvarint(out, uint64(len(part))), part...)
	}
	return out, nil
}

// unpack is the text that pack was given.
func unpack(body, base []byte) ([]byte, error) {
	var text []byte
	for len(body) > 0 {
		size, n := binary.Uvarint(body)
		if n <= 0 || size > uint64(len(body)-n) || len(text) > observationMost {
			return nil, errors.New("its parts do not fit")
		}
		part, err := inflate(body[n:n+int(size)], around(base, len(text)))
		if err != nil {
			return nil, err
		}
		text, body = append(text, part...), body[n+int(size):]
	}
	return text, nil
}

// writers are those without a dictionary: one takes half a megabyte.
var writers = sync.Pool{New: func() any {
	w, err := flate.NewWriter(io.Discard, flate.DefaultCompression)
	if err != nil { // a level that flate does not know
		panic(err)
	}
	return w
}}

func deflate(text, dictionary []byte) ([]byte, error) {
	var out bytes.Buffer
	var w *flate.Writer
	var err error
	if dictionary == nil {
		w = writers.Get().(*flate.Writer) //nolint:forcetypeassert // nothing else is in it
		defer writers.Put(w)
		w.Reset(&out)
	} else if w, err = flate.NewWriterDict(&out, flate.DefaultCompression, dictionary); err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

func inflate(body, dictionary []byte) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(flate.NewReaderDict(bytes.NewReader(body), dictionary), observationMost+1))
	if err == nil && len(text) > observationMost {
		err = fmt.Errorf("it has more than %d MB", observationMost>>20)
	}
	return text, err
}
