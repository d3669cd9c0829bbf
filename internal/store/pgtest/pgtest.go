// Package pgtest gives tests a Postgres of their own: a throwaway cluster on a
// socket in a temporary directory, one for each test binary.
package pgtest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Override names the variable with the URL of a server to use instead: of a
// user that may make databases.
const Override = "ROOTWATCH_TEST_POSTGRES_URL"

// Guarded is a role that the throwaway cluster lets in by a password alone;
// who wants it makes it.
const Guarded = "guarded"

// required reports whether a test must fail where there is no Postgres.
func required() bool {
	return slices.Contains(strings.Split(os.Getenv("ROOTWATCH_TEST_REQUIRE"), ","), "postgres")
}

// Wanted reports whether suites that run on SQLite are to run on Postgres, too:
// ROOTWATCH_TEST_STORE=postgres.
func Wanted() bool { return os.Getenv("ROOTWATCH_TEST_STORE") == "postgres" }

// server is started by the first test that asks for it.
var server = sync.OnceValues(func() (cluster, error) {
	if given := os.Getenv(Override); given != "" {
		return cluster{url: given}, nil
	}
	return start()
})

// admin is the URL of the server's first database. Where there is no Postgres
// the test is left out, unless ROOTWATCH_TEST_REQUIRE names it.
func admin(t testing.TB) string {
	t.Helper()
	c, err := server()
	if err == nil {
		return c.url
	}
	if required() {
		t.Fatalf("Postgres is required: %v", err)
	}
	t.Skipf("there is no Postgres for tests: %v", err)
	return ""
}

// URL is that of a fresh and empty database, which goes when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	return create(t, "template1")
}

var (
	copying   sync.Mutex
	templates = map[string]string{}
)

// Copy is that of a fresh database with all that fill, which is called once
// for each name, puts into an empty one. fill leaves no connection open.
func Copy(t testing.TB, name string, fill func(url string) error) string {
	t.Helper()
	copying.Lock()
	defer copying.Unlock()
	template, ok := templates[name]
	if !ok {
		template = "template_" + strings.ToLower(rand.Text())
		address := admin(t)
		do(t, address, `CREATE DATABASE `+template+` TEMPLATE template1`)
		if err := fill(with(t, address, template)); err != nil {
			t.Fatal(err)
		}
		templates[name] = template
	}
	return create(t, template)
}

func create(t testing.TB, template string) string {
	t.Helper()
	address, name := admin(t), "test_"+strings.ToLower(rand.Text())
	do(t, address, `CREATE DATABASE `+name+` TEMPLATE `+template)
	t.Cleanup(func() { do(t, address, `DROP DATABASE `+name+` WITH (FORCE)`) })
	return with(t, address, name)
}

// with is address with another database.
func with(t testing.TB, address, database string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatalf("%s is not a URL", Override)
	}
	u.Path = "/" + database
	return u.String()
}

// making lets one test at a time copy a template: Postgres refuses to copy one
// that another session is at.
var making sync.Mutex

// do runs one statement on the server's first database.
func do(t testing.TB, address, statement string) {
	t.Helper()
	making.Lock()
	defer making.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
