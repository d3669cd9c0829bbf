package config

import "flag"

// Update is shared by the tests inside and outside of the package.
var Update = flag.Bool("update", false, "write the expected faults and docs/configuration.md anew")
