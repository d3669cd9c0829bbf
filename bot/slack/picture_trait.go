package slack

import (
	"context"
	"sync"
	"time"
)

const (
	noCharts = "no_native_charts" // the trait's name in the store
	// Slack brings new blocks to workspaces in turns: what one refuses today it
	// may take next month.
	chartsAgainAfter = 30 * 24 * time.Hour
)

// charts is what is known of the workspace's native charts.
type charts struct {
	mu        sync.Mutex
	team      string
	asked     bool // the store was asked
	refusedAt time.Time
}

// chartless reports whether the workspace refused a chart lately, as this
// process or one before it has learned.
func (m *Mouth) chartless(ctx context.Context) bool {
	m.charts.mu.Lock()
	asked := m.charts.asked || m.o.Traits == nil
	m.charts.mu.Unlock()
	if !asked {
		if team := m.team(ctx); team != "" {
			m.recall(ctx, team)
		}
	}
	m.charts.mu.Lock()
	defer m.charts.mu.Unlock()
	at := m.charts.refusedAt
	return !at.IsZero() && m.o.Now().Sub(at) < chartsAgainAfter
}

func (m *Mouth) recall(ctx context.Context, team string) {
	at, err := m.o.Traits.Trait(ctx, team, noCharts)
	if err != nil {
		m.o.Log.Warn("it is not known whether the workspace takes charts; one is tried", "error", err)
		return
	}
	m.charts.mu.Lock()
	defer m.charts.mu.Unlock()
	m.charts.asked = true
	if m.charts.refusedAt.IsZero() {
		m.charts.refusedAt = at
	}
}

// learn remembers that the workspace refused a chart and took the message
// without it, or (refused false) that it takes charts after all.
func (m *Mouth) learn(ctx context.Context, refused bool) {
	at := time.Time{}
	if refused {
		at = m.o.Now()
	}
	m.charts.mu.Lock()
	known := m.charts.refusedAt
	m.charts.refusedAt = at
	m.charts.mu.Unlock()
	if m.o.Traits == nil || (!refused && known.IsZero()) {
		return
	}
	// The message is said: what is learned of it must not depend on the time it left.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
	defer cancel()
	if team := m.team(ctx); team != "" {
		if err := m.o.Traits.SetTrait(ctx, team, noCharts, at); err != nil {
			m.o.Log.Warn("what the workspace takes could not be remembered; it is asked again after a restart", "error", err)
		}
	}
}

// team is the workspace's id, "" where Slack does not tell now.
func (m *Mouth) team(ctx context.Context) string {
	m.charts.mu.Lock()
	team := m.charts.team
	m.charts.mu.Unlock()
	if team == "" {
		team, _, _, _ = m.AuthTest(ctx)
	}
	return team
}

func (m *Mouth) rememberTeam(team string) {
	m.charts.mu.Lock()
	defer m.charts.mu.Unlock()
	m.charts.team = team
}
