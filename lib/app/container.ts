/** An app container as it is now. */
export interface AppContainer {
  name: string;
  image: string;
  namespace: string;
  /** Docker's, or `removed`. */
  state: string;
  status: string;
  /** On the Docker network; absent while the container does not run. */
  address?: string;
  /**
   * The Docker network of its default gateway, if it is not the connection's: the app does not reach the cluster then.
   */
  strayGateway?: string;
  /** Of a container that Gefyra did not start. `lost`: why it does not reach the cluster although it runs. */
  attached?: { lost?: string };
}
