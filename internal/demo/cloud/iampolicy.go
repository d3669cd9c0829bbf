package cloud

import "net/http"

type passwordPolicy struct {
	Policy struct {
		MinimumPasswordLength      int
		RequireSymbols             bool
		RequireNumbers             bool
		RequireUppercaseCharacters bool
		RequireLowercaseCharacters bool
		AllowUsersToChangePassword bool
		ExpirePasswords            bool
		MaxPasswordAge             int `xml:",omitempty"`
		PasswordReusePrevention    int `xml:",omitempty"`
	} `xml:"PasswordPolicy"`
}

func (s *Server) getAccountPasswordPolicy(q *request) (any, *apiError) {
	p := s.accounts[q.caller.id].Policy
	if p == nil {
		return nil, &apiError{Status: http.StatusNotFound, Code: "NoSuchEntity",
			Message: "The Password Policy with domain name " + q.caller.id.String() + " cannot be found."}
	}
	var out passwordPolicy
	out.Policy.MinimumPasswordLength, out.Policy.MaxPasswordAge, out.Policy.PasswordReusePrevention = p.MinimumLength, p.MaxAge, p.Reuse
	out.Policy.ExpirePasswords, out.Policy.AllowUsersToChangePassword = p.MaxAge > 0, true
	return out, nil
}

type organizationsFeatures struct {
	OrganizationID  string   `xml:"OrganizationId"`
	EnabledFeatures []string `xml:"EnabledFeatures>member"`
}

// listOrganizationsFeatures answers the management account and the delegated
// administrator for IAM alone.
func (s *Server) listOrganizationsFeatures(q *request) (any, *apiError) {
	switch {
	case s.org.Standalone:
		return nil, invalid("OrganizationNotFoundException", "The request was rejected because no organization is associated with your account.")
	case q.caller.id != s.org.Management().ID && q.caller.id != s.org.IAMAdmin:
		return nil, invalid("AccountNotManagementOrDelegatedAdministratorException",
			"The request was rejected because the account making the request is not the management account or delegated administrator account for centralized root access.")
	case s.org.BillingOnly:
		return nil, invalid("OrganizationNotInAllFeaturesModeException", "The request was rejected because your organization does not have All features enabled.")
	case s.org.NoIAMAccess:
		return nil, invalid("ServiceAccessNotEnabledException", "Trusted Access for IAM not enabled by organization. Please enable it before managing root access.")
	}
	return organizationsFeatures{s.org.ID, s.org.RootFeatures}, nil
}
