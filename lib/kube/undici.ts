/**
 * The parts of undici that Gefyra and the Kubernetes client use. In a bundle, this file is undici (scripts/bundle.ts): the
 * rest, which is half of it (mocks, WebSocket, EventSource, caches, interceptors), would be evaluated at each start. A
 * bundle that needs another part does not load.
 */
import connect from "undici-parts/lib/api/api-connect.js";
import Agent from "undici-parts/lib/dispatcher/agent.js";
import Dispatcher from "undici-parts/lib/dispatcher/dispatcher.js";
import ProxyAgent from "undici-parts/lib/dispatcher/proxy-agent.js";
import { fetch } from "undici-parts/lib/web/fetch/index.js";

// As undici's own index does. Its proxy agent calls this method, and no other of those.
Object.assign(Dispatcher.prototype, { connect });

export { Agent, fetch, ProxyAgent };
