import type { Command } from 'commander'
import type { CommandContext } from './cli.ts'
import { defineLines } from './score-lines.ts'
import { defineSeries } from './score-series.ts'
import { defineSessions } from './score-sessions.ts'
import { defineTable } from './score-table.ts'

/** `vedette score`: how odd each row, point or session of a file is, how bad each line of a log sounds; needs no server. */
export const define = (command: Command, context: CommandContext): void => {
  defineLines(command.command('lines'), context)
  defineSeries(command.command('series'), context)
  defineSessions(command.command('sessions'), context)
  defineTable(command.command('table'), context)
}
