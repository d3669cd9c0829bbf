package cloud

import (
	"net/http"
	"strings"

	"rootwatch/checks/account"
)

const controlPolicy = "SERVICE_CONTROL_POLICY"

// listPage is one page of a list of Organizations, under the list's own name.
type listPage struct {
	name  string
	items []any
	next  string
	start string
}

func (p *listPage) empty() { p.items, p.next = []any{}, p.start }

func (p *listPage) repeat() { p.next = p.start }

// MarshalJSON writes the list and its token.
func (p *listPage) MarshalJSON() ([]byte, error) {
	out := map[string]any{p.name: p.items}
	if p.next != "" {
		out["NextToken"] = p.next
	}
	return mustJSON(out), nil
}

// treeInput is what the lists take, each its own part of it.
type treeInput struct {
	ParentID   string `json:"ParentId"`
	ChildID    string `json:"ChildId"`
	TargetID   string `json:"TargetId"`
	PolicyID   string `json:"PolicyId"`
	Filter     string
	MaxResults *int
	NextToken  string
}

// askTree reads the input of whoever AWS tells about the organization.
func (s *Server) askTree(q *request) (in treeInput, problem *apiError) {
	if s.org.Standalone {
		return in, notInUse()
	}
	if !s.org.mayReadTree(q.caller.id) {
		return in, notYourOrganization()
	}
	return in, q.arguments(&in)
}

func notYourOrganization() *apiError {
	return &apiError{Status: http.StatusBadRequest, Code: "AccessDeniedException", Message: "You don't have permissions to access this resource."}
}

func notThere(what, message string) *apiError {
	return invalid(what+"NotFoundException", "%s", message)
}

// cut is the page of all that in asks for.
func (s *Server) cut(in treeInput, name string, all []any) (any, *apiError) {
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
	from = min(from, len(all))
	end := min(from+size, len(all))
	page := &listPage{name: name, items: append([]any{}, all[from:end]...), start: marker(from)}
	if end < len(all) {
		page.next = marker(end)
	}
	return page, nil
}

func (s *Server) listRoots(q *request) (any, *apiError) {
	in, problem := s.askTree(q)
	if problem != nil {
		return nil, problem
	}
	enabled := []any{}
	if !s.org.noPolicies() {
		enabled = append(enabled, map[string]any{"Type": controlPolicy, "Status": "ENABLED"})
	}
	return s.cut(in, "Roots", []any{map[string]any{
		"Id": RootID, "Name": "Root", "PolicyTypes": enabled, "Arn": s.treeARN("root", RootID),
	}})
}

func (s *Server) treeARN(kind, id string) string {
	return s.org.arn("organizations", kind+"/"+s.org.ID+"/"+id, s.org.Management().ID)
}

func (s *Server) isUnit(id string) bool {
	_, is := s.units.by[id]
	return is
}

func (s *Server) isParent(id string) bool { return id == RootID || s.isUnit(id) }

// accountOf is the account with these digits, nil for none.
func (s *Server) accountOf(digits string) *Account {
	id, err := account.ParseID(digits)
	if err != nil {
		return nil
	}
	return s.accounts[id]
}

func (s *Server) listUnitsForParent(q *request) (any, *apiError) {
	in, problem := s.askTree(q)
	if problem != nil {
		return nil, problem
	}
	if !s.isParent(in.ParentID) {
		return nil, notThere("Parent", "You specified parent that doesn't exist.")
	}
	var below []any
	for _, u := range s.units.all {
		if u.Parent != in.ParentID {
			continue
		}
		below = append(below, map[string]any{
			"Id": u.ID, "Name": u.Name, "Arn": s.treeARN("ou", u.ID),
			"Path": strings.Join(append([]string{s.org.ID, RootID}, s.units.path(u.ID)...), "/") + "/",
		})
	}
	return s.cut(in, "OrganizationalUnits", below)
}

func (s *Server) listAccountsForParent(q *request) (any, *apiError) {
	in, problem := s.askTree(q)
	if problem != nil {
		return nil, problem
	}
	if !s.isParent(in.ParentID) {
		return nil, notThere("Parent", "You specified parent that doesn't exist.")
	}
	var below []any
	for _, a := range s.org.Accounts {
		if a.parentOf() == in.ParentID {
			below = append(below, s.accountOut(a))
		}
	}
	return s.cut(in, "Accounts", below)
}

func (s *Server) listParents(q *request) (any, *apiError) {
	in, problem := s.askTree(q)
	if problem != nil {
		return nil, problem
	}
	parent := ""
	if a := s.accountOf(in.ChildID); a != nil {
		parent = a.parentOf()
	} else if s.isUnit(in.ChildID) {
		parent = s.units.by[in.ChildID].Parent
	}
	if parent == "" {
		return nil, notThere("Child", "You specified a child that doesn't exist.")
	}
	kind := "ORGANIZATIONAL_UNIT"
	if parent == RootID {
		kind = "ROOT"
	}
	return s.cut(in, "Parents", []any{map[string]any{"Id": parent, "Type": kind}})
}

func (s *Server) policySummary(p ControlPolicy) map[string]any {
	arn := s.treeARN("policy", "service_control_policy/"+p.ID)
	if p.ID == FullAccess { // AWS's own is nobody's organization
		arn = "arn:aws:organizations::aws:policy/service_control_policy/" + p.ID
	}
	return map[string]any{"Id": p.ID, "Name": p.Name, "Arn": arn, "Type": controlPolicy, "AwsManaged": p.ID == FullAccess}
}

func (s *Server) listPolicies(q *request) (any, *apiError) {
	in, problem := s.askTree(q)
	if problem != nil {
		return nil, problem
	}
	if in.Filter != controlPolicy {
		return nil, s.invalidInput("This emulator keeps service control policies alone.", "INVALID_ENUM_POLICY_TYPE")
	}
	var all []any
	for _, p := range s.org.allPolicies() {
		all = append(all, s.policySummary(p))
	}
	return s.cut(in, "Policies", all)
}

func (s *Server) policy(id string) (ControlPolicy, *apiError) {
	for _, p := range s.org.allPolicies() {
		if p.ID == id {
			return p, nil
		}
	}
	return ControlPolicy{}, notThere("Policy", "You specified a policy that doesn't exist.")
}

func (s *Server) describePolicy(q *request) (any, *apiError) {
	in, problem := s.askTree(q)
	if problem != nil {
		return nil, problem
	}
	p, problem := s.policy(in.PolicyID)
	if problem != nil {
		return nil, problem
	}
	return map[string]any{"Policy": map[string]any{"PolicySummary": s.policySummary(p), "Content": p.Content}}, nil
}

func (s *Server) listTargetsForPolicy(q *request) (any, *apiError) {
	in, problem := s.askTree(q)
	if problem != nil {
		return nil, problem
	}
	p, problem := s.policy(in.PolicyID)
	if problem != nil {
		return nil, problem
	}
	var all []any
	for _, target := range s.targets() {
		if s.org.hangs(p, target) {
			all = append(all, s.target(target))
		}
	}
	return s.cut(in, "Targets", all)
}

// targets are all that a policy can hang on.
func (s *Server) targets() []string {
	all := []string{RootID}
	for _, u := range s.units.all {
		all = append(all, u.ID)
	}
	for _, a := range s.org.Accounts {
		all = append(all, a.ID.String())
	}
	return all
}

func (s *Server) target(id string) map[string]any {
	if s.isUnit(id) {
		return map[string]any{"TargetId": id, "Name": s.units.by[id].Name, "Type": "ORGANIZATIONAL_UNIT", "Arn": s.treeARN("ou", id)}
	}
	if a := s.accountOf(id); a != nil {
		return map[string]any{"TargetId": id, "Name": a.Name, "Type": "ACCOUNT", "Arn": s.accountARN(a.ID)}
	}
	return map[string]any{"TargetId": id, "Name": "Root", "Type": "ROOT", "Arn": s.treeARN("root", id)}
}

func (s *Server) listPoliciesForTarget(q *request) (any, *apiError) {
	in, problem := s.askTree(q)
	switch {
	case problem != nil:
		return nil, problem
	case in.Filter != controlPolicy:
		return nil, s.invalidInput("This emulator keeps service control policies alone.", "INVALID_ENUM_POLICY_TYPE")
	case !s.isParent(in.TargetID) && s.accountOf(in.TargetID) == nil:
		return nil, notThere("Target", "You specified a target that doesn't exist.")
	case s.org.noPolicies():
		return nil, invalid("PolicyTypeNotEnabledException", "The specified policy type isn't currently enabled in this root.")
	}
	var all []any
	for _, p := range s.org.PoliciesOn(in.TargetID) {
		all = append(all, s.policySummary(p))
	}
	return s.cut(in, "Policies", all)
}
