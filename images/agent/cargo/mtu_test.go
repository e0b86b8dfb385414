package cargo

import "testing"

// simulated drops what is longer than it carries; after a probe that was too long, the kernel may know.
type simulated struct {
	device  int
	real    int
	teaches bool
	probes  int
	learned bool
}

func (s *simulated) known() int {
	if s.learned {
		return s.real
	}
	return s.device
}

func (s *simulated) carries(mtu int) bool {
	s.probes++
	fits := mtu+overhead <= s.real
	s.learned = s.learned || !fits && s.teaches
	return fits
}

func TestTheLargestMTUIsFound(t *testing.T) {
	for name, row := range map[string]struct {
		path   simulated
		want   int
		probes int
	}{
		"a wide path":                         {simulated{device: 1500, real: 1500}, 1420, 2},
		"a jumbo device":                      {simulated{device: 9000, real: 9000}, 1420, 2},
		"a narrow device is known":            {simulated{device: 1280, real: 1280}, 1216, 2},
		"a narrow path that tells":            {simulated{device: 1500, real: 1400, teaches: true}, 1328, 3},
		"a narrow path that drops silently":   {simulated{device: 1500, real: 1310}, 1248, 9},
		"the narrowest that is used":          {simulated{device: 1500, real: 640}, 576, 9},
		"a path that carries nothing is that": {simulated{device: 1500, real: 100}, 576, 9},
	} {
		got := largestMTU(&row.path, 1420)
		if got != row.want || row.path.probes > row.probes {
			t.Errorf("%s: %d after %d probes, want %d after %d at most", name, got, row.path.probes, row.want, row.probes)
		}
	}
}
