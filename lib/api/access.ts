/** One question to the API server: may this user do it? The fields of a SelfSubjectAccessReview. */
export interface Access {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  /** Of one object. */
  name?: string;
  /** Cluster-wide if absent. */
  namespace?: string;
}
