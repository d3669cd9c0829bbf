package cloud

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"

	"github.com/fxamacker/cbor/v2"
)

// omitting is the answer without the members of the fault's field, at whatever
// depth: a field that AWS left out reads as a zero to whoever does not look.
func (f *Fault) omitting(q *request, a reply) reply {
	switch protocols[q.service] {
	case queryProtocol:
		a.body = omitXML(a.body, f.Field)
	case cborProtocol:
		var v any
		if err := cbor.Unmarshal(a.body, &v); err != nil { // our own answer
			panic(err)
		}
		a.body = mustCBOR(omit(v, f.Field))
	default:
		var v any
		d := json.NewDecoder(bytes.NewReader(a.body))
		d.UseNumber() // a time must not lose its digits
		if err := d.Decode(&v); err != nil {
			panic(err)
		}
		a.body = mustJSON(omit(v, f.Field))
	}
	return a
}

func omit(v any, field string) any {
	switch v := v.(type) {
	case map[string]any:
		delete(v, field)
		for key, inner := range v {
			v[key] = omit(inner, field)
		}
	case map[any]any: // as CBOR has it
		delete(v, field)
		for key, inner := range v {
			v[key] = omit(inner, field)
		}
	case []any:
		for i, inner := range v {
			v[i] = omit(inner, field)
		}
	}
	return v
}

// omitXML cuts elements of this name out, and the entries of a map whose key
// it is.
func omitXML(body []byte, field string) []byte {
	var out bytes.Buffer
	d, kept := xml.NewDecoder(bytes.NewReader(body)), int64(0)
	for {
		before := d.InputOffset()
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			out.Write(body[kept:])
			return out.Bytes()
		}
		if err != nil { // our own answer
			panic(err)
		}
		start, is := token.(xml.StartElement)
		if !is {
			continue
		}
		named := start.Name.Local == field
		if !named && start.Name.Local == "entry" {
			named = bytes.HasPrefix(body[d.InputOffset():], []byte("<key>"+field+"</key>"))
		}
		if !named {
			continue
		}
		if err := d.Skip(); err != nil {
			panic(err)
		}
		out.Write(body[kept:before])
		kept = d.InputOffset()
	}
}
