package cloud

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rootwatch/checks/account"
)

// rootTasks are the task policies that the emulator knows, by the end of their
// ARNs, with what a session under them may call: they are a ceiling on root.
// Others of AWS's own it does not do.
var rootTasks = map[string][]string{
	"IAMAuditRootUserCredentials": {
		"iam:ListAccessKeys", "iam:ListSigningCertificates", "iam:GetLoginProfile", "iam:ListMFADevices", "iam:GetUser", "iam:GetAccessKeyLastUsed", "iam:GetAccountSummary",
	},
}

const maxRootSession = 900 * time.Second

// RootSession is the Principal.Role of an AssumeRoot session; no role has such a name.
const RootSession = ":root"

type assumedRoot struct {
	Credentials struct {
		AccessKeyID                               string `xml:"AccessKeyId"`
		SecretAccessKey, SessionToken, Expiration string
	}
	SourceIdentity string `xml:",omitempty"`
}

// assumeRoot opens a session as root of a member for the management account or
// the delegated administrator for IAM, never for root itself.
func (s *Server) assumeRoot(q *request) (any, *apiError) {
	duration, task, problem := q.assumeRootInput()
	if problem != nil {
		return nil, problem
	}
	target := s.accounts[q.subject]
	switch {
	case s.org.Standalone, q.caller.task != "",
		q.caller.id != s.org.Management().ID && q.caller.id != s.org.IAMAdmin,
		target == nil || !target.active() || target.ID == s.org.Management().ID,
		s.org.BillingOnly, s.org.NoIAMAccess, !slices.Contains(s.org.RootFeatures, CentralCredentials):
		return nil, &apiError{
			Status: http.StatusForbidden, Code: "AccessDenied",
			Message: fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRoot on resource: %s", q.caller.arn, s.org.arn("iam", "root", q.subject)),
		}
	}
	expires := s.options.Wall().Add(duration).UTC().Truncate(time.Second)
	key := s.sessionKey(target)
	var out assumedRoot
	out.Credentials.AccessKeyID = key
	out.Credentials.SecretAccessKey = "emulated-secret-of-" + key
	out.Credentials.SessionToken = session{Key: key, Task: task, Expires: expires}.String()
	out.Credentials.Expiration = expires.Format(time.RFC3339)
	return out, nil
}

func (q *request) assumeRootInput() (time.Duration, string, *apiError) {
	duration := maxRootSession
	if text := q.form.Get("DurationSeconds"); text != "" {
		seconds, err := strconv.Atoi(text)
		if duration = time.Duration(seconds) * time.Second; err != nil || duration < 0 || duration > maxRootSession {
			return 0, "", invalid("ValidationError", "Value '%s' at 'durationSeconds' failed to satisfy constraint: 0 to 900", text)
		}
	}
	if q.form.Get("TargetPrincipal") == "" {
		return 0, "", invalid("ValidationError", "1 validation error detected: Value null at 'targetPrincipal' failed to satisfy constraint: Member must not be null")
	}
	arn := q.form.Get("TaskPolicyArn.arn")
	_, task, found := strings.Cut(arn, ":iam::aws:policy/root-task/")
	if !found || rootTasks[task] == nil {
		return 0, "", invalid("ValidationError", "The task policy '%s' is none that this emulator does.", arn)
	}
	return duration, task, nil
}

// targetOf is whom AssumeRoot is about: an account's id, or the ARN of its root.
func targetOf(principal string) string {
	if parts := strings.Split(principal, ":"); len(parts) == 6 && parts[5] == "root" {
		return parts[4]
	}
	return principal
}

// permitRoot is what root's session may do: what its task policy lets it, where
// no service control policy of the account denies it. "" is everything.
func (s *Server) permitRoot(q *request, action string) *apiError {
	because := ""
	switch {
	case !slices.Contains(rootTasks[q.caller.task], action):
		because = "with an explicit deny in a session policy"
	case s.accounts[q.caller.id].DeniesRootSessions:
		because = "with an explicit deny in a service control policy"
	default:
		return nil
	}
	return &apiError{Status: refusedStatus(q.service), Code: spelled(q.service, "AccessDenied"),
		Message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s", q.caller.arn, action, q.caller.arn, because)}
}

// ofRoot refuses whoever is not root: of users the emulator does not tell here.
func (q *request) ofRoot() *apiError {
	if q.caller.task == "" || q.form.Get("UserName") != "" {
		return unknownOperation(q.service, q.operation+" of a user")
	}
	return nil
}

type mfaDevices struct {
	Devices     []mfaDevice `xml:"MFADevices>member"`
	IsTruncated bool
}

type mfaDevice struct{ SerialNumber, EnableDate string } // root has no user name

func (s *Server) listMFADevices(q *request) (any, *apiError) {
	if problem := q.ofRoot(); problem != nil {
		return nil, problem
	}
	var out mfaDevices
	for _, d := range s.accounts[q.caller.id].Root.MFA {
		out.Devices = append(out.Devices, mfaDevice{d.Serial, stamp(d.EnabledAt)})
	}
	return out, nil
}

type accessKeys struct {
	Keys        []accessKey `xml:"AccessKeyMetadata>member"`
	IsTruncated bool
}

type accessKey struct {
	AccessKeyID        string `xml:"AccessKeyId"`
	Status, CreateDate string
}

func (s *Server) listAccessKeys(q *request) (any, *apiError) {
	if problem := q.ofRoot(); problem != nil {
		return nil, problem
	}
	var out accessKeys
	for i, k := range s.accounts[q.caller.id].Root.Keys {
		out.Keys = append(out.Keys, accessKey{"AKIA" + q.caller.id.String() + strconv.Itoa(1000+i), status(k.Active), stamp(k.Rotated)})
	}
	return out, nil
}

type signingCertificates struct {
	Certificates []signingCertificate `xml:"Certificates>member"`
	IsTruncated  bool
}

type signingCertificate struct {
	CertificateID                       string `xml:"CertificateId"`
	CertificateBody, Status, UploadDate string
}

func (s *Server) listSigningCertificates(q *request) (any, *apiError) {
	if problem := q.ofRoot(); problem != nil {
		return nil, problem
	}
	var out signingCertificates
	for i, c := range s.accounts[q.caller.id].Root.Certificates {
		out.Certificates = append(out.Certificates, signingCertificate{fmt.Sprintf("%s%020d", q.caller.id, i+1), "-----BEGIN CERTIFICATE-----", status(c.Active), stamp(c.Rotated)})
	}
	return out, nil
}

func status(active bool) string {
	if active {
		return "Active"
	}
	return "Inactive"
}

type loginProfile struct {
	Profile struct {
		CreateDate            string // root's has no user name
		PasswordResetRequired bool
	} `xml:"LoginProfile"`
}

func (s *Server) getLoginProfile(q *request) (any, *apiError) {
	if problem := q.ofRoot(); problem != nil {
		return nil, problem
	}
	root := s.accounts[q.caller.id].Root
	if !root.Password {
		return nil, &apiError{Status: http.StatusNotFound, Code: "NoSuchEntity", Message: "Login Profile for User null cannot be found."}
	}
	var out loginProfile
	out.Profile.CreateDate = stamp(root.PasswordChanged)
	return out, nil
}

type iamUser struct {
	User struct {
		UserID           string `xml:"UserId"` // root has neither name nor path
		Arn, CreateDate  string
		PasswordLastUsed string `xml:",omitempty"`
	}
}

func (s *Server) getUser(q *request) (any, *apiError) {
	if problem := q.ofRoot(); problem != nil {
		return nil, problem
	}
	root := s.accounts[q.caller.id].Root
	var out iamUser
	out.User.UserID, out.User.Arn = q.caller.id.String(), q.caller.arn
	out.User.CreateDate, out.User.PasswordLastUsed = stamp(root.Created), stamp(root.PasswordLastUsed)
	return out, nil
}

// rootCaller is who an AssumeRoot session is.
func (s *Server) rootCaller(id account.ID, task string) caller {
	return caller{id: id, arn: s.org.arn("iam", "root", id), userID: id.String(), session: true, role: RootSession, task: task}
}
