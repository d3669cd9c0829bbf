package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"rootwatch/checks/spend"
)

// billSigns reads the spike itself, and the account's bill before it.
func (a *Assessment) billSigns(c IncidentCase) {
	i := c.Incident
	if i.Since == 0 {
		return
	}
	b := billBefore(c.Bill, i)
	a.placeSigns(i, b)
	if what := abusedAs(i.Service); what != "" {
		a.sign("abused_service", weighAbused, fmt.Sprintf("%s is what thieves take as %s.", serviceText(i.Service), what))
	}
	switch i.Since.Weekday() {
	case time.Saturday, time.Sunday:
		a.sign("weekend", weighWeekend, fmt.Sprintf("It began on a %s, when nobody looks.", i.Since.Weekday()))
	}
	a.paceSigns(i)
	a.sizeSigns(i, b)
}

// placeSigns tell where money is spent that was not before. Regions are named
// whatever service is in them: who opens one takes several services with it.
func (a *Assessment) placeSigns(i spend.Incident, b billSeen) {
	switch {
	case b.days < knownDays:
		a.unread(fmt.Sprintf("Only %s of the bill before it %s read, so whether its region and service are new is not known.", days(b.days), plural(b.days, "was", "were")))
		return
	case b.regionDays < knownDays:
		a.unread("The bill before it was not read by region, so whether its region is new is not known.")
	default:
		if n := len(b.newRegions); n > 0 {
			a.sign("new_region", weighRegionNew, fmt.Sprintf("%s in %s, never used before in the %s that were read.", serviceText(i.Service), listText(b.newRegions), days(b.days)))
			if n > 1 {
				a.sign("several_regions", weighRegionsNew, fmt.Sprintf("%d regions that were never used before began to cost money at once.", n))
			}
		}
	}
	switch {
	case b.newService && abusedAs(i.Service) != "":
		a.sign("new_service", weighServiceNew, fmt.Sprintf("The account never paid for %s in the %s that were read.", serviceText(i.Service), days(b.days)))
	case !b.newService && b.regionDays >= knownDays && len(b.newRegions) == 0:
		a.sign("known_series", weighKnown, "Service and region were both in use before.")
	}
}

// paceSigns tell how fast it came, from the incident's own days.
func (a *Assessment) paceSigns(i spend.Incident) {
	first, half, known := climb(i)
	switch {
	case !known:
	case half-first >= slowDays:
		a.sign("slow", weighSlow, fmt.Sprintf("It took %s to reach half of its height.", days(int(half-first))))
	case half == first:
		a.sign("sudden", weighSudden, "It reached half of its height or more within a day.")
	}
}

// climb is when the incident first was a tenth of its height above the usual,
// and when half. It is false where the days before it are not there: then
// nobody saw how it began.
func climb(i spend.Incident) (first, half spend.Day, known bool) {
	points := slices.Clone(i.Recent)
	slices.SortFunc(points, func(a, b spend.Point) int { return int(a.Day - b.Day) })
	usual, height := i.Expected.InexactFloat64(), 0.0
	for _, p := range points {
		height = max(height, p.Amount.InexactFloat64()-usual)
	}
	for n, p := range points {
		over := p.Amount.InexactFloat64() - usual
		if over < height/10 || height <= 0 {
			continue
		}
		if first == 0 {
			first, known = p.Day, n > 0 && points[n-1].Day == p.Day-1
		}
		if over >= height/2 {
			return first, p.Day, known
		}
	}
	return 0, 0, false
}

// sizeSigns weigh the spike against the whole account.
func (a *Assessment) sizeSigns(i spend.Incident, b billSeen) {
	excess := i.Excess.InexactFloat64()
	if b.days >= knownDays && b.usual < tinyDay && excess > tinyTimes*max(b.usual, 1) {
		a.sign("tiny_account", weighTiny, fmt.Sprintf("The account was nearly idle: %s a day before.", amountText(b.usual, i.Currency)))
	}
	if usual := i.Expected.InexactFloat64(); usual > 0 && i.Actual.InexactFloat64() < smallTimes*usual {
		a.sign("small", weighSmall, "It is less than twice the usual day.")
	}
}

// billSeen is what the account's bill tells of the time before the spike.
type billSeen struct {
	days       int     // read whole before the spike
	regionDays int     // of them with every sum in a region
	usual      float64 // median day of the whole account
	newRegions []string
	newService bool
}

// billBefore compares the days of the incident with those before it. A day
// that was not read is in neither.
func billBefore(l spend.Ledger, i spend.Incident) billSeen {
	var b billSeen
	bill := newestOf(l, i)
	totals := map[spend.Day]float64{}
	nowhere := map[spend.Day]bool{} // days with a sum that names no region
	regions, services := map[string]bool{}, map[string]bool{}
	for at, amount := range bill.amounts {
		if at.day >= i.Since || !bill.read[at.day] {
			continue
		}
		totals[at.day] += amount
		if amount >= regionFloor {
			services[at.service], regions[at.region] = true, true
			nowhere[at.day] = nowhere[at.day] || at.region == ""
		}
	}
	var sums []float64
	for day := range bill.read {
		if day >= i.Since {
			continue
		}
		b.days++
		if !nowhere[day] {
			b.regionDays++
		}
		sums = append(sums, totals[day])
	}
	if slices.Sort(sums); len(sums) > 0 {
		b.usual = sums[len(sums)/2]
	}
	b.newService = !services[i.Service]
	for _, region := range bill.regionsDuring(i) {
		if !regions[region] {
			b.newRegions = append(b.newRegions, region)
		}
	}
	return b
}

// billNewest is a ledger as it was read last.
type billNewest struct {
	read    map[spend.Day]bool
	amounts map[billCell]float64
}

type billCell struct {
	service, region string
	day             spend.Day
}

// newestOf is empty where the ledger is of another account.
func newestOf(l spend.Ledger, i spend.Incident) billNewest {
	b := billNewest{map[spend.Day]bool{}, map[billCell]float64{}}
	if l.Account != i.Account {
		return b
	}
	for _, look := range l.Looks {
		for _, day := range look.Read {
			b.read[day] = true
		}
		for _, a := range look.Changes {
			b.amounts[billCell{a.Service, a.Region, a.Day}] = a.Value
		}
	}
	return b
}

// regionsDuring are the regions with a cost on the days of the incident, its own first.
func (b billNewest) regionsDuring(i spend.Incident) []string {
	found := map[string]bool{}
	for at, amount := range b.amounts {
		if at.day >= i.Since && at.day <= i.Day && b.read[at.day] && amount >= regionFloor && realRegion(at.region) {
			found[at.region] = true
		}
	}
	if realRegion(i.Region) {
		found[i.Region] = true
	}
	regions := slices.Sorted(maps.Keys(found))
	if n := slices.Index(regions, i.Region); n > 0 {
		regions = slices.Insert(slices.Delete(regions, n, n+1), 0, i.Region)
	}
	return regions
}

// realRegion is false for what Cost Explorer writes where a cost has no region.
func realRegion(region string) bool {
	return region != "" && region != "global" && region != "NoRegion"
}

// serviceText is a service's name as people say it; AWS's own stands in the alert.
func serviceText(name string) string {
	switch {
	case name == "":
		return "a service without a name"
	case strings.Contains(name, "Elastic Compute Cloud"):
		return "EC2"
	}
	return strings.TrimPrefix(strings.TrimPrefix(name, "Amazon "), "AWS ")
}

func amountText(v float64, currency string) string {
	return strings.TrimSpace(fmt.Sprintf("%.2f %s", v, currency))
}

// listText is "a", "a and b", "a, b and 3 more".
func listText(names []string) string {
	if more := len(names) - mostNamed; more > 0 {
		names = append(slices.Clone(names[:mostNamed]), fmt.Sprintf("%d more", more))
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
