package cloud

import (
	"fmt"
	"net/http"
	"slices"

	"rootwatch/checks/account"
)

type alternateContact struct {
	AlternateContactType                   string
	Name, Title, EmailAddress, PhoneNumber string
}

func (s *Server) getAlternateContact(q *request) (any, *apiError) {
	var in struct {
		AccountID            *string `json:"AccountId"`
		AlternateContactType string
	}
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	a, problem := s.contactTarget(q, in.AccountID)
	if problem != nil {
		return nil, problem
	}
	kinds := []string{SecurityContact, BillingContact, OperationsContact}
	if !slices.Contains(kinds, in.AlternateContactType) {
		return nil, s.contactDenied(q, "") // AWS does not say that the type is wrong
	}
	c := a.Contacts[in.AlternateContactType]
	if c == nil {
		return nil, &apiError{Status: http.StatusNotFound, Code: "ResourceNotFoundException", Message: "No contact of the inputted alternate contact type found."}
	}
	return map[string]any{"AlternateContact": alternateContact{in.AlternateContactType, c.Name, c.Title, c.Email, c.Phone}}, nil
}

type contactInformation struct {
	FullName, AddressLine1, City, CountryCode, PhoneNumber, PostalCode string
	CompanyName                                                        string `json:",omitempty"`
}

func (s *Server) getContactInformation(q *request) (any, *apiError) {
	var in struct {
		AccountID *string `json:"AccountId"`
	}
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	a, problem := s.contactTarget(q, in.AccountID)
	if problem != nil {
		return nil, problem
	}
	p := a.Primary
	if p == nil {
		return nil, &apiError{Status: http.StatusNotFound, Code: "ResourceNotFoundException", Message: "No contact information found for the inputted account."}
	}
	return map[string]any{"ContactInformation": contactInformation{p.FullName, p.Address, p.City, p.Country, p.Phone, p.PostalCode, p.Company}}, nil
}

// contactTarget is the account that is asked about: the caller's own without
// an id, a member with one. The management account must not name itself.
func (s *Server) contactTarget(q *request, wanted *string) (*Account, *apiError) {
	if wanted == nil {
		return s.accounts[q.caller.id], nil
	}
	id, err := account.ParseID(*wanted)
	if err != nil {
		return nil, invalid("ValidationException", "1 validation error detected: Value at 'accountId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^\\d{12}$")
	}
	switch target := s.accounts[id]; {
	case s.org.Standalone, q.caller.id != s.org.Management().ID, target == nil:
		return nil, s.contactDenied(q, "")
	case id == q.caller.id:
		return nil, s.contactDenied(q, "Access Denied")
	case s.org.NoTrustedAccess:
		return nil, s.contactDenied(q, "Your organization must first enable trusted access with AWS Account Management.")
	default:
		return target, nil
	}
}

// contactDenied words why as AWS does, in brackets at the end: it is all that
// tells the reasons apart.
func (s *Server) contactDenied(q *request, why string) *apiError {
	message := fmt.Sprintf("User: %s is not authorized to perform: %s", q.caller.arn, q.action())
	if why != "" {
		message += " (" + why + ")"
	}
	return &apiError{Status: http.StatusForbidden, Code: "AccessDeniedException", Message: message}
}
