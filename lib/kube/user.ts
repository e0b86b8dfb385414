/** Whom the API server takes a user for. */
import { gvk } from "../api/gvk.ts";
import type { User } from "../api/owner.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { ApiError } from "./api-errors.ts";

interface Review {
  status?: { userInfo?: { username?: string; groups?: string[] } };
}

type Post = (method: "POST", path: string, options: { body: unknown }) => Promise<Review>;

/** The answer is the same for impersonated users, service accounts and names of an OIDC provider. */
export async function reviewUser(request: Post): Promise<User> {
  const path = `/apis/${gvk.SelfSubjectReview.apiVersion}/selfsubjectreviews`;
  try {
    const { status } = await request("POST", path, { body: { ...gvk.SelfSubjectReview } });
    const { username, groups = [] } = status?.userInfo ?? {};
    if (!username) throw unknown("the API server names no user", undefined);
    return { name: username, groups };
  } catch (error) {
    if (!(error instanceof ApiError) || ![403, 404, 405].includes(error.code)) throw error;
    const old = error.code !== 403;
    throw unknown(old ? "its API server has no SelfSubjectReview" : messageOf(error), error);
  }
}

function unknown(state: string, cause: unknown): GefyraError {
  return new GefyraError("user-unknown", `Cannot find out your user name in the cluster: ${state}`, {
    exit: cause instanceof ApiError && cause.code === 403 ? "forbidden" : "failure",
    hint:
      "Gefyra needs Kubernetes 1.28 or later, and the right to create selfsubjectreviews.authentication.k8s.io, " +
      "which the ClusterRole system:basic-user gives to everybody",
    cause,
  });
}
