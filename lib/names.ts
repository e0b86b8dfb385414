/** Every name, label, port and time limit that two places share. */
import config from "../deno.json" with { type: "json" };
import { contract } from "./contract.ts";

export const VERSION: string = config.version;

// Kubernetes -------------------------------------------------------------------------------------------------
export const GROUP = "gefyra.dev";
export const API_VERSION = `${GROUP}/v1alpha1`;
export const NAMESPACE = "gefyra";
export const FIELD_MANAGER = "gefyra";
export const FINALIZER = `${GROUP}/restore`;
/**
 * "true" on objects that `gefyra up` created, which are removed with the last client. "false" on the ClusterRole of an
 * administrator's installation, which stays.
 */
export const WITH_CLIENTS_ANNOTATION = `${GROUP}/remove-with-last-client`;
/** On a client that its user removed: the operator removes the installation when it has restored the last pod. */
export const UNINSTALLS_ANNOTATION = `${GROUP}/uninstalls`;
/** On Gefyra's namespace: when its removal began. */
export const REMOVAL_ANNOTATION = `${GROUP}/removal`;
/**
 * On a pod whose container is replaced, with the container's name behind a slash: the original image. Written in the same
 * patch as Carrier's image.
 */
export const ORIGINAL_IMAGE_ANNOTATION = `original-image.${GROUP}`;
/** A verb that Kubernetes does not know: whoever has the right to it may write the status of the custom resources. */
export const OPERATE = "operate";
export const OPERATOR = "gefyra-operator";
export const STOWAWAY = "gefyra-stowaway";
/** A StatefulSet's pod keeps its name: the relay's role names this one pod. */
export const STOWAWAY_POD = `${STOWAWAY}-0`;
/** ServiceAccount and Role of clients that come through the API server. */
export const RELAY = "gefyra-relay";
/** Secret with Stowaway's WireGuard key pair; made by the operator. */
export const STOWAWAY_KEY_SECRET = "gefyra-stowaway-key";

/** On every object that `gefyra up` creates in a cluster. */
export const clusterLabels = {
  "app.kubernetes.io/name": "gefyra",
  "app.kubernetes.io/managed-by": "gefyra",
} as const;
export const COMPONENT_LABEL = "app.kubernetes.io/component";

// Docker -----------------------------------------------------------------------------------------------------
/** On every network, container and volume: the connection it belongs to. */
export const CONNECTION_LABEL = "dev.gefyra.connection";
/** `network`, `cargo`, `relay`, `app`, `attach`, `files`, `volume`, `probe` (of `gefyra doctor`); `lab-node` and `lab-network` belong to the lab. */
export const ROLE_LABEL = "dev.gefyra.role";
export const CONTEXT_LABEL = "dev.gefyra.context";
export const KUBECONFIG_LABEL = "dev.gefyra.kubeconfig";
export const NAMESPACE_LABEL = "dev.gefyra.namespace";
export const CLIENT_LABEL = "dev.gefyra.client";
/** On app containers, and on the helpers of attached ones: the namespace whose names they see. */
export const APP_NAMESPACE_LABEL = "dev.gefyra.app-namespace";
/** On a container that Gefyra makes as a provider of Docker Compose: whose it is, and a digest of its options. */
export const COMPOSE_PROJECT_LABEL = "dev.gefyra.compose-project";
export const COMPOSE_SERVICE_LABEL = "dev.gefyra.compose-service";
export const COMPOSE_OPTIONS_LABEL = "dev.gefyra.compose-options";
/** On app containers that `gefyra apply` created: the hash of what the file said. */
export const APPLIED_LABEL = "dev.gefyra.applied";
/** On the helper and the volumes of an app's files, and on the helper of an attached container: the app's name. */
export const APP_LABEL = "dev.gefyra.app";
/** On the helper of an attached container: the container's id. */
export const ATTACHED_LABEL = "dev.gefyra.attached";
/** On such a helper: which files, of which container (lib/files/description.ts). */
export const FILES_LABEL = "dev.gefyra.files";
/** Begins the names of what copies files: containers in pods and here, and volumes. */
export const FILES = "gefyra-files";
/** On a lab's nodes and network: the lab's name. */
export const LAB_LABEL = "dev.gefyra.lab";
/** On images built by `deno task images`: SHA-256 of all their inputs. */
export const CONTENT_LABEL = "dev.gefyra.content";
export const DEFAULT_CONNECTION = "default";
/** Cargo's name for the machine that Docker runs on. */
export const HOST_GATEWAY = "host.docker.internal";

// Operator ---------------------------------------------------------------------------------------------------
/** Runs the program in the operator's image, with the right to write files. */
export const OPERATOR_PROGRAM = [
  "deno",
  "run",
  ...contract.operatorFlags,
  "--allow-all",
  contract.paths.operator,
];

// Tunnel -----------------------------------------------------------------------------------------------------
/** Stowaway's NodePort, UDP. */
export const WIREGUARD_NODE_PORT = contract.ports.nodePort;
/** Where Stowaway listens inside its pod, UDP. */
export const WIREGUARD_PORT = contract.ports.wireguard;
/** TCP: Carriers hear at Stowaway which clients answer; Cargo refuses it in the tunnel, which is its answer. */
export const HEALTH_PORT = contract.ports.health;
/** Each connection has one /24 of it. RFC 2544 reserves it for benchmarks, so clusters do not use it. */
export const TUNNEL_POOL = "198.18.0.0/15";
/**
 * Host numbers in a connection's /24 that bridges may lead to. Those below are the machine's and Cargo's, and the last one
 * is the broadcast address.
 */
export const APP_HOSTS = { first: 10, last: 254 } as const;
/** Stowaway's own address in the tunnel: the first subnet is its own. */
export const STOWAWAY_TUNNEL_ADDRESS = "198.18.0.1";
/** The peer of Cargo's WireGuard when the tunnel goes through the API server, UDP on loopback (images/agent/relay). */
export const RELAY_UDP_PORT = contract.ports.relayInCargo;
/** Where the relay in Stowaway's pod listens, TCP on loopback. */
export const RELAY_POD_PORT = contract.ports.relayInPod;
/** The volume that Cargo and the local relay share. */
export const RELAY_FOLDER = contract.paths.relayFolder;
/** The user of the operator's and Carrier's images, and of the local relay. */
export const GEFYRA_USER = contract.user;
/** Mark of WireGuard's own datagrams, so that they do not enter the tunnel again. */
export const FIREWALL_MARK = contract.marks.wireguard;
/**
 * Mark of responses of published ports, which leave over the Docker bridge; also the table of their route
 * (images/agent/cargo).
 */
export const PUBLISHED_MARK = contract.marks.published;
/** The largest MTU: a path of 1500 bytes less IPv6 and UDP headers and WireGuard's own 32 bytes. */
export const TUNNEL_MTU = 1420;
/** The MTU of the tunnel that every path is assumed to carry. */
export const SMALLEST_TUNNEL_MTU = contract.smallestMtu;
/** Ports of Stowaway's pod that bridged traffic is sent to. */
export const STOWAWAY_PORTS = { first: 10000, last: 29999 } as const;

// Time -------------------------------------------------------------------------------------------------------
/** Seconds of silence after which a client is removed with its bridges. */
export const DISCONNECT_TIMEOUT_S = 600;
/** Allowed values instead: not shorter than a few keepalives, not longer than a week. */
export const LONGEST_DISCONNECT_TIMEOUT_S = 604_800;
/** How long `up` looks for an endpoint that answers. */
export const CONNECT_TIMEOUT_MS = 30_000;
/** How long `up` waits for an address of Stowaway's load balancer. */
export const LOAD_BALANCER_TIMEOUT_MS = 120_000;
/** How long the transport through the API server may take to answer, including the start of a container. */
export const RELAY_TIMEOUT_MS = 20_000;
/** Seconds that the relay's token is valid after a renewal: a night's sleep. Some clusters allow no more. */
export const RELAY_TOKEN_S = 86_400;
/** Seconds between two renewals by the operator. */
export const RELAY_TOKEN_RENEWAL_S = 3_600;
/** How long `up` waits for the cluster's side. */
export const INSTALL_TIMEOUT_MS = 120_000;
/** How long a command waits for another one that uses the same connection. */
export const LOCK_TIMEOUT_MS = 300_000;
/** How long `down` without a connection waits for the kubeconfig's cluster. */
export const LIST_INSTALLATIONS_TIMEOUT_MS = 5_000;
/** For connections that are never between requests, when a bridge is made or removed. */
export const DRAIN_TIMEOUT_S = 10;
export const LONGEST_DRAIN_TIMEOUT_S = 3_600;
/** How long `bridge` waits for the first bridged pod. */
export const BRIDGE_TIMEOUT_MS = 60_000;
/** Seconds without a client after which the container that serves a pod's files ends. */
export const FILES_IDLE_S = 600;
/** How long the first copy of files may take. */
export const FILES_TIMEOUT_MS = 1_800_000;
/** How long Compose may take to read a project. */
export const COMPOSE_CONFIG_TIMEOUT_MS = 60_000;
/** How long it may take to build, pull and start one. */
export const COMPOSE_TIMEOUT_MS = 1_800_000;
/** How long `unbridge` and `down` wait for originals and for objects to be gone. */
export const RESTORE_TIMEOUT_MS = 120_000;

// Diagnosis --------------------------------------------------------------------------------------------------
/** Prefix of all temporary objects of `gefyra doctor`. */
export const DOCTOR = "gefyra-doctor";
/** Port of doctor's own container. */
export const DOCTOR_PORT = 8000;
/** Ports of Stowaway's pod from which each doctor picks one, because several may run at once. */
export const DOCTOR_PORTS = { first: 30000, last: 39999 } as const;
