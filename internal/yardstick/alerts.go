package yardstick

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"rootwatch/checks/spend"
)

// Alert is one row of what a detector said. All rows of one account and day
// are one message.
type Alert struct {
	Day     spend.Day // when it was said; it may rest on the days before it alone
	Account string
	Service string // "" not said; several with ";" between them
	Region  string
}

// ReadAlerts reads a CSV with the columns alert_date, account, service and
// region, in any order and among others.
func ReadAlerts(r io.Reader) ([]Alert, error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = -1
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("the alerts have no head line: %w", err)
	}
	column := func(row []string, name string) string {
		if i := slices.Index(head, name); i >= 0 && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	var alerts []Alert
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return alerts, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the alerts: %w", err)
		}
		date := column(row, "alert_date")
		day, err := spend.ParseDay(date[:min(len(date), len("2006-01-02"))])
		if err != nil {
			return nil, fmt.Errorf("the alerts: %w", err)
		}
		alerts = append(alerts, Alert{day, column(row, "account"), column(row, "service"), column(row, "region")})
	}
}

// Differences are the alerts up to day that only one of two runs gave: full
// saw the whole set, cut saw it as it was on day. A detector that does not
// look ahead has none.
func Differences(full, cut []Alert, day spend.Day) (onlyFull, onlyCut []Alert) {
	return lacking(full, cut, day), lacking(cut, full, day)
}

func lacking(some, others []Alert, day spend.Day) []Alert {
	seen := make(map[Alert]bool, len(others))
	for _, a := range others {
		seen[a] = true
	}
	var lack []Alert
	for _, a := range some {
		if a.Day <= day && !seen[a] {
			lack, seen[a] = append(lack, a), true
		}
	}
	return lack
}
