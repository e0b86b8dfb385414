package cargo

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gefyra/agent/child"
	"gefyra/agent/contract"
	"gefyra/agent/control"
	"gefyra/agent/role"
	"gefyra/agent/tunnel"
)

// cargo is `run`.
type cargo struct {
	settings Settings
	key      string
	state    *tunnel.State
}

func run(s Settings) error {
	folder := s.Path(contract.CargoState)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(folder, 0o700); err != nil {
		return err
	}
	gateway, err := takeGateway(s.Gateway, s.Router)
	if err != nil {
		return err
	}
	end, err := tunnel.Start(name, s.Settings)
	if err != nil {
		return err
	}
	key, err := makeKey(folder)
	if err != nil {
		return err
	}
	// Idle unless the tunnel goes through the API server.
	relay, err := child.Program{Name: "relay", Args: []string{"cargo"}}.Start(os.Stdout)
	if err != nil {
		return err
	}
	end.Needs(relay)
	resolver := &dns{
		corefile: filepath.Join(s.Live(name), "..", "Corefile"), wait: s.DNSWait,
		said: make(chan error, 1), failed: make(chan error, 1),
	}
	store := kept{folder}
	c := &cargo{s, key, tunnel.NewState(name, s.Live(name), store.keep, parts(resolver.apply, key, gateway)...)}
	files, err := store.files()
	if err != nil {
		return err
	}
	if len(files) > 0 {
		c.state.Restore(files)
	}
	go c.watchPeer()
	defer func() {
		if resolver.process != nil {
			resolver.process.Stop(s.StopWait)
		}
	}()
	return end.Serve(c.do, resolver.failed)
}

// parts: Corefile first, the only one that cannot be checked before. The rules are set before a peer can send anything.
func parts(serve func(string) error, key, gateway string) []tunnel.Part {
	return []tunnel.Part{
		{Name: "dns", File: "Corefile", Apply: func(_, text string) error { return serve(text) }},
		tunnel.NftablesPart(),
		tunnel.WireguardPart(func(text string) string { return complete(text, key) }),
		tunnel.NetworkPart(func() string { return gateway }),
	}
}

func (c *cargo) do(request control.Request) (output string, err error) {
	switch request.Command {
	case "public-key":
		return publicKey(c.key)
	case "apply":
		return c.state.Apply(request.Files)
	case "improve":
		return "", c.state.Exclusively(func(live map[string]string) error { return improve(live, -1) })
	case "confirm":
		return "", c.state.Exclusively(confirm)
	case "measure":
		largest, err := strconv.Atoi(request.Args[0])
		if err != nil || largest < contract.SmallestMTU {
			return "", fmt.Errorf("cannot measure up to %s", request.Args[0])
		}
		err = c.state.Exclusively(func(live map[string]string) (err error) {
			output, err = measure(live, c.settings.Settings, largest)
			return err
		})
		return output, err
	}
	return "", fmt.Errorf("unknown command '%s'", request.Command)
}

func (c *cargo) watchPeer() {
	start, now := time.Now(), watch{every: c.settings.LookEvery, betterEvery: c.settings.BetterEvery}
	for range time.Tick(c.settings.LookEvery) {
		seen, ok := lookAtPeer(time.Since(start))
		if !ok {
			now = now.alone()
			continue
		}
		var next action
		now, next = now.next(seen)
		switch next.kind {
		case renew:
			if seen.received > 0 {
				role.Log(name, "peer is silent, starting a new session")
			}
			renewing := func(live map[string]string) error { return renewSession(live, c.key, next.turn) }
			if err := c.state.Exclusively(renewing); err != nil {
				role.Log(name, "cannot start a new session: %v", err)
			}
		case tryBetter:
			_ = c.state.Exclusively(func(live map[string]string) error { return improve(live, next.turn) })
		}
	}
}

func lookAtPeer(at time.Duration) (look, bool) {
	keepalive, transfer := strings.Fields(show("persistent-keepalive")), strings.Fields(show("transfer"))
	if len(keepalive) < 2 || len(transfer) < 3 {
		return look{}, false
	}
	received, err := strconv.ParseInt(transfer[1], 10, 64)
	seconds, _ := strconv.Atoi(keepalive[1]) // or "off"
	return look{at, received, time.Duration(seconds) * time.Second}, err == nil
}
