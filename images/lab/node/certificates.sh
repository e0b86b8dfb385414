# shellcheck shell=bash
# The cluster's certificates: elliptic curves, as they cost no time at the start.

make_authority() {
  mkdir -p "$PKI"
  cd "$PKI" || exit
  [ -e ca.crt ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj /CN=lab -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.crt 2>/dev/null
  [ -e sa.key ] || {
    openssl ecparam -name prime256v1 -genkey -noout -out sa.key
    openssl ec -in sa.key -pubout -out sa.pub 2>/dev/null
  }
}

# certificate FILE SUBJECT [SUBJECT_ALT_NAME]: signs FILE.crt with a new FILE.key
certificate() {
  local extensions=$'keyUsage=digitalSignature\nextendedKeyUsage=serverAuth,clientAuth'
  [ -z "${3:-}" ] || extensions+=$'\n'"subjectAltName=$3"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" -keyout "$1.key" 2>/dev/null |
    openssl x509 -req -days 3650 -CA "$PKI/ca.crt" -CAkey "$PKI/ca.key" -set_serial "0x$(openssl rand -hex 16)" \
      -extfile <(echo "$extensions") -out "$1.crt" 2>/dev/null
}

# Created at each start, because the container's address may have changed.
make_control_plane_certificates() {
  local service=${SERVICE_SUBNET%.*}.1
  cd "$PKI" || exit
  certificate apiserver /CN=kube-apiserver "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,\
DNS:kubernetes.default.svc.cluster.local,DNS:localhost,DNS:host.docker.internal,DNS:$NODE,\
IP:127.0.0.1,IP:$service,IP:$(node_address)"
  [ -e admin.crt ] && return
  certificate admin /O=system:masters/CN=admin
  certificate apiserver-kubelet /O=system:masters/CN=kube-apiserver-kubelet-client
  certificate controller-manager /CN=system:kube-controller-manager
  certificate front-proxy /CN=front-proxy
  certificate scheduler /CN=system:kube-scheduler
  make_node_certificates "$NODE" .
}

# make_node_certificates NAME FOLDER
make_node_certificates() {
  certificate "$2/kubelet" "/O=system:nodes/CN=system:node:$1" "DNS:$1"
  certificate "$2/proxy" /CN=system:kube-proxy
}

# Registers the node before it runs: it gets its pod subnet and its routes while its container starts.
join() {
  local folder
  folder=$(mktemp -d)
  make_node_certificates "$1" "$folder"
  cp "$PKI/ca.crt" "$folder"
  kubectl apply --server-side -f - >/dev/null <<<"{apiVersion: v1, kind: Node, metadata: {name: \"$1\"}}"
  tar -C "$folder" -c .
  rm -r "$folder"
}

# kubeconfig NAME SERVER: /etc/kubernetes/NAME.conf for the user of $PKI/NAME.crt
kubeconfig() {
  (umask 077 && cat >"/etc/kubernetes/$1.conf") <<YAML
apiVersion: v1
kind: Config
clusters:
  - name: lab
    cluster: { server: "https://$2:6443", certificate-authority-data: $(base64 -w0 "$PKI/ca.crt") }
users:
  - name: $1
    user: { client-certificate-data: $(base64 -w0 "$PKI/$1.crt"), client-key-data: $(base64 -w0 "$PKI/$1.key") }
contexts:
  - { name: lab, context: { cluster: lab, user: $1 } }
current-context: lab
YAML
}
