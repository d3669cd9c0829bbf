package demo

import (
	"context"
	"errors"
	"time"
)

var errOver = errors.New("the demo is over")

// NextDay moves the clock and starts the bot again, which then takes the
// slots that came meanwhile.
func (st *Stage) NextDay(ctx context.Context) error {
	if err := st.Stop(); err != nil {
		return err
	}
	st.Advance(24 * time.Hour)
	return st.Start(ctx)
}

// Ahead is how far the world's clock is ahead of the machine's.
func (st *Stage) Ahead() time.Duration { return time.Duration(st.ahead.Load()) }

// Advance moves the clock of the world; the bot follows when it starts again.
func (st *Stage) Advance(d time.Duration) { st.ahead.Add(int64(d)) }

// Start starts the bot and waits until it takes requests.
func (st *Stage) Start(ctx context.Context) error {
	if err := st.Spawn(); err != nil {
		return err
	}
	return st.running().ready(ctx, st.botURL)
}

// Spawn starts the bot without waiting for it.
func (st *Stage) Spawn() error {
	st.life.Lock()
	defer st.life.Unlock()
	if st.over {
		return errOver
	}
	bot, err := startChild(st.o.Binary, st.config, time.Duration(st.ahead.Load()), st.Environment(), st.logPath())
	if err == nil {
		st.bot.Store(bot)
	}
	return err
}

// Kill ends the bot as a power cut would.
func (st *Stage) Kill() { st.running().kill() }

// Stop asks the bot to end and waits until it has.
func (st *Stage) Stop() error { return st.running().stop() }

// end stops the bot for good. A hand may be between two bots just now: what it
// starts before this is stopped here, and after it it starts none.
func (st *Stage) end() error {
	st.life.Lock()
	st.over = true
	st.life.Unlock()
	if bot := st.running(); bot != nil {
		return bot.stop()
	}
	return nil
}

// running is the bot's newest process.
func (st *Stage) running() *child { return st.bot.Load() }
