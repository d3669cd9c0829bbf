package spend

// window is one question asked of a series each day: did the last days cost
// more than they should? Short ones find what begins at once, long ones what
// creeps. The numbers were tuned on simulated organizations; docs/spikes.md
// says how, what each is worth, and how far it can move.
type window struct {
	days int // how many usage days
	age  int // days from its newest day to the look: 1 is yesterday, as yet incomplete
	back int // days before it that make the usual level
	gap  int // days left out in between, so that a slow rise is no part of its own usual level

	// z is how many times the usual variation the rise must be; weak and times
	// are what does instead: fewer, if it is so many times the largest lift that
	// the series ever had.
	z, weak, times float64
	lasting        bool // judged by the lasting floor, and only while it is still up
}

// windows in the order of their age and length. One day at three ages: late
// data make the same day visible only then.
var windows = []window{
	{days: 1, age: 1, back: 28, z: 7.2, weak: 5.8, times: 1.5},
	{days: 1, age: 2, back: 28, z: 7.9, weak: 6.6, times: 2},
	{days: 1, age: 3, back: 28, z: 7.9, weak: 6.6, times: 2},
	{days: 2, age: 1, back: 28, z: 6.4, weak: 5.3, times: 1.5},
	{days: 2, age: 2, back: 28, z: 6.4, weak: 5.3, times: 1.5},
	{days: 3, age: 1, back: 28, z: 6.8, weak: 6.4, times: 1.5},
	{days: 7, age: 1, back: 28, z: 6.5, weak: 5.3, times: 1.8, lasting: true},
	{days: 14, age: 1, back: 42, z: 5.3, weak: 4, times: 1.5, lasting: true},
	{days: 28, age: 1, back: 56, z: 7.9, weak: 6.6, times: 2.5, lasting: true},
	{days: 7, age: 1, back: 42, gap: 14, z: 6.6, weak: 5.3, times: 2, lasting: true},
}

const (
	oneDay    = 2 // the window that is one whole day
	threeDays = 5 // the window that is the last three days
)

const (
	// How the usual level is found.
	bestDays  = 75   // days before a window whose best part is usual too: what was there before is no news
	bestPart  = 0.85 // of those days lie below that
	minLevel  = 14   // days that make a usual level
	profileOf = 84   // days that make the shape of the week: twelve of each weekday
	settled   = 5    // days after which a day is taken for final where completeness is learned

	// How noise is found. Lifts are in log dollars: 0.1 is ten percent.
	leastNoise  = 0.05 // no bill is steadier than that
	noiseDays   = 90   // how far back the usual variation of short windows is found
	recordDays  = 200  // how far back their largest lift is remembered
	lastNoise   = 200  // the same for lasting ones, whose lifts overlap for weeks
	lastRecord  = 300
	beyond      = 1.15 // times the largest lift that a rise must exceed
	few         = 40   // lifts below which the variation is hardly known: less is believed
	fewLasting  = 70
	hardlyKnown = 1.3 // by so much less
	outage      = 0.7 // a fall below half of usual is an outage, no variation

	// What an account does as a whole.
	tidePart    = 0.65 // of its series lie below the tide
	mostTide    = 0.4  // e to the 0.4: half as much again; an account that rose by more is news itself
	highTide    = 0.08 // above eight percent a series must stand out of the tide
	overTide    = 2.5  // by so many times
	company     = 3    // other services that rise half as much: the account is busier, and no one did it
	mostCompany = 0.5  // a rise beyond that (65 %) is news in any company

	// What comes and goes.
	habitDays   = 150  // how far back episodes are counted
	habitAlike  = 0.45 // of the excess: from there an episode is of its kind
	habitBeyond = 1.3  // times the largest: then it is news
	habitShort  = 6    // days: an episode that short counts two, a longer one counts one
	habitAfter  = 3    // counts that make a habit
	monthAlike  = 1.25 // times the excess around the same day of an earlier month: the same fee

	// When what was told is told again.
	settleDays = 3   // after a word nothing more is said: the first figures of a day are half of it
	freshQuiet = 45  // days in which more services of a region that was told as new are no news
	newAccount = 45  // days in which an account that has just begun is told once
	outgrows   = 4   // times what was told: then it is said again
	growDays   = 7   // days after a word from which it is said again if it is so many times what was told
	leaps      = 10  // times what was told, and leapFloor: then it is said again at once
	leapFloor  = 500 // dollars
	lastQuiet  = 30  // days after a word in which lasting windows of the series are closed
	markDays   = 21  // days of an incident that are no part of what is usual; then it is the new usual
	sameShare  = 0.6 // of a slow rise that must have come after the last word
	freshDays  = 28  // a series is new for so long
	warmUp     = 14  // days of an account before which nothing is new, since all is
	freshAlone = 3   // times the first floor: a new series of this size is never part of an older rise

	feeFloor = 100 // dollars: what has no region is a fee or a renewal, and below that no news
	stillUp  = 0.5 // of a lasting excess that must be there in the last three days

	// What a share of the account's day is too small for a word.
	smallShare   = 0.005
	smallLasting = 0.004
)
