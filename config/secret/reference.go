package secret

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// ErrReference is what Parse wraps where a text is no reference at all: the
// text itself is wrong, whatever the environment holds.
var ErrReference = errors.New("is not a reference to a secret")

const (
	envPrefix     = "env:"
	filePrefix    = "file:"
	ssmPrefix     = SSM + ":"
	secretsPrefix = SecretsManager + ":"
)

// The services of AWS that keep secrets, as Place.Service and as a reference begins.
const (
	SSM            = "ssm"            // Systems Manager's Parameter Store
	SecretsManager = "secretsmanager" // Secrets Manager
)

// Place is where AWS keeps a secret.
type Place struct {
	Service string // SSM or SecretsManager
	Name    string // the name, or the whole ARN
	Region  string // of the ARN; "" is the region of the environment
}

// String is the place as a reference names it.
func (p Place) String() string { return p.Service + ":" + p.Name }

// Reference says where a secret is kept. The zero value is none.
type Reference struct {
	variable string
	path     string
	place    Place
	key      string // of the JSON object that the place holds; "" takes the whole text
}

// Place is where AWS keeps the secret; false where it is kept elsewhere.
func (r Reference) Place() (Place, bool) { return r.place, r.place != Place{} }

var (
	variable = regexp.MustCompile("^" + variableShape + "$")
	// The shapes are those of the API references. A parameter may have a
	// version or a label behind it.
	parameterName = regexp.MustCompile("^" + parameterShape + "$")
	secretName    = regexp.MustCompile("^" + secretShape + "$")
	jsonKey       = regexp.MustCompile("^" + keyShape + "$")
)

const (
	variableShape  = `[A-Za-z_][A-Za-z0-9_]*`
	parameterShape = `(?:arn:aws[a-z-]*:ssm:([a-z0-9-]+):[0-9]{12}:parameter/)?/?[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*(?::[A-Za-z0-9_.-]+)?`
	secretShape    = `(?:arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):[0-9]{12}:secret:)?[A-Za-z0-9/_+=.@-]+`
	keyShape       = `[A-Za-z0-9_.@/-]{1,128}`

	// Shape is a regular expression of every reference, for editors. Parse
	// knows more: the length of names, and what looks like a secret.
	Shape = `^(?:env:` + variableShape + `|file:/.+|(?:ssm:` + parameterShape + `|secretsmanager:` + secretShape + `)(?:#` + keyShape + `)?)$`
)

// maxName is the longest name that either service takes.
const maxName = 2048

// Parse reads a reference: env:NAME is an environment variable, file:/path a
// file, ssm:NAME a parameter of AWS's Parameter Store and secretsmanager:NAME
// a secret of AWS's Secrets Manager. Both take an ARN for the name, which
// brings its region along, and #KEY behind it for one member of a JSON object.
// Errors wrap ErrReference and never repeat a text that could be a secret.
func Parse(ref string) (Reference, error) {
	if name, ok := strings.CutPrefix(ref, envPrefix); ok {
		if !variable.MatchString(name) || LooksLike(name) {
			return Reference{}, fmt.Errorf("%w: after env: comes the name of an environment variable, like env:SLACK_BOT_TOKEN", ErrReference)
		}
		return Reference{variable: name}, nil
	}
	if path, ok := strings.CutPrefix(ref, filePrefix); ok {
		if !filepath.IsAbs(path) || LooksLike(path) {
			return Reference{}, fmt.Errorf("%w: after file: comes a whole path, like file:/run/secrets/slack_bot_token", ErrReference)
		}
		return Reference{path: path}, nil
	}
	if name, ok := strings.CutPrefix(ref, ssmPrefix); ok {
		return parsePlace(SSM, name, parameterName,
			"after ssm: comes the name or ARN of a parameter, like ssm:/rootwatch/slack_bot_token")
	}
	if name, ok := strings.CutPrefix(ref, secretsPrefix); ok {
		return parsePlace(SecretsManager, name, secretName,
			"after secretsmanager: comes the name or ARN of a secret, and # before the key of a JSON object, like secretsmanager:rootwatch/slack#bot_token")
	}
	if LooksLike(ref) {
		return Reference{}, fmt.Errorf("%w: it looks like the secret itself, which everybody who reads this place can now use; "+
			"replace that secret, and write env:NAME, file:/path, ssm:NAME or secretsmanager:NAME here", ErrReference)
	}
	return Reference{}, fmt.Errorf("%w: write env:NAME, file:/path, ssm:NAME or secretsmanager:NAME", ErrReference)
}

func parsePlace(service, text string, shape *regexp.Regexp, help string) (Reference, error) {
	name, key, keyed := strings.Cut(text, "#")
	parts := shape.FindStringSubmatch(name)
	if parts == nil || len(name) > maxName || LooksLike(text) || keyed && !jsonKey.MatchString(key) {
		return Reference{}, fmt.Errorf("%w: %s", ErrReference, help)
	}
	return Reference{place: Place{Service: service, Name: name, Region: parts[1]}, key: key}, nil
}

// IsReference reports whether text has the form of a reference, good or not.
func IsReference(text string) bool {
	for _, prefix := range []string{envPrefix, filePrefix, ssmPrefix, secretsPrefix} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}
