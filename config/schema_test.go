package config

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	yaml "go.yaml.in/yaml/v4"
)

const schemaFile = "../docs/rootwatch.schema.json"

// TestSchema holds docs/rootwatch.schema.json equal to what `config schema`
// prints; go test ./config -update writes it.
func TestSchema(t *testing.T) {
	if *Update {
		if err := os.WriteFile(schemaFile, Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(Schema())); diff != "" {
		t.Errorf("%s is stale; go test ./config -update writes it (-file +now)\n%s", schemaFile, diff)
	}
}

// judge is the schema in the hands of another's validator.
func judge(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("rootwatch.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	c.AssertFormat()
	s, err := c.Compile("rootwatch.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance is a file as an editor hands it to a validator.
func instance(content []byte) (any, error) {
	var v any
	if err := yaml.Unmarshal(content, &v); err != nil {
		return nil, err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(text))
}

func TestSchemaTakesWhatLoadTakes(t *testing.T) {
	s := judge(t)
	files := map[string]string{
		"the example":   string(Example()),
		"all of it":     string(allSwitchedOn()),
		"the least":     "version: 1\norganizations: [{name: main}]\n",
		"commented out": "version: 1\nstore:\nlog:\norganizations:\n  - name: main\n    accounts:\n    cost:\n    channels:\nschedules:\nslack:\nchecks:\nspend:\n",
		"switched off":  "version: 1\norganizations: [{name: main, external_id: ''}]\nslack: {app_token: '', signing_secret: ''}\nstore: {url: '', path: x.db}\n",
		"kept in AWS": "version: 1\norganizations: [{name: main, external_id: 'ssm:/a/b:3'}]\nstore: {url: 'secretsmanager:arn:aws:secretsmanager:eu-central-1:111122223333:secret:a/b-a1b2c3#url'}\n" +
			"slack: {bot_token: 'file:/run/secrets/bot', app_token: 'ssm:arn:aws:ssm:eu-central-1:111122223333:parameter/a/b'}\n",
		"addresses": "version: 1\nlisten: '[::1]:8080'\norganizations: [{name: main, role_name: a/path/Role, management_role_arn: 'arn:aws:iam::111122223333:role/a/path/Role'}]\n",
		"open":      "version: 1\nlisten: ':8080'\ntime_zone: America/Argentina/Buenos_Aires\norganizations: [{name: main, accounts: [{id: '111122223333', email: '', aliases: [zahlung-ü]}]}]\n",
	}
	for path, value := range replacement {
		// Every key with its other valid value, as the file would hold it.
		if content := exampleWith(t, path, value); content != nil {
			files[path] = string(content)
		}
	}
	for name, text := range files {
		env := Env{Lookup: exampleEnv("", "").Lookup, Environ: func() []string { return nil }, ReadFile: func(string) ([]byte, error) { return []byte(text), nil }}
		if _, err := Load(t.Context(), "rootwatch.yaml", env, nil); err != nil {
			t.Errorf("%s: Load refuses it: %v", name, err)
		}
		v, err := instance([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// exampleWith is the example with another value at path.
func exampleWith(t *testing.T, path, value string) []byte {
	t.Helper()
	root := wholeExample()
	steps, ok := resolve(reflect.TypeFor[document](), variable(path)[len(prefix):])
	if !ok {
		t.Fatalf("%s is no key", path)
	}
	if path == "store.url" {
		return nil // it excludes store.path, which the example shows
	}
	r := newReading("example.yaml")
	r.apply(override{"", value, steps}, root)
	if path == "organizations[0].accounts[0].id" || path == "weekend.holidays[0]" {
		for node := range r.variables {
			node.Style = yaml.DoubleQuotedStyle // digits or a date, and meant as text
		}
	}
	content, err := yaml.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// onlyLoad are the invalid files that no schema can judge, with the reason.
var onlyLoad = map[string]string{
	"admin_users.yaml":       "a least that is above the default most",
	"admin_users_both.yaml":  "a least above the most",
	"external_id.yaml":       "what the references name is not there, or is no external id",
	"listen_port.yaml":       "a port above 65535",
	"name_twice.yaml":        "two organizations of one name",
	"partitions.yaml":        "a region of another partition",
	"store_url_host.yaml":    "what the reference names has no host",
	"store_url_missing.yaml": "what the reference names is not there",
	"store_url_mysql.yaml":   "what the reference names is another database",
	"store_url_name.yaml":    "what the reference names has no database",
	"store_url_parse.yaml":   "what the reference names is no URL",
	"two_documents.yaml":     "a validator looks at one document",
}

func TestSchemaRefusesWhatLoadRefuses(t *testing.T) {
	s := judge(t)
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		v, err := instance(content)
		refused := err != nil || s.Validate(v) != nil // what is no YAML is refused before the schema is asked
		if _, only := onlyLoad[name]; refused == only {
			t.Errorf("%s: the schema refuses it: %t (%v); only Load can: %q", name, refused, err, onlyLoad[name])
		}
	}
}

// Each of these is wrong in one way, so that no rule hides behind another.
func TestSchemaRefusesEachFault(t *testing.T) {
	s := judge(t)
	const organization = "version: 1\norganizations: [{name: main}]\n"
	for name, text := range map[string]string{
		"an unknown key":             organization + "timezone: UTC\n",
		"an unknown key of a list":   "version: 1\norganizations: [{name: main, rol_name: Audit}]\n",
		"an unknown key deeper":      organization + "schedules: {swep: '0 6 * * *'}\n",
		"a version as text":          "version: '1'\norganizations: [{name: main}]\n",
		"an account id as a number":  "version: 1\norganizations: [{name: main, accounts: [{id: 111122223333}]}]\n",
		"a text for a number":        organization + "spend: {min_excess: '25'}\n",
		"a number below nothing":     organization + "spend: {min_excess: -1}\n",
		"a text for a section":       organization + "store: rootwatch.db\n",
		"a text for a list":          "version: 1\norganizations: [{name: main, accounts: [{id: '111122223333', aliases: pay}]}]\n",
		"an alias that is a command": "version: 1\norganizations: [{name: main, accounts: [{id: '111122223333', aliases: [All]}]}]\n",
		"out of bounds":              "version: 1\norganizations: [{name: main, concurrency: 513}]\n",
		"a word that is no choice":   organization + "log: {level: loud}\n",
		"a secret in the file":       organization + "slack: {bot_token: xoxb-test-canary}\n",
		"no reference":               organization + "slack: {signing_secret: 'secretsmanager:rootwatch slack'}\n",
		"two stores":                 organization + "store: {path: a.db, url: 'env:A'}\n",
		"a day that is no duration":  organization + "checks: {root_usage_window: 7d}\n",
		"no organization":            "version: 1\norganizations:\n",
	} {
		v, err := instance([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if s.Validate(v) == nil {
			t.Errorf("%s is taken:\n%s", name, text)
		}
	}
}
