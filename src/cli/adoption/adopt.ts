import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { AdoptionResult } from '../../app/adoption.ts'
import type { CommandContext } from '../cli.ts'
import { addAppFlags, loadWithFlags } from '../server/app-flags.ts'
import { quietLog } from '../terminal/quiet-log.ts'
import { counted, formatCount, visible } from '../terminal/terminal.ts'

interface AdoptFlags {
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly config?: string
}

/** `vedette adopt`: takes over the data and the settings of an older system; the server must be stopped. */
export const define = (command: Command, context: CommandContext): void => {
  const { cwd, err, now, out } = context
  addAppFlags(command)
    .description(
      'Take over an installation of an older system: its data into the database, its variables into vedette.yaml. Stop the server first. ' +
        'The source is only read. A second run takes only what is new.',
    )
    .argument('<source>', 'a folder, an .env file, a database URL or a file of the older system')
    .option('--dry-run', 'show what would be taken over without changing anything; the server may run')
    .option('--json', 'print the report as JSON')
    .action(async (source: string, options: AdoptFlags) => {
      const { adoptInstallation } = await import('../../app/adoption.ts')
      const file = resolve(cwd, options.config ?? 'vedette.yaml')
      // A file that is not there yet is written.
      const { config } = loadWithFlags({ ...options, config: existsSync(file) ? file : undefined }, context)
      const result = await adoptInstallation({
        place: source,
        cwd,
        config,
        file,
        isDryRun: options.dryRun === true,
        now,
        log: quietLog(err),
      })
      out.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : renderAdoption(result))
    })
}

/** Renders what adoption found, took and left out. */
export const renderAdoption = ({ systems, report, settings, leftOut }: AdoptionResult): string => {
  const lines: string[] = []
  for (const { title, evidence, parts } of systems) {
    lines.push(`Recognized ${title}: ${visible(evidence.join(', '))}`)
    if (report) continue
    for (const { noun, from, count } of parts)
      lines.push(`  would take  ${formatCount(count)} ${noun} from ${visible(from)}`)
  }
  for (const { noun, from, added, present } of report?.parts ?? []) {
    const known = present > 0 ? `, ${formatCount(present)} were there already` : ''
    lines.push(`  took        ${formatCount(added)} ${noun} from ${visible(from)}${known}`)
  }
  lines.push(...settingsLines(settings))
  if (leftOut.length > 0) lines.push('Not taken:')
  for (const { what, count, why } of leftOut) {
    lines.push(`  ${count > 1 ? `${formatCount(count)} ` : ''}${visible(what)}: ${visible(why)}`)
  }
  if (report && systems.length > 0) lines.push('Stop the older system, then start Vedette: `vedette serve`.')
  return `${lines.join('\n')}\n`
}

const settingsLines = ({ outcome, file, keys, yaml }: AdoptionResult['settings']): readonly string[] => {
  const what = `${counted(keys.length, 'setting')}: ${keys.join(', ')}`
  switch (outcome) {
    case 'none':
      return []
    case 'present':
      return [`  settings    all in ${visible(file)}`]
    case 'would write':
      return [`  would write ${what} to ${visible(file)}`]
    case 'written':
      return [`  wrote       ${what} to ${visible(file)}`]
    case 'kept':
      return [
        `${visible(file)} is unchanged. Add these settings to it:`,
        ...yaml
          .trimEnd()
          .split('\n')
          .map((line) => `  ${visible(line)}`),
      ]
  }
}
