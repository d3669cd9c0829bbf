package checks

import (
	"fmt"
	"slices"

	"rootwatch/checks/account"
)

// comeIn leaves of the users those who can come in: an admin without a password
// and without an active key is none when somebody has to be one, and none that
// is too many. Of whom the credential report does not tell it, he is perhaps one.
func (a admins) comeIn(f account.Facts) admins {
	rows, _, lost := userRows(f)
	byARN := map[string]account.UserRow{}
	for _, row := range rows {
		byARN[row.ARN] = row
	}
	users, unsure := a.users, a.unsure
	a.users, a.unsure = nil, nil
	for _, u := range slices.Concat(users, unsure) {
		row, listed := byARN[u.ARN]
		way := wayIn(row)
		switch {
		case len(lost) > 0:
			way, u.lost = account.AnswerUnknown, lost
		case !listed:
			way, u.lost = account.AnswerUnknown, []account.Gap{unlistedAdmin}
		case way == account.AnswerUnknown:
			u.lost = []account.Gap{columnGap("password_enabled, access_key_1_active or access_key_2_active")}
		}
		switch {
		case way == account.No:
			a.shut = append(a.shut, u)
		case way == account.Yes && u.admin == account.Yes:
			a.users = append(a.users, u)
		default:
			a.unsure = append(a.unsure, u)
		}
	}
	return a
}

// unlistedAdmin is a user who came after the report was made.
var unlistedAdmin = account.Gap{Call: callReport, Permission: callGenerate, Cause: account.NotReady,
	Sentence: "The credential report does not have an admin user yet."}

// wayIn is whether the user has a password or an active access key.
func wayIn(u account.UserRow) account.Answer {
	return u.Password.Or(u.Keys[0].Active).Or(u.Keys[1].Active)
}

// shutText is what is said of admins who cannot come in.
func (a admins) shutText() string {
	if len(a.shut) == 0 {
		return ""
	}
	return fmt.Sprintf(" (not counted: %s, with neither a password nor an active access key)", some(len(a.shut), "who has no way in", "who have no way in"))
}
