/** Node's inspector, by the DevTools protocol (chromedevtools.github.io/devtools-protocol). */
import type { Json } from "../kube.ts";
import { type Attach, inbox } from "./debugger.ts";

export const inspector: Attach = async ({ address, port, localRoot, remoteRoot }, { file, line }) => {
  const [{ webSocketDebuggerUrl }] = await (await fetch(`http://${address}:${port}/json/list`)).json();
  const socket = new WebSocket(webSocketDebuggerUrl);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = reject;
  });
  const messages = inbox<Json>();
  socket.onmessage = ({ data }) => messages.put(JSON.parse(data));
  let last = 0;
  const send = async (method: string, params: Json = {}) => {
    const own = ++last;
    socket.send(JSON.stringify({ id: own, method, params }));
    const { result, error } = await messages.take(`answer to ${method}`, ({ id }) => id === own);
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  };
  const remote = `file://${remoteRoot}`;
  await send("Debugger.enable");
  // The protocol counts lines from 0.
  const url = file.replace(localRoot, remote);
  const { breakpointId } = await send("Debugger.setBreakpointByUrl", { lineNumber: line - 1, url });
  return {
    stopped: async () => {
      const paused = await messages.take("stop", ({ method }) => method === "Debugger.paused");
      const [{ location }] = paused.params.callFrames;
      const { params: script } = await messages.take(
        "script",
        ({ method, params }) => method === "Debugger.scriptParsed" && params.scriptId === location.scriptId,
      );
      return { file: script.url.replace(remote, localRoot), line: location.lineNumber + 1 };
    },
    leave: async () => {
      await send("Debugger.removeBreakpoint", { breakpointId });
      await send("Debugger.resume");
      socket.close();
    },
  };
};
