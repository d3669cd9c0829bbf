package checks

import (
	"fmt"

	"rootwatch/checks/account"
)

// userRows are the credential report's rows of IAM users, root's never among
// them, or why they cannot be judged by: what a report of more than a day says
// of a user may have been mended since, or broken.
func userRows(f account.Facts) ([]account.UserRow, rootSources, []account.Gap) {
	r := rootSourcesOf(f)
	switch {
	case !r.hasReport:
		return nil, r, []account.Gap{r.reportGap}
	case !r.reportIsFresh:
		return nil, r, []account.Gap{r.staleGap()}
	}
	return r.report.Users, r, nil
}

// columnGap is a column of a user's row that does not tell.
func columnGap(column string) account.Gap {
	return account.Gap{Call: callReport, Cause: account.Undecodable,
		Sentence: fmt.Sprintf("The credential report does not tell %s of a user.", column)}
}
