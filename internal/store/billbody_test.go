package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/shopspring/decimal"
)

func TestBodiesAreExact(t *testing.T) {
	for text, same := range map[string]string{
		"1.50": "1.5", "0": "0", "-0.0000000001": "-0.0000000001", "1e12": "1000000000000", "100": "1e2",
		"123456789012345678901234567890.000000000000000000000000001": "123456789012345678901234567890.000000000000000000000000001",
	} {
		d, want := decimal.RequireFromString(text), decimal.RequireFromString(same)
		body := packBill([]billed{{1, 2, 3, 4, amountOf(d)}})
		if !bytes.Equal(body, packBill([]billed{{1, 2, 3, 4, amountOf(want)}})) {
			t.Errorf("%s and %s are two bodies", text, same)
		}
		got, err := unpackBill(body, nil)
		if err != nil || len(got) != 1 || !got[0].amount.decimal().Equal(want) || got[0].amount.float() != want.InexactFloat64() {
			t.Errorf("%s came back as %+v, %v", text, got, err)
		}
		for cut := 1; cut < len(body); cut++ {
			if _, err := unpackBill(body[:cut], nil); cut > 1 && !errors.Is(err, errBody) {
				t.Errorf("%s cut to %d bytes: %v", text, cut, err)
			}
		}
	}
	for _, bad := range [][]byte{nil, {}, {2}, {1, 99, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 255, 255, 255, 255, 15}} {
		if got, err := unpackBill(bad, nil); !errors.Is(err, errBody) {
			t.Errorf("%v is %v, %v", bad, got, err)
		}
	}
}

// The order in which charges come makes no revision.
func TestBodiesAreSorted(t *testing.T) {
	one, two := billed{0, 7, 1, 1, amountOf(decimal.NewFromInt(1))}, billed{0, 7, 2, 1, amountOf(decimal.NewFromInt(2))}
	if !bytes.Equal(packBill([]billed{one, two}), packBill([]billed{two, one})) {
		t.Error("the same charges are two bodies")
	}
}

// A body is smaller than what it would be as JSON, packed or not: that is why
// it has a format of its own (docs/decisions/0017).
func TestBodiesAreSmall(t *testing.T) {
	type row struct{ Category, Service, Region, Currency, Amount string }
	var rows []row
	var charges []billed
	for i, service := range []string{"Amazon Elastic Compute Cloud - Compute", "EC2 - Other", "Amazon Simple Storage Service", "Amazon Relational Database Service", "AWS Lambda",
		"Amazon DynamoDB", "AmazonCloudWatch", "Amazon Elastic Load Balancing", "AWS Key Management Service", "Amazon Virtual Private Cloud"} {
		amount := decimal.New(int64(i+1)*12345678901, -10)
		rows = append(rows, row{"Usage", service, "eu-west-1", "USD", amount.String()})
		charges = append(charges, billed{0, uint64(i), 20, 30, amountOf(amount)})
	}
	text, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	zipped, err := pack(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	size := len(packBill(charges))
	t.Logf("ten charges: %d bytes, %d as JSON, %d of it packed", size, len(text), len(zipped))
	if size > 130 || size*3 > len(zipped) {
		t.Errorf("ten charges take %d bytes, %d as JSON, %d of it packed", size, len(text), len(zipped))
	}
}
