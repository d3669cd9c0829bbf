package cloud

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"maps"
	"net/http"
	"strconv"
)

// reply is a finished answer.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// namespaces of the query services; an unknown service is given IAM's.
var namespaces = map[string]string{
	"sts": "https://sts.amazonaws.com/doc/2011-06-15/",
	"iam": "https://iam.amazonaws.com/doc/2010-05-08/",
	"sns": "http://sns.amazonaws.com/doc/2010-03-31/",
}

// encode writes result, or problem where there is one, as q's protocol does.
func encode(q *request, result any, problem *apiError) reply {
	a := reply{status: http.StatusOK, header: http.Header{"X-Amzn-Requestid": {q.id}}}
	switch protocols[q.service] {
	case queryProtocol:
		a.header.Set("Content-Type", "text/xml")
		if problem != nil {
			a.status, a.body = problem.Status, xmlError(q, problem)
		} else {
			a.body = xmlResult(q, result)
		}
		return a
	case jsonProtocol:
		a.header.Set("Content-Type", "application/x-amz-json-1.1")
	case restProtocol:
		a.header.Set("Content-Type", "application/json")
	case cborProtocol:
		return cborReply(a, result, problem)
	}
	if problem == nil {
		a.body = mustJSON(result)
		return a
	}
	a.status = problem.Status
	members := map[string]any{"__type": problem.Code, "Message": problem.Message}
	if protocols[q.service] == restProtocol {
		// Here the code travels in a header, and the members are small.
		a.header.Set("X-Amzn-Errortype", problem.Code)
		members = map[string]any{"message": problem.Message}
	}
	maps.Copy(members, problem.More)
	a.body = mustJSON(members)
	return a
}

// cborReply finishes a as RPC v2 does, errors with their name in the body.
func cborReply(a reply, result any, problem *apiError) reply {
	a.header.Set("Content-Type", "application/cbor")
	a.header.Set("Smithy-Protocol", "rpc-v2-cbor")
	if problem == nil {
		a.body = mustCBOR(result)
		return a
	}
	a.status = problem.Status
	a.body = mustCBOR(map[string]any{"__type": "com.amazonaws.cloudwatch#" + problem.Code, "message": problem.Message})
	return a
}

func xmlError(q *request, problem *apiError) []byte {
	type inner struct{ Type, Code, Message string }
	kind := "Sender"
	if problem.Status >= http.StatusInternalServerError {
		kind = "Receiver"
	}
	return mustXML(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Namespace string   `xml:"xmlns,attr"`
		Error     inner
		RequestID string `xml:"RequestId"`
	}{Namespace: namespace(q), Error: inner{kind, problem.Code, problem.Message}, RequestID: q.id})
}

// xmlResult wraps result as <OpResponse><OpResult>...</OpResult><ResponseMetadata>.
func xmlResult(q *request, result any) []byte {
	var b bytes.Buffer
	e := xml.NewEncoder(&b)
	outer := xml.StartElement{
		Name: xml.Name{Local: q.operation + "Response"},
		Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace(q)}},
	}
	id := struct {
		RequestID string `xml:"RequestId"`
	}{q.id}
	for _, step := range []func() error{
		func() error { return e.EncodeToken(outer) },
		func() error {
			return e.EncodeElement(result, xml.StartElement{Name: xml.Name{Local: q.operation + "Result"}})
		},
		func() error {
			return e.EncodeElement(id, xml.StartElement{Name: xml.Name{Local: "ResponseMetadata"}})
		},
		func() error { return e.EncodeToken(outer.End()) },
		e.Close,
	} {
		if err := step(); err != nil { // our own types: a mistake in the program
			panic(err)
		}
	}
	return b.Bytes()
}

func namespace(q *request) string {
	if ns := namespaces[q.service]; ns != "" {
		return ns
	}
	return namespaces["iam"]
}

func mustXML(v any) []byte {
	b, err := xml.Marshal(v)
	if err != nil { // our own types: a mistake in the program
		panic(err)
	}
	return b
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil { // our own types: a mistake in the program
		panic(err)
	}
	return b
}

func (a reply) head(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
}

func (a reply) write(w http.ResponseWriter) {
	a.head(w)
	_, _ = w.Write(a.body) // the client left: nobody to tell
}

// truncated promises the whole body and breaks off half-way.
func (a reply) truncated(w http.ResponseWriter) {
	a.head(w)
	_, _ = w.Write(a.body[:len(a.body)/2])
	if err := http.NewResponseController(w).Flush(); err != nil {
		panic(err) // every server of net/http can flush
	}
	panic(http.ErrAbortHandler) // net/http's own way to break a connection off
}
