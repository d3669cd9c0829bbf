package cloud

import (
	"net/http"
	"strings"

	"rootwatch/checks/account"
)

const maxAccountsPage = 20

func notInUse() *apiError {
	return invalid("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
}

type organizationOut struct {
	ID                   string `json:"Id"`
	Arn, FeatureSet      string
	MasterAccountID      string `json:"MasterAccountId"`
	MasterAccountArn     string
	MasterAccountEmail   string
	AvailablePolicyTypes []any
}

func (s *Server) describeOrganization(_ *request) (any, *apiError) {
	if s.org.Standalone {
		return nil, notInUse()
	}
	m := s.org.Management()
	out := organizationOut{
		ID:                   s.org.ID,
		Arn:                  s.org.arn("organizations", "organization/"+s.org.ID, m.ID),
		FeatureSet:           s.org.featureSet(),
		MasterAccountID:      m.ID.String(),
		MasterAccountArn:     s.accountARN(m.ID),
		MasterAccountEmail:   m.Email,
		AvailablePolicyTypes: []any{},
	}
	return map[string]any{"Organization": out}, nil
}

func (o *Organization) featureSet() string {
	if o.BillingOnly {
		return "CONSOLIDATED_BILLING"
	}
	return "ALL"
}

func (s *Server) accountARN(id account.ID) string {
	return s.org.arn("organizations", "account/"+s.org.ID+"/"+id.String(), s.org.Management().ID)
}

type accountsPage struct {
	Accounts  []accountOut
	NextToken string `json:",omitempty"`
	start     string
}

type accountOut struct {
	ID               string `json:"Id"`
	Arn, Email, Name string
	State            string `json:",omitempty"`
	Status           string `json:",omitempty"`
	JoinedMethod     string
	JoinedTimestamp  int64    `json:",omitempty"` // seconds since 1970
	Paths            []string `json:",omitempty"`
}

func (p *accountsPage) empty() { p.Accounts, p.NextToken = []accountOut{}, p.start }

func (p *accountsPage) repeat() { p.NextToken = p.start }

func (s *Server) listAccounts(q *request) (any, *apiError) {
	if s.org.Standalone {
		return nil, notInUse()
	}
	if !s.org.mayReadTree(q.caller.id) {
		return nil, notYourOrganization()
	}
	var in struct {
		MaxResults *int
		NextToken  string
	}
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	size := s.options.PageSize
	if in.MaxResults != nil {
		if *in.MaxResults < 1 || *in.MaxResults > maxAccountsPage {
			return nil, s.invalidInput("You specified an invalid value for MaxResults: 1 to 20.", "MAX_VALUE_EXCEEDED")
		}
		size = min(size, *in.MaxResults)
	}
	from, ok := parseMarker(in.NextToken)
	if !ok {
		return nil, s.invalidInput("You specified an invalid value for NextToken.", "INVALID_NEXT_TOKEN")
	}
	all := s.org.Accounts
	from = min(from, len(all))
	end := min(from+size, len(all))
	out := &accountsPage{Accounts: make([]accountOut, 0, size), start: marker(from)}
	for _, a := range all[from:end] {
		out.Accounts = append(out.Accounts, s.accountOut(a))
	}
	if end < len(all) {
		out.NextToken = marker(end)
	}
	return out, nil
}

func (s *Server) invalidInput(message, reason string) *apiError {
	return &apiError{Status: http.StatusBadRequest, Code: "InvalidInputException", Message: message, More: map[string]any{"Reason": reason}}
}

func (s *Server) accountOut(a *Account) accountOut {
	out := accountOut{
		ID: a.ID.String(), Arn: s.accountARN(a.ID), Email: a.Email, Name: a.Name,
		JoinedMethod: "CREATED", Paths: []string{s.path(a)},
	}
	if s.org.NoPaths {
		out.Paths = nil
	}
	if !a.Joined.IsZero() {
		out.JoinedTimestamp = a.Joined.Unix()
	}
	if a == s.org.Management() {
		out.JoinedMethod = "INVITED"
	}
	if !s.org.StatusOnly {
		out.State = string(a.state())
		return out
	}
	switch a.state() { // Status knew three of the five states
	case account.Suspended, account.Closed:
		out.Status = "SUSPENDED"
	case account.PendingClosure:
		out.Status = "PENDING_CLOSURE"
	default:
		out.Status = "ACTIVE"
	}
	return out
}

// path is where the account hangs: organization, root, units, account.
func (s *Server) path(a *Account) string {
	parts := append([]string{s.org.ID, RootID}, a.OUs...)
	return strings.Join(append(parts, a.ID.String()), "/") + "/"
}
