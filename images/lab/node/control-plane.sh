# shellcheck shell=bash
# The components that only the first node has.

run_control_plane() {
  make_control_plane_certificates
  for user in admin controller-manager scheduler; do kubeconfig $user 127.0.0.1; done

  # The lab's data need not survive a power failure, only a stop.
  start etcd kube etcd --data-dir /var/lib/etcd --unsafe-no-fsync \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --log-level warn

  start apiserver kube apiserver --secure-port 6443 --advertise-address "$(node_address)" \
    --etcd-servers http://127.0.0.1:2379 \
    --service-cluster-ip-range "$SERVICE_SUBNET" --service-node-port-range 30000-32767 \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction --allow-privileged \
    --client-ca-file "$PKI/ca.crt" --tls-cert-file "$PKI/apiserver.crt" --tls-private-key-file "$PKI/apiserver.key" \
    --service-account-issuer https://kubernetes.default.svc.cluster.local \
    --service-account-key-file "$PKI/sa.pub" --service-account-signing-key-file "$PKI/sa.key" \
    --kubelet-certificate-authority "$PKI/ca.crt" \
    --kubelet-client-certificate "$PKI/apiserver-kubelet.crt" --kubelet-client-key "$PKI/apiserver-kubelet.key" \
    --proxy-client-cert-file "$PKI/front-proxy.crt" --proxy-client-key-file "$PKI/front-proxy.key" \
    --requestheader-client-ca-file "$PKI/ca.crt" --requestheader-allowed-names front-proxy \
    --requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group \
    --requestheader-extra-headers-prefix X-Remote-Extra-
  until_ok 60 kubectl get --raw /readyz

  start controller-manager kube controller-manager --kubeconfig /etc/kubernetes/controller-manager.conf \
    --leader-elect=false --use-service-account-credentials --kube-api-qps 200 --kube-api-burst 400 \
    --allocate-node-cidrs --cluster-cidr "$POD_SUBNET" --service-cluster-ip-range "$SERVICE_SUBNET" \
    --root-ca-file "$PKI/ca.crt" --service-account-private-key-file "$PKI/sa.key" \
    --cluster-signing-cert-file "$PKI/ca.crt" --cluster-signing-key-file "$PKI/ca.key"
  start scheduler kube scheduler --kubeconfig /etc/kubernetes/scheduler.conf --leader-elect=false
  apply_manifests
}

apply_manifests() {
  local upstream manifest
  upstream=$(sed -n 's/^nameserver //p' /etc/resolv.conf | paste -sd ' ')
  {
    for manifest in "$SHARE"/manifests/*.yaml; do cat "$manifest" && echo ---; done
    cat <<YAML
apiVersion: v1
kind: Node
metadata: { name: $NODE, labels: { node-role.kubernetes.io/control-plane: "" } }
YAML
  } | sed "s/UPSTREAM/${upstream:-127.0.0.11}/; s/CLUSTER_DNS/$CLUSTER_DNS/" |
    kubectl apply --server-side --force-conflicts -f - >>/var/log/lab/manifests.log
  echo "applied: manifests"
}

# `kubectl wait` watches, but needs at least one object.
wait_ready() {
  until_ok 90 kubectl get --raw /readyz
  kubectl wait --for=create --timeout=60s node/"${1:-$NODE}" >/dev/null
  if [ $# = 0 ]; then
    kubectl wait --for=condition=Ready --timeout=120s nodes --all
  else
    kubectl wait --for=condition=Ready --timeout=120s "${@/#/node/}"
  fi
  kubectl wait --for=create --timeout=60s -n kube-system deployment/coredns >/dev/null
  kubectl wait --for=condition=Available --timeout=120s -n kube-system deployment/coredns
  kubectl wait --for=create --timeout=60s -n default serviceaccount/default >/dev/null
}
