package workspace

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// nextTS dates a message by the workspace's clock, and a microsecond after
// the last one when the clock stands still.
func (s *Server) nextTS() string {
	s.last = max(s.last+1, s.options.Now().UnixMicro())
	return formatTS(s.last)
}

func formatTS(micros int64) string {
	return fmt.Sprintf("%d.%06d", micros/1e6, micros%1e6)
}

// parseTS reads "1795322814.000100", or whole seconds, as microseconds.
func parseTS(ts string) (int64, bool) {
	seconds, fraction, _ := strings.Cut(ts, ".")
	if len(fraction) > 6 {
		fraction = fraction[:6]
	}
	whole, err := strconv.ParseUint(seconds, 10, 40)
	if err != nil {
		return 0, false
	}
	part, err := strconv.ParseUint(fraction+"000000"[len(fraction):], 10, 20)
	if err != nil {
		return 0, false
	}
	return int64(whole)*1e6 + int64(part), true
}

func compareTS(a, b string) int {
	x, _ := parseTS(a)
	y, _ := parseTS(b)
	return cmp.Compare(x, y)
}
