import assert from "node:assert/strict";
import { manPages, roff } from "./man.ts";

Deno.test("a page has what man expects, and no text becomes a request", () => {
  const page = roff({
    command: "gefyra lab up",
    description: "Start a lab",
    usage: "[options]",
    groups: [{ heading: "Options", items: [["-n, --name <name>", ".dot, \\ and -x"]] }],
    example: "gefyra lab up\n'quoted'",
    seeAlso: ["gefyra lab"],
  }, "1.2.3");
  assert.deepEqual(page.split("\n"), [
    '.TH GEFYRA\\-LAB\\-UP 1 "" "Gefyra 1.2.3" "Gefyra"',
    ".SH NAME",
    "gefyra\\-lab\\-up \\- Start a lab",
    ".SH SYNOPSIS",
    ".B gefyra lab up",
    "[options]",
    ".SH OPTIONS",
    ".TP",
    "\\fB\\-n, \\-\\-name <name>\\fR",
    "\\&.dot, \\e and \\-x",
    ".SH EXAMPLE",
    ".nf",
    "gefyra lab up",
    "\\&'quoted'",
    ".fi",
    ".SH SEE ALSO",
    "\\fBgefyra\\-lab\\fR(1)",
    "",
  ]);
});

Deno.test("every command has a page, with its options and an example", async () => {
  const pages = await manPages("1.2.3");
  assert.match(pages["gefyra.1"]!, /\\fBgefyra\\-run\\fR\(1\)/);
  assert.match(pages["gefyra-run.1"]!, /\\fB\\-i, \\-\\-image <image>\\fR\nimage to run/);
  assert.match(pages["gefyra-lab-up.1"]!, /\.SH EXAMPLE\n\.nf\ngefyra lab up/);
  for (const [name, page] of Object.entries(pages)) assert.match(page, /\n\.SH SYNOPSIS\n\.B gefyra/, name);
});
