package workspace

import (
	"encoding/json"
	"io"
	"mime"
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

// serveUpload takes a file's bytes, bare or as a part of a form. Its address
// is good at the host it was given for and no other, as clients send their
// token along.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	content, err := readUpload(w, r)
	fault := s.takeFault("upload_url")
	if fault.before(w, r) {
		return
	}
	s.mu.Lock()
	result := refuse(http.StatusBadRequest, "invalid_upload")
	if err == nil {
		result = s.take(r.Method, r.Host, strings.TrimPrefix(r.URL.Path, "/upload/v1/"), content)
	}
	s.mu.Unlock()
	fault.after(w, r, result)
}

func (s *Server) take(method, host, key string, content []byte) answer {
	base, err := url.Parse(s.baseURL)
	switch {
	case method != http.MethodPost:
		return refuse(http.StatusMethodNotAllowed, "method_not_allowed")
	case err != nil || host != base.Host:
		return refuse(http.StatusForbidden, "wrong_host")
	}
	for _, f := range s.files {
		if !same(f.key, key) {
			continue
		}
		if len(content) != f.length {
			return refuse(http.StatusBadRequest, "length_mismatch")
		}
		f.Bytes = content
		return answer{}
	}
	return refuse(http.StatusNotFound, "upload_not_found")
}

func readUpload(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return io.ReadAll(r.Body)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return io.ReadAll(part)
		}
	}
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
	var ids []string
	complete := []any{}
	for _, each := range wanted {
		f := s.files[each.ID]
		f.Title, f.complete = each.Title, true
		if f.Title == "" {
			f.Title = f.Name
		}
		f.Ready = f.polls >= s.options.FilePolls
		if f.Ready {
			f.MediaType = http.DetectContentType(f.Bytes)
		}
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
	if word != "" {
		return nil, fail(word)
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
	if f.polls++; !f.Ready && f.polls > s.options.FilePolls {
		f.Ready, f.MediaType = true, http.DetectContentType(f.Bytes)
		s.wake()
	}
	return succeed(map[string]any{
		"file": s.fileWire(f), "comments": []any{}, "response_metadata": map[string]any{"next_cursor": ""},
	})
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

// serveFile gives the bot's own file to its token, and to a browser that has
// the address with the key.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	token, _ := bearer(r)
	s.mu.Lock()
	var found *file
	var content []byte
	kind := "application/octet-stream"
	switch {
	case parts[0] == "files-pri" && len(parts) == 3:
		_, id, _ := strings.Cut(parts[1], "-")
		if f := s.files[id]; f != nil && f.complete && same(token, s.secrets.bot) {
			found = f
		}
	case parts[0] == "files-browser" && len(parts) == 4:
		if f := s.files[parts[1]]; f != nil && f.Ready && same(parts[2], f.public) {
			found = f
		}
	}
	if found != nil {
		content = found.Bytes
		if slices.Contains(pictureTypes, found.MediaType) {
			kind = found.MediaType
		}
	}
	s.mu.Unlock()
	if found == nil {
		http.Error(w, "file_not_found", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(content) // a client that left misses nothing
}
