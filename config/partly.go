package config

import (
	"context"
	"errors"

	"rootwatch/config/secret"
)

// Partial is a configuration as far as it could be read.
type Partial struct {
	Config  *Config // nil where nothing of it could be read; faulty values hold what was written, or a default
	Faults  Faults  // what is wrong for every command
	Missing Faults  // what serve would miss besides
}

// LoadPartly is LoadForServe for whoever goes on with what there is, such as a
// doctor. A file that is not there is a fault; Default is what holds without one.
func LoadPartly(ctx context.Context, path string, env Env, checkSpec func(spec string) error) Partial {
	content, err := env.ReadFile(path)
	if err != nil {
		return Partial{Faults: unreadable(path, err)}
	}
	c, _, err := load(ctx, path, content, env, checkSpec, allSecrets)
	p := Partial{Config: c}
	errors.As(err, &p.Faults) // load fails with nothing else
	if c != nil {
		p.Missing = c.slack
	}
	return p
}

// Places are where AWS keeps the secrets that the configuration names, each once.
func (c *Config) Places() []secret.Place { return c.places }
