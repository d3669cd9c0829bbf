package workspace

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

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
