package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

const (
	// baseAge is how long an observation serves as the dictionary of those
	// after it. Most of a report is as it was the day before, so one that is
	// packed against another takes a tenth; a month bounds what a damaged row
	// takes with it.
	baseAge        = 30 * 24 * time.Hour
	observationAge = checks.Remembered
	// answerAge keeps answers until no observation rests on them: those of a
	// base were put with it, and it may be a month older than what it serves.
	answerAge = observationAge + 2*baseAge
	// observationMost bounds what is unpacked: a report of 60 checks takes 40 kB.
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
	var had map[string]string
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
	if err := putAnswers(ctx, c, report.Scope, at, answers, had); err != nil {
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
// its text, and the hashes of the old one's answers, which are in the store. It is
// nothing where a new base is due or the old one cannot be read: then all is
// written anew, and who audits finds the damage.
func (p packed) serve(at int64) (base int64, dictionary []byte, had map[string]string) {
	base = cmp.Or(p.base, p.at)
	if instant(at).Sub(instant(base)) > baseAge {
		return 0, nil, nil
	}
	text, dictionary, err := p.text()
	if err != nil {
		return 0, nil, nil
	}
	var old struct { // checks.Observation without its report, which nobody asks for here
		Answers map[string]string `json:"answers"`
	}
	if err := json.Unmarshal(text, &old); err != nil {
		return 0, nil, nil
	}
	return base, dictionary, old.Answers
}

// text is the observation's JSON and that of its base.
func (p packed) text() (text, base []byte, err error) {
	if p.base == 0 {
		text, err = unpack(p.body, nil)
		return text, text, err
	}
	if base, err = unpack(p.baseBody, nil); err != nil {
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
		if bodies[i], err = pack(a.JSON, nil); err != nil {
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
	text, err := unpack(packed, nil)
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

// smallWindow is more than a report with its dictionary takes: an encoder
// keeps that much beside its tables.
const smallWindow = 256 << 10

// plain packs and unpacks without a dictionary; both may be used at once.
var plain = sync.OnceValues(func() (*zstd.Encoder, *zstd.Decoder) {
	e, err := encoder()
	d, also := decoder()
	if err = errors.Join(err, also); err != nil { // an option that zstd does not take
		panic(err)
	}
	return e, d
})

func encoder(more ...zstd.EOption) (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, append(more, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(smallWindow), zstd.WithLowerEncoderMem(true))...)
}

func decoder(more ...zstd.DOption) (*zstd.Decoder, error) {
	return zstd.NewReader(nil, append(more, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(observationMost))...)
}

// dictionaryID is the same for all: which base it was is in the row.
const dictionaryID = 1

// pack is the text in fewer bytes, against a dictionary where there is one.
func pack(text, dictionary []byte) ([]byte, error) {
	e, _ := plain()
	if dictionary != nil {
		var err error
		if e, err = encoder(zstd.WithEncoderDictRaw(dictionaryID, dictionary)); err != nil {
			return nil, err
		}
	}
	return e.EncodeAll(text, nil), nil
}

// unpack is the text that pack was given with the same dictionary.
func unpack(body, dictionary []byte) ([]byte, error) {
	_, d := plain()
	if dictionary != nil {
		var err error
		if d, err = decoder(zstd.WithDecoderDictRaw(dictionaryID, dictionary)); err != nil {
			return nil, err
		}
		defer d.Close()
	}
	return d.DecodeAll(body, nil)
}
