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

/** `vedette restore`: puts a backup in place, or proves that it could; no server may run. */
export const define = (command: Command, context: CommandContext): void => {
  const { cwd, err, now, out } = context
  addAppFlags(command)
    .argument('<file>', 'an archive that `vedette backup` wrote')
    .option('--verify', 'prove that it can be restored; changes nothing, a server may run')
    .option('--force', 'replace what exists; it is kept beside the new data')
    .option('--data-only', 'restore the data folder and the database; leave rules and models elsewhere as they are')
    .action(async (name: string, options: RestoreFlags) => {
      const { restoreBackup, verifyBackup } = await import('../../app/restore-backup.ts')
      const request = { ...loadWithFlags(options, context), file: resolve(cwd, name), now, log: quietLog(err) }
      const flags = { force: options.force === true, dataOnly: options.dataOnly === true }
      const { kept, notes, ...found } = options.verify
        ? { ...(await verifyBackup(request)), kept: [], notes: [] }
        : await restoreBackup({ ...request, ...flags })
      const { manifest, facts, rules, doubts } = found
      if (manifest) {
        const { created_at, host, product } = manifest
        out.write(`Backup of ${visible(host)}, ${created_at}, version ${visible(product.version)}\n`)
      } else {
        out.write('A copy of the database alone: rules and models are not in it\n')
      }
      out.write(`${backupCounts({ rules, log_models: manifest?.log_models ?? 0, database: facts })}\n`)
      for (const text of [...notes, ...doubts]) err.write(`${visible(text)}\n`)
      for (const place of kept) out.write(`The former data is in ${visible(place)}\n`)
      const same = manifest ? ' The counts are those of the manifest.' : ''
      out.write(options.verify ? `It can be restored.${same}\n` : `Restored.${same} Start the server.\n`)
    })
}
