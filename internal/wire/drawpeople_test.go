package wire

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rootwatch/internal/demo/cloud"
)

const (
	allOfIt  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	aLittle  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	adminsBy = "admins"
)

// drawPeople is who is an admin, and how IAM users are kept.
func drawPeople(w *world, d *drawn) {
	r := w.r
	d.want["admin-count"], d.want["admin-mfa"], d.want["admin-by-group"] = draw(r, 50), draw(r, 60), draw(r, 60)
	d.want["user-mfa"], d.want["access-key-age"] = draw(r, 50), draw(r, 50)
	signOn := chance(r, 50)
	least := either(d.want["admin-mfa"] == bad || d.want["admin-by-group"] == bad, 1, 0) // there is one to fail
	var admins int
	switch {
	case d.want["admin-count"] == good && signOn:
		admins = least + r.IntN(4-least)
	case d.want["admin-count"] == good:
		admins = pick(r, 2, 3)
	case signOn || chance(r, 40):
		admins = pick(r, 4, 5)
	default:
		admins = least + r.IntN(2-least)
	}
	d.ready = d.ready && (signOn || admins > 0)
	if !signOn {
		d.Roles = slices.DeleteFunc(d.Roles, func(role cloud.Role) bool { return strings.Contains(role.Trust, `"Federated"`) })
	}
	d.Groups = []cloud.Group{{Name: "deployers", Inline: []cloud.InlinePolicy{{Name: "little", Document: aLittle}}}, {Name: adminsBy, Attached: []string{cloud.AdministratorAccess}}}
	if chance(r, 30) {
		d.Groups[1] = cloud.Group{Name: adminsBy, Inline: []cloud.InlinePolicy{{Name: "all", Document: allOfIt}}}
	}
	d.Users, d.LooseMFA = nil, nil
	addAdmins(w, d, admins)
	addOthers(w, d)
	r.Shuffle(len(d.Users), func(i, j int) { d.Users[i], d.Users[j] = d.Users[j], d.Users[i] })
}

func addAdmins(w *world, d *drawn, admins int) {
	r := w.r
	for i := range admins {
		first := i == 0
		u := cloud.User{Name: fmt.Sprintf("admin-%d", i), Created: now.Add(-900 * day), Groups: []string{adminsBy}, Password: chance(r, 60)}
		if d.want["admin-mfa"] == good || !first && chance(r, 70) {
			u.MFA = userDevice(w, d, u.Name)
		} else if d.want["user-mfa"] == good {
			u.Password = false // an admin with keys alone
		}
		if d.want["admin-by-group"] == bad && (first || chance(r, 30)) {
			u.Groups = pick(r, nil, []string{adminsBy})
			if chance(r, 50) {
				u.Attached = []string{cloud.AdministratorAccess}
			} else {
				u.Inline = []cloud.InlinePolicy{{Name: "all", Document: allOfIt}}
			}
		}
		if u.Password {
			u.PasswordChanged, u.PasswordLastUsed = now.Add(-50*day), now.Add(-2*day)
		} else { // else nobody could come in as this one
			u.Keys = []cloud.Key{{Active: true, Rotated: now.Add(-time.Duration(1+r.IntN(89)) * day)}}
		}
		d.Users = append(d.Users, u)
	}
}

// addOthers adds who is no admin, however much the name or a policy looks like
// it, and the user by whom the rows of all users fail.
func addOthers(w *world, d *drawn) {
	r := w.r
	for i, name := range []string{"deploy", "chroot-admin", "root", "reader"} {
		if i > 0 && chance(r, 60) {
			continue
		}
		u := cloud.User{Name: name, Created: now.Add(-800 * day), Groups: []string{"deployers"}, MFA: userDevice(w, d, name), Password: chance(r, 50)}
		if chance(r, 20) {
			u.Attached, u.Boundary = []string{cloud.AdministratorAccess}, cloud.ReadOnlyAccess
		}
		if !u.Password && chance(r, 50) {
			u.MFA = nil
		}
		d.Users = append(d.Users, u)
	}
	if d.want["user-mfa"] == bad {
		d.Users = append(d.Users, cloud.User{Name: "front-desk", Created: now.Add(-700 * day), Password: true, Attached: []string{cloud.ReadOnlyAccess}})
	}
	for i := range d.Users {
		if len(d.Users[i].Keys) == 0 && chance(r, 40) {
			d.Users[i].Keys = append(d.Users[i].Keys, cloud.Key{Active: true, Rotated: now.Add(-time.Duration(1+r.IntN(89)) * day), LastUsed: now.Add(-time.Hour), Region: "us-east-1", Service: "s3"})
		}
		if chance(r, 20) {
			d.Users[i].Keys = append(d.Users[i].Keys, cloud.Key{Rotated: now.Add(-500 * day)})
		}
	}
	if d.want["access-key-age"] == bad {
		u := &d.Users[r.IntN(len(d.Users))]
		u.Keys = append(u.Keys[:min(1, len(u.Keys))], cloud.Key{Active: true, Rotated: now.Add(-time.Duration(90+r.IntN(400)) * day)})
	}
	for i := range pick(r, 0, 0, 0, 1, 3) { // left from the first day: an admin whom nobody can be
		name := fmt.Sprintf("bootstrap-%d", i)
		d.Users = append(d.Users, cloud.User{Name: name, Created: now.Add(-950 * day), Groups: []string{adminsBy}, MFA: userDevice(w, d, name)})
	}
	if chance(r, 20) {
		d.LooseMFA = []string{"arn:aws:iam::" + d.ID.String() + ":mfa/root-account-mfa-device-old"}
	}
}

// userDevice may look like root's in all but its owner.
func userDevice(w *world, d *drawn, name string) []cloud.Device {
	if chance(w.r, 50) {
		return []cloud.Device{{Serial: "arn:aws:iam::" + d.ID.String() + ":u2f/user/" + name + "/key-1A2B", EnabledAt: now.Add(-600 * day)}}
	}
	return []cloud.Device{{Virtual: true, Serial: "arn:aws:iam::" + d.ID.String() + ":mfa/" + name, EnabledAt: now.Add(-600 * day)}}
}
