package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"rootwatch/config"
	"rootwatch/internal/awsorg"
	"rootwatch/schedule"
)

// PolicyRequest is what `rootwatch policy` was asked. What is "" comes from
// the configuration, where there is one.
type PolicyRequest struct {
	For    awsorg.PolicyFor
	Format string // json, cloudformation, terraform

	Organization   string // the configuration's name of it
	Partition      string
	RoleName       string // of the audit role
	ManagementRole string // its ARN
	BotRole        string // the ARN of the role that Rootwatch runs as
	OrganizationID string // AWS's own, o-...
}

// Policy prints what Rootwatch must be allowed, and asks nobody for it: no
// secret is read.
func (s Setup) Policy(ctx context.Context, r PolicyRequest, term Terminal) error {
	o, err := s.policyOptions(ctx, r, term)
	if err != nil {
		return err
	}
	text, err := policyText(r, o)
	if err != nil {
		return Problem{Usage, err}
	}
	if _, err := term.Out.Write(text); err != nil {
		return err
	}
	if r.Format != "json" || r.For != awsorg.PolicyForTrust {
		return nil
	}
	hint := "Put the external id of your configuration in the place of EXTERNAL_ID; it is not printed."
	if o.BotRoleARN == "" || o.OrganizationID == "" {
		hint += " Give --bot-role and --organization-id, or replace theirs too."
	}
	_, err = fmt.Fprintln(term.Err, hint)
	return err
}

func policyText(r PolicyRequest, o awsorg.PolicyOptions) ([]byte, error) {
	switch r.Format {
	case "cloudformation":
		return awsorg.CloudFormation(r.For, o)
	case "terraform":
		return awsorg.Terraform(r.For, o)
	}
	d, err := awsorg.Policy(r.For, o)
	if err != nil {
		return nil, err
	}
	return d.JSON()
}

// policyOptions are the configuration's, with the flags over them. A secret
// that is not here is no reason to print nothing: whoever deploys roles is
// seldom on the bot's own machine.
func (s Setup) policyOptions(ctx context.Context, r PolicyRequest, term Terminal) (awsorg.PolicyOptions, error) {
	var o awsorg.PolicyOptions
	env := config.OSEnv()
	env.Fetch = nil
	part := config.LoadPartly(ctx, s.ConfigPath, env, schedule.CheckSpec)
	switch {
	case part.Config == nil && errors.Is(part.Faults, fs.ErrNotExist) && !s.Explicit:
	case part.Config == nil:
		return o, Problem{Usage, part.Faults}
	default:
		org, err := pick(part.Config.Organizations, r.Organization)
		if err != nil {
			return o, Problem{Usage, err}
		}
		o = awsorg.PolicyOptions{
			Partition: org.Scope.Partition, RoleName: org.RoleName, ManagementRoleARN: org.ManagementRoleARN,
			Secrets: part.Config.Places(), NoCosts: !org.Cost.Enabled, RootAudit: org.RootAudit,
		}
		if len(part.Faults) > 0 {
			_, _ = fmt.Fprintf(term.Err, "The configuration has faults, see `rootwatch config check`. The policy is what the rest of it says.\n")
		}
	}
	o.Partition = cmp.Or(r.Partition, o.Partition)
	o.RoleName = cmp.Or(r.RoleName, o.RoleName)
	o.ManagementRoleARN = cmp.Or(r.ManagementRole, o.ManagementRoleARN)
	o.BotRoleARN, o.OrganizationID = r.BotRole, r.OrganizationID
	return o, nil
}

// pick is the organization called name, or the only one.
func pick(all []config.Organization, name string) (config.Organization, error) {
	var names []string
	for _, o := range all {
		if o.Scope.Organization == name || name == "" && len(all) == 1 {
			return o, nil
		}
		names = append(names, o.Scope.Organization)
	}
	if name == "" {
		return config.Organization{}, fmt.Errorf("say which organization with --organization: %s", strings.Join(names, ", "))
	}
	return config.Organization{}, fmt.Errorf("there is no organization %q in the configuration; there are %s", name, strings.Join(names, ", "))
}
