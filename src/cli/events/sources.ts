import type { Command } from 'commander'
import { z } from 'zod'
import { commandTyped } from '../../command-name.ts'
import { floorPercent } from '../../lib/units/number.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { fetchAll } from '../remote/list.ts'
import { formatCount, table, truncate, visible } from '../terminal/terminal.ts'

const source = z
  .object({
    source: z.string(),
    records: z.number(),
    parsed: z.number(),
    format: z.string(),
    last_seen: z.string(),
    missing_packs: z.array(z.object({ reason: z.string(), commands: z.array(z.string()) })).default([]),
    unparsed: z.array(z.object({ shape: z.string(), count: z.number(), sample: z.string() })),
  })
  .loose()

/** `vedette sources`: lists sources, their parse rates and samples of lines that failed to parse. */
export const define = (command: Command, context: CommandContext): void => {
  addRemoteOptions(command).action(async (options: { readonly json?: boolean }) => {
    const { out, err, paint } = context
    const all = await fetchAll(createClient(options, context), '/api/v1/sources', source)
    if (options.json) return out.write(`${JSON.stringify(all, null, 2)}\n`)
    if (all.length === 0) return err.write('No records received yet.\n')
    const rows = all.map(({ source: name, records, parsed, format, last_seen }) => [
      name,
      formatCount(records),
      records > 0 ? floorPercent(parsed / records) : '',
      last_seen.slice(0, 16).replace('T', ' '),
      format,
    ])
    out.write(`${table(['SOURCE', 'RECORDS', 'PARSED', 'LAST SEEN', 'FORMAT'], rows, out.columns, paint)}\n`)
    for (const { source: name, unparsed, missing_packs } of all) {
      for (const { reason, commands } of missing_packs) {
        out.write(`  ${visible(name)}: ${visible(reason)}\n`)
        for (const line of commands) out.write(`    ${visible(commandTyped(line))}\n`)
      }
      for (const { shape, count: times, sample } of unparsed.slice(0, 3)) {
        out.write(
          `${truncate(`  ${visible(name)}: ${formatCount(times)}× ${visible(shape)} │ ${visible(sample)}`, out.columns)}\n`,
        )
      }
    }
  })
}
