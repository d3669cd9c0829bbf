package workspace

import (
	"encoding/json"
	"slices"
	"strconv"
)

// RefuseCharts has data_visualization blocks refused, or taken again.
func (s *Server) RefuseCharts(refused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuseCharts = refused
}

// readBlocks judges a message's blocks, also by what this workspace supports
// now and which files it has, and keeps them as they were sent; none are nil.
// A response URL shows no files.
func (s *Server) readBlocks(raw []byte, files bool) (json.RawMessage, *Refusal) {
	kept, refusal := readBlocks(raw)
	if refusal != nil || kept == nil {
		return kept, refusal
	}
	var blocks []any
	if err := json.Unmarshal(kept, &blocks); err != nil {
		panic(err) // it was JSON before
	}
	if refusal := s.refuseChart(blocks); refusal != nil {
		return nil, refusal
	}
	if refusal := s.refusePictures(blocks, "/blocks"); refusal != nil {
		return nil, refusal
	}
	if at := pictureOf(blocks, "/blocks"); !files && len(at) > 0 {
		return nil, &Refusal{"invalid_blocks", []BlockFault{{at[0].pointer, "invalid slack file"}}}
	}
	return kept, nil
}

func (s *Server) refuseChart(blocks []any) *Refusal {
	var faults []BlockFault
	for i, b := range blocks {
		o, _ := b.(map[string]any)
		if s.refuseCharts && o["type"] == "data_visualization" {
			faults = append(faults, BlockFault{"/blocks/" + strconv.Itoa(i) + "/type", "unsupported type: data_visualization"})
		}
	}
	if faults == nil {
		return nil
	}
	return &Refusal{"invalid_blocks", faults}
}

func hasKind(raw json.RawMessage, kind string) bool {
	var blocks []any
	return json.Unmarshal(raw, &blocks) == nil && nth(blocks, 1, kind) >= 0
}

// picture is a slack_file that blocks ask for.
type picture struct {
	pointer string
	file    map[string]any
}

func pictureOf(value any, at string) (found []picture) {
	switch v := value.(type) {
	case []any:
		for i, each := range v {
			found = append(found, pictureOf(each, at+"/"+strconv.Itoa(i))...)
		}
	case map[string]any:
		if file, ok := v["slack_file"].(map[string]any); ok && member(v, "type") == "image" {
			found = append(found, picture{at + "/slack_file", file})
		}
		for _, name := range []string{"accessory", "elements", "child_blocks", "hero_image", "icon"} {
			found = append(found, pictureOf(v[name], at+"/"+name)...)
		}
	}
	return found
}

// refusePictures refuses files that are not there, not ready, or no pictures.
func (s *Server) refusePictures(blocks any, at string) *Refusal {
	var faults []BlockFault
	for _, p := range pictureOf(blocks, at) {
		f := s.files[member(p.file, "id")]
		if address := member(p.file, "url"); address != "" {
			f = s.fileAt(address)
		}
		if f == nil || !f.Ready || !slices.Contains(pictureTypes, f.MediaType) {
			faults = append(faults, BlockFault{p.pointer, "invalid slack file"})
		}
	}
	if faults == nil {
		return nil
	}
	return &Refusal{"invalid_blocks", faults}
}

// fileAt is the file with this private address or permalink.
func (s *Server) fileAt(address string) *file {
	for _, f := range s.files {
		w := s.fileWire(f)
		if w["url_private"] == address || w["permalink"] == address {
			return f
		}
	}
	return nil
}
