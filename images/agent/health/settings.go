package health

import "time"

// Settings of Stowaway's side.
type Settings struct {
	Listen  string        `env:"AGENT_HEALTH_LISTEN" envDefault:":51826" help:"where Carriers hear which clients answer"`
	Every   time.Duration `env:"AGENT_HEALTH_EVERY" envDefault:"1s" help:"how often each client with bridges is probed, and each Carrier told"`
	Probe   time.Duration `env:"AGENT_HEALTH_PROBE" envDefault:"2s" help:"how long a client may take to answer a probe"`
	Write   time.Duration `env:"AGENT_HEALTH_WRITE" envDefault:"2s" help:"how long a Carrier may take to accept a line before its connection is closed"`
	PerPod  int           `env:"AGENT_HEALTH_PER_POD" envDefault:"64" help:"connections from one address: pods on their node's network share one"`
	AtOnce  int           `env:"AGENT_HEALTH_AT_ONCE" envDefault:"4096" help:"connections in all"`
	Probers int           `env:"AGENT_HEALTH_PROBERS" envDefault:"256" help:"probes under way at once"`
}
