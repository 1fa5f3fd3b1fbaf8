import { resolve } from 'node:path'
import type { Command } from 'commander'
import { restoreDatabase } from '../operations/database-file.ts'
import { addAppFlags, loadWithFlags } from './app-flags.ts'
import type { CommandContext } from './cli.ts'
import { quietLog } from './quiet-log.ts'

/** `vedette restore`: a copy in the place of the database; no server may run. */
export const define = (command: Command, context: CommandContext): void => {
  addAppFlags(command)
    .argument('<file>', 'a copy that `vedette backup` wrote')
    .option('--force', 'replace the database that is there; it is kept beside the new one')
    .action(async (file: string, options: { readonly force?: boolean }) => {
      const { config } = loadWithFlags(options, context)
      const kept = await restoreDatabase(config.storage.url, resolve(context.cwd, file), {
        now: context.now,
        log: quietLog(context.err),
        force: options.force === true,
      })
      if (kept) context.err.write(`What was there is kept as ${kept}\n`)
      context.out.write('Restored. Start the server.\n')
    })
}
