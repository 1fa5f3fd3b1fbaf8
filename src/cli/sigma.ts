import type { Command } from 'commander'
import type { CommandContext } from './cli.ts'
import { defineEval } from './sigma-eval.ts'

/** `vedette sigma`: rules, tried and kept in order. */
export const define = (command: Command, context: CommandContext): void => {
  defineEval(command.command('eval'), context)
}
