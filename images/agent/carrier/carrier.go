// Package carrier takes the traffic of the pod it runs in. It works as any user, with a read-only root, without
// capabilities.
//
// Variables: GEFYRA_CARRIER_* are the settings; those of the container it stands in for reach no program.
// State: one folder in /opt/carrier/state, which no other container can reach; where the root is read-only, in /dev/shm
// (else /tmp, else /run), which the containers of a pod may share. It is gone with the container.
//
//	carrier run       waits for its configuration and keeps Nginx running (the entrypoint; arguments are ignored)
//	carrier apply     reads a tar from stdin: nginx.conf (complete; an empty one stops Nginx) and nftables.conf (a
//	                  ruleset that replaces its own tables); either may be omitted. Nginx reloads only if its file
//	                  differs; if a file is refused, the old state stays. connections.json says where each port
//	                  leads: open connections of a port that leads elsewhere now follow, and how many these are is
//	                  printed.
//	                  mirror.json has the ports whose clients' bytes are copied (package tee).
//	                  Exits with 3 if nftables.conf forwards packets and the pod's network does not (ip_forward is 0),
//	                  and with 4 if other rules redirect inbound traffic: a mesh's proxy would be bypassed.
//	carrier status    prints {"configured": bool, "config": SHA-256 of nginx.conf, "nginx": "running" or "stopped",
//	                  "spoken": protocols seen since nginx.conf changed, e.g. ["8443-tls", "80-http"],
//	                  "connections": what became of those that were to follow, as `agent connections report` prints it;
//	                  absent if there were none, "mirror": counts of mirrored connections and their copies, absent if
//	                  there were none}
//	carrier source ADDRESS
//	                  prints the address that connections from here to that one come from
//	carrier running   succeeds when `carrier run` is up in this container
//
// nginx.conf: Nginx runs in the state folder, so `pid nginx.pid`, all *_temp_path and sockets must be relative; `daemon
// off`, `error_log stderr`, no `user`. In /usr/lib/nginx/modules are ngx_stream_module, those of modules/, and
// ngx_http_headers_more_filter_module.
package carrier

import (
	"context"
	"errors"
	"sync"
	"time"

	"gefyra/agent/tee"
)

// carrier is what `run` knows.
type carrier struct {
	Settings
	programs *programs
	state    string
	// turn is held by the apply that is under way, or by the end.
	turn chan struct{}
	// ctx is over when Carrier stops.
	ctx   context.Context
	abort context.CancelFunc
	// failed gets the reason when Carrier cannot go on.
	failed chan error
	// leaving is the last Nginx that was told to quit; whoever has the turn may use it.
	leaving *nginx

	tee *tee.Tee
	// mirrored ports; whoever has the turn may use them.
	mirrored []tee.Port

	mutex sync.Mutex
	// now is in force; whoever has the turn may read it.
	now     Files
	current *nginx
	serving bool
}

func newCarrier(settings Settings, state string) *carrier {
	c := &carrier{
		Settings: settings,
		programs: newPrograms(settings, state),
		state:    state,
		turn:     make(chan struct{}, 1),
		failed:   make(chan error, 1),
		tee:      tee.New(settings.limits()),
	}
	c.ctx, c.abort = context.WithCancel(context.Background())
	return c
}

func (c *carrier) master() *nginx {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.current
}

func (c *carrier) setMaster(master *nginx) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.current, c.serving = master, false
}

func (c *carrier) setServing(serving bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.serving = serving
}

func (c *carrier) setNginx(conf *string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now.Nginx = conf
}

func (c *carrier) setRules(rules *string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now.Rules = rules
}

// late: beside the original, a connection that was redirected a moment ago is still to be accepted.
func (c *carrier) late() time.Duration {
	if c.now.beside() {
		return c.Late
	}
	return 0
}

var errNginxDied = errors.New("the running Nginx ended")

// nginxEnded: if the current one served, the container ends, is restarted and configured again.
func (c *carrier) nginxEnded(n *nginx) {
	log("%v", n.Result())
	c.mutex.Lock()
	served := c.current == n && c.serving
	beside := c.now.beside()
	c.mutex.Unlock()
	if !served || n.wasAsked() {
		return
	}
	if beside {
		c.programs.restore()
	}
	if c.ctx.Err() != nil {
		return
	}
	select {
	case c.failed <- errNginxDied:
	default:
	}
}
