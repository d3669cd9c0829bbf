package bot

import (
	"context"
	"errors"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Command is one of the commands of this file: a sealed set.
type Command interface{ command() }

// CheckAccounts asks for the posture of Targets, or of every account.
type CheckAccounts struct {
	Targets []Target `json:"targets,omitempty"`
	All     bool     `json:"all,omitempty"`
}

// ShowSpend asks for the bill of one account, or of all.
type ShowSpend struct {
	Target Target `json:"target,omitzero"` // zero: all accounts
	Days   int    `json:"days"`            // how far back the chart goes
	// By asks for a table by account, service or region; "" for the usual one.
	By spend.By `json:"by,omitempty"`
}

// ShowHelp asks how a command is used.
type ShowHelp struct {
	Command string `json:"command"`
}

// ShowReport asks for the newest report of an account as it stands, without
// reading the account again.
type ShowReport struct {
	Target Target `json:"target"`
}

// Acknowledge says that a person has seen a spike and looks after it.
// Request.AskedBy and AskedByName are who.
type Acknowledge struct {
	account.Scope
	Key string `json:"key"` // SpikeKey of the incident
}

// Target is an account in its organization.
type Target struct {
	account.Scope
	ID account.ID `json:"id"`
}

func (CheckAccounts) command() {}
func (ShowSpend) command()     {}
func (ShowHelp) command()      {}
func (ShowReport) command()    {}
func (Acknowledge) command()   {}

// Request is a command as somebody gave it.
type Request struct {
	// Key names the request for ever, so that a replay of it is refused: a
	// hash of the signature, Slack's trigger id, or the id of a terminal's question.
	Key     string
	At      time.Time
	Command Command  // any but ShowHelp; nil only remembers Key
	Reply   *Address // nil: nobody waits for a message
	AskedBy string   // a Slack user id
	// AskedByName is what the workspace calls them: a mention would notify.
	AskedByName string
	Subject     string // what Pending calls it
}

// ErrReplayed is Asker's answer to a Key it has seen.
var ErrReplayed = errors.New("this request was already taken")

// ErrBusy is Asker's answer when the store could not take the request in time.
var ErrBusy = errors.New("the store is busy")

// Asker takes a request: its key and its work in one small transaction.
type Asker interface {
	Ask(ctx context.Context, r Request) error
}

// Directory knows the accounts as they were last listed, for names and typing errors.
type Directory interface {
	Directory(ctx context.Context) ([]account.Account, error)
}
