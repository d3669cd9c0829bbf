package app

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"rootwatch/bot/slack"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/config"
	"rootwatch/internal/doctor"
	"rootwatch/internal/store"
)

// memory is what a doctor reads in the store.
type memory interface {
	History(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) (spend.History, error)
	CostTrouble(ctx context.Context, scope account.Scope) (string, error)
	CountRequests(ctx context.Context, scope account.Scope, day spend.Day, n int) (today, month int, err error)
	Close() error
}

// lookAtStore opens the store for reading only where that changes nothing in
// it: it is there, and its schema is ours. named says that there is a
// configuration.
func lookAtStore(ctx context.Context, c *config.Config, named bool) (memory, []doctor.Line) {
	if !c.StoreURL.Empty() {
		s := store.LookAtPostgres(ctx, c.StoreURL.Reveal())
		lines := doctor.JudgePostgres(s)
		if s.Trouble != nil || s.Schema != s.Newest {
			return nil, lines
		}
		opened, err := store.OpenPostgres(ctx, store.PostgresOptions{URL: c.StoreURL.Reveal()})
		if err != nil {
			return nil, lines
		}
		return opened, lines
	}
	if c.StorePath == "" && named {
		return nil, []doctor.Line{{Area: doctor.Store, Subject: "store.url", Status: doctor.NotKnown,
			Found: "the database's URL could not be read", Do: "See the configuration's lines."}}
	}
	if c.StorePath == "" {
		return nil, []doctor.Line{{Area: doctor.Store, Status: doctor.OK, Found: "a temporary one for each command: without a configuration nothing is kept"}}
	}
	s := store.LookAt(ctx, c.StorePath)
	lines := doctor.JudgeStore(s)
	if !s.Exists || s.Trouble != nil || s.Unwritable != "" || s.Schema != s.Newest {
		return nil, lines
	}
	opened, err := store.OpenSQLite(ctx, store.Options{Path: c.StorePath})
	if err != nil {
		return nil, lines
	}
	return opened, lines
}

// bill is what is known of Cost Explorer. A paid request is counted like any
// other, and the configured cap holds for it too.
func (l *look) bill(ctx context.Context, o *lookedAt) doctor.Bill {
	scope := o.config.Scope
	today := spend.DayOf(l.now())
	switch {
	case !o.config.Cost.Enabled:
		return doctor.Bill{Off: true}
	case l.r.Paid:
		return doctor.Bill{Asked: true, Gap: o.org.Bill(ctx, func(n int) error {
			if l.memory == nil {
				return nil
			}
			day, month, err := l.memory.CountRequests(ctx, scope, today, n)
			if err == nil && (day > o.config.Cost.MaxRequestsPerDay || month > o.config.Cost.MaxRequestsPerMonth) {
				err = fmt.Errorf("the cap on Cost Explorer requests is reached (%d today, %d this month): raise cost.max_requests_per_day or _per_month, or wait", day, month)
			}
			return err
		})}
	case l.memory == nil:
		return doctor.Bill{}
	}
	// Days that are stored show that it was answered; that it was asked, by a
	// schedule or a doctor, shows nothing. What cannot be read was never run.
	trouble, err := l.memory.CostTrouble(ctx, scope)
	if err != nil {
		return doctor.Bill{}
	}
	stored, err := l.memory.History(ctx, scope, o.found.Standing.Account, today-billWithin, today) // the days are those of all accounts
	return doctor.Bill{Trouble: trouble, Ran: err == nil && len(stored.Collected) > 0}
}

// billWithin is how many days back a reading of the bill still says something.
const billWithin = 30

// slackWithin bounds all questions to Slack together.
const slackWithin = 30 * time.Second

// lookAtSlack asks about tokens and channels, where there is a token.
func lookAtSlack(ctx context.Context, c *config.Config) []doctor.Line {
	if c.Slack.BotToken.Empty() && c.Slack.AppToken.Empty() && c.Slack.SigningSecret.Empty() {
		return nil // the configuration's lines say so
	}
	ctx, cancel := context.WithTimeout(ctx, slackWithin)
	defer cancel()
	w := doctor.Workspace{
		NoToken: c.Slack.BotToken.Empty(), SigningSecret: !c.Slack.SigningSecret.Empty(), SecretFits: doctor.SecretFits(c.Slack.SigningSecret.Reveal()),
		AppToken: !c.Slack.AppToken.Empty(), Wanted: slack.ManifestScopes(),
	}
	probe := slack.NewProbe(slack.Options{BotToken: c.Slack.BotToken.Reveal(), AppToken: c.Slack.AppToken.Reveal(), APIURL: c.Slack.APIURL})
	var group errgroup.Group
	if w.AppToken {
		group.Go(func() error {
			w.Socket = probe.OpenSocket(ctx)
			return nil
		})
	}
	if !w.NoToken {
		if w.Standing, w.Refused = probe.Stand(ctx); w.Refused == nil {
			w.Channels = channelsOf(c)
			for i := range w.Channels {
				group.Go(func() error {
					one := &w.Channels[i]
					one.ChannelStanding, one.Err = probe.Channel(ctx, one.ID)
					return nil
				})
			}
		}
	}
	_ = group.Wait() // no function fails
	return w.Judge()
}

// channelsOf are the configured channels, each once.
func channelsOf(c *config.Config) []doctor.Channel {
	var all []doctor.Channel
	seen := map[string]bool{}
	for i, o := range c.Organizations {
		for _, one := range []struct{ key, id string }{{"digest", o.Channels.Digest}, {"alerts", o.Channels.Alerts}, {"weekend", o.Channels.Weekend}} {
			if one.id != "" && !seen[one.id] {
				seen[one.id] = true
				all = append(all, doctor.Channel{Key: fmt.Sprintf("organizations[%d].channels.%s", i, one.key), ChannelStanding: slack.ChannelStanding{ID: one.id}})
			}
		}
	}
	return all
}
