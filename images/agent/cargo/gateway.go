package cargo

import (
	"fmt"
	"net/netip"
	"slices"

	"gefyra/agent/contract"
	"gefyra/agent/ip"
	"gefyra/agent/role"
)

// Priority of the rule for responses of published ports.
const publishedRule = 32762

// planGateway returns the device that gets the address, and the lines for `ip`. router: the Docker network's bridge, Cargo's
// own gateway; not valid: the first address of the subnet, which Docker picks.
func planGateway(address netip.Prefix, router netip.Addr, routes []ip.Route) (device string, lines []string, err error) {
	at := slices.IndexFunc(routes, func(route ip.Route) bool {
		to, err := route.To()
		return err == nil && route.Scope == "link" && to.Contains(address.Addr())
	})
	if at < 0 {
		return "", nil, fmt.Errorf("cannot take %s: no network of this container contains it", address)
	}
	device = routes[at].Device
	if !router.IsValid() {
		to, _ := routes[at].To()
		router = to.Masked().Addr().Next()
	}
	lines = []string{
		fmt.Sprintf("address replace %s dev %s", address, device),
		fmt.Sprintf("link set dev %s group %d", device, contract.AppsGroup),
	}
	// Docker gives this address to Cargo as its gateway too. The metric leaves room for Docker's own route: Docker sets one
	// when Cargo joins a network whose name sorts before this one's, and fails if an equal route exists.
	if slices.ContainsFunc(routes, func(route ip.Route) bool {
		return route.Destination == "default" && route.Gateway == address.Addr().String()
	}) {
		lines = append(lines,
			fmt.Sprintf("route replace default via %s dev %s metric 1", router, device),
			fmt.Sprintf("route del default via %s dev %s", address.Addr(), device))
	}
	// Responses of published ports have this mark (lib/config/nftables.ts).
	return device, append(lines,
		fmt.Sprintf("route replace default via %s dev %s table %d", router, device, contract.PublishedMark),
		fmt.Sprintf("rule add fwmark %d table %d priority %d", contract.PublishedMark, contract.PublishedMark, publishedRule)), nil
}

// takeGateway returns its device, or "" without an address.
func takeGateway(address netip.Prefix, router netip.Addr) (string, error) {
	if !address.IsValid() {
		return "", nil
	}
	routes, err := ip.Routes()
	if err != nil {
		return "", err
	}
	device, lines, err := planGateway(address, router, routes)
	if err != nil {
		return "", err
	}
	if err := ip.Do(lines...); err != nil {
		return "", err
	}
	// App containers are on this network. Detects a stopped one within two seconds instead of half a minute: without
	// --fallback its clients get an error at once, with --fallback the original answers.
	if ip.Do("ntable change name arp_cache dev "+device+" base_reachable 1000 delay_probe 100 retrans 100") != nil {
		role.Log(name, "cannot change the kernel's neighbour timeouts")
	}
	role.Log(name, "gateway %s on %s", address.Addr(), device)
	return device, nil
}
