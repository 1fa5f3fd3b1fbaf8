import type { Command } from 'commander'
import type { CommandContext } from './cli.ts'

/** `vedette completion`: completes command names, then files. The script is static, so that pressing Tab starts no process. */
export const define = (command: Command, { out }: CommandContext): void => {
  command
    .argument('<shell>', 'bash, zsh')
    .addHelpText('after', '\n  source <(vedette completion bash)')
    .action((shell: string) => {
      const all = command.parent?.commands ?? []
      const names = all.flatMap((one) => [one.name(), ...one.aliases()]).join(' ')
      if (shell === 'bash') {
        out.write(
          `_vedette() { if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${names}" -- "\${COMP_WORDS[1]}")); else COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")); fi; }\n` +
            'complete -o filenames -F _vedette vedette\n',
        )
      } else if (shell === 'zsh') {
        out.write(
          `#compdef vedette\n_vedette() { if (( CURRENT == 2 )); then compadd ${names}; else _files; fi; }\ncompdef _vedette vedette\n`,
        )
      } else {
        command.error(`error: no completion for "${shell}". Use one of: bash, zsh.`)
      }
    })
}
