/** An IDE's part of the Debug Adapter Protocol (microsoft.github.io/debug-adapter-protocol), for debugpy and Delve. */
import { connect } from "node:net";
import type { Json } from "../kube.ts";
import { type Attach, inbox, type Place } from "./debugger.ts";

interface Session {
  request(command: string, args: Json): Promise<Json>;
  event(name: string): Promise<Json>;
  end(): void;
}

export const dap: Attach = async (configuration, breakpoint) => {
  const sessions = [await attach(configuration, breakpoint)];
  // debugpy tells of each process that the program has started, and how to attach to it.
  if (configuration.type === "debugpy") {
    sessions.push(await attach(await sessions[0]!.event("debugpyAttach"), breakpoint));
  }
  const session = sessions.at(-1)!;
  let threadId = 0;
  return {
    stopped: async () => {
      ({ threadId } = await session.event("stopped"));
      const { stackFrames: [top] } = await session.request("stackTrace", { threadId, levels: 1 });
      return { file: top.source.path, line: top.line };
    },
    leave: async () => {
      await session.request("continue", { threadId });
      for (const one of sessions.reverse()) {
        await one.request("disconnect", { terminateDebuggee: false });
        one.end();
      }
    },
  };
};

async function attach(configuration: Json, { file, line }: Place): Promise<Session> {
  const { host, port } = configuration.connect ?? configuration;
  const session = await open(host, port);
  await session.request("initialize", { adapterID: configuration.type, pathFormat: "path" });
  // debugpy answers it only after configurationDone.
  const attached = session.request("attach", configuration);
  await session.event("initialized");
  await session.request("setBreakpoints", { source: { path: file }, breakpoints: [{ line }] });
  await session.request("configurationDone", {});
  await attached;
  return session;
}

async function open(host: string, port: number): Promise<Session> {
  const socket = connect(port, host);
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const messages = inbox<Json>();
  let unread = new Uint8Array(), seq = 0;
  socket.on("data", (chunk: Uint8Array) => {
    unread = new Uint8Array([...unread, ...chunk]);
    for (;;) {
      const [head, length] = /^Content-Length: (\d+)\r\n\r\n/.exec(text(unread.subarray(0, 64))) ?? [];
      const end = (head?.length ?? 0) + Number(length);
      if (!head || unread.length < end) return;
      messages.put(JSON.parse(text(unread.subarray(head.length, end))));
      unread = unread.slice(end);
    }
  });
  return {
    request: async (command, args) => {
      const own = ++seq;
      const body = JSON.stringify({ seq: own, type: "request", command, arguments: args });
      socket.write(`Content-Length: ${new TextEncoder().encode(body).length}\r\n\r\n${body}`);
      const answer = await messages.take(`answer to ${command}`, ({ request_seq }) => request_seq === own);
      if (!answer.success) throw new Error(`${command}: ${JSON.stringify(answer)}`);
      return answer.body ?? {};
    },
    event: async (name) => (await messages.take(`event ${name}`, ({ event }) => event === name)).body ?? {},
    end: () => socket.destroy(),
  };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
