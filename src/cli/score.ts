import type { Command } from 'commander'
import type { CommandContext } from './cli.ts'

/** `vedette score`: how odd each row, point or session of a file is; needs no server. */
export const define = (_command: Command, _context: CommandContext): void => {}
