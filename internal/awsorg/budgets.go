package awsorg

import (
	"context"
	"sync"

	"rootwatch/checks/account"
)

func (o *Org) readBudgets(_ context.Context, _ *sync.WaitGroup, _ reader, _ *account.Facts) {}
