import type { Command } from 'commander'
import { compactDatabase } from '../../operations/storage/compact-database.ts'
import type { CommandContext } from '../cli.ts'
import { addAppFlags, loadWithFlags } from '../server/app-flags.ts'

/** `vedette compact`: shrinks the database file; the server must be stopped. */
export const define = (command: Command, context: CommandContext): void => {
  addAppFlags(command)
    .description(
      'Rewrite the database without its free space. Stop the server first. The disk needs as much free space as the contents take. ' +
        'Databases created by this version shrink by themselves and rarely need this command.',
    )
    .action(async (options: unknown) => {
      const { config } = loadWithFlags(options, context)
      const { file, before, after } = await compactDatabase(config.storage.url)
      const size = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`
      context.out.write(`${file}  ${size(before.bytes)} → ${size(after.bytes)}\n`)
    })
}
