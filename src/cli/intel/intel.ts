import type { Command } from 'commander'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { knownIndicator } from '../../schema/indicator.ts'
import { type IntelSource, intelSource } from '../../schema/intel-source.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { fetchAll, printList } from '../remote/list.ts'
import { count, table, visible } from '../terminal/terminal.ts'
import { formatMoment } from '../terminal/time.ts'
import { addIntelImport } from './import.ts'
import { addIntelLookup } from './lookup.ts'
import { addOwnIndicators } from './own.ts'

const sources = '/api/v1/intel/sources'
const pathOf = (name: string): string => `${sources}/${encodeURIComponent(name)}`

/** `vedette intel`: who tells of bad addresses, names and files, and what is known. */
export const define = (command: Command, context: CommandContext): void => {
  const { out, err, paint } = context

  addRemoteOptions(
    command.command('status', { isDefault: true }).description('Show who tells of values, and how each is doing.'),
  ).action(async (options: { readonly json?: boolean }) => {
    const all = await fetchAll(createClient(options, context), sources, intelSource)
    if (options.json) return out.write(`${JSON.stringify(all, null, 2)}\n`)
    if (all.length === 0) return err.write('There are no sources. Name some under intel.feeds, or import a list.\n')
    const headings = ['NAME', 'KIND', 'STATE', 'ENTRIES', 'HITS', 'LAST PULL', 'ABOUT']
    out.write(`${table(headings, all.map(rowOf), out.columns, paint)}\n`)
  })

  addRemoteOptions(command.command('update').description('Pull feeds now.'))
    .argument('[names...]', 'which; all that are configured unless given')
    .action(async (given: string[], options: { readonly json?: boolean }) => {
      const client = createClient(options, context)
      const names =
        given.length > 0
          ? given
          : (await fetchAll(client, sources, intelSource)).flatMap(({ kind, name }) => (kind === 'feed' ? name : []))
      if (names.length === 0) return err.write('No feed is configured; see intel.feeds.\n')
      const answer = z.object({ done: z.boolean(), source: intelSource })
      for (const name of names) {
        try {
          const { done, source } = await client.send('POST', `${pathOf(name)}/pull`, answer, {})
          const said = done ? `${count(source.entries ?? 0)} entries` : 'goes on; see `vedette intel`'
          out.write(options.json ? `${JSON.stringify(source)}\n` : `${visible(name)}: ${said}\n`)
        } catch (error) {
          // One feed that fails does not keep the others from being pulled.
          if (!(error instanceof AppError) || error.code !== 'SOURCE_FAILED' || names.length === 1) throw error
          err.write(`${visible(`${name}: ${error.message}`)}\n`)
          context.end(5)
        }
      }
    })

  addRemoteOptions(command.command('list').description('List indicators, those that changed last first.'))
    .option('--search <text>', 'a piece of the value')
    .option('--type <type>', 'ip, domain, url, hash, email or certificate')
    .option('--level <level>', 'info, low, medium, high or critical')
    .option('--source <name>', 'who tells of it; `own` for what people said here')
    .option('--all', 'also what has expired, and what was asked about and nobody knows')
    .option('--limit <number>', 'how many at most', '50')
    .option('--cursor <cursor>', 'go on where another list ended')
    .option('--ndjson', 'print one JSON object a line')
    .action((options: unknown) => {
      const query = z
        .object({
          ...{ search: z.string().optional(), type: z.string().optional(), level: z.string().optional() },
          ...{ source: z.string().optional(), all: z.boolean().optional() },
        })
        .parse(options)
      return printList(
        {
          path: '/api/v1/intel/indicators',
          item: knownIndicator,
          noun: 'indicator',
          headings: ['VALUE', 'TYPE', 'LEVEL', 'SURE', 'UNTIL', 'SOURCES', 'ABOUT'],
          row: ({ ioc, ioc_type, threat_level, confidence, valid_until, sources, description }) => [
            ...[ioc, ioc_type, threat_level, `${Math.round(confidence * 100)} %`],
            ...[valid_until ? formatMoment(valid_until) : '', sources.join(', '), description],
          ],
          query,
        },
        undefined,
        options,
        context,
      )
    })

  addIntelLookup(command, context)
  addIntelImport(command, context)
  addOwnIndicators(command, context)

  addRemoteOptions(command.command('forget').description('Take imported lists back as a whole.'))
    .argument('<lists...>', 'their names')
    .action(async (names: string[], options: unknown) => {
      const client = createClient(options, context)
      for (const name of names) {
        const { entries } = await client.send('DELETE', pathOf(name), z.object({ entries: z.int() }))
        out.write(`${visible(name)}: ${count(entries)} entries taken back\n`)
      }
    })
}

const rowOf = (source: IntelSource): readonly string[] => {
  const { name, kind, state, entries, hits, last_success_at, last_error, notice, summary, daily, used_today } = source
  return [
    ...[name, kind, state.replace('_', ' ')],
    entries === null ? `${used_today ?? 0} of ${daily ?? 0} asked` : count(entries),
    ...[String(hits), last_success_at ? formatMoment(last_success_at) : ''],
    last_error ?? (notice || summary),
  ]
}
