package tunnel

import (
	"path/filepath"
	"time"
)

// Settings of both ends.
type Settings struct {
	Root       string        `env:"AGENT_ROOT" envDefault:"/" help:"the folder in which all others are; tests have one of their own"`
	StartWait  time.Duration `env:"AGENT_START_WAIT" envDefault:"15s" help:"how long a command waits for 'run' to be up"`
	AnswerWait time.Duration `env:"AGENT_ANSWER_WAIT" envDefault:"120s" help:"how long a command waits for the answer of 'run'"`
	DeviceWait time.Duration `env:"AGENT_DEVICE_WAIT" envDefault:"10s" help:"how long wireguard-go may take to make its device"`
	StopWait   time.Duration `env:"AGENT_STOP_WAIT" envDefault:"500ms" help:"how long a child process may take to end"`
}

// Path of a file.
func (s Settings) Path(absolute string) string { return filepath.Join(s.Root, absolute) }

// runtime is in memory, because Stowaway's files contain its private key. It may outlive the container (a pod's restart
// keeps it), so `run` empties it.
func (s Settings) runtime(program string) string { return s.Path("/dev/shm/" + program) }

func (s Settings) socket(program string) string {
	return filepath.Join(s.runtime(program), "control.sock")
}

// Live is the folder of the live state.
func (s Settings) Live(program string) string { return filepath.Join(s.runtime(program), "live") }
