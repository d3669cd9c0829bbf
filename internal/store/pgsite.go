package store

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// site is where a Postgres store is, in words for the operator. It never
// holds the password.
type site struct{ user, server, database string }

func siteOf(c *pgx.ConnConfig) site {
	p := site{c.User, net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))), c.Database}
	if strings.HasPrefix(c.Host, "/") {
		p.server = "socket " + c.Host
	}
	if p.database == "" {
		p.database = c.User // which is what Postgres takes then
	}
	return p
}

// oldestServer is the first version of Postgres that has all we use.
const oldestServer = 13

// inspect refuses a server or a database that is not for us, without writing
// to it, and returns the version of the schema, 0 for none.
func (p site) inspect(ctx context.Context, c conn, newest int64) (int64, error) {
	version, _, err := first(ctx, c, column[int64], `SELECT current_setting('server_version_num')::bigint`)
	if err != nil {
		return 0, p.explain(err)
	}
	if err := p.tooOld(version); err != nil {
		return 0, err
	}
	readOnly, _, err := first(ctx, c, column[bool], `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean`)
	if err != nil {
		return 0, p.explain(err)
	}
	if readOnly {
		return 0, p.readOnly()
	}
	tables, err := list(ctx, c, column[string], `SELECT c.relname::text FROM pg_class c
		WHERE c.relkind IN ('r', 'p') AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
		ORDER BY c.relname = ?1 DESC, c.relname`, versionTable)
	switch {
	case err != nil:
		return 0, p.explain(err)
	case len(tables) == 0:
		return 0, nil
	case tables[0] != versionTable:
		return 0, fmt.Errorf("the database %q on %s is another program's (it has a table %s); it was left as it is: make one of its own (CREATE DATABASE rootwatch OWNER %s) and name that in store.url",
			p.database, p.server, tables[0], p.user)
	}
	schema, _, err := first(ctx, c, column[int64], `SELECT COALESCE(MAX(version_id), 0) FROM `+versionTable+` WHERE is_applied`)
	if err != nil {
		return 0, p.explain(err)
	}
	if schema > newest {
		return 0, fmt.Errorf("the database %q on %s was written by a newer version of this program (its schema is %d, this version knows up to %d); "+
			"it was left as it is: run that version, or restore a copy from before", p.database, p.server, schema, newest)
	}
	return schema, nil
}

func (p site) tooOld(version int64) error {
	if version >= oldestServer*10000 {
		return nil
	}
	return fmt.Errorf("the Postgres server %s has version %d.%d, which is too old; use %d or newer", p.server, version/10000, version%10000, oldestServer)
}

func (p site) readOnly() error {
	return fmt.Errorf("the database %q on %s is read-only (a standby, or default_transaction_read_only is on); name the primary in store.url", p.database, p.server)
}

// mayWrite finds out before the first job does that the user only reads.
func (p site) mayWrite(ctx context.Context, c conn) error {
	denied, found, err := first(ctx, c, column[string], `SELECT t.name FROM (VALUES ('delivery'), ('river_job')) AS t (name)
		WHERE to_regclass(t.name) IS NOT NULL AND NOT (has_table_privilege(t.name, 'SELECT') AND has_table_privilege(t.name, 'INSERT')
			AND has_table_privilege(t.name, 'UPDATE') AND has_table_privilege(t.name, 'DELETE'))`)
	if err != nil {
		return p.explain(err)
	}
	if found {
		return p.denied("to write the table " + denied)
	}
	return nil
}

func (p site) denied(what string) error {
	return fmt.Errorf("the user %s is not allowed %s in the database %q on %s; make it the database's owner (ALTER DATABASE %[3]s OWNER TO %[1]s), or name the owner in store.url",
		p.user, what, p.database, p.server)
}

// explain makes a sentence for the operator of an error about the database.
func (p site) explain(err error) error {
	var inPostgres *pgconn.PgError
	if errors.As(err, &inPostgres) {
		return p.refused(inPostgres)
	}
	var dns *net.DNSError
	var network net.Error
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("nothing listens at the Postgres server %s (connection refused); start it, or mend host and port in store.url", p.server)
	case errors.As(err, &dns):
		return fmt.Errorf("the host of the Postgres server %s is not known (%s); mend it in store.url, or the name service", p.server, dns.Err)
	case errors.As(err, &certificate), errors.As(err, &authority):
		return fmt.Errorf("the certificate of the Postgres server %s is not trusted; name its authority with sslrootcert= in store.url", p.server)
	case strings.Contains(err.Error(), "refused TLS"):
		return fmt.Errorf("the Postgres server %s does not speak TLS; switch it on there, or write sslmode=disable in store.url where the network is yours", p.server)
	case errors.As(err, &network) && network.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("the Postgres server %s does not answer; mend host and port in store.url, or what keeps us from it (a firewall, a security group)", p.server)
	}
	return fmt.Errorf("the store on the Postgres server %s cannot be used: %w", p.server, err)
}

// refused is explain for what the server itself said.
func (p site) refused(err *pgconn.PgError) error {
	switch err.Code {
	case "28P01":
		return fmt.Errorf("the Postgres server %s refuses the password of user %s; mend it in store.url", p.server, p.user)
	case "28000":
		return fmt.Errorf("the Postgres server %s does not let user %s in (%s); mend the user in store.url, or pg_hba.conf", p.server, p.user, err.Message)
	case "3D000":
		return fmt.Errorf("the Postgres server %s has no database %q; make it (CREATE DATABASE %[2]s OWNER %[3]s), or mend its name in store.url", p.server, p.database, p.user)
	case "42501":
		return p.denied("to make tables or to write them (" + err.Message + ")")
	case "08P01": // which only a pooler answers to what we say
		return fmt.Errorf("a pooler at %s refuses a setting of our sessions (%s); name the Postgres server itself in store.url, or have the pooler pool sessions and let the setting be (PgBouncer: pool_mode=session, ignore_startup_parameters)", p.server, err.Message)
	case "25006":
		return p.readOnly()
	case "53300":
		return fmt.Errorf("the Postgres server %s has no connection left (%s); raise max_connections, or lower pool_max_conns in store.url", p.server, err.Message)
	case "57P03":
		return fmt.Errorf("the Postgres server %s is not ready (%s); try again in a moment", p.server, err.Message)
	case "53100":
		return fmt.Errorf("the disk of the Postgres server %s is full (%s); make room on it", p.server, err.Message)
	}
	return fmt.Errorf("the store on the Postgres server %s cannot be used: %s (SQLSTATE %s)", p.server, err.Message, err.Code)
}
