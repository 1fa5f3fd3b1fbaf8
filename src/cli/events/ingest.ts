import type { Command } from 'commander'
import { z } from 'zod'
import { formatZone } from '../../lib/units/zone.ts'
import { readLogChunks } from '../../operations/analysis/read-files.ts'
import { fieldMap } from '../../schema/record/field-map.ts'
import type { CommandContext, ExitCode } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { type Sent, sendChunks } from '../remote/send-chunks.ts'
import { createProgress } from '../terminal/progress.ts'
import { counted, visible } from '../terminal/terminal.ts'
import { addMapOption, mapParameters } from './map-option.ts'

const chunkBytes = 1_048_576

/** The options of this command, besides those of every remote one. */
const optionsShape = z.looseObject({
  source: z.string().optional(),
  zone: z.string().optional(),
  map: fieldMap.optional(),
  json: z.boolean().optional(),
})
type Options = z.infer<typeof optionsShape>

/** `vedette ingest`: sends lines to a running server as fast as it accepts them. */
export const define = (command: Command, context: CommandContext): void => {
  addMapOption(addRemoteOptions(command))
    .argument('<paths...>', 'files, folders, globs or `-` for stdin')
    .option('--source <name>', 'source name for all lines; the name of each log by default')
    .option('--zone <zone>', 'time zone of timestamps without one: UTC, +02:00')
    .action(async (paths: string[], options: unknown) => {
      context.end(await ingest(paths, optionsShape.parse(options), context))
    })
}

const ingest = async (paths: readonly string[], options: Options, context: CommandContext): Promise<ExitCode> => {
  const { err, out, now, signal, stdin } = context
  const { source, zone, map } = options
  const client = createClient(options, context)
  const started = now()
  const { chunks, report } = readLogChunks({ ...{ paths, source, zone, map }, stdin, now, signal }, chunkBytes)
  const progress = createProgress(err, now, 'sending')
  const sent: Sent = { accepted: 0, rejected: 0, bytes: 0, waits: 0 }
  async function* watched() {
    for await (const chunk of chunks) {
      yield chunk
      progress.update(report)
    }
  }
  const summarize = () => {
    progress.clear()
    const seconds = (now() - started) / 1000
    const { accepted, rejected } = sent
    for (const { path, reason } of [...report.skipped, ...report.leftOut, ...report.unreadable])
      err.write(`${visible(path)}: ${visible(reason)}\n`)
    for (const { path, zoneMinutes } of report.zones) err.write(`${visible(path)}: ${zoneMessage(zoneMinutes)}\n`)
    if (options.json) out.write(`${JSON.stringify({ accepted, rejected, lines: report.lines, seconds })}\n`)
    else {
      const refused = rejected > 0 ? `, ${rejected} refused` : ''
      out.write(
        `${counted(accepted, 'record')} accepted${refused} from ${counted(report.lines, 'line')} in ${seconds.toFixed(1)} s\n`,
      )
    }
  }
  try {
    await sendChunks(watched(), {
      client,
      signal,
      sent,
      parameters: [...mapParameters(map), ...(zone === undefined ? [] : [['zone', zone] as const])],
      waiting: (ms, why) => {
        if (ms >= 1_000) err.write(`${visible(why)} Retrying in ${Math.round(ms / 1000)} s.\n`)
      },
    })
  } finally {
    summarize()
  }
  if (signal.aborted) return 130
  if (report.lines === 0) return 3
  return report.unreadable.length + report.skipped.length > 0 ? 5 : 0
}

const zoneMessage = (zoneMinutes: number): string =>
  `Its times name no zone and count as ${formatZone(zoneMinutes)}, because the file was last written at its last line in that zone. To use another: --zone UTC`
