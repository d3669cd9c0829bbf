package app

import (
	"archive/zip"
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
)

// Bounds of what an archive may make us read. Deflate shrinks to a thousandth
// at most, so an archive that claims to hold more than that lies.
const (
	mostDeflated  = 1100
	mostManifest  = 256 << 20
	mostLine      = 64 << 20
	mostSaid      = 100 // faults that are printed; all are counted
	slackOfBounds = 1 << 20
)

// errNoArchive is of what is no archive of ours.
var errNoArchive = errors.New("it is no evidence archive")

// EvidenceVerify reads an archive and says what is wrong with it. Nothing of
// it is ever written to the disk, whatever its entries are called.
func EvidenceVerify(path string, term Terminal) (status int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return Usage, Problem{Usage, err}
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return Usage, Problem{Usage, fmt.Errorf("%s is not a file", path)}
	}
	v, err := verifyEvidence(f, info.Size())
	if err != nil {
		return Usage, Problem{Usage, fmt.Errorf("%s: %w", path, err)}
	}
	for _, fault := range v.faults {
		if _, err := fmt.Fprintln(term.Out, fault); err != nil {
			return Failure, err
		}
	}
	if more := v.wrong - len(v.faults); more > 0 {
		_, _ = fmt.Fprintf(term.Out, "and %s more\n", bot.Number(more))
	}
	for _, trouble := range v.manifest.Troubles {
		_, _ = fmt.Fprintln(term.Out, "noted when it was made:", bot.Clean(trouble))
	}
	word := "fine"
	if v.wrong > 0 {
		status, word = Findings, "ALTERED"
	}
	_, err = fmt.Fprintf(term.Out, "%s: %s: %s, %s, %s to %s, made %s by %s.\nsha256 of its manifest, which must be the one that was noted down when it was made:\n%s\n",
		path, word, bot.Count(v.files, "file", "files"), bot.Count(v.observations, "observation", "observations"),
		v.manifest.From.UTC().Format(time.DateOnly), v.manifest.To.UTC().Format(time.DateOnly),
		v.manifest.GeneratedAt.UTC().Format("2006-01-02 15:04 UTC"), bot.Clip(bot.Clean(v.manifest.Tool), 80), v.hash)
	return status, err
}

// verdict is what verifying found.
type verdict struct {
	manifest     manifest
	hash         string // of the manifest
	files        int
	observations int
	wrong        int
	faults       []string // the first of them
	listed       map[string]manifestFile
}

func (v *verdict) fault(format string, args ...any) {
	if v.wrong++; len(v.faults) < mostSaid {
		v.faults = append(v.faults, fmt.Sprintf(format, args...))
	}
}

// verifyEvidence wraps errNoArchive where there is nothing to verify.
func verifyEvidence(r io.ReaderAt, size int64) (*verdict, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // such a name is an extra file, and is named
		return nil, fmt.Errorf("%w: %w", errNoArchive, err)
	}
	most := size*mostDeflated + slackOfBounds
	v := &verdict{listed: map[string]manifestFile{}}
	entries, err := v.open(z, most)
	if err != nil {
		return nil, err
	}
	var listed int64
	for _, f := range v.manifest.Files {
		if _, twice := v.listed[f.Name]; twice || f.Size < 0 || f.Size > most || f.Name == evidenceManifest {
			return nil, fmt.Errorf("%w: its manifest lists %q twice or with an impossible size", errNoArchive, shown(f.Name))
		}
		v.listed[f.Name] = f
		if listed += f.Size; listed > most {
			return nil, fmt.Errorf("%w: its manifest lists more than an archive of this size can hold", errNoArchive)
		}
	}
	for _, f := range v.manifest.Files {
		entry, there := entries[f.Name]
		if !there {
			v.fault("missing  %s", shown(f.Name))
			continue
		}
		v.files++
		v.check(entry, f)
	}
	for _, entry := range z.File {
		if _, ok := v.listed[entry.Name]; !ok && entry.Name != evidenceManifest {
			v.fault("extra    %s", shown(entry.Name))
		}
	}
	return v, nil
}

// open finds the manifest and every entry by its name.
func (v *verdict) open(z *zip.Reader, most int64) (map[string]*zip.File, error) {
	entries := map[string]*zip.File{}
	var claimed uint64
	for _, entry := range z.File {
		if claimed += min(entry.UncompressedSize64, uint64(most)+1); claimed > uint64(most) {
			return nil, fmt.Errorf("%w: it claims to hold more than an archive of its size can", errNoArchive)
		}
		if _, twice := entries[entry.Name]; twice {
			v.fault("twice    %s", shown(entry.Name))
			continue
		}
		entries[entry.Name] = entry
	}
	entry, ok := entries[evidenceManifest]
	if !ok {
		return nil, fmt.Errorf("%w: it has no %s", errNoArchive, evidenceManifest)
	}
	text, err := readEntry(entry, mostManifest)
	if err == nil {
		err = json.Unmarshal(text, &v.manifest)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: its manifest cannot be read: %w", errNoArchive, err)
	}
	if v.manifest.Version != evidenceVersion {
		return nil, fmt.Errorf("%w that this version knows: the manifest's version is %d", errNoArchive, v.manifest.Version)
	}
	v.hash = checks.HashOf(text)
	return entries, nil
}

func readEntry(entry *zip.File, most int64) ([]byte, error) {
	r, err := entry.Open()
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("it has more than %d MB", most>>20)
	}
	return text, errors.Join(err, r.Close())
}

// check reads one file, no further than the manifest says it goes.
func (v *verdict) check(entry *zip.File, f manifestFile) {
	r, err := entry.Open()
	if err != nil {
		v.fault("altered  %s: %v", shown(f.Name), err)
		return
	}
	hash := sha256.New()
	size := &counter{}
	content := io.TeeReader(io.LimitReader(r, f.Size+1), io.MultiWriter(hash, size))
	if f.Name == evidenceFindings {
		v.chain(content)
	}
	_, err = io.Copy(io.Discard, content)
	sum := hex.EncodeToString(hash.Sum(nil))
	name := strings.TrimSuffix(strings.TrimPrefix(f.Name, evidenceAnswers), ".json")
	switch {
	case errors.Join(err, r.Close()) != nil:
		v.fault("altered  %s: it cannot be read", shown(f.Name))
	case size.n != f.Size, sum != f.SHA256:
		v.fault("altered  %s", shown(f.Name))
	case strings.HasPrefix(f.Name, evidenceAnswers) && name != sum:
		v.fault("altered  %s: it is not the answer that it is named for", shown(f.Name))
	}
}

// chain follows the observations of each account, one behind the other.
func (v *verdict) chain(r io.Reader) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, mostLine)
	type place struct{ partition, organization, account string }
	last := map[place]string{}
	for n := 1; lines.Scan(); n++ {
		var line observedLine
		var o checks.Observation
		err := json.Unmarshal(lines.Bytes(), &line)
		if err == nil {
			err = json.Unmarshal(line.Observation, &o)
		}
		if err != nil {
			v.fault("altered  %s, line %d: it is no observation", evidenceFindings, n)
			continue
		}
		v.observations++
		what := fmt.Sprintf("%s, line %d, the observation of %s at %s", evidenceFindings, n, o.Report.AccountID, o.Report.ObservedAt.UTC().Format(time.RFC3339))
		if checks.HashOf(line.Observation) != line.Hash {
			v.fault("altered  %s", what)
		}
		at := place{o.Report.Partition, o.Report.Organization, o.Report.AccountID.String()}
		if before, ok := last[at]; ok && o.Previous != before {
			v.fault("missing  %s: the one before it is not the one that it names", what)
		}
		last[at] = line.Hash
		for name, hash := range o.Answers {
			if _, ok := v.listed[evidenceAnswers+hash+".json"]; !ok {
				v.fault("missing  %s: its answer %s", what, shown(name))
			}
		}
	}
	if lines.Err() != nil {
		v.fault("altered  %s: it cannot be read", evidenceFindings)
	}
}

// shown is a stranger's name for a terminal.
func shown(name string) string { return bot.Clip(bot.Clean(name), 120) }
