package checks

import "rootwatch/checks/account"

// Neighbours is how many other accounts have root addresses that lead to the
// mailbox of an account's own.
type Neighbours struct {
	SameAddress int `json:"same_address,omitempty"` // of the same partition
	// SameMailbox have another address of it; or the same one in another
	// partition, as an account of AWS GovCloud has that of the account it was
	// made with.
	SameMailbox int `json:"same_mailbox,omitempty"`
}

// Mailboxes counts the accounts of a directory by root address, once for all:
// 5,000 of them may share a mailbox. Its zero value knows no account.
type Mailboxes struct {
	mailbox map[string]int             // accounts with an address of it
	address map[partitionAddress]int   // accounts with it, in a partition
	known   map[accountKey]MailAddress // each account's own
}

type partitionAddress struct {
	partition string
	address   MailAddress
}

// accountKey is an account wherever it is listed: one that moved to another
// organization may still be in the directory of the first.
type accountKey struct {
	partition string
	id        account.ID
}

// NewMailboxes counts them. Of an account that is listed twice the first
// address counts.
func NewMailboxes(all []account.Account) Mailboxes {
	m := Mailboxes{map[string]int{}, map[partitionAddress]int{}, make(map[accountKey]MailAddress, len(all))}
	for _, a := range all {
		key := accountKey{a.Partition, a.ID}
		if _, twice := m.known[key]; twice {
			continue
		}
		if address, ok := ParseMail(a.Email); ok {
			m.known[key] = address
			m.mailbox[address.Mailbox()]++
			m.address[partitionAddress{a.Partition, address}]++
		}
	}
	return m
}

// Of counts the neighbours of an account; it need not be among those counted.
func (m Mailboxes) Of(a account.Account) Neighbours {
	address, ok := ParseMail(a.Email)
	if !ok {
		return Neighbours{}
	}
	same, whole := m.address[partitionAddress{a.Partition, address}], m.mailbox[address.Mailbox()]
	if own, listed := m.known[accountKey{a.Partition, a.ID}]; listed {
		if own == address {
			same--
		}
		if own.Mailbox() == address.Mailbox() {
			whole--
		}
	}
	return Neighbours{SameAddress: same, SameMailbox: whole - same}
}
