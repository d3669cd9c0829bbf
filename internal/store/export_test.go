package store

// Explain is tested on errors that a test that runs as root cannot bring about.
var Explain = explain

// TooOld is tested on servers that are not to be had.
var TooOld = site{server: "db.example.com:5432"}.tooOld

// ExplainPostgres is tested on what only a pooler says.
var ExplainPostgres = site{server: "db.example.com:6432"}.explain

// LosePulse takes the heartbeat's own connection away.
func LosePulse(p *Postgres) { p.pulse.Close() }

// AccountsQuery is tested on how the two engines plan it.
var AccountsQuery = ofSome
