import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { formatSize } from '../config/quantity.ts'
import { backupDatabase } from '../operations/database-file.ts'
import { addAppFlags, loadWithFlags } from './app-flags.ts'
import type { CommandContext } from './cli.ts'
import { quietLog } from './quiet-log.ts'

/** `vedette backup`: a consistent copy, while a server runs or not. */
export const define = (command: Command, context: CommandContext): void => {
  addAppFlags(command)
    .argument('<file>', 'where the copy goes')
    .option('--force', 'replace a file that is there')
    .action(async (file: string, options: { readonly force?: boolean }) => {
      const { config } = loadWithFlags(options, context)
      const target = resolve(context.cwd, file)
      if (options.force) await rm(target, { force: true })
      const bytes = await backupDatabase(config.storage.url, target, { now: context.now, log: quietLog(context.err) })
      const megabytes = Math.max(1, Math.round(bytes / 2 ** 20))
      context.out.write(`${target}  ${formatSize(megabytes * 2 ** 20)}\n`)
    })
}
