import type { Command } from 'commander'
import type { CommandContext } from './cli.ts'
import { defineBacktest } from './sigma-backtest.ts'
import { defineConvert } from './sigma-convert.ts'
import { defineEval } from './sigma-eval.ts'
import { defineExplain } from './sigma-explain.ts'
import { defineImport } from './sigma-import.ts'
import { defineLint } from './sigma-lint.ts'
import { defineRules } from './sigma-rules.ts'

/** `vedette sigma`: rules, tried and kept in order. */
export const define = (command: Command, context: CommandContext): void => {
  defineRules(command, context)
  defineLint(command.command('lint'), context)
  defineBacktest(command.command('backtest'), context)
  defineExplain(command.command('explain'), context)
  defineImport(command, context)
  defineConvert(command.command('convert'), context)
  defineEval(command.command('eval'), context)
}
