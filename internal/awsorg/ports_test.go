package awsorg_test

import (
	"rootwatch/internal/awsorg"
	"rootwatch/schedule"
)

// Here and not beside Org: the adapter needs no engine to be compiled.
var (
	_ schedule.Collector  = (*awsorg.Org)(nil)
	_ schedule.CostSource = (*awsorg.Org)(nil)
)
