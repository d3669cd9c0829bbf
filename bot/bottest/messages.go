package bottest

import (
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Sample is a message with a name that can be a file's.
type Sample struct {
	Name    string
	Message bot.Message
}

// Samples is every kind of message in every form it takes, all of one made-up
// organization on one day. They are the same on every call.
func Samples() []Sample {
	return []Sample{
		{"pending", bot.Pending{Subject: "prod-payments", Accounts: 1}},
		{"pending_all", bot.Pending{Subject: "all accounts", Accounts: 40, Done: 12}},
		{"root_fail", RootAnswer()},
		{"root_pass", rootWith("sandbox-dev", checks.Pass, checks.Pass, checks.Pass, checks.Pass)},
		{"root_mixed", rootMixed()},
		{"root_waiting", rootWaiting()},
		{"root_by_hand", rootWith("data-lake", checks.Pass, checks.NotApplicable, checks.Pass, checks.Manual)},
		{"root_dark", rootDark("old-lab", account.Active, account.Gap{
			Call: "sts:AssumeRole", Cause: account.NotOnboarded, Sentence: "The role RootwatchReader could not be assumed. Deploy it in the account.",
		})},
		{"root_suspended", rootDark("closed-shop", account.Suspended, account.Gap{
			Call: "iam:GetAccountSummary", Cause: account.NotActive, Sentence: "The account is suspended.",
		})},
		{"root_accepted", rootAccepted(checks.Fail, checks.Fail, checks.Pass, checks.Pass)},
		{"root_all_accepted", rootAccepted(checks.Fail, checks.Pass, checks.Pass, checks.Pass)},
		{"fleet", bot.FleetAnswer{Fleet: fleet(), AskedBy: "U01ALICE"}},
		{"fleet_clean", bot.FleetAnswer{Fleet: cleanFleet()}},
		{"fleet_5000", bot.FleetAnswer{Fleet: largeFleet()}},
		{"fleet_accepted", bot.FleetAnswer{Fleet: acceptedFleet()}},
		{"digest", Digest()},
		{"digest_accepted", acceptedDigest()},
		{"digest_quiet_accepted", acceptedQuietDigest()},
		{"digest_first", firstDigest()},
		{"digest_quiet", quietDigest()},
		{"digest_5000", digestOf(largeFleet())},
		{"digest_trouble", troubledDigest()},
		{"spike", SpikeAlert()},
		{"spike_compromise", compromisedSpike()},
		{"spike_growth", grownSpike()},
		{"spike_cannot_tell", unreadSpike()},
		{"spike_list", spikeList(12, 34)},
		{"spike_provisional", provisionalSpike()},
		{"spike_first_spend", firstSpend()},
		{"spike_over", spikeAs(spend.Over, false)},
		{"spike_acknowledged", acknowledged(SpikeAlert())},
		{"spike_over_acknowledged", acknowledged(spikeAs(spend.Over, false))},
		{"spike_reply_acknowledged", acknowledgement()},
		{"spike_reply_grew", spikeAs(spend.Grew, true)},
		{"spike_reply_over", spikeAs(spend.Over, true)},
		{"spike_early", earlySign(false)},
		{"spike_early_account", earlyOfAccount()},
		{"spike_early_withdrawn", withdrawnSign(false)},
		{"spike_early_confirmed", confirmedSign(false)},
		{"spike_early_list", earlyList()},
		{"spike_reply_early_grew", earlySign(true)},
		{"spike_reply_early_withdrawn", withdrawnSign(true)},
		{"spike_reply_early_confirmed", confirmedSign(true)},
		{"spend_all", spendAll()},
		{"spend_account", spendAccount()},
		{"spend_by_region", spendByRegion()},
		{"spend_unknown", bot.SpendAnswer{Subject: "all accounts", Money: bot.Money{Trouble: "Cost Explorer is not switched on in the payer. Open it once in the console."}}},
		{"help", bot.Help{Command: bot.RootCheck}},
		{"trouble", bot.Trouble{What: "`12345678901` is not an account id: it has 11 digits, ids have 12.", Next: "Try `/rootcheck 123456789012` or `/rootcheck all`.", ErrorID: "e_7f31"}},
		{"trouble_suggest", bot.Trouble{What: "I do not know an account called `prod-paymets`.", Suggest: "/rootcheck prod-payments"}},
	}
}

// Now is the instant at which all samples were observed.
var Now = time.Date(2026, 11, 22, 4, 46, 54, 0, time.UTC)

var scope = account.Scope{Partition: "aws", Organization: "acme"}

// accounts has one id for each name in the samples.
var accounts = map[string]account.ID{
	"prod-payments": ID("111122223333"), "sandbox-dev": ID("444455556666"), "legacy-web": ID("222222222222"), "data-lake": ID("333333333333"),
	"old-lab": ID("999988887777"), "acquired-eu": ID("555555555555"), "shop-frontend": ID("123456789012"), "marketing-site": ID("777788889999"),
	"warehouse": ID("444444444444"), "build-tools": ID("666666666666"), "closed-shop": ID("888888888888"),
}

// ID is an account id in a fixture; it panics where the digits are none.
func ID(digits string) account.ID {
	id, err := account.ParseID(digits)
	if err != nil {
		panic(err)
	}
	return id
}

// Digest is a day with changes, open findings and three dark accounts.
func Digest() bot.Digest { return digestOf(fleet()) }

func digestOf(f bot.Fleet) bot.Digest {
	zone := time.FixedZone("CET", 3600)
	m := money()
	resolved, dark := line("data-lake", "contact-security", 0), line("legacy-web", "contact-security", 0)
	return bot.Digest{
		Fleet: f, Day: time.Date(2026, 11, 22, 0, 0, 0, 0, zone), Zone: "Europe/Berlin",
		New: []bot.Line{line("prod-payments", "root-access-keys", 5*time.Hour)}, NewTotal: 1, Resolved: []bot.Line{resolved}, ResolvedTotal: 1,
		Dark: []bot.Line{dark}, DarkTotal: 1, Money: &m, Missed: []string{"The sweep of 21 Nov 03:00 was missed."},
		Next: time.Date(2026, 11, 23, 9, 0, 0, 0, zone),
	}
}

// firstDigest tells what is open, and nothing as a change.
func firstDigest() bot.Digest {
	d := unchanged(fleet())
	d.First = true
	return d
}

func quietDigest() bot.Digest { return unchanged(cleanFleet()) }

func unchanged(f bot.Fleet) bot.Digest {
	d := digestOf(f)
	d.New, d.NewTotal, d.Resolved, d.ResolvedTotal, d.Dark, d.DarkTotal, d.Missed = nil, 0, nil, 0, nil, 0, nil
	d.Money.OpenSpikes, d.Money.Spikes, d.Money.Total, d.Money.LargestRise = 0, nil, d.Money.Usual, ""
	return d
}

// troubledDigest is a day without any figure of the bill.
func troubledDigest() bot.Digest {
	d := quietDigest()
	d.Money = &bot.Money{
		Trouble:       "The cap of 10 Cost Explorer requests a day is reached ($0.44 so far this month); raise cost.max_requests_per_day if that is too low.",
		RequestsToday: 10, RequestsMonth: 44,
	}
	return d
}
