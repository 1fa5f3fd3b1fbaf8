import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { CommandContext } from '../cli.ts'
import { addAppFlags, loadWithFlags } from '../server/app-flags.ts'
import { quietLog } from '../terminal/quiet-log.ts'
import { visible } from '../terminal/terminal.ts'
import { backupCounts, backupSize } from './backup-view.ts'

/** `vedette backup`: writes the whole installation to one archive, whether or not the server is running. */
export const define = (command: Command, context: CommandContext): void => {
  const { cwd, err, now, out, version } = context
  addAppFlags(command)
    .argument('<file>', 'archive to write, such as vedette.tar.zst')
    .option('--force', 'overwrite an existing file')
    .option('--json', 'print the manifest of the archive')
    .action(async (name: string, options: { readonly force?: boolean; readonly json?: boolean }) => {
      const { makeBackup } = await import('../../operations/storage/make-backup.ts')
      const { createInstallation } = await import('../../app/installation.ts')
      const file = resolve(cwd, name)
      const { manifest, bytes } = await makeBackup({
        installation: createInstallation(loadWithFlags(options, context)),
        file,
        force: options.force === true,
        version,
        now,
        log: quietLog(err),
      })
      if (options.json) return out.write(`${JSON.stringify(manifest, null, 2)}\n`)
      out.write(`${visible(file)}  ${backupSize(bytes)}\n${backupCounts(manifest)}\n`)
      for (const text of manifest.left_out) out.write(`Not included: ${visible(text)}\n`)
    })
}
