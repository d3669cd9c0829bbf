package demo

import (
	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/nameserver"
)

// Resolve answers at a loopback address for the domains of the organization's
// root addresses, and for no others, until it is closed: no packet of the demo
// leaves the machine.
func Resolve(org *cloud.Organization, address string) (*nameserver.Server, error) {
	s, err := nameserver.Listen(address)
	if err != nil {
		return nil, err
	}
	for name, d := range org.Domains {
		s.Set(name, nameserver.Domain{MX: d.MX, NullMX: d.NullMX, A: d.Address})
	}
	return s, nil
}

// anyPort is where the demo's servers listen that nobody names.
const anyPort = "127.0.0.1:0"
