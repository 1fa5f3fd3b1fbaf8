import type { Command } from 'commander'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { wholePercent } from '../../lib/units/number.ts'
import { knownIndicator } from '../../schema/intelligence/indicator.ts'
import { type IntelSource, intelSource } from '../../schema/intelligence/intel-source.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { fetchAll, printList } from '../remote/list.ts'
import { counted, formatCount, table, visible } from '../terminal/terminal.ts'
import { formatMoment } from '../terminal/time.ts'
import { addIntelImport } from './import.ts'
import { addIntelLookup } from './lookup.ts'
import { addOwnIndicators } from './own.ts'

const sources = '/api/v1/intel/sources'
const pathOf = (name: string): string => `${sources}/${encodeURIComponent(name)}`

/** `vedette intel`: manages feeds, imported lists and indicators, and looks values up. */
export const define = (command: Command, context: CommandContext): void => {
  const { out, err, paint } = context

  addRemoteOptions(
    command.command('status', { isDefault: true }).description('List intel sources and their state.'),
  ).action(async (options: { readonly json?: boolean }) => {
    const all = await fetchAll(createClient(options, context), sources, intelSource)
    if (options.json) return out.write(`${JSON.stringify(all, null, 2)}\n`)
    if (all.length === 0) return err.write('No intel sources. Configure intel.feeds or import a list.\n')
    const headings = ['NAME', 'KIND', 'STATE', 'ENTRIES', 'HITS', 'LAST PULL', 'ABOUT']
    out.write(`${table(headings, all.map(rowOf), out.columns, paint)}\n`)
  })

  addRemoteOptions(command.command('update').description('Pull feeds now.'))
    .argument('[names...]', 'names of feeds; all by default')
    .action(async (given: string[], options: { readonly json?: boolean }) => {
      const client = createClient(options, context)
      const names =
        given.length > 0
          ? given
          : (await fetchAll(client, sources, intelSource)).flatMap(({ kind, name }) => (kind === 'feed' ? name : []))
      if (names.length === 0) return err.write('No feeds are configured. See intel.feeds.\n')
      const answer = z.object({ done: z.boolean(), source: intelSource })
      for (const name of names) {
        try {
          const { done, source } = await client.send('POST', `${pathOf(name)}/pull`, answer, {})
          const said = done ? counted(source.entries ?? 0, 'entry', 'entries') : 'still running; see `vedette intel`'
          out.write(options.json ? `${JSON.stringify(source)}\n` : `${visible(name)}: ${said}\n`)
        } catch (error) {
          // Pull the other feeds even if one fails.
          if (!(error instanceof AppError) || error.code !== 'SOURCE_FAILED' || names.length === 1) throw error
          err.write(`${visible(`${name}: ${error.message}`)}\n`)
          context.end(5)
        }
      }
    })

  addRemoteOptions(command.command('list').description('List indicators, most recently changed first.'))
    .option('--search <text>', 'part of the value')
    .option('--type <type>', 'type: ip, domain, url, hash, email or certificate')
    .option('--level <level>', 'threat level: info, low, medium, high or critical')
    .option('--source <name>', 'name of the source; `own` for your own indicators')
    .option('--all', 'include expired indicators and values that no source knows')
    .option('--limit <number>', 'maximum number of results', '50')
    .option('--cursor <cursor>', 'continue from an earlier page')
    .option('--ndjson', 'print one JSON object per line')
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
            ...[ioc, ioc_type, threat_level, wholePercent(confidence)],
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

  addRemoteOptions(command.command('forget').description('Remove imported lists.'))
    .argument('<lists...>', 'names of the lists')
    .action(async (names: string[], options: unknown) => {
      const client = createClient(options, context)
      for (const name of names) {
        const { entries } = await client.send('DELETE', pathOf(name), z.object({ entries: z.int() }))
        out.write(`${visible(name)}: ${counted(entries, 'entry', 'entries')} withdrawn\n`)
      }
    })
}

const rowOf = (source: IntelSource): readonly string[] => {
  const { name, kind, state, entries, hits, last_success_at, last_error, notice, summary, daily, used_today } = source
  return [
    ...[name, kind, state.replace('_', ' ')],
    entries === null ? `${used_today ?? 0} of ${daily ?? 0} lookups used` : formatCount(entries),
    ...[String(hits), last_success_at ? formatMoment(last_success_at) : ''],
    last_error ?? (notice || summary),
  ]
}
