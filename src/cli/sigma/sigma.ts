import type { Command } from 'commander'
import type { CommandContext } from '../cli.ts'
import { defineBacktest } from './backtest.ts'
import { defineConvert } from './convert.ts'
import { defineEval } from './eval.ts'
import { defineExplain } from './explain.ts'
import { defineImport } from './import.ts'
import { defineLint } from './lint.ts'
import { defineRules } from './rules.ts'

/** `vedette sigma`: tests, imports and manages Sigma rules. */
export const define = (command: Command, context: CommandContext): void => {
  defineRules(command, context)
  defineLint(command.command('lint'), context)
  defineBacktest(command.command('backtest'), context)
  defineExplain(command.command('explain'), context)
  defineImport(command, context)
  defineConvert(command.command('convert'), context)
  defineEval(command.command('eval'), context)
}
