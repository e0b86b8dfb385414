# shellcheck shell=bash
# The components that every node has.

run_containerd() {
  start containerd containerd
  # kubelet gives up if nothing listens yet.
  until_ok 30 ctr version
  # The node's image contains the sandbox and DNS images; the volume keeps them over a restart.
  [ -e /var/lib/containerd/imported ] && return
  ctr -n k8s.io images import "$SHARE/images.tar" >/dev/null
  touch /var/lib/containerd/imported
  echo "imported: images of the node"
}

# run_kubelet CONTROL_PLANE
run_kubelet() {
  for user in kubelet proxy; do kubeconfig $user "$1"; done
  start network kube network --kubeconfig /etc/kubernetes/proxy.conf --node "$NODE"
  proxy_config >/etc/kubernetes/proxy.yaml
  start proxy kube proxy --config /etc/kubernetes/proxy.yaml --hostname-override "$NODE"
  kubelet_config >/etc/kubernetes/kubelet.yaml
  # kubelet's first check of the runtime decides whether the node is ready at once or five seconds later.
  until_ok 60 test -e /etc/cni/net.d/10-pods.conflist
  start kubelet kube kubelet --config /etc/kubernetes/kubelet.yaml --kubeconfig /etc/kubernetes/kubelet.conf \
    --hostname-override "$NODE" --node-ip "$(node_address)"
}

# KubeletInUserNamespace and oomScoreAdj: a container lacks some rights over the kernel (CAP_SYS_RESOURCE, /dev/kmsg,
# some sysctls), whether or not it is in a user namespace.
kubelet_config() {
  cat <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: $PKI/ca.crt } }
authorization: { mode: Webhook }
tlsCertFile: $PKI/kubelet.crt
tlsPrivateKeyFile: $PKI/kubelet.key
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
enforceNodeAllocatable: []
oomScoreAdj: 0
featureGates: { KubeletInUserNamespace: true }
clusterDNS: [$CLUSTER_DNS]
clusterDomain: cluster.local
resolvConf: /etc/kubernetes/resolv.conf
evictionHard: { memory.available: 50Mi, nodefs.available: 1%, imagefs.available: 1% }
# Loaded images cannot be pulled again.
imageGCHighThresholdPercent: 100
YAML
}

proxy_config() {
  cat <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clusterCIDR: $POD_SUBNET
clientConnection: { kubeconfig: /etc/kubernetes/proxy.conf }
oomScoreAdj: 0
# The table's size belongs to the machine, not to the container.
conntrack: { maxPerCore: 0, min: 0 }
YAML
}
