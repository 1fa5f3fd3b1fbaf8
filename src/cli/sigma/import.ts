import { basename } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { ruleImport } from '../../operations/rules/packs/import-rules.ts'
import { packRules } from '../../operations/rules/packs/pack-rules.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient, responseError } from '../remote/client.ts'
import { counted, formatCount, visible } from '../terminal/terminal.ts'

const mostFaults = 20

/** `vedette sigma import` and `remove`: imports rule sets as a whole. */
export const defineImport = (command: Command, context: CommandContext): void => {
  const { out, err } = context
  addRemoteOptions(command.command('import').description('Import a zip, a tar or a folder of rules.'))
    .argument('<path>', 'a release of SigmaHQ/sigma, or a folder of rules')
    .option('--name <name>', 'name of the import; an import with the same name is replaced; the file name by default')
    .action(async (path: string, options: { readonly name?: string; readonly json?: boolean }) => {
      const name = options.name ?? nameOf(path)
      const response = await createClient(options, context).ask(
        `/api/v1/rules/import?name=${encodeURIComponent(name)}`,
        { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: await packRules(path) },
      )
      if (!response.ok) throw await responseError(response, true)
      const answer = ruleImport.safeParse(await response.json().catch(() => undefined))
      if (!answer.success)
        throw new AppError('UNAVAILABLE', 'The server is not Vedette, or runs another version of it.')
      if (options.json) return out.write(`${JSON.stringify(answer.data, null, 2)}\n`)
      const { rules, in_force, apply_here, faults, faulty, passed_over, by_level, ...changes } = answer.data
      const levels = Object.entries(by_level).flatMap(([level, times]) => (times > 0 ? [`${times} ${level}`] : []))
      out.write(
        `${visible(name)}: ${counted(rules, 'rule')} (${changes.new} new, ${changes.changed} changed, ${changes.unchanged} unchanged, ${changes.gone} removed)\n` +
          `  enabled     ${formatCount(in_force)}${levels.length > 0 ? `  (${levels.join(', ')})` : ''}\n` +
          `  apply here  ${formatCount(apply_here)}\n` +
          `${passed_over > 0 ? `  skipped     ${counted(passed_over, 'file')} without rules\n` : ''}`,
      )
      for (const { file, line, message, hint } of faults.slice(0, mostFaults)) {
        err.write(`${visible(`${file}:${line}: error: ${message} ${hint ?? ''}`.trimEnd())}\n`)
      }
      if (faulty > mostFaults) err.write(`… and ${faulty - mostFaults} more faults; --json shows them\n`)
    })

  addRemoteOptions(command.command('remove').description('Remove an import.'))
    .argument('<name>', 'name of the import')
    .action(async (name: string, options: { readonly json?: boolean }) => {
      const path = `/api/v1/rules/imports/${encodeURIComponent(name)}`
      const answer = await createClient(options, context).send('DELETE', path, z.object({ rules: z.number() }).loose())
      if (options.json) return out.write(`${JSON.stringify(answer, null, 2)}\n`)
      out.write(`${visible(name)} removed, ${counted(answer.rules, 'rule')}\n`)
    })
}

const nameOf = (path: string): string =>
  basename(path)
    .replace(/(\.(zip|tar|tgz|gz|ya?ml))+$/i, '')
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[^a-z0-9]+/i, '')
    .slice(0, 63) || 'imported'
