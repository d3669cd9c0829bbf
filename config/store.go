package config

import (
	"errors"
	"net/url"
	"strings"

	"rootwatch/config/secret"
)

func (c *composer) storePath(k storeSection) {
	const path = "store.path"
	switch {
	case strings.TrimSpace(k.Path) == "":
		c.fault(path, "must not be empty")
	case strings.Contains(k.Path, "://"):
		c.fault(path, "is a URL; that of a database goes into store.url, as a reference to a secret")
	case k.URL != "" && c.given(path) && (!c.byEnv["store.url"] || c.byEnv[path]): // a variable wins over the file
		c.fault("store.url", "names another store than store.path: leave one of them out")
	}
}

// storeURL is the database's URL. It holds a password, so that no fault
// repeats a part of it.
func (c *composer) storeURL(ref reference) secret.Value {
	const path = "store.url"
	if ref == "" {
		return secret.Value{}
	}
	value, err := c.secret(path, ref)
	switch {
	case errors.Is(err, errNotRead):
	case err != nil:
		c.fault(path, "%v", err)
	case !value.Empty():
		if problem := databaseURL(value.Reveal()); problem != "" {
			c.fault(path, "%s", problem)
			return secret.Value{}
		}
	}
	return value
}

// urlForm has no password, because a fault never repeats one.
const urlForm = "like postgres://rootwatch@db.example.com:5432/rootwatch with the password behind the user"

func databaseURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "what it names is no URL, " + urlForm + "; in the password, write %25 for %, %40 for @, %2F for / and %3A for :"
	case u.Scheme != "postgres" && u.Scheme != "postgresql":
		return "what it names must begin with postgres://"
	case u.Hostname() == "" && !u.Query().Has("host"):
		return "what it names has no host, " + urlForm
	case strings.Trim(u.Path, "/") == "":
		return "what it names has no database, " + urlForm
	case u.Fragment != "":
		return "what it names holds a #: write %23 for it"
	}
	return ""
}
