package awsorg

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"rootwatch/checks/account"
)

const (
	callSummary        = "iam:GetAccountSummary"
	callVirtualMFA     = "iam:ListVirtualMFADevices"
	callGetReport      = "iam:GetCredentialReport"
	callGenerateReport = "iam:GenerateCredentialReport"
	callPasswordPolicy = "iam:GetAccountPasswordPolicy"
	// AWS answers GenerateCredentialReport from the same report for four hours.
	reportLives = 4 * time.Hour
)

func readSummary(ctx context.Context, client *iam.Client) account.Fact[account.Summary] {
	return fact(within(ctx, callTimeout, callSummary, func(ctx context.Context) (account.Summary, error) {
		out, err := client.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
		if err != nil {
			return nil, err
		}
		if len(out.SummaryMap) == 0 {
			return nil, unusable(callSummary, "it is empty")
		}
		return account.Summary(out.SummaryMap), nil
	}))
}

// readPasswordPolicy is a known nil where the account has none.
func readPasswordPolicy(ctx context.Context, client *iam.Client) account.Fact[*account.PasswordPolicy] {
	return fact(within(ctx, callTimeout, callPasswordPolicy, func(ctx context.Context) (*account.PasswordPolicy, error) {
		out, err := client.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{})
		if code := apiCode(err); code == "NoSuchEntity" || code == "NoSuchEntityException" {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		p := out.PasswordPolicy
		if p == nil || p.MinimumPasswordLength == nil { // which every policy has, 6 at least
			return nil, unusable(callPasswordPolicy, "it holds no policy")
		}
		return &account.PasswordPolicy{
			MinimumLength: int(aws.ToInt32(p.MinimumPasswordLength)), Expire: p.ExpirePasswords,
			MaxAgeDays: int(aws.ToInt32(p.MaxPasswordAge)), Reuse: int(aws.ToInt32(p.PasswordReusePrevention)),
		}, nil
	}))
}

// readVirtualMFADevices gives all pages, or nothing: a device that is missing
// from the list would make root's MFA look like hardware.
func readVirtualMFADevices(ctx context.Context, client *iam.Client) account.Fact[[]account.VirtualMFADevice] {
	devices := []account.VirtualMFADevice{}
	markers := map[string]bool{}
	var marker *string
	for {
		out, gap := within(ctx, callTimeout, callVirtualMFA, func(ctx context.Context) (*iam.ListVirtualMFADevicesOutput, error) {
			out, err := client.ListVirtualMFADevices(ctx, &iam.ListVirtualMFADevicesInput{
				AssignmentStatus: types.AssignmentStatusTypeAssigned, Marker: marker, MaxItems: aws.Int32(1000)})
			if err != nil {
				return nil, err
			}
			return out, checkDevices(out, markers)
		})
		if gap != nil {
			return account.Missing[[]account.VirtualMFADevice](*gap)
		}
		for _, d := range out.VirtualMFADevices {
			device := account.VirtualMFADevice{SerialNumber: aws.ToString(d.SerialNumber), UserARN: aws.ToString(d.User.Arn)}
			if d.EnableDate != nil {
				device.EnabledAt = d.EnableDate.UTC()
			}
			devices = append(devices, device)
		}
		if !out.IsTruncated {
			return account.Known(devices)
		}
		marker = out.Marker
		markers[*marker] = true
	}
}

// checkDevices refuses an answer that would leave a device out or nameless.
func checkDevices(out *iam.ListVirtualMFADevicesOutput, seen map[string]bool) error {
	if out.VirtualMFADevices == nil {
		return unusable(callVirtualMFA, "it holds no list")
	}
	for _, d := range out.VirtualMFADevices {
		if d.User == nil || aws.ToString(d.User.Arn) == "" {
			return unusable(callVirtualMFA, "an assigned device has no user")
		}
	}
	if out.IsTruncated && (aws.ToString(out.Marker) == "" || seen[*out.Marker]) {
		return unusable(callVirtualMFA, "its pages do not lead on")
	}
	return nil
}

// readReport takes a report that AWS would not write anew, else it has one
// written: that takes AWS about two seconds, in which nothing here waits.
func (o *Org) readReport(ctx context.Context, client *iam.Client, id account.ID) account.Fact[account.CredentialReport] {
	report, gap := getReport(ctx, client, id)
	if gap == nil && o.now().Sub(report.GeneratedAt) <= reportLives {
		return account.Known(report)
	}
	if gap != nil && gap.Cause != account.NotReady {
		return account.Missing[account.CredentialReport](*gap)
	}
	if _, gap = within(ctx, callTimeout, callGenerateReport, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, generateReport(ctx, client)
	}); gap != nil {
		return account.Missing[account.CredentialReport](*gap)
	}
	return fact(getReport(ctx, client, id))
}

// getReport is NotReady where there is no report that may be read.
func getReport(ctx context.Context, client *iam.Client, id account.ID) (account.CredentialReport, *account.Gap) {
	return within(ctx, callTimeout, callGetReport, func(ctx context.Context) (account.CredentialReport, error) {
		out, err := client.GetCredentialReport(ctx, &iam.GetCredentialReportInput{})
		if reportPending(err) {
			return account.CredentialReport{}, notReady(callGetReport, detail(err))
		}
		if err != nil {
			return account.CredentialReport{}, err
		}
		if out.GeneratedTime == nil {
			return account.CredentialReport{}, unusable(callGetReport, "it does not say when it was written")
		}
		report, err := account.ParseCredentialReport(out.Content, id, out.GeneratedTime.UTC())
		if err != nil {
			return account.CredentialReport{}, unusable(callGetReport, "%v", err)
		}
		return report, nil
	})
}

// generateReport returns nil where a report is complete.
func generateReport(ctx context.Context, client *iam.Client) error {
	out, err := client.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{})
	switch code := apiCode(err); {
	// IAM's LimitExceeded: AWS writes as many reports as it can at the moment.
	case reportPending(err), code == "LimitExceeded", code == "LimitExceededException":
		return notReady(callGenerateReport, detail(err))
	case err != nil:
		return err
	}
	switch out.State {
	case types.ReportStateTypeComplete:
		return nil
	case types.ReportStateTypeStarted, types.ReportStateTypeInprogress:
		return notReady(callGenerateReport, aws.ToString(out.Description))
	}
	return unusable(callGenerateReport, "its state %q is not one of IAM's", clip(string(out.State), 40))
}

func reportPending(err error) bool {
	return err != nil && slices.Contains([]string{
		"ReportNotPresent", "ReportInProgress", "ReportExpired",
		"CredentialReportNotPresentException", "CredentialReportNotReadyException", "CredentialReportExpiredException",
	}, apiCode(err))
}

func notReady(call, words string) account.Gap {
	return account.Gap{Call: call, Cause: account.NotReady, Detail: clip(words, 400),
		Sentence: "AWS is still writing the account's credential report: ask again in a few seconds"}
}
