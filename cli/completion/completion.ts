import { Argument } from "@commander-js/extra-typings";
import { command } from "../command.ts";
import bash from "./bash.sh" with { type: "text" };
import zsh from "./zsh.sh" with { type: "text" };

/**
 * @bomb.sh/tab has scripts for these two as well. But the one for bash needs bash-completion, prints errors when it is
 * read a second time, and completes nothing after ":" and "=", where bash cuts words; the one for zsh loses names with ":".
 */
const own: Record<string, string> = { bash, zsh };

const shells = ["bash", "zsh", "fish", "powershell"] as const;

const example = `source <(gefyra completion bash)    # in ~/.bashrc
source <(gefyra completion zsh)     # in ~/.zshrc, after compinit
gefyra completion fish | source     # in ~/.config/fish/config.fish
gefyra completion powershell | Out-String | Invoke-Expression    # in $PROFILE`;

export const completion = () =>
  command("completion", example)
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .action(async (shell) => {
      if (own[shell]) return console.log(own[shell].trimEnd());
      const { script } = await import("@bomb.sh/tab");
      script(shell, "gefyra", "gefyra");
    });
