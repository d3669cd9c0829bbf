package checks

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// adminCountDays is how long a word on who takes an admin role counts: half a
// year, the time after which access is to be reviewed (PCI DSS v4.0, 7.2.4).
const adminCountDays = 180

// aboutDoors is the check whose word is about the admin roles that other
// accounts may take: AWS tells who may, and not whether people do.
const aboutDoors = "admin-count"

// doors are the ARNs of the sure admin roles that other accounts may take.
func (a admins) doors() []string {
	var arns []string
	for _, r := range a.unsureRoles {
		if r.isDoor() {
			arns = append(arns, r.ARN)
		}
	}
	slices.Sort(arns)
	return arns
}

func (r rights) isDoor() bool { return r.Trust == account.TrustAccounts && r.admin == account.Yes }

// onlyDoors reports whether nothing is open but who comes by those roles.
func (a admins) onlyDoors() bool {
	return len(a.unsure) == 0 && len(a.unsureRoles) > 0 && !slices.ContainsFunc(a.unsureRoles, func(r rights) bool { return !r.isDoor() })
}

// under names the roles that nobody may take but from the organization's
// management account, as Organizations and Control Tower make one in each member.
func (a admins) under(c Case) admins {
	management := c.Organization.ManagementID
	if management.IsZero() || management == c.Facts.ID {
		return a
	}
	a.unsureRoles = slices.Clone(a.unsureRoles)
	for i, r := range a.unsureRoles {
		if r.isDoor() && slices.Equal(r.Takers, []string{management.String()}) {
			a.unsureRoles[i].doubt = "it trusts nothing but the organization's own management account, and people may take it from there"
		}
	}
	return a
}

// judgeDoors is the verdict where a person's word settles it, and only that.
func judgeDoors(c Case, question string, evidence []Evidence, gaps []account.Gap) Verdict {
	q := claim{checkID: aboutDoors, good: "people come as admins by the roles that other accounts may take", look: "who may take them"}
	if _, state := attested(c, aboutDoors); state != attestNone {
		v := q.judge(c)
		v.Evidence = append(evidence, v.Evidence...)
		return v
	}
	v := unknown(question, evidence, gaps)
	v.Summary += fmt.Sprintf(" A person's word settles it: look at %s, and where people do, say so: rootwatch attest %s %s --by NAME --until DATE.",
		q.look, aboutDoors, cmp.Or(c.Facts.ID.String(), AccountPlaceholder))
	return v
}

// AboutDoors reports whether a word on the check is about the admin roles that
// other accounts may take, so that other ones make it stale.
func AboutDoors(checkID string) bool { return checkID == aboutDoors }

// SubjectOfDoors is what such a word is about, as a keyed hash of the roles'
// ARNs: "" where there are none. salt is random, one for each word.
func SubjectOfDoors(doors []string, salt []byte) string {
	if len(doors) == 0 || len(salt) == 0 {
		return ""
	}
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(strings.Join(slices.Sorted(slices.Values(doors)), "\n")))
	return subjectText(salt, mac.Sum(nil))
}

// ofDoors is whether the word is about these roles: unknown of one without a subject.
func (a Attestation) ofDoors(doors []string) account.Answer {
	salt, whole := a.salt()
	if !whole {
		return account.AnswerUnknown
	}
	return isAnswer(hmac.Equal([]byte(SubjectOfDoors(doors, salt)), []byte(a.Subject)))
}

// doorsOf are the roles as they were observed.
func doorsOf(f account.Facts) ([]string, bool) {
	who, read := f.Authorization.Get()
	if !read {
		return nil, false
	}
	return adminsOf(who).doors(), true
}
