package cloud

import (
	"slices"

	"rootwatch/checks/account"
)

// expression is Cost Explorer's Filter: exactly one member is set.
type expression struct {
	And, Or        []expression
	Not            *expression
	Dimensions     *dimension
	Tags           any
	CostCategories any
}

type dimension struct {
	Key                  string
	Values, MatchOptions []string
}

// The dimensions that this emulator groups and filters by.
const (
	byAccount = "LINKED_ACCOUNT"
	byService = "SERVICE"
	byRecord  = "RECORD_TYPE"
	byRegion  = "REGION"
)

var dimensions = []string{byAccount, byService, byRecord, byRegion}

// value is the cost's value in a dimension.
func (c *Cost) value(dimension string, id account.ID) string {
	switch dimension {
	case byAccount:
		return id.String()
	case byService:
		return c.Service
	case byRecord:
		return c.record()
	}
	return c.region()
}

// check refuses what Cost Explorer refuses, in its words, and what this
// emulator cannot do, in its own.
func (e *expression) check() *apiError {
	roots := 0
	for _, set := range []bool{e.And != nil, e.Or != nil, e.Not != nil, e.Dimensions != nil, e.Tags != nil, e.CostCategories != nil} {
		roots += flag(set)
	}
	if roots != 1 {
		return invalid("ValidationException", `Expression has zero or more than one roots. Only one root operator is allowed for each expression: "and", "or", "not", "tag" or "dimensionValue"`)
	}
	if e.Tags != nil || e.CostCategories != nil {
		return invalid("ValidationException", "This emulator has no tags and no cost categories.")
	}
	if e.Not != nil {
		return e.Not.check()
	}
	if d := e.Dimensions; d != nil {
		return d.check()
	}
	name, operands := "And", e.And
	if e.Or != nil {
		name, operands = "Or", e.Or
	}
	if len(operands) < 2 {
		return invalid("ValidationException", "%s expression must have at least 2 operands", name)
	}
	for _, operand := range operands {
		if problem := operand.check(); problem != nil {
			return problem
		}
	}
	return nil
}

func (d *dimension) check() *apiError {
	if !slices.Contains(dimensions, d.Key) {
		return invalid("ValidationException", "Dimension %s is not allowed.", d.Key)
	}
	if len(d.Values) == 0 {
		return invalid("ValidationException", "Dimension %s needs at least one value.", d.Key)
	}
	for _, option := range d.MatchOptions {
		if option != "EQUALS" && option != "CASE_SENSITIVE" {
			return invalid("ValidationException", "MatchOption %s is not allowed for Dimension %s.", option, d.Key)
		}
	}
	return nil
}

// matches is for an expression that check let pass; nil matches everything.
func (e *expression) matches(c *Cost, id account.ID) bool {
	switch {
	case e == nil:
		return true
	case e.Not != nil:
		return !e.Not.matches(c, id)
	case e.Dimensions != nil:
		return slices.Contains(e.Dimensions.Values, c.value(e.Dimensions.Key, id))
	case e.And != nil:
		return !slices.ContainsFunc(e.And, func(o expression) bool { return !o.matches(c, id) })
	}
	return slices.ContainsFunc(e.Or, func(o expression) bool { return o.matches(c, id) })
}
