import type { Command } from 'commander'
import type { CommandContext } from './cli.ts'
import { defineSeries } from './score-series.ts'
import { defineSessions } from './score-sessions.ts'
import { defineTable } from './score-table.ts'

/** `vedette score`: how odd each row, point or session of a file is; needs no server. */
export const define = (command: Command, context: CommandContext): void => {
  defineSeries(command.command('series'), context)
  defineSessions(command.command('sessions'), context)
  defineTable(command.command('table'), context)
}
