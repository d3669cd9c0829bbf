package slack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
)

const (
	// What the message itself keeps of the job's time: a picture must never
	// cost the message.
	keptForMessage = 4 * time.Second
	mostForPicture = 20 * time.Second // where the caller sets no limit
	// Slack makes a file ready after it has said that all is well; before that
	// it refuses blocks with it.
	firstPoll, lastPoll = 300 * time.Millisecond, 10 * time.Second
	// A workspace that refuses files is asked again after this: somebody may
	// have added the scope.
	filesAgainAfter = time.Hour
	maxAlbum        = 200
	maxFileAltText  = 1000
)

// album remembers the pictures that were uploaded by what is in them, so that
// a retry, and an edit with the same figures, shows the same file.
type album struct {
	pollEvery time.Duration

	mu           sync.Mutex
	files        map[printKey]uploaded
	order        []printKey // oldest first
	refusedUntil time.Time
}

// printKey names a picture by all that is seen in it.
type printKey [sha256.Size]byte

func (c days) key() printKey {
	return sha256.Sum256([]byte(c.points[0].Day.String() + " " + c.altText(1<<16)))
}

type uploaded struct {
	id    string
	ready bool
}

func newAlbum() *album {
	return &album{pollEvery: firstPoll, files: map[printKey]uploaded{}}
}

func (a *album) find(key printKey) uploaded {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.files[key]
}

func (a *album) keep(key printKey, f uploaded) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, known := a.files[key]; !known {
		a.order = append(a.order, key)
	}
	a.files[key] = f
	for len(a.order) > maxAlbum {
		delete(a.files, a.order[0])
		a.order = slices.Delete(a.order, 0, 1)
	}
}

// drop forgets a file that Slack does not show (any more).
func (a *album) drop(key printKey) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.files[key] = uploaded{}
}

// closed reports whether the workspace refused a file a short while ago.
func (a *album) closed(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return now.Before(a.refusedUntil)
}

func (a *album) close(until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refusedUntil = until
}

// illustrate puts a picture in the place of the chart that d had to drop. Where
// that cannot be done in time, the numbers stay as they are: as text.
func (m *Mouth) illustrate(ctx context.Context, d draft, message bot.Message) draft {
	if m.album.closed(time.Now()) {
		return d
	}
	block, key, err := m.pictureBlock(ctx, message)
	if err != nil {
		if _, refused := asRefusal(err); refused {
			m.album.close(time.Now().Add(filesAgainAfter))
		}
		f := m.faultOf(err)
		m.o.Log.Warn("a chart could not be shown as a picture; its numbers are sent as text", "code", f.Code, "do", f.Sentence, "error", f.Err)
		return d
	}
	d.blocks, d.pictured, d.picture = withImage(d.drawn, block), true, key
	return d
}

// pictureBlock is the message's chart as an image block, once its file is ready.
func (m *Mouth) pictureBlock(ctx context.Context, message bot.Message) (slackgo.Block, printKey, error) {
	c, ok := daysOf(message)
	if !ok {
		return nil, printKey{}, errors.New("the message has no chart")
	}
	deadline := time.Now().Add(mostForPicture)
	if end, bounded := ctx.Deadline(); bounded {
		deadline = end.Add(-keptForMessage)
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	key := c.key()
	f := m.album.find(key)
	if f.id == "" {
		png, err := c.picture()
		if err != nil {
			return nil, key, err
		}
		if f.id, err = m.upload(ctx, c, png); err != nil {
			return nil, key, err
		}
		m.album.keep(key, f)
	}
	if !f.ready {
		if err := m.untilReady(ctx, f.id); err != nil {
			return nil, key, err
		}
		m.album.keep(key, uploaded{f.id, true})
	}
	return c.image(f.id), key, nil
}

// image shows an uploaded file in the place of the chart. Its words hold every
// number, for who cannot see it.
func (c days) image(file string) slackgo.Block {
	return &slackgo.ImageBlock{
		Type: slackgo.MBTImage, AltText: c.altText(maxFileAltText), Title: plainText(c.title, maxChartTitle),
		SlackFile: &slackgo.SlackFileObject{ID: file},
	}
}

// withImage puts a block in the place of the chart.
func withImage(blocks []slackgo.Block, image slackgo.Block) []slackgo.Block {
	shown := slices.Clone(blocks)
	for i := range shown {
		if isChart(shown[i]) {
			shown[i] = image
		}
	}
	return shown
}

// upload gives the file to Slack and to no channel: only the message shows it.
func (m *Mouth) upload(ctx context.Context, c days, png []byte) (id string, err error) {
	err = m.web(ctx, func(api *slackgo.Client) error {
		file, err := api.UploadFileContext(ctx, slackgo.UploadFileParameters{
			Filename: "spend-" + c.points[len(c.points)-1].Day.String() + ".png", Title: tidy(c.title, maxChartTitle),
			AltTxt: c.altText(maxFileAltText), FileSize: len(png), Reader: bytes.NewReader(png),
		})
		if err == nil {
			id = file.ID
		}
		return err
	})
	if err == nil && id == "" {
		err = errUndecodable
	}
	return id, err
}

// untilReady waits for Slack to have looked at the file, more and more rarely.
func (m *Mouth) untilReady(ctx context.Context, id string) error {
	for wait := m.album.pollEvery; ; wait = min(2*wait, lastPoll) {
		var file *slackgo.File
		err := m.web(ctx, func(api *slackgo.Client) (err error) {
			file, _, _, err = api.GetFileInfoContext(ctx, id, 0, 0)
			return err
		})
		switch {
		case err != nil:
			return err
		case file.Mimetype != "":
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("slack had not made the picture ready in time: %w", ctx.Err())
		}
	}
}
