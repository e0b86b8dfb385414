// Package network is the pod network of the lab.
package network

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// cniTemplate gets the node's pod subnet. The address book lives in /run: after a restart of the node every
// sandbox is gone, and so must be their addresses.
const cniTemplate = `{"cniVersion": "1.0.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "hairpinMode": true, "mtu": %d,
   "ipam": {"type": "host-local", "dataDir": "/run/cni-ipam", "ranges": [[{"subnet": "%s"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}
]}
`

// NewCommand is the lab's pod network: it watches the nodes, writes this node's CNI configuration when
// its pod subnet is known, and keeps one route to the pod subnet of each other node.
func NewCommand() *cobra.Command {
	var kubeconfig, node, config string
	command := &cobra.Command{
		Use:          "network",
		Short:        "Keeps the CNI configuration and the routes to the other nodes' pods",
		SilenceUsage: true,
		RunE: func(command *cobra.Command, _ []string) error {
			rest, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return err
			}
			client, err := kubernetes.NewForConfig(rest)
			if err != nil {
				return err
			}
			network := &podNetwork{node: node, config: config}
			factory := informers.NewSharedInformerFactory(client, 0)
			nodes := factory.Core().V1().Nodes().Informer()
			if _, err := nodes.AddEventHandler(cache.ResourceEventHandlerFuncs{
				AddFunc:    func(object any) { network.set(object) },
				UpdateFunc: func(_, object any) { network.set(object) },
				DeleteFunc: func(object any) { network.remove(object) },
			}); err != nil {
				return err
			}
			factory.Start(command.Context().Done())
			<-command.Context().Done()
			return nil
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "credentials that may watch nodes")
	command.Flags().StringVar(&node, "node", "", "name of this node")
	command.Flags().StringVar(&config, "cni-config", "/etc/cni/net.d/10-pods.conflist", "where to write the CNI configuration")
	return command
}

// podNetwork is only touched by the informer's one delivering goroutine.
type podNetwork struct {
	node, config string
	written      string
	routes       map[string]string // pod subnet → gateway, by what the kernel has been told
}

func (network *podNetwork) set(object any) {
	node, ok := object.(*corev1.Node)
	if !ok || node.Spec.PodCIDR == "" {
		return
	}
	if node.Name == network.node {
		network.writeConfig(node.Spec.PodCIDR)
		return
	}
	gateway := internalIP(node)
	if gateway == "" || network.routes[node.Spec.PodCIDR] == gateway {
		return
	}
	if run("ip", "route", "replace", node.Spec.PodCIDR, "via", gateway) {
		if network.routes == nil {
			network.routes = map[string]string{}
		}
		network.routes[node.Spec.PodCIDR] = gateway
		fmt.Printf("route to pods of %s: %s via %s\n", node.Name, node.Spec.PodCIDR, gateway)
	}
}

func (network *podNetwork) remove(object any) {
	if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = gone.Obj
	}
	node, ok := object.(*corev1.Node)
	if !ok || network.routes[node.Spec.PodCIDR] == "" {
		return
	}
	run("ip", "route", "del", node.Spec.PodCIDR)
	delete(network.routes, node.Spec.PodCIDR)
	fmt.Printf("route to pods of %s removed\n", node.Name)
}

// writeConfig renames a finished file into place, as containerd loads whatever appears there.
func (network *podNetwork) writeConfig(subnet string) {
	if network.written == subnet {
		return
	}
	temporary := network.config + ".new"
	content := fmt.Sprintf(cniTemplate, uplinkMTU(), subnet)
	if err := os.WriteFile(temporary, []byte(content), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	if err := os.Rename(temporary, network.config); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	network.written = subnet
	fmt.Printf("pods of this node: %s\n", subnet)
}

func internalIP(node *corev1.Node) string {
	for _, address := range node.Status.Addresses {
		if address.Type == corev1.NodeInternalIP {
			return address.Address
		}
	}
	return ""
}

// uplinkMTU is Docker's, which may be smaller than 1500 where Docker itself runs inside a tunnel.
func uplinkMTU() int {
	uplink, err := net.InterfaceByName("eth0")
	if err != nil {
		return 1500
	}
	return uplink.MTU
}

func run(name string, arguments ...string) bool {
	output, err := exec.Command(name, arguments...).CombinedOutput()
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s %s: %s %v\n", name, strings.Join(arguments, " "), output, err)
	}
	return err == nil
}
