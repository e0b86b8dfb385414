/** Reasons of the condition `Ready`: stable, since scripts and the command line read them. */

/** Of a GefyraBridge. */
export const bridgeReasons = {
  bridged: "Bridged",
  /** Active, with pods that are not bridged or not ready: the message names them. */
  partlyBridged: "PartlyBridged",
  /** Active on all pods, but TLS has come to a port whose requests `match` should read: the message names it. */
  unreadableTraffic: "UnreadableTraffic",
  switching: "Switching",
  /** The target has no pods. */
  noPods: "NoPods",
  /** The target has pods, and none of them can run. */
  podsPending: "PodsPending",
  targetMissing: "TargetMissing",
  clientMissing: "ClientMissing",
  clientSilent: "ClientSilent",
  stowawayMissing: "StowawayMissing",
  /** The client belongs to somebody else, who does not let the bridge's owner in. */
  notAllowed: "NotAllowed",
  /** A limit of the installation: the message names it. */
  limitReached: "LimitReached",
  /** The destination is no address of an app container of the client. */
  foreignAddress: "ForeignAddress",
  invalidMatch: "InvalidMatch",
  cannotIntercept: "CannotIntercept",
  conflict: "Conflict",
  /** The cluster does not admit the change of a pod: rights, or an admission controller. */
  forbidden: "Forbidden",
  /** Carrier's container does not start. */
  carrierFailed: "CarrierFailed",
  /** Carrier runs and refuses its configuration. */
  carrierRefused: "CarrierRefused",
  stowawayRefused: "StowawayRefused",
  /** A pod does not answer, as when its node hangs: the message names both. It is asked again later and later. */
  unreachable: "Unreachable",
  deleted: "Deleted",
} as const;

export type BridgeReason = typeof bridgeReasons[keyof typeof bridgeReasons];

/** Of a GefyraClient. */
export const clientReasons = {
  peerConfigured: "PeerConfigured",
  keyTaken: "KeyTaken",
  /** A limit of the installation: the message names it. */
  limitReached: "LimitReached",
  stowawayMissing: "StowawayMissing",
  stowawayRefused: "StowawayRefused",
  /** Not in Gefyra's namespace, where the operator looks. */
  wrongNamespace: "WrongNamespace",
} as const;

/** The pods of the bridge cannot be taken now; each of these is tried again later and later. */
export const retriedReasons: readonly BridgeReason[] = [
  bridgeReasons.carrierFailed,
  bridgeReasons.carrierRefused,
  bridgeReasons.stowawayRefused,
  bridgeReasons.unreachable,
];
