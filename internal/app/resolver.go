package app

import (
	"rootwatch/config"
	"rootwatch/internal/dns"
	"rootwatch/schedule"
)

// newResolver is who answers for the DNS; nil where nobody is to be asked.
func newResolver(c *config.Config) schedule.Resolver {
	if c.Resolver == config.NoResolver {
		return nil
	}
	return dns.New(dns.Options{Server: c.Resolver})
}
