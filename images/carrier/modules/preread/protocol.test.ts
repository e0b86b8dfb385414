/** GEFYRA_FUZZ_SECONDS: how long made-up input is tried; 1 where it is not set. */
import { output } from "../../../../scripts/images/command.ts";

const folder = new URL(".", import.meta.url).pathname;
const flags = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

Deno.test("what a client speaks is decided by its first bytes, however they are cut", async () => {
  const program = await Deno.makeTempFile({ prefix: "gefyra-protocol-" });
  try {
    await output("gcc", [...flags, "-o", program, `${folder}protocol_test.c`, `${folder}protocol.c`]);
    const seconds = Deno.env.get("GEFYRA_FUZZ_SECONDS") ?? "1";
    await output(program, [seconds], { timeout: (Number(seconds) + 60) * 1000 });
  } finally {
    await Deno.remove(program);
  }
});
