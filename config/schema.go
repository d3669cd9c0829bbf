package config

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"

	"github.com/invopop/jsonschema"

	"rootwatch/checks"
	"rootwatch/checks/spend"
)

// Schema is the JSON Schema of rootwatch.yaml, for editors. It knows the form
// of the file; Load knows more.
func Schema() []byte {
	reflector := jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, DoNotReference: true, Anonymous: true}
	defaults := newDocument()
	defaults.Checks, defaults.Spend = ownersDefaults()
	root := reflector.ReflectFromType(reflect.TypeFor[document]())
	(&schemaWriter{exampleNotes()}).finish(root, reflect.ValueOf(defaults), "")
	root.Title = "rootwatch.yaml"
	root.Description = "The configuration of Rootwatch."
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		panic(err) // made of the program's own types
	}
	return b.Bytes()
}

// ownersDefaults are those of the sections whose owners know them.
func ownersDefaults() (checksSection, spendSection) {
	policy, settings := checks.DefaultPolicy(), spend.DefaultSettings()
	return checksSection{
			RootUsageWindow: strconv.Itoa(int(policy.RootUsageWindow.Hours())) + "h",
			RootHardwareMFA: string(policy.RootHardwareMFA),
			AdminUsersMin:   policy.AdminUsersMin,
			AdminUsersMax:   policy.AdminUsersMax,
		}, spendSection{
			MinExcess:     number(settings.MinExcess.String()),
			MinLasting:    number(settings.MinLasting.String()),
			QuietDays:     settings.QuietDays,
			MinFirstSpend: number(settings.MinFirstSpend.String()),
			HistoryDays:   settings.HistoryDays,
		}
}

// schemaWriter adds to what reflection knows of the shape what is known of
// each key: its note, its default and its rules.
type schemaWriter struct{ notes map[string]string }

func (w *schemaWriter) finish(s *jsonschema.Schema, defaults reflect.Value, path string) {
	s.Description = w.notes[path]
	switch defaults.Kind() {
	case reflect.Struct:
		w.section(s, defaults, path)
	case reflect.Slice:
		element := reflect.New(defaults.Type().Elem())
		if d, ok := element.Interface().(interface{ setDefaults() }); ok {
			d.setDefaults()
		}
		w.finish(s.Items, element.Elem(), path+"[]")
		orEmpty(s)
	default:
		w.scalar(s, defaults, path)
	}
}

func (w *schemaWriter) section(s *jsonschema.Schema, defaults reflect.Value, path string) {
	s.Required = nil
	for _, f := range fieldsOf(defaults.Type()) {
		property, _ := s.Properties.Get(f.key)
		w.finish(property, defaults.Field(f.index), join(path, f.key))
		if f.required {
			s.Required = append(s.Required, f.key)
		}
	}
	switch path {
	case "", "organizations[]", "organizations[].accounts[]": // these hold what is required
	case "store":
		one := uint64(1)
		url := jsonschema.NewProperties()
		url.Set("url", &jsonschema.Schema{MinLength: &one})
		s.Not = &jsonschema.Schema{Type: "object", Required: []string{"path", "url"}, Properties: url}
		orEmpty(s)
	default:
		orEmpty(s)
	}
	if path == "" {
		one := uint64(1)
		organizations, _ := s.Properties.Get("organizations")
		organizations.Type, organizations.Extras, organizations.MinItems = "array", nil, &one
	}
}

// orEmpty also takes a section or a list all of whose lines are commented out.
func orEmpty(s *jsonschema.Schema) {
	s.Extras = map[string]any{"type": []string{s.Type, "null"}}
	s.Type = ""
}

func (w *schemaWriter) scalar(s *jsonschema.Schema, value reflect.Value, path string) {
	_, isNumber := value.Interface().(number)
	switch {
	case isNumber:
		s.Type, s.Minimum = "number", "0"
	case s.Type == "string" && choices[path] == nil:
		longest := uint64(maxText)
		s.MaxLength, s.Pattern = &longest, shapes[path]
	}
	if b, ok := bounds[path]; ok {
		s.Minimum, s.Maximum = json.Number(strconv.Itoa(b[0])), json.Number(strconv.Itoa(b[1]))
	}
	for _, word := range choices[path] {
		s.Enum = append(s.Enum, word)
	}
	switch text, isText := value.Interface().(string); {
	case value.IsZero():
	case isNumber:
		s.Default = json.Number(value.String())
	case isText:
		s.Default = text
	default:
		s.Default = value.Interface()
	}
	switch path {
	case "time_zone":
		s.Not = &jsonschema.Schema{Pattern: "^[Ll][Oo][Cc][Aa][Ll]$"}
	case "store.path":
		s.Not = &jsonschema.Schema{Pattern: "://"}
	case "organizations[].accounts[].aliases[]":
		s.Not = &jsonschema.Schema{Pattern: "^([0-9-]+|[Aa][Ll][Ll]|[Hh][Ee][Ll][Pp])$"}
	}
}
