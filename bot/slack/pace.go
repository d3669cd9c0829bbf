package slack

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"rootwatch/bot"
)

const (
	burst       = 3    // "short bursts tolerated"
	maxChannels = 1000 // remembered at a time
)

// pacer keeps each channel to its messages per second, and silent for as long
// as Slack asked.
type pacer struct {
	limit rate.Limit

	mu       sync.Mutex
	channels map[string]*channelPace
}

type channelPace struct {
	*rate.Limiter
	parkedUntil time.Time
}

func newPacer(perSecond float64) *pacer {
	return &pacer{limit: rate.Limit(perSecond), channels: map[string]*channelPace{}}
}

// wait returns when the channel may get a message. Where ctx would end before
// that it says at once how long it would take.
func (p *pacer) wait(ctx context.Context, channel string) *bot.Fault {
	if channel == "" {
		return nil
	}
	delay, cancel := p.reserve(channel, time.Now())
	if delay == 0 {
		return nil // where ctx is over already, the request says so itself
	}
	if deadline, bounded := ctx.Deadline(); bounded && time.Until(deadline) < delay {
		cancel()
		f := rateLimited("channel_pace", delay)
		f.Err = errors.New("the channel has its message a second already")
		return f
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		cancel()
		return &bot.Fault{Kind: bot.Unreachable, Code: "canceled", Sentence: "The message was not sent yet.", Err: ctx.Err()}
	}
}

func (p *pacer) reserve(channel string, now time.Time) (time.Duration, func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.channel(channel, now)
	if parked := c.parkedUntil.Sub(now); parked > 0 {
		return parked, func() {}
	}
	r := c.ReserveN(now, 1)
	return r.DelayFrom(now), r.Cancel
}

// park keeps the channel silent, after Slack said how long.
func (p *pacer) park(channel string, d time.Duration) {
	if channel == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.channel(channel, now).parkedUntil = now.Add(d)
}

// channel makes room by forgetting those that owe nothing; if all do, by
// forgetting one, which at worst earns a 429.
func (p *pacer) channel(id string, now time.Time) *channelPace {
	if c, ok := p.channels[id]; ok {
		return c
	}
	if len(p.channels) >= maxChannels {
		for old, c := range p.channels {
			if c.TokensAt(now) >= burst && now.After(c.parkedUntil) {
				delete(p.channels, old)
			}
		}
		for old := range p.channels {
			if len(p.channels) < maxChannels {
				break
			}
			delete(p.channels, old)
		}
	}
	c := &channelPace{Limiter: rate.NewLimiter(p.limit, burst)}
	p.channels[id] = c
	return c
}
