/** Phases of the custom resources and states of pods: stable, since scripts and the command line read them. */

/** Of a GefyraBridge. */
export const bridgePhases = {
  pending: "Pending",
  active: "Active",
  /** For a client, for Stowaway, for the target, or for its pods. */
  waiting: "Waiting",
  /** The originals serve while the client is silent. */
  suspended: "Suspended",
  /** It cannot be, unless somebody changes it, its target or the cluster. */
  refused: "Refused",
  /** It is deleted, and the originals come back. */
  restoring: "Restoring",
} as const;

export type BridgePhase = typeof bridgePhases[keyof typeof bridgePhases];

/** Of a GefyraClient. */
export const clientPhases = {
  pending: "Pending",
  /** Stowaway expects it. */
  ready: "Ready",
  connected: "Connected",
  /** Not heard for a short while: its bridges are suspended until it is heard again. */
  silent: "Silent",
  /** It gets no place in the tunnel: a limit, or a namespace where no Gefyra looks. */
  refused: "Refused",
} as const;

export type ClientPhase = typeof clientPhases[keyof typeof clientPhases];

/** Of one pod in the status of a GefyraBridge. */
export const podStates = {
  /** It cannot run, and nothing was done to it. */
  waiting: "Waiting",
  /** Carrier is on its way. */
  switching: "Switching",
  /** Carrier has the pod's traffic. */
  active: "Active",
  /** It could not be taken, and its original is coming back. */
  failed: "Failed",
  /** It could not be taken, and its original serves again. */
  restored: "Restored",
  /** The original serves while the client is silent; the record stays, for resuming and for restoring. */
  suspended: "Suspended",
  /** It has left the target, and its original is coming back. */
  restoring: "Restoring",
} as const;

export type PodState = typeof podStates[keyof typeof podStates];
