package cloud

import (
	"fmt"
	"sync"
)

// periodCache keeps the groups of the newest period that was asked for: of a
// large organization a day goes on over hundreds of pages.
type periodCache struct {
	mu     sync.Mutex
	key    string
	groups []groupAmount
	total  Money
}

// of is what compute says, or what it said of the same key. Nobody changes the groups.
func (c *periodCache) of(key string, compute func() ([]groupAmount, Money)) ([]groupAmount, Money) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.key != key {
		c.groups, c.total = compute()
		c.key = key
	}
	return c.groups, c.total
}

func (c *periodCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.key, c.groups = "", nil
}

func (b *bill) key(p period) string { return fmt.Sprint(b.hash, b.today, p) }
