/** The Homebrew formula. Homebrew calls the class after the file: gefyra.rb, Gefyra. */
import type { System } from "../../lib/release/facts.ts";
import { archiveOf, product, type Release } from "./product.ts";

export function homebrewFormula(release: Release): string {
  const source = (system: System) => {
    const { url, sha256 } = archiveOf(release, system);
    return `      url "${url}"\n      sha256 "${sha256}"`;
  };
  const on = (system: string, intel: System, arm: System) =>
    `  on_${system} do
    on_intel do
${source(intel)}
    end
    on_arm do
${source(arm)}
    end
  end`;
  return `class Gefyra < Formula
  desc "${product.summary}"
  homepage "${product.homepage}"
  version "${release.version}"
  license "${product.license}"

${on("macos", "macos-x64", "macos-arm64")}

${on("linux", "linux-x64", "linux-arm64")}

  def install
    bin.install "gefyra"
    man1.install Dir["man/*.1"]
    generate_completions_from_executable(bin/"gefyra", "completion", shells: [:bash, :zsh, :fish])
  end

  test do
    assert_match "gefyra #{version}", shell_output("#{bin}/gefyra version")
  end
end
`;
}
