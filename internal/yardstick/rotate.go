package yardstick

// Steps are the factors of the grid that one is chosen from in a rotation.
var Steps = []float64{0.8, 1, 1.25}

// Grid are all tunings of thresholds and floors by Steps. What ships is first,
// so that it wins where another is no better.
func Grid() []Tuning {
	all := []Tuning{{}}
	for _, a := range Steps {
		for _, b := range Steps {
			if t := tuned(a, b); len(t.Factors) > 0 {
				all = append(all, t)
			}
		}
	}
	return all
}

func tuned(thresholds, floors float64) Tuning {
	t := Tuning{Factors: map[string]float64{}}
	if thresholds != 1 {
		t.Factors[Thresholds] = thresholds
	}
	if floors != 1 {
		t.Factors[Floors] = floors
	}
	return t
}

// Rotation is one leaving out: what was best on the others, and what that
// scores on the one.
type Rotation struct {
	Out    string
	Chosen Tuning
	Others float64 // mean score of the others with Chosen
	Third  Result  // of the one left out, with Chosen
	Ships  Result  // of the one left out, as the detector ships
}

// Rotate leaves out each of the sets in turn. They must have been measured with Grid.
func Rotate(sets []Measured) []Rotation {
	var all []Rotation
	for out := range sets {
		r := Rotation{Out: sets[out].Name, Ships: sets[out].Results[Tuning{}.String()]}
		for n, t := range Grid() {
			sum := 0.0
			for i, s := range sets {
				if i != out {
					sum += s.Results[t.String()].Score
				}
			}
			if mean := sum / float64(max(len(sets)-1, 1)); n == 0 || mean > r.Others {
				r.Chosen, r.Others = t, mean
			}
		}
		r.Third = sets[out].Results[r.Chosen.String()]
		all = append(all, r)
	}
	return all
}
