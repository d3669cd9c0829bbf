package bot

import "fmt"

// Sentence implements Message.
func (m Pending) Sentence() string { return fmt.Sprintf("Checking %s...", m.Subject) }

// Sentence implements Message.
func (m RootAnswer) Sentence() string { return "Root check: " + m.Report.AccountID.String() }

// Sentence implements Message.
func (m FleetAnswer) Sentence() string { return "Root check of all accounts" }

// Sentence implements Message.
func (m Digest) Sentence() string { return "Daily digest" }

// Sentence implements Message.
func (m SpikeAlert) Sentence() string { return "Spend spike" }

// Sentence implements Message.
func (m SpendAnswer) Sentence() string { return "Spend of " + m.Subject }

// Sentence implements Message.
func (m Help) Sentence() string { return "How to use " + m.Command }

// Sentence implements Message.
func (m Trouble) Sentence() string { return m.What }
