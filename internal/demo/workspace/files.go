package workspace

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// File is a file that the bot has uploaded, or is uploading.
type File struct {
	ID, Name, Title string
	AltText         string
	MediaType       string // as its bytes say; "" before they are there
	Bytes           []byte
	Ready           bool // blocks may show it
	// URL is where a browser reads it without a token; "" until Ready.
	URL string
}

type file struct {
	File
	length   int
	complete bool
	polls    int    // of files.info, since it is complete
	key      string // of the address that it is uploaded to
	public   string // of the address that browsers read
}

// pictures are what image blocks show.
var pictureTypes = []string{"image/png", "image/jpeg", "image/gif"}

// File is a file by its id.
func (s *Server) File(id string) (File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id]
	if f == nil {
		return File{}, false
	}
	seen := f.File
	if seen.Ready {
		seen.URL = s.address("/files-browser/" + f.ID + "/" + f.public + "/" + url.PathEscape(f.Name))
	}
	return seen, true
}

func (s *Server) address(path string) string { return strings.TrimSuffix(s.baseURL, "/") + path }

func (s *Server) filesGetUploadURLExternal(a args) answer {
	length, err := strconv.Atoi(a.text("length"))
	name := path.Base(a.text("filename"))
	switch {
	case a.text("filename") == "" || err != nil || length <= 0:
		return fail("invalid_arguments", "[ERROR] missing required field: filename, and a length of more than 0")
	case length > maxBody:
		return fail("file_upload_size_restricted")
	case len([]rune(a.text("alt_txt"))) > maxAltText:
		return fail("alt_txt_too_large")
	}
	f := &file{length: length, key: randomHex(24), public: randomHex(24)}
	f.ID = "F" + strings.ToUpper(randomHex(5))
	f.Name, f.AltText = name, a.text("alt_txt")
	s.files[f.ID] = f
	return succeed(map[string]any{"upload_url": s.address("/upload/v1/" + f.key), "file_id": f.ID})
}

func (s *Server) filesCompleteUploadExternal(a args) answer {
	var wanted []struct{ ID, Title string }
	if json.Unmarshal([]byte(a.text("files")), &wanted) != nil || len(wanted) == 0 {
		return fail("invalid_arguments", "[ERROR] missing required field: files")
	}
	for _, each := range wanted {
		if f := s.files[each.ID]; f == nil || f.Bytes == nil {
			return fail("file_not_found")
		}
	}
	share, refused := s.sharing(a)
	if refused.body != nil {
		return refused
	}
	if share != nil {
		if refused, limited := s.tooFast(share.channel); limited {
			return refused
		}
	}
	var ids []string
	complete := []any{}
	for _, each := range wanted {
		f := s.files[each.ID]
		f.Title, f.complete = cmp.Or(each.Title, f.Name), true
		s.settle(f)
		ids = append(ids, f.ID)
		complete = append(complete, s.fileWire(f))
	}
	s.wake()
	done := succeed(map[string]any{"files": complete})
	if share != nil {
		share.message.Files = ids
		done.post = s.accept("files.completeUploadExternal", s.add(share.channel, share.message))
	}
	return done
}

// share is a message that files are posted with.
type share struct {
	channel *conversation
	message Message
}

// sharing reads where files are posted; nil without a refusal is nowhere.
func (s *Server) sharing(a args) (*share, answer) {
	id := a.text("channel_id")
	if id == "" {
		id, _, _ = strings.Cut(a.text("channels"), ",")
	}
	if id == "" {
		return nil, answer{}
	}
	c, word := s.writable(id, false)
	switch {
	case word != "":
		return nil, fail(word)
	case c.NotMember:
		return nil, fail("not_in_channel") // chat:write.public is of no help here
	}
	m := Message{User: BotUser, Text: a.text("initial_comment"), ThreadTS: a.text("thread_ts")}
	if m.ThreadTS != "" && c.find(m.ThreadTS) == nil {
		return nil, fail("thread_not_found")
	}
	if a.has("blocks") {
		blocks, refusal := s.readBlocks([]byte(a.text("blocks")), true)
		if refusal != nil {
			return nil, refusal.answer()
		}
		if hasKind(blocks, "markdown") {
			return nil, fail("internal_error") // Slack fails over these here
		}
		m.Blocks = blocks
	}
	return &share{c, m}, answer{}
}

func (s *Server) filesInfo(a args) answer {
	f := s.files[a.text("file")]
	if f == nil || !f.complete {
		return fail("file_not_found")
	}
	f.polls++
	s.settle(f)
	return succeed(map[string]any{
		"file": s.fileWire(f), "comments": []any{}, "response_metadata": map[string]any{"next_cursor": ""},
	})
}

// settle makes a complete file ready once it was asked for often enough.
func (s *Server) settle(f *file) {
	if !f.Ready && (f.polls > s.options.FilePolls || s.options.FilePolls == 0) {
		f.Ready, f.MediaType = true, http.DetectContentType(f.Bytes)
		s.wake()
	}
}

// fileWire is a file as the Web API gives it. Until it is ready it has no
// media type and no smaller pictures.
func (s *Server) fileWire(f *file) map[string]any {
	private := s.address("/files-pri/" + s.options.TeamID + "-" + f.ID + "/" + url.PathEscape(f.Name))
	w := map[string]any{
		"id": f.ID, "name": f.Name, "title": f.Title, "alt_txt": f.AltText, "size": len(f.Bytes), "user": BotUser,
		"created": s.options.Now().Unix(), "timestamp": s.options.Now().Unix(), "is_external": false, "mode": "hosted",
		"mimetype": f.MediaType, "filetype": "", "url_private": private, "url_private_download": private,
		"permalink": s.address("/files/" + BotUser + "/" + f.ID + "/" + url.PathEscape(f.Name)),
	}
	if f.Ready {
		_, kind, _ := strings.Cut(f.MediaType, "/")
		w["filetype"] = kind
		if slices.Contains(pictureTypes, f.MediaType) {
			w["thumb_64"], w["thumb_360"] = private, private
		}
	}
	return w
}
