package replay_test

import (
	"path/filepath"
	"runtime"
	"testing"

	"rootwatch/checks/spend"
	"rootwatch/internal/replay"
	"rootwatch/internal/yardstick"
)

// scale writes an organization of so many accounts with ten series each.
func scale(b *testing.B, accounts, days int) string {
	b.Helper()
	dir := b.TempDir()
	if _, err := yardstick.Simulate(dir, yardstick.Scale(accounts, 10, days), 1); err != nil {
		b.Fatal(err)
	}
	return dir
}

// BenchmarkWatch is the judgement alone, one account after the other.
func BenchmarkWatch(b *testing.B) {
	set, err := yardstick.Load(scale(b, 50, 400))
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for b.Loop() {
		for _, l := range set.Ledgers {
			for range l.Replay(spend.DefaultSettings()) {
			}
		}
	}
	b.ReportMetric(float64(50*10*400*b.N)/b.Elapsed().Seconds(), "series-days/s")
}

// BenchmarkRun is a whole backtest of sorted files. Its memory is that of the
// Watches: it does not grow with the days.
func BenchmarkRun(b *testing.B) {
	for _, size := range []struct {
		name           string
		accounts, days int
	}{{"200x10x200", 200, 200}, {"200x10x400", 200, 400}, {"200x10x800", 200, 800}} {
		b.Run(size.name, func(b *testing.B) {
			dir := scale(b, size.accounts, size.days)
			asof := onDisk(filepath.Join(dir, "asof.csv.gz"))
			files := replay.Files{Costs: onDisk(filepath.Join(dir, "costs.csv.gz")), Asof: &asof}
			b.ResetTimer()
			peak := uint64(0)
			for b.Loop() {
				o := options()
				looks := 0
				o.Looked = func(spend.Day) {
					if looks++; looks%50 == 0 {
						peak = max(peak, live())
					}
				}
				if err := files.Run(o, func(spend.Day, []spend.Notice) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(size.accounts*10*size.days*b.N)/b.Elapsed().Seconds(), "series-days/s")
			b.ReportMetric(float64(peak)/1e6, "MB")
		})
	}
}

// live is what is in use once the garbage is gone.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
