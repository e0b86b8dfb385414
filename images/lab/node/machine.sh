# shellcheck shell=bash
# Turns a container into something that kubelet takes for a machine.

prepare_machine() {
  # Mounts of pods (service account tokens, volumes) have to be seen by containerd and back.
  mount --make-rshared /
  mount -o remount,rw /sys
  prepare_cgroups
  mkdir -p /etc/cni/net.d /etc/kubernetes /run/containerd /var/log/lab
  # kubelet reads the kernel's log for processes killed for memory; the host's is not the lab's business.
  [ -e /dev/kmsg ] || ln -s null /dev/kmsg
  # Components tell machines apart by it; the image has none, so that each node gets its own.
  [ -s /etc/machine-id ] || tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
  echo 1 >/proc/sys/net/ipv4/ip_forward
  masquerade
  # Docker's resolver (127.0.0.11) answers in the node's own network only; the cluster's answers everywhere.
  echo "nameserver $CLUSTER_DNS" >/etc/kubernetes/resolv.conf
}

# The container sees its own part of the cgroups only (--cgroupns private), mounted read-only.
prepare_cgroups() {
  local controllers group process
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    mount -o remount,bind,rw /sys/fs/cgroup
    # A group of version 2 that holds processes cannot hand controllers on to its children.
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

# Pods reach what is outside of the cluster with the node's address, each other with their own.
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
