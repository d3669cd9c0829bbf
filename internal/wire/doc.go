// Package wire draws the verdict on each account of random organizations
// first, has the emulated cloud tell it, darkens and garbles some answers, and
// holds what the real collector and the real checks make of it against what
// was drawn. It holds tests only.
package wire
