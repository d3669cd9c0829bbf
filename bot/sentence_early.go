package bot

import (
	"fmt"

	"rootwatch/checks/spend"
)

// EarlyStage is where an early sign stands.
type EarlyStage int

// The stages. NoEarly is any other alert.
const (
	NoEarly        EarlyStage = iota
	EarlyOpen                 // Cost Explorer has not looked at it yet
	EarlyWithdrawn            // Cost Explorer shows no spike
	EarlyMoved                // Cost Explorer shows it, and another alert tells of it
)

// Stage is the stage of an early sign; one that was confirmed in its own message
// is an incident as any other, with its EarlySign.
func (m SpikeAlert) Stage() EarlyStage {
	switch i := m.Incident; {
	case i.Sure != spend.Early:
		return NoEarly
	case i.Withdrawn:
		return EarlyWithdrawn
	case !i.Open:
		return EarlyMoved
	}
	return EarlyOpen
}

// SpikeSubject is what an incident is about, by itself: "EC2 in prod-payments",
// and for an early sign of a whole account "the bill of prod-payments".
func SpikeSubject(i spend.Incident) string {
	who := Label(i.AccountName, i.Account)
	if i.Service == spend.AllServices {
		return "the bill of " + who
	}
	return ServiceName(i.Service) + " in " + who
}

// EarlyFacts says how sure an early sign is; "" for what is none.
func (m SpikeAlert) EarlyFacts() string {
	if m.Stage() != EarlyOpen {
		return ""
	}
	return "Cost Explorer has not confirmed it yet; it will be confirmed or withdrawn here"
}

// earlySentence is the sentence of an early sign, "" for what is none.
func (m SpikeAlert) earlySentence() string {
	i := m.Incident
	where := SpikeSubject(i)
	switch m.Stage() {
	case EarlyWithdrawn:
		return sentences("Early sign withdrawn: "+where, i.Why, "AWS's estimate was "+m.money(i.Actual)+" a day")
	case EarlyMoved:
		return sentences("Early sign confirmed: "+where, i.Why)
	case EarlyOpen:
		lead := "Early sign of a spend spike: "
		if m.Word == spend.Grew {
			lead = "Early sign grew: "
		}
		parts := []string{fmt.Sprintf("%s%s rose to %s a day by AWS's estimated charges, %s", lead, where, m.money(i.Actual), m.compared()), m.EarlyFacts()}
		if who := m.AcknowledgedBy(); who != "" {
			parts = append(parts, "Acknowledged by "+who)
		}
		return sentences(parts...)
	}
	return ""
}

// EarlyOrigin says of a confirmed incident what its early sign had said, "" of
// one without.
func (m SpikeAlert) EarlyOrigin() string {
	sign := m.Incident.EarlySign
	if sign == nil {
		return ""
	}
	return fmt.Sprintf("An early sign of %s said %s a day, and Cost Explorer confirmed it", DayText(sign.Since), MoneyFormat(sign.Actual, "USD"))
}

// Heading counts the incidents of the list: "3 more spend spikes".
func (m SpikeList) Heading() string {
	if m.Early {
		return Count(m.Total, "more early sign of a spend spike", "more early signs of spend spikes")
	}
	return Count(m.Total, "more spend spike", "more spend spikes")
}
