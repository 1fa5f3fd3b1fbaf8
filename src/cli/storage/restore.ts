import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { CommandContext } from '../cli.ts'
import { addAppFlags, loadWithFlags } from '../server/app-flags.ts'
import { quietLog } from '../terminal/quiet-log.ts'
import { visible } from '../terminal/terminal.ts'
import { backupCounts } from './backup-view.ts'

interface RestoreFlags {
  readonly verify?: boolean
  readonly force?: boolean
  readonly dataOnly?: boolean
}

/** `vedette restore`: restores a backup, or verifies that it can be restored; the server must be stopped. */
export const define = (command: Command, context: CommandContext): void => {
  const { cwd, err, now, out } = context
  addAppFlags(command)
    .argument('<file>', 'archive written by `vedette backup`')
    .option('--verify', 'verify that it can be restored without changing anything; the server may run')
    .option('--force', 'replace existing data; the old data is moved aside')
    .option('--data-only', 'restore only the data folder and the database, not rules and models in other folders')
    .action(async (name: string, options: RestoreFlags) => {
      const { restoreBackup, verifyBackup } = await import('../../operations/storage/restore-backup.ts')
      const { createInstallation } = await import('../../app/installation.ts')
      const installation = createInstallation(loadWithFlags(options, context))
      const request = { installation, file: resolve(cwd, name), now, log: quietLog(err) }
      const flags = { force: options.force === true, dataOnly: options.dataOnly === true }
      const { kept, notes, ...found } = options.verify
        ? { ...(await verifyBackup(request)), kept: [], notes: [] }
        : await restoreBackup({ ...request, ...flags })
      const { manifest, facts, rules, doubts } = found
      if (manifest) {
        const { created_at, host, product } = manifest
        out.write(`Backup of ${visible(host)}, ${created_at}, version ${visible(product.version)}\n`)
      } else {
        out.write('A copy of the database only, without rules and models\n')
      }
      out.write(`${backupCounts({ rules, log_models: manifest?.log_models ?? 0, database: facts })}\n`)
      for (const text of [...notes, ...doubts]) err.write(`${visible(text)}\n`)
      for (const place of kept) out.write(`The old data is in ${visible(place)}\n`)
      const same = manifest ? ' The counts match the manifest.' : ''
      out.write(options.verify ? `The backup can be restored.${same}\n` : `Restored.${same} Start the server.\n`)
    })
}
