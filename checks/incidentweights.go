package checks

import "strings"

// The weights are in points. No published study says how likely each sign is
// under compromise and under growth, so they are coarse on purpose, and say
// how often the thing happens in an account that nobody broke into: 1 in many
// months, 2 in few, 3 hardly, 4 as good as never. What only opens a door, and
// is no act, has 1.
const (
	// weighTrailStopped: MITRE ATT&CK T1562.008 (disable cloud logs); GuardDuty
	// has a finding for it alone (Stealth:IAMUser/CloudTrailLoggingDisabled).
	weighTrailStopped = 4
	// weighRootKeyNew: AWS says never to make one, and of 1,143 accounts 4.3 %
	// had any (Netskope 2021).
	weighRootKeyNew = 4
	// weighRootUsed: root was used within seven days in 3.1 % of those accounts.
	weighRootUsed = 3
	// weighAdminNew and weighKeyNew: MITRE ATT&CK T1098.001 and T1136.003 (more
	// credentials, a new cloud account); people also hire.
	weighAdminNew = 2
	weighKeyNew   = 2
	// weighRootOpen: a critical failure of root is a door, no act.
	weighRootOpen = 1
	// weighRegionNew: MITRE ATT&CK T1535 (unused regions); a team that goes
	// abroad does it too.
	weighRegionNew = 2
	// weighRegionsNew, on top of the first one: miners take each region's own
	// quota at once; nobody opens three markets on one day.
	weighRegionsNew = 2
	// weighServiceNew: first use of a service that thieves sell or mine with.
	// One that they have no use for is growth's as much as theirs, and has no weight.
	weighServiceNew = 1
	// weighAbused: it is such a service, new or not. It is commonest in honest
	// accounts too.
	weighAbused = 1
	// weighWeekend: Mission Cloud's and 1Strategy's articles: break-ins are
	// found on Monday because they began on Friday evening.
	weighWeekend = 1
	// weighSudden: at half of its height or more on its first day, as a script
	// that fills the quota does; a bug or a launch does so too.
	weighSudden = 1
	// weighTiny: an account that cost next to nothing and costs ten times that
	// has nothing that could have grown.
	weighTiny = 2

	// weighSlow: it took a week or more to reach half of its height. A thief has no week.
	weighSlow = -2
	// weighKnown: service and region were both in use for a month or longer.
	weighKnown = -2
	// weighSmall: less than twice the usual day. Who steals takes what the quota gives.
	weighSmall = -1
	// weighCalm: root, admins, keys and trail were all read after the spike
	// began, and nothing happened to them. A stolen key of a user leaves them
	// calm as well, so it is little.
	weighCalm = -1
)

const (
	// compromiseFrom is from how many points a spike looks like compromise: two
	// acts that hardly happen by themselves, or one that as good as never does
	// and a sign in the bill. One sign is never enough.
	compromiseFrom = 5
	// growthFrom is up to how many points it looks like growth: known series
	// alone with a calm posture comes to -3, and one light sign may stand against it.
	growthFrom = -2
)

const (
	// regionFloor is the cost of a day, in the currency of the bill, from which
	// a region counts as used: below it are keys and logs that services leave
	// in every region by themselves.
	regionFloor = 1.0
	// knownDays is how many days before the spike must have been read for
	// "never used before": four weeks, so that a monthly run had its chance.
	knownDays = 28
	// tinyDay is the usual day, in the currency of the bill, of an account that
	// is nearly idle, and tinyTimes how far the spike must be above it.
	tinyDay, tinyTimes = 5.0, 10.0
	// slowDays is how long a slow rise takes at least.
	slowDays = 7
	// smallTimes is below which multiple of the usual day a rise is small.
	smallTimes = 2.0
)

// abused are the kinds of service that thieves are known to take: machines to
// mine on (GuardDuty's CryptoCurrency findings of EC2, ECS and Lambda; Sysdig
// on AMBERSQUID, 2023: SageMaker and Fargate), models to sell (Sysdig on
// LLMjacking, 2024: Bedrock) and senders of mail and SMS (SentinelOne on SNS
// Sender, 2024). It is kept short: time and money weigh more than names. The
// bill has no usage type, so GPU families cannot be told from others.
var abused = []struct{ name, what string }{
	{"Elastic Compute Cloud", "machines to mine on"},
	{"Elastic Container Service", "machines to mine on"},
	{"Lightsail", "machines to mine on"},
	{"SageMaker", "machines to mine on"},
	{"Bedrock", "models whose use is sold"},
	{"Simple Email Service", "a sender of mail"},
	{"Simple Notification Service", "a sender of SMS"},
	{"End User Messaging", "a sender of SMS"},
}

// abusedAs is what thieves take the service for, "" where they are not known to.
func abusedAs(service string) string {
	for _, a := range abused {
		if strings.Contains(service, a.name) {
			return a.what
		}
	}
	return ""
}
