package connections

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"

	"gefyra/agent/files"
)

// total adds the counts of several jobs up and keeps them in a file.
type total struct {
	lock  sync.Mutex
	file  string
	parts []Counts
	last  Counts
}

func newTotal(file string) *total { return &total{file: file, last: Counts{Open: -1}} }

// part is one job's share; what it tells replaces what it told before.
func (t *total) part() func(Counts) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.parts = append(t.parts, Counts{})
	mine := len(t.parts) - 1
	return func(counts Counts) {
		t.lock.Lock()
		defer t.lock.Unlock()
		t.parts[mine] = counts
		t.write()
	}
}

func (t *total) counts() Counts {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.sum()
}

func (t *total) sum() Counts {
	var sum Counts
	for _, part := range t.parts {
		sum.Moved += part.Moved
		sum.Cut += part.Cut
		sum.Open += part.Open
	}
	return sum
}

// write keeps the counts where they changed. A report that cannot be written is no reason to leave connections open.
func (t *total) write() {
	sum := t.sum()
	if t.file == "" || sum == t.last {
		return
	}
	t.last = sum
	_ = writeReport(t.file, Report{Counts: sum, Process: os.Getpid()})
}

// fail keeps the reason, as nobody hears a drain that works on its own.
func (t *total) fail(err error) {
	if err != nil {
		_ = writeReport(t.file, Report{Counts: t.counts(), Error: err.Error()})
	}
}

// Report is what became of the connections of one port.
type Report struct {
	// Port, e.g. `80-tcp`.
	Port string `json:"port"`
	Counts
	// Error is why connections stayed open.
	Error string `json:"error,omitempty"`
	// Process that still works on it, or did.
	Process int `json:"process,omitempty"`
}

const reportPrefix = "drain-"

func reportName(port string) string { return reportPrefix + port + ".json" }

// writeReport replaces the file as a whole.
func writeReport(file string, report Report) error {
	report.Port = strings.TrimSuffix(strings.TrimPrefix(path.Base(file), reportPrefix), ".json")
	text, err := json.Marshal(report)
	if err != nil {
		return err
	}
	return files.Replace(file, text)
}

func readReportsIn(folder string) ([]Report, error) {
	state := os.DirFS(folder)
	names, err := fs.Glob(state, reportPrefix+"*.json")
	if err != nil {
		return nil, err
	}
	reports := []Report{}
	for _, name := range names {
		report, err := readReport(state, name)
		if err != nil {
			return nil, err
		}
		report.Process = 0
		reports = append(reports, report)
	}
	return reports, nil
}

func readReport(state fs.FS, name string) (Report, error) {
	var report Report
	text, err := fs.ReadFile(state, name)
	if err != nil {
		return report, err
	}
	if err := json.Unmarshal(text, &report); err != nil {
		return report, fmt.Errorf("cannot read %s: %w", name, err)
	}
	return report, nil
}
