# shellcheck shell=bash
# Turns a container into something that kubelet takes for a machine.

prepare_machine() {
  # Mounts of pods (service account tokens, volumes) must be visible in containerd and back.
  mount --make-rshared /
  mount -o remount,rw /sys
  prepare_cgroups
  mkdir -p /etc/cni/net.d /etc/kubernetes /run/containerd /var/log/lab
  # kubelet reads the kernel's log for processes killed for memory; the lab must not read the host's.
  [ -e /dev/kmsg ] || ln -s null /dev/kmsg
  # Components identify machines by it; the image has none, so that each node gets its own.
  [ -s /etc/machine-id ] || tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
  echo 1 >/proc/sys/net/ipv4/ip_forward
  masquerade
  # Docker's resolver (127.0.0.11) works in the node's own network only; the cluster's works everywhere.
  echo "nameserver $CLUSTER_DNS" >/etc/kubernetes/resolv.conf
}

# The container sees only its own cgroups (--cgroupns private), mounted read-only.
prepare_cgroups() {
  local controllers group process
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    mount -o remount,bind,rw /sys/fs/cgroup
    # A version 2 cgroup with processes cannot delegate controllers to its children.
    mkdir -p /sys/fs/cgroup/node
    while read -r process; do
      echo "$process" >/sys/fs/cgroup/node/cgroup.procs 2>/dev/null || true
    done </sys/fs/cgroup/cgroup.procs
    controllers=$(sed 's/\(^\| \)/\1+/g' /sys/fs/cgroup/cgroup.controllers)
    echo "$controllers" >/sys/fs/cgroup/cgroup.subtree_control
  else
    for group in /sys/fs/cgroup/*; do
      if mountpoint -q "$group"; then mount -o remount,bind,rw "$group"; fi
    done
  fi
}

# Pods reach destinations outside the cluster with the node's address, and each other with their own.
masquerade() {
  nft -f - <<NFT
table ip lab
delete table ip lab
table ip lab {
  chain postrouting {
    type nat hook postrouting priority srcnat
    ip saddr $POD_SUBNET ip daddr != $POD_SUBNET oifname "eth*" masquerade
  }
}
NFT
}

node_address() {
  ip -4 -json route get 192.0.2.1 | sed -n 's/.*"prefsrc":"\([0-9.]*\)".*/\1/p'
}
