package carrier

import "time"

// Settings of Carrier. Their variables are unlike any that a container has for its own.
type Settings struct {
	Places        []string      `env:"GEFYRA_CARRIER_PLACES" envDefault:"/opt/carrier/state,/dev/shm,/tmp,/run" help:"where state may be kept, best first: the container's own place, then those that the containers of a pod may share"`
	Path          string        `env:"GEFYRA_CARRIER_PATH" envDefault:"/opt/carrier/bin:/opt/carrier/real:/usr/bin:/usr/sbin" help:"where programs are looked for"`
	Forwarding    string        `env:"GEFYRA_CARRIER_FORWARDING" envDefault:"/proc/sys/net/ipv4/ip_forward" help:"the file that says whether the pod's network forwards packets"`
	Up            time.Duration `env:"GEFYRA_CARRIER_UP" envDefault:"5s" help:"how long apply and status wait for run: a container is called started before its main process has run its first lines"`
	Answer        time.Duration `env:"GEFYRA_CARRIER_ANSWER" envDefault:"20s" help:"how long they wait for its answer"`
	Turn          time.Duration `env:"GEFYRA_CARRIER_TURN" envDefault:"3s" help:"how long an apply waits for another one to end"`
	Read          time.Duration `env:"GEFYRA_CARRIER_READ" envDefault:"5s" help:"how long the tar may take to arrive"`
	Check         time.Duration `env:"GEFYRA_CARRIER_CHECK" envDefault:"5s" help:"how long nft and nginx -t may take"`
	Take          time.Duration `env:"GEFYRA_CARRIER_TAKE" envDefault:"5s" help:"how long Nginx may take to serve a configuration; the operator gives apply up after 10 s"`
	Handover      time.Duration `env:"GEFYRA_CARRIER_HANDOVER" envDefault:"300ms" help:"how long Nginx's old workers may take to stop accepting when new ones serve"`
	Late          time.Duration `env:"GEFYRA_CARRIER_LATE" envDefault:"100ms" help:"how long a connection that was redirected just before the rules changed may take to be accepted"`
	Finish        time.Duration `env:"GEFYRA_CARRIER_FINISH" envDefault:"500ms" help:"how long requests may take to end when Carrier stops in the original's place"`
	Endpoints     time.Duration `env:"GEFYRA_CARRIER_ENDPOINTS" envDefault:"5s" help:"how long a pod that ends may be sent new connections: until all proxies have its new endpoints"`
	Watch         time.Duration `env:"GEFYRA_CARRIER_WATCH" envDefault:"100ms" help:"the time between two looks at the open connections of a pod that ends"`
	Orphan        time.Duration `env:"GEFYRA_CARRIER_ORPHAN" envDefault:"1s" help:"how long a process that has ended may wait for its parent"`
	Poll          time.Duration `env:"GEFYRA_CARRIER_POLL" envDefault:"5ms" help:"the time between two looks"`
	MirrorConnect time.Duration `env:"GEFYRA_CARRIER_MIRROR_CONNECT" envDefault:"2s" help:"how long the copy of a mirrored connection may take to connect"`
	MirrorQuiet   time.Duration `env:"GEFYRA_CARRIER_MIRROR_QUIET" envDefault:"1s" help:"when nothing of a copy's answer has come for this long, it is over"`
	MirrorHold    time.Duration `env:"GEFYRA_CARRIER_MIRROR_HOLD" envDefault:"60s" help:"how long a copy may outlive its client"`
	MirrorQueue   int64         `env:"GEFYRA_CARRIER_MIRROR_QUEUE" envDefault:"1048576" help:"bytes that may wait for one copy"`
	MirrorAll     int64         `env:"GEFYRA_CARRIER_MIRROR_ALL" envDefault:"16777216" help:"bytes that may wait for all copies together"`
	MirrorCopies  int64         `env:"GEFYRA_CARRIER_MIRROR_COPIES" envDefault:"256" help:"copies that may be open at once"`
}
