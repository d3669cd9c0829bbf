package cloud

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"time"
)

type summary struct {
	SummaryMap []summaryEntry `xml:"SummaryMap>entry"`
}

type summaryEntry struct {
	Key   string `xml:"key"`
	Value int    `xml:"value"`
}

// quotas are what every account's summary says, whatever is in it.
var quotas = map[string]int{
	"AccessKeysPerUserQuota": 2, "AssumeRolePolicySizeQuota": 2048, "AttachedPoliciesPerGroupQuota": 10,
	"AttachedPoliciesPerRoleQuota": 10, "AttachedPoliciesPerUserQuota": 10, "GlobalEndpointTokenVersion": 1,
	"GroupPolicySizeQuota": 5120, "Groups": 0, "GroupsPerUserQuota": 10, "GroupsQuota": 300, "InstanceProfiles": 0,
	"InstanceProfilesQuota": 1000, "Policies": 0, "PoliciesQuota": 1500, "PolicySizeQuota": 6144,
	"PolicyVersionsInUse": 1, "PolicyVersionsInUseQuota": 10000, "Providers": 0, "RolePolicySizeQuota": 10240,
	"Roles": 1, "RolesQuota": 1000, "ServerCertificates": 0, "ServerCertificatesQuota": 20,
	"SigningCertificatesPerUserQuota": 2, "UserPolicySizeQuota": 2048, "UsersQuota": 5000, "VersionsPerPolicyQuota": 5,
}

func (s *Server) getAccountSummary(q *request) (any, *apiError) {
	a := s.accounts[q.caller.id]
	values := maps.Clone(quotas)
	devices, inUse := len(a.LooseMFA), len(a.Root.MFA)
	for _, u := range a.Users {
		inUse += len(u.MFA)
	}
	values["Users"] = len(a.Users)
	values["MFADevices"] = devices + inUse
	values["MFADevicesInUse"] = inUse
	values["AccountMFAEnabled"] = flag(len(a.Root.MFA) > 0)
	values["AccountAccessKeysPresent"] = flag(len(a.Root.Keys) > 0) // active or not
	values["AccountSigningCertificatesPresent"] = flag(len(a.Root.Certificates) > 0)
	values["AccountPasswordPresent"] = flag(a.Root.Password)
	for _, key := range a.Root.OmitSummaryKeys {
		delete(values, key)
	}
	var out summary
	for _, key := range slices.Sorted(maps.Keys(values)) {
		out.SummaryMap = append(out.SummaryMap, summaryEntry{key, values[key]})
	}
	return out, nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

type virtualDevices struct {
	Devices     []virtualDevice `xml:"VirtualMFADevices>member"`
	IsTruncated bool
	Marker      string `xml:",omitempty"`
	start       string
}

type virtualDevice struct {
	SerialNumber string
	EnableDate   string      `xml:",omitempty"`
	User         *deviceUser `xml:",omitempty"`
}

type deviceUser struct {
	Path             string `xml:",omitempty"`
	UserName         string `xml:",omitempty"` // root has none
	UserID           string `xml:"UserId"`
	Arn              string
	CreateDate       string
	PasswordLastUsed string `xml:",omitempty"`
}

func (p *virtualDevices) empty() {
	p.Devices, p.IsTruncated, p.Marker = nil, true, p.start
}

func (p *virtualDevices) repeat() { p.IsTruncated, p.Marker = true, p.start }

// listVirtualMFADevices gives root's devices, the users' and those of nobody,
// by serial number, as many as MaxItems to the page.
func (s *Server) listVirtualMFADevices(q *request) (any, *apiError) {
	from, size, problem := q.page()
	if problem != nil {
		return nil, problem
	}
	status := q.form.Get("AssignmentStatus")
	if status != "" && !slices.Contains([]string{"Any", "Assigned", "Unassigned"}, status) {
		return nil, invalid("ValidationError", "1 validation error detected: Value '%s' at 'assignmentStatus' failed to satisfy constraint: Member must satisfy enum value set: [Any, Assigned, Unassigned]", status)
	}
	all := slices.DeleteFunc(s.virtualDevices(s.accounts[q.caller.id]), func(d virtualDevice) bool {
		return status == "Assigned" && d.User == nil || status == "Unassigned" && d.User != nil
	})
	out := &virtualDevices{start: marker(from)}
	from = min(from, len(all))
	end := min(from+size, len(all))
	out.Devices = all[from:end]
	if end < len(all) {
		out.IsTruncated, out.Marker = true, marker(end)
	}
	return out, nil
}

func (s *Server) virtualDevices(a *Account) []virtualDevice {
	var all []virtualDevice
	add := func(devices []Device, user deviceUser) {
		for _, d := range devices {
			if d.Virtual {
				all = append(all, virtualDevice{SerialNumber: d.Serial, EnableDate: stamp(d.EnabledAt), User: &user})
			}
		}
	}
	add(a.Root.MFA, deviceUser{
		UserID: a.ID.String(), Arn: s.org.arn("iam", "root", a.ID),
		CreateDate: stamp(a.Root.Created), PasswordLastUsed: stamp(a.Root.PasswordLastUsed),
	})
	for i, u := range a.Users {
		add(u.MFA, deviceUser{
			Path: "/", UserName: u.Name, UserID: "AIDA" + a.ID.String() + strconv.Itoa(1000+i), Arn: s.org.arn("iam", "user/"+u.Name, a.ID),
			CreateDate: stamp(u.Created), PasswordLastUsed: stamp(u.PasswordLastUsed),
		})
	}
	for _, serial := range a.LooseMFA {
		all = append(all, virtualDevice{SerialNumber: serial})
	}
	slices.SortFunc(all, func(a, b virtualDevice) int { return cmp.Compare(a.SerialNumber, b.SerialNumber) })
	return all
}

type aliases struct {
	Aliases     []string `xml:"AccountAliases>member"`
	IsTruncated bool
	Marker      string `xml:",omitempty"`
	start       string
}

func (p *aliases) empty() { p.Aliases, p.IsTruncated, p.Marker = nil, true, p.start }

func (p *aliases) repeat() { p.IsTruncated, p.Marker = true, p.start }

func (s *Server) listAccountAliases(q *request) (any, *apiError) {
	from, _, problem := q.page()
	if problem != nil {
		return nil, problem
	}
	out := &aliases{start: marker(from)}
	if alias := s.accounts[q.caller.id].Alias; alias != "" && from == 0 {
		out.Aliases = []string{alias}
	}
	return out, nil
}

const markerPrefix = "item-"

// marker is opaque to clients, as AWS's are.
func marker(index int) string {
	return base64.StdEncoding.EncodeToString([]byte(markerPrefix + strconv.Itoa(index)))
}

func parseMarker(text string) (int, bool) {
	if text == "" {
		return 0, true
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) < len(markerPrefix) || string(b[:len(markerPrefix)]) != markerPrefix {
		return 0, false
	}
	index, err := strconv.Atoi(string(b[len(markerPrefix):]))
	return index, err == nil && index >= 0
}

// page reads Marker and MaxItems: 1 to 1000, 100 by default.
func (q *request) page() (from, size int, problem *apiError) {
	from, ok := parseMarker(q.form.Get("Marker"))
	if !ok {
		return 0, 0, invalid("ValidationError", "Invalid Marker.")
	}
	size = 100
	if text := q.form.Get("MaxItems"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1000 {
			return 0, 0, invalid("ValidationError", "1 validation error detected: Value '%s' at 'maxItems' failed to satisfy constraint: 1 to 1000", text)
		}
		size = n
	}
	return from, size, nil
}

// stamp is a time as AWS writes it, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}
