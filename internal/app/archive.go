package app

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rootwatch/checks"
)

// The files of an evidence archive; docs/evidence.md tells what is in each.
const (
	evidenceManifest = "manifest.json"
	evidenceFindings = "findings.jsonl"
	evidenceAnswers  = "answers/" // HASH.json
)

// evidenceVersion is of the archive's shape.
const evidenceVersion = 1

// manifest says what an archive is of, and what each of its files is.
type manifest struct {
	Version     int       `json:"version"`
	GeneratedAt time.Time `json:"generated_at"` // the one thing that differs between two archives of the same
	Tool        string    `json:"tool"`
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	// Accounts are those that were asked for, none for all.
	Accounts      []string          `json:"accounts,omitempty"`
	Organizations []manifestScope   `json:"organizations"`
	Schedules     map[string]string `json:"schedules"`
	Zone          string            `json:"zone"`
	Observations  int               `json:"observations"`
	Findings      int               `json:"findings"`
	// Troubles is what the store could not vouch for when the archive was made.
	Troubles []string       `json:"troubles,omitempty"`
	Files    []manifestFile `json:"files"`
}

type manifestScope struct {
	Partition    string `json:"partition"`
	Organization string `json:"organization"`
}

type manifestFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// observedLine is a line of findings.jsonl.
type observedLine struct {
	Hash        string          `json:"hash"` // of Observation, byte by byte
	Observation json.RawMessage `json:"observation"`
}

// archive writes a zip file and notes what is in it. The same contents give
// the same bytes: no entry has a time.
type archive struct {
	zip   *zip.Writer
	files []manifestFile
}

// add writes one file. What f writes is hashed on its way.
func (a *archive) add(name string, f func(io.Writer) error) error {
	entry, err := a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return err
	}
	hash := sha256.New()
	size := &counter{}
	if err := f(io.MultiWriter(entry, hash, size)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	a.files = append(a.files, manifestFile{name, size.n, hex.EncodeToString(hash.Sum(nil))})
	return nil
}

// finish writes the manifest, which names every file but itself, and returns its hash.
func (a *archive) finish(m manifest) (string, error) {
	m.Files = a.files
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return "", err
	}
	err = a.add(evidenceManifest, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	return checks.HashOf(text), errors.Join(err, a.zip.Close())
}

type counter struct{ n int64 }

func (c *counter) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return len(b), nil
}

// newFile has f write a file that is there whole or not at all, and never in
// the place of another. dir is for f's own files; it is gone afterwards.
func newFile(path string, f func(w io.Writer, dir string) error) (err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return there(path)
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), ".rootwatch-evidence-")
	if errors.Is(err, fs.ErrNotExist) {
		return Problem{Usage, fmt.Errorf("%s cannot be written: the directory %s is not there", path, filepath.Dir(path))}
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	half, err := os.OpenFile(filepath.Join(dir, "archive.zip"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = f(half, dir)
	if err == nil {
		err = half.Sync()
	}
	if err = errors.Join(err, half.Close()); err != nil {
		return err
	}
	// A link fails where something came to be there meanwhile; a rename would
	// take its place. Not every file system has links.
	if err := os.Link(half.Name(), path); err == nil {
		return nil
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return there(path)
	}
	return os.Rename(half.Name(), path)
}

func there(path string) error {
	return Problem{Usage, fmt.Errorf("%s is there already; an archive is never overwritten: give another name", path)}
}
