package awsorg

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// terraformVariables is which variable feeds which parameter of the template.
var terraformVariables = map[string]string{
	paramBot: "bot_role_arn", paramExternalID: "external_id", paramOrganization: "organization_id", paramBotName: "bot_role_name",
}

// Terraform is a module with the policy: the audit role as a service-managed
// StackSet for the members and as a role in the management account, which such
// a set skips; the management role; or a policy for the role Rootwatch runs as.
func Terraform(whom PolicyFor, o PolicyOptions) ([]byte, error) {
	t, err := o.template(whom)
	if err != nil {
		return nil, err
	}
	module := &terraform{file: hclwrite.NewEmptyFile()}
	module.header(t)
	switch properties := t.Resources["Role"].Properties.(type) {
	case role:
		if whom == PolicyForMember {
			module.comment("A service-managed StackSet skips the management account, so the role stands there by itself.\nLeave it out where Rootwatch runs in that account: it reads its own account as itself.")
		}
		module.role(properties)
		if whom == PolicyForMember {
			module.stackSet(t, properties.RoleName)
		}
	default:
		module.attached(t.Resources["Policy"].Properties.(managedPolicy))
	}
	return hclwrite.Format(module.file.Bytes()), module.err
}

// terraform is a module on its way; err is the first that came.
type terraform struct {
	file *hclwrite.File
	err  error
}

// block appends one, with an empty line before it.
func (m *terraform) block(kind string, labels ...string) *hclwrite.Body {
	body := m.file.Body()
	if len(body.Blocks()) > 0 {
		body.AppendNewline()
	}
	return body.AppendNewBlock(kind, labels).Body()
}

func (m *terraform) comment(text string) {
	body := m.file.Body()
	body.AppendNewline()
	for line := range strings.SplitSeq(text, "\n") {
		body.AppendUnstructuredTokens(hclwrite.Tokens{{Type: hclsyntax.TokenComment, Bytes: []byte("# " + line + "\n")}})
	}
}

// uncommented is a block that stands right under its comment.
func (m *terraform) uncommented(kind string, labels ...string) *hclwrite.Body {
	return m.file.Body().AppendNewBlock(kind, labels).Body()
}

func text(s string) cty.Value { return cty.StringVal(s) }

func (m *terraform) header(t template) {
	m.file.Body().AppendUnstructuredTokens(hclwrite.Tokens{{Type: hclsyntax.TokenComment, Bytes: []byte("# " + t.Description + "\n\n")}})
	providers := m.uncommented("terraform").AppendNewBlock("required_providers", nil).Body()
	providers.SetAttributeValue("aws", cty.ObjectVal(map[string]cty.Value{"source": text("hashicorp/aws"), "version": text(">= 5.0")}))
	for _, name := range []string{paramBot, paramBotName, paramExternalID, paramOrganization} {
		p, there := t.Parameters[name]
		if !there {
			continue
		}
		body := m.block("variable", terraformVariables[name])
		body.SetAttributeTraversal("type", traversal("string"))
		body.SetAttributeValue("description", text(p.Description))
		if p.Default != "" {
			body.SetAttributeValue("default", text(p.Default))
		}
		if p.NoEcho {
			body.SetAttributeValue("sensitive", cty.True)
		}
		held(body, terraformVariables[name], p)
	}
}

// held refuses what the template's parameter refuses, before anything is made.
func held(variable *hclwrite.Body, name string, p parameter) {
	if p.AllowedPattern == "" {
		return
	}
	value := hclwrite.TokensForTraversal(traversal("var", name))
	condition := hclwrite.TokensForFunctionCall("can", hclwrite.TokensForFunctionCall("regex", hclwrite.TokensForValue(text(p.AllowedPattern)), value))
	if p.MinLength > 0 {
		for _, bound := range []string{fmt.Sprintf(">= %d", p.MinLength), fmt.Sprintf("<= %d", p.MaxLength)} {
			condition = append(condition, word(" && "))
			condition = append(append(condition, hclwrite.TokensForFunctionCall("length", value)...), word(" "+bound))
		}
	}
	variable.AppendNewline()
	validation := variable.AppendNewBlock("validation", nil).Body()
	validation.SetAttributeRaw("condition", condition)
	validation.SetAttributeValue("error_message", text(p.Description+": "+p.ConstraintDescription+"."))
}

func word(s string) *hclwrite.Token {
	return &hclwrite.Token{Type: hclsyntax.TokenIdent, Bytes: []byte(s)}
}

func traversal(root string, names ...string) hcl.Traversal {
	t := hcl.Traversal{hcl.TraverseRoot{Name: root}}
	for _, name := range names {
		t = append(t, hcl.TraverseAttr{Name: name})
	}
	return t
}

func (m *terraform) role(r role) {
	body := m.uncommented("resource", "aws_iam_role", "rootwatch")
	body.SetAttributeValue("name", text(r.RoleName))
	body.SetAttributeValue("path", text(r.Path))
	body.SetAttributeValue("description", text(r.Description))
	body.SetAttributeValue("max_session_duration", cty.NumberIntVal(int64(r.MaxSessionDuration)))
	body.SetAttributeRaw("assume_role_policy", m.jsonencode(r.AssumeRolePolicyDocument, true))
	policy := m.block("resource", "aws_iam_role_policy", "rootwatch")
	policy.SetAttributeValue("name", text(r.Policies[0].PolicyName))
	policy.SetAttributeTraversal("role", traversal("aws_iam_role", "rootwatch", "name"))
	policy.SetAttributeRaw("policy", m.jsonencode(r.Policies[0].PolicyDocument, true))
}

func (m *terraform) stackSet(t template, name string) {
	units := m.block("variable", "organizational_unit_ids")
	units.SetAttributeRaw("type", hclwrite.TokensForFunctionCall("list", hclwrite.TokensForIdentifier("string")))
	units.SetAttributeValue("description", text("The organization's root (r-...) for all accounts, or organizational units"))

	set := m.block("resource", "aws_cloudformation_stack_set", "rootwatch")
	set.SetAttributeValue("name", text(name))
	set.SetAttributeValue("description", text(t.Description))
	set.SetAttributeValue("permission_model", text("SERVICE_MANAGED"))
	set.SetAttributeValue("capabilities", cty.TupleVal([]cty.Value{text("CAPABILITY_NAMED_IAM")}))
	var parameters []hclwrite.ObjectAttrTokens
	for _, p := range []string{paramBot, paramExternalID, paramOrganization} {
		parameters = append(parameters, hclwrite.ObjectAttrTokens{
			Name: hclwrite.TokensForIdentifier(p), Value: hclwrite.TokensForTraversal(traversal("var", terraformVariables[p])),
		})
	}
	set.SetAttributeRaw("parameters", hclwrite.TokensForObject(parameters))
	t.Metadata = nil // Terraform is how it is deployed
	// AWS shows such a value as ****, and Terraform would hand that on as the
	// external id with its next change. It stands in the trust policy anyway.
	t.Parameters = maps.Clone(t.Parameters)
	external := t.Parameters[paramExternalID]
	external.NoEcho = false
	t.Parameters[paramExternalID] = external
	set.SetAttributeRaw("template_body", m.jsonencode(t, false))
	set.AppendNewline()
	deployment := set.AppendNewBlock("auto_deployment", nil).Body()
	deployment.SetAttributeValue("enabled", cty.True)
	deployment.SetAttributeValue("retain_stacks_on_account_removal", cty.False)
	set.AppendNewline()
	// AWS gives the set a role of its own, which the provider would take away again.
	lifecycle := set.AppendNewBlock("lifecycle", nil).Body()
	lifecycle.SetAttributeRaw("ignore_changes", hclwrite.TokensForTuple([]hclwrite.Tokens{
		hclwrite.TokensForIdentifier("administration_role_arn"),
	}))

	m.comment("One region, the provider's own: IAM is global.")
	instance := m.uncommented("resource", "aws_cloudformation_stack_set_instance", "rootwatch")
	instance.SetAttributeTraversal("stack_set_name", traversal("aws_cloudformation_stack_set", "rootwatch", "name"))
	instance.AppendNewline()
	instance.AppendNewBlock("deployment_targets", nil).Body().
		SetAttributeTraversal("organizational_unit_ids", traversal("var", "organizational_unit_ids"))
}

func (m *terraform) attached(p managedPolicy) {
	body := m.block("resource", "aws_iam_role_policy", "rootwatch")
	body.SetAttributeValue("name", text(p.ManagedPolicyName))
	body.SetAttributeTraversal("role", traversal("var", terraformVariables[paramBotName]))
	body.SetAttributeRaw("policy", m.jsonencode(p.PolicyDocument, true))
}

// jsonencode is v as the argument of that function, in v's own order. With
// variables, a reference to a parameter becomes the variable that feeds it.
func (m *terraform) jsonencode(v any, variables bool) hclwrite.Tokens {
	b, err := json.Marshal(v)
	if err != nil {
		m.err = err
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	tokens, err := expression(d, variables)
	if err != nil {
		m.err = err
	}
	return hclwrite.TokensForFunctionCall("jsonencode", tokens)
}

// expression turns the next JSON value into Terraform's.
func expression(d *json.Decoder, variables bool) (hclwrite.Tokens, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		if v == '[' {
			return list(d, variables)
		}
		return object(d, variables)
	case string:
		return hclwrite.TokensForValue(text(v)), nil
	case json.Number:
		number, err := v.Int64()
		return hclwrite.TokensForValue(cty.NumberIntVal(number)), err
	case bool:
		return hclwrite.TokensForValue(cty.BoolVal(v)), nil
	}
	return nil, fmt.Errorf("no policy holds %v", token)
}

func object(d *json.Decoder, variables bool) (hclwrite.Tokens, error) {
	var attributes []hclwrite.ObjectAttrTokens
	reference := ""
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := expression(d, variables)
		if err != nil {
			return nil, err
		}
		name := hclwrite.TokensForValue(text(key.(string)))
		if hclsyntax.ValidIdentifier(key.(string)) {
			name = hclwrite.TokensForIdentifier(key.(string))
		}
		attributes = append(attributes, hclwrite.ObjectAttrTokens{Name: name, Value: value})
		if key == "Ref" {
			reference = strings.Trim(string(value.Bytes()), `" `)
		}
	}
	_, err := d.Token()
	if variable := terraformVariables[reference]; variables && variable != "" {
		return hclwrite.TokensForTraversal(traversal("var", variable)), err
	}
	return hclwrite.TokensForObject(attributes), err
}

// list stands on one line for one thing, else each on its own.
func list(d *json.Decoder, variables bool) (hclwrite.Tokens, error) {
	var items []hclwrite.Tokens
	for d.More() {
		item, err := expression(d, variables)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := d.Token()
	if len(items) == 1 {
		return hclwrite.TokensForTuple(items), err
	}
	newline := &hclwrite.Token{Type: hclsyntax.TokenNewline, Bytes: []byte("\n")}
	tokens := hclwrite.Tokens{{Type: hclsyntax.TokenOBrack, Bytes: []byte("[")}, newline}
	for _, item := range items {
		tokens = append(append(tokens, item...), &hclwrite.Token{Type: hclsyntax.TokenComma, Bytes: []byte(",")}, newline)
	}
	return append(tokens, &hclwrite.Token{Type: hclsyntax.TokenCBrack, Bytes: []byte("]")}), err
}
