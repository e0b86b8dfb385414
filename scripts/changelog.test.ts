import assert from "node:assert/strict";
import { checkVersion, sectionOf } from "./changelog.ts";

const changelog =
  "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-01-01\n\n### Added\n\n- Two.\n\n## [0.1.0]\n\n- One.\n";

Deno.test("a release says what the changelog says of its version, and nothing of others", () => {
  assert.equal(sectionOf(changelog, "0.2.0"), "### Added\n\n- Two.");
  assert.equal(sectionOf(changelog, "0.1.0"), "- One.");
});

Deno.test("a version without a section, or with an empty one, is not released", () => {
  for (const version of ["0.3.0", "Unreleased", "0.2"]) {
    assert.throws(() => sectionOf(changelog, version), /CHANGELOG\.md has no section/);
  }
});

Deno.test("a tag that is not the program's version is refused", () => {
  checkVersion("0.1.0", "0.1.0");
  assert.throws(() => checkVersion("0.2.0", "0.1.0"), /The program is version 0\.1\.0, not 0\.2\.0/);
});
