package workspace_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"github.com/slack-go/slack"
)

func pixel(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload uploads a picture as slack-go does, and returns its id.
func upload(t *testing.T, c *slack.Client) string {
	t.Helper()
	picture := pixel(t)
	f, err := c.UploadFileContext(t.Context(), slack.UploadFileParameters{
		Filename: "chart.png", Title: "Spend", AltTxt: "EC2 cost 100 dollars", FileSize: len(picture), Reader: bytes.NewReader(picture),
	})
	if err != nil {
		t.Fatal(err)
	}
	return f.ID
}
