package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"rootwatch/checks/spend"
)

// A body is what one account's day came to. For each charge: the category,
// then service, region and currency by number, then the amount, exact. Ten
// charges take 111 bytes; as JSON they take 1,198, and 357 of it packed.
// The same charges always give the same bytes, so that a revision which changed
// nothing is seen without being read.
const bodyVersion = 1

// categories are stored by their place, which therefore never changes.
var categories = []spend.Category{spend.Usage, spend.Credit, spend.Refund, spend.Tax, spend.Fee}

// billed is one charge of a body.
type billed struct {
	category                  byte
	service, region, currency uint64
	amount                    amount
}

// amount is coefficient x 10^exponent, as it lies in the body.
type amount struct {
	negative    bool
	coefficient []byte // big-endian
	exponent    int64
}

// amountOf leaves out zeros at the end: 1.50 is 1.5.
func amountOf(d decimal.Decimal) amount {
	c, exponent := d.Coefficient(), int64(d.Exponent())
	for ten, rest := big.NewInt(10), new(big.Int); c.Sign() != 0; exponent++ {
		shorter, rest := new(big.Int).QuoRem(c, ten, rest)
		if rest.Sign() != 0 {
			break
		}
		c = shorter
	}
	return amount{c.Sign() < 0, c.Bytes(), exponent}
}

// small is the coefficient where float64 holds it exactly.
func (a amount) small() (float64, bool) {
	if len(a.coefficient) > 6 { // below 2^48
		return 0, false
	}
	var n int64
	for _, b := range a.coefficient {
		n = n<<8 | int64(b)
	}
	if a.negative {
		n = -n
	}
	return float64(n), true
}

func (a amount) decimal() decimal.Decimal {
	n := new(big.Int).SetBytes(a.coefficient)
	if a.negative {
		n.Neg(n)
	}
	return decimal.NewFromBigInt(n, int32(a.exponent)) //nolint:gosec // unbilled bounds it
}

// tens are the powers that float64 holds exactly: dividing by one of them is
// rounded once, and so is right.
var tens = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

func (a amount) float() float64 {
	if n, ok := a.small(); ok && a.exponent <= 0 && -a.exponent < int64(len(tens)) {
		return n / tens[-a.exponent]
	}
	return a.decimal().InexactFloat64()
}

func (b billed) compare(c billed) int {
	return cmp.Or(cmp.Compare(b.category, c.category), cmp.Compare(b.service, c.service),
		cmp.Compare(b.region, c.region), cmp.Compare(b.currency, c.currency))
}

// packBill writes charges of one account and day. It sorts them.
func packBill(charges []billed) []byte {
	slices.SortFunc(charges, billed.compare)
	out := append(make([]byte, 0, 1+16*len(charges)), bodyVersion)
	for _, b := range charges {
		out = append(out, b.category)
		for _, n := range []uint64{b.service, b.region, b.currency} {
			out = binary.AppendUvarint(out, n)
		}
		out = binary.AppendVarint(out, b.amount.exponent)
		size := uint64(len(b.amount.coefficient)) << 1
		if b.amount.negative {
			size |= 1
		}
		out = append(binary.AppendUvarint(out, size), b.amount.coefficient...)
	}
	return out
}

var errBody = errors.New("a stored day of the bill cannot be read: its bytes are damaged")

// unpackBill reads what packBill wrote, into the room of into.
func unpackBill(body []byte, into []billed) ([]billed, error) {
	if len(body) == 0 || body[0] != bodyVersion {
		return nil, fmt.Errorf("%w, or a newer version wrote them", errBody)
	}
	r := bytes.NewReader(body[1:])
	into = into[:0]
	for r.Len() > 0 {
		b, err := unbilled(r, body)
		if err != nil {
			return nil, err
		}
		into = append(into, b)
	}
	return into, nil
}

// unbilled reads one charge. Its coefficient stays where it lies in body.
func unbilled(r *bytes.Reader, body []byte) (b billed, err error) {
	var size uint64
	b.category, err = r.ReadByte()
	for _, n := range []*uint64{&b.service, &b.region, &b.currency} {
		if err == nil {
			*n, err = binary.ReadUvarint(r)
		}
	}
	if err == nil {
		b.amount.exponent, err = binary.ReadVarint(r)
	}
	if err == nil {
		size, err = binary.ReadUvarint(r)
	}
	b.amount.negative = size&1 == 1
	size >>= 1
	// An exponent of a few bytes could ask for gigabytes.
	if err != nil || int(b.category) >= len(categories) || size > uint64(r.Len()) || b.amount.exponent < -1000 || b.amount.exponent > 1000 {
		return b, errBody
	}
	at := len(body) - r.Len()
	b.amount.coefficient = body[at : at+int(size)]
	_, err = r.Seek(int64(size), 1)
	return b, err
}
