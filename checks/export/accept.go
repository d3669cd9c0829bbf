package export

import "rootwatch/checks"

// accepted reports whether somebody has accepted this failure, as of the
// report's instant.
func accepted(_ checks.Report, _ checks.Finding) bool { return false }

// acceptance says who accepted it and until when, "" for nobody.
func acceptance(_ checks.Report, _ checks.Finding) string { return "" }
