package tunnel

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"gefyra/agent/child"
	"gefyra/agent/role"
)

// Part of the desired state: a file of `apply`.
type Part struct {
	Name string
	File string
	// Check changes nothing.
	Check func(text string) error
	// Apply may be called with the text that it was applied with before, or with "" if nothing is known of the part.
	Apply func(before, text string) error
}

// State is what an end of the tunnel was told last, part by part.
type State struct {
	program string
	parts   []Part
	// folder has the files of the live state, for people who look for a fault.
	folder string
	// keep is called with a new live state; nil: nobody keeps it.
	keep func(files map[string]string) error
	// unkept: the live state is not what was kept last.
	unkept bool
	mutex  sync.Mutex
	live   map[string]string
}

// NewState of a program. The parts are applied in this order.
func NewState(program, folder string, keep func(map[string]string) error, parts ...Part) *State {
	return &State{program: program, parts: parts, folder: folder, keep: keep, live: map[string]string{}}
}

// Apply brings every part to the desired state that differs, and says which. A state that is refused leaves the old one.
func (s *State) Apply(files map[string]string) (string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if err := s.check(files); err != nil {
		return "", err
	}
	previous := map[string]string{}
	for file, text := range s.live {
		previous[file] = text
	}
	changed, refused, err := s.applyParts(files)
	if err != nil {
		_, _, _ = s.applyParts(previous)
		return "", fmt.Errorf("%w\n%s: %s refused, the old state is back", err, s.program, refused)
	}
	if len(changed) == 0 && !s.unkept {
		return "unchanged", nil
	}
	s.unkept = true
	if s.keep != nil {
		if err := s.keep(files); err != nil {
			return "", err
		}
	}
	s.unkept = false
	said := "applied: " + strings.Join(changed, " ")
	role.Log(s.program, "%s", said)
	return said, nil
}

// Restore applies a kept state, as far as it is accepted: a part that is refused holds up no other.
func (s *State) Restore(files map[string]string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var restored []string
	for _, part := range s.parts {
		text, kept := files[part.File]
		if !kept {
			continue
		}
		changed, _, err := s.applyParts(map[string]string{part.File: text})
		if err != nil {
			role.Log(s.program, "%v", err)
			role.Log(s.program, "cannot restore %s, waiting for the next apply", part.File)
		}
		restored = append(restored, changed...)
	}
	role.Log(s.program, "restored: %s", strings.Join(restored, " "))
}

// Exclusively runs what must not happen during an apply, with the live text of each file.
func (s *State) Exclusively(work func(live map[string]string) error) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return work(s.live)
}

func (s *State) check(files map[string]string) error {
	for file := range files {
		if !s.knows(file) {
			return fmt.Errorf("unknown file %s", file)
		}
	}
	for _, part := range s.parts {
		text, ok := files[part.File]
		if !ok {
			return fmt.Errorf("%s is missing", part.File)
		}
		if live, ok := s.live[part.File]; part.Check == nil || ok && live == text {
			continue
		}
		if err := part.Check(text); err != nil {
			return fmt.Errorf("%s refused, nothing changed: %w", part.File, err)
		}
	}
	return nil
}

func (s *State) knows(file string) bool {
	for _, part := range s.parts {
		if part.File == file {
			return true
		}
	}
	return false
}

// A part without a text is left alone.
func (s *State) applyParts(files map[string]string) (changed []string, refused string, err error) {
	for _, part := range s.parts {
		text, wanted := files[part.File]
		before, known := s.live[part.File]
		if !wanted || known && text == before {
			continue
		}
		s.forget(part.File) // until proven, nothing is known of this part
		if err := part.Apply(before, text); err != nil {
			return changed, part.File, err
		}
		s.live[part.File] = text
		if err := os.WriteFile(filepath.Join(s.folder, part.File), []byte(text), 0o600); err != nil {
			return changed, part.File, err
		}
		changed = append(changed, part.Name)
	}
	return changed, "", nil
}

func (s *State) forget(file string) {
	delete(s.live, file)
	_ = os.Remove(filepath.Join(s.folder, file))
}

// NftablesPart is a ruleset that replaces its own tables.
func NftablesPart() Part {
	nft := func(text string, args ...string) error {
		_, err := child.Program{Name: "nft", Args: append(args, "-f", "-"), Input: []byte(text)}.Run()
		return err
	}
	return Part{
		Name: "nftables", File: "nftables.conf",
		Check: func(text string) error { return nft(text, "--check") },
		Apply: func(_, text string) error { return nft(text) },
	}
}

// WireguardPart is a configuration of wg; `complete` adds the private key where the file has none.
func WireguardPart(complete func(text string) string) Part {
	return Part{
		Name: "wireguard", File: "wireguard.conf",
		Check: func(text string) error { return checkWireguard(complete(text)) },
		Apply: func(before, text string) error { return planWireguard(before, text).do(complete(text)) },
	}
}

// NetworkPart is addresses, routes and rules; `gateway` names the device of the app containers, or is "".
func NetworkPart(gateway func() string) Part {
	return Part{
		Name: "network", File: "network.conf",
		Check: func(text string) error {
			_, err := ParseNetwork(text)
			return err
		},
		Apply: func(_, text string) error {
			wanted, err := ParseNetwork(text)
			if err != nil {
				return err
			}
			return ApplyNetwork(wanted, gateway())
		},
	}
}
