import { dirname } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { loadConfig } from '../../config.ts'
import { floorPercent } from '../../lib/units/number.ts'
import { readLogs } from '../../operations/analysis/read-files.ts'
import type { Analysis } from '../../schema/analysis.ts'
import { fieldMap } from '../../schema/record/field-map.ts'
import type { RawRecord } from '../../schema/record/record.ts'
import { severities, severity, severityRank } from '../../schema/severity.ts'
import type { CommandContext, ExitCode } from '../cli.ts'
import { addMapOption, mapFlags } from '../events/map-option.ts'
import { createProgress } from '../terminal/progress.ts'
import { quietLog } from '../terminal/quiet-log.ts'
import { counted, formatCount, truncate, visible } from '../terminal/terminal.ts'
import { renderReport } from './report.ts'
import { renderMarkdown } from './report-markdown.ts'

const optionsShape = z.object({
  json: z.boolean().optional(),
  ndjson: z.boolean().optional(),
  md: z.boolean().optional(),
  failOn: severity.optional(),
  source: z.string().optional(),
  zone: z.string().optional(),
  map: fieldMap.optional(),
  config: z.string().optional(),
})
type Options = z.infer<typeof optionsShape>

/** `vedette analyze`: runs the whole pipeline on files or stdin, in this process. */
export const define = (command: Command, context: CommandContext): void => {
  addMapOption(command)
    .argument(
      '[paths...]',
      'files, folders, globs (`**` included) or `-` for stdin; compressed files and archives are unpacked',
      [],
    )
    .option('--json', 'print one JSON document')
    .option('--ndjson', 'print one JSON incident per line')
    .option('--md', 'print Markdown')
    .option(
      '--fail-on <level>',
      `exit with 1 if an incident has at least this severity: ${severities.join(', ')}`,
      asLevel,
    )
    .option('--source <name>', 'source name for all lines; the name of each log by default')
    .option('--zone <zone>', 'time zone of timestamps without one: UTC, +02:00')
    .option('--config <file>', 'configuration file; ./vedette.yaml or a standard location by default')
    .action(async (paths: string[], options: unknown) => {
      const wanted = paths.length > 0 ? paths : context.stdin.isTTY ? undefined : ['-']
      if (!wanted) return command.error('error: nothing to analyse. Give a path, or pipe lines in with `-`.')
      context.end(await analyze(wanted, optionsShape.parse(options), context))
    })
}

const asLevel = (text: string): string => {
  if (severity.safeParse(text).success) return text
  throw new InvalidArgumentError(`Use one of: ${severities.join(', ')}.`)
}

const analyze = async (paths: readonly string[], options: Options, context: CommandContext): Promise<ExitCode> => {
  const { env, cwd, err, out, now, signal, stdin } = context
  const { config, warnings } = loadConfig({ flags: mapFlags(options.map), env, cwd, file: options.config })
  for (const warning of warnings) err.write(`${warning}\n`)
  const started = now()
  const reading = readLogs({
    paths,
    source: options.source,
    zone: options.zone,
    map: options.map,
    stdin,
    now,
    signal,
  })
  const progress = createProgress(err, now, 'analysing')
  async function* watched(): AsyncGenerator<readonly RawRecord[]> {
    for await (const batch of reading.batches) {
      yield batch
      progress.update(reading.report)
    }
  }
  const { agentsInForce } = await import('../../operations/agents/read-agents.ts')
  const { createAnalysis } = await import('../../app/analysis.ts')
  const { createRules } = await import('../../operations/rules/rule-folders.ts')
  const rules = createRules({ config, settings: async () => [], log: quietLog(err) })
  await rules.refresh()
  const analysis = await createAnalysis({ config, rules: rules.book, agents: agentsInForce(config) })(watched())
  progress.clear()

  const { report } = reading
  complain([...report.skipped, ...report.leftOut, ...report.unreadable], context)
  describeFormats(analysis, context, Boolean(options.json || options.ndjson || options.md))
  out.write(
    render(analysis, options, {
      files: report.files,
      skipped: report.skipped.length,
      unreadable: report.unreadable.filter(({ lastLine }) => lastLine === undefined).length,
      readInPart: report.unreadable.flatMap(({ path, lastLine }) =>
        lastLine === undefined ? [] : [{ path, lastLine }],
      ),
      seconds: (now() - started) / 1000,
      width: out.columns,
      paint: context.paint,
      paths,
      partial: signal.aborted,
    }),
  )
  if (signal.aborted) return 130
  if (analysis.records === 0 || analysis.parsed === 0) return 3
  const { failOn } = options
  if (failOn && analysis.incidents.some((one) => severityRank(one.severity) >= severityRank(failOn))) return 1
  return report.unreadable.length + report.skipped.length > 0 ? 5 : 0
}

const render = (analysis: Analysis, options: Options, frame: Parameters<typeof renderReport>[1]): string => {
  if (options.json) return `${JSON.stringify(analysis, null, 2)}\n`
  if (options.ndjson) return analysis.incidents.map((incident) => `${JSON.stringify(incident)}\n`).join('')
  return options.md ? renderMarkdown(analysis) : renderReport(analysis, frame)
}

const mostComplaints = 10

interface Fault {
  readonly path: string
  readonly reason: string
}

/** Prints a line for each reason and folder, because a folder of statistics may have hundreds of files. */
const complain = (faults: readonly Fault[], { err }: CommandContext): void => {
  const groups = [...Map.groupBy(faults, ({ path, reason }) => JSON.stringify([dirname(path), reason])).values()]
  for (const group of groups.slice(0, mostComplaints)) {
    const [first, ...others] = group
    if (!first) continue
    const more = others.length > 0 ? ` and ${counted(others.length, 'other file')} of this folder` : ''
    err.write(`${visible(first.path)}${more}: ${visible(first.reason)}\n`)
  }
  const left = groups.slice(mostComplaints).flat()
  if (left.length > 0) err.write(`… and ${formatCount(left.length)} more\n`)
}

/** Prints the detected format of up to five sources; with more sources, only of those with many unparsed lines. */
const describeFormats = ({ sources }: Analysis, { err }: CommandContext, withShapes: boolean): void => {
  const few = sources.length <= 5 ? sources : sources.filter(({ parsed, records }) => parsed < records * 0.9)
  for (const { source, format, format_share, records, parsed, unparsed } of few.slice(0, 5)) {
    const share = floorPercent(format_share)
    const rest = parsed < records ? `, ${counted(records - parsed, 'line')} not parsed` : ''
    err.write(`${visible(source)}: ${format === 'plain' ? 'no format' : `${format} ${share}`}${rest}\n`)
    const hint = mappingHint(format)
    if (hint !== undefined) err.write(`  ${hint}\n`)
    if (!withShapes || parsed >= records * 0.9) continue
    for (const { count: times, sample } of unparsed.slice(0, 3)) {
      err.write(`  ${formatCount(times)}×  ${truncate(visible(sample), err.columns - 12)}\n`)
    }
  }
}

/** Explains how to correct the guesses about a format, or how to name missing fields. */
const mappingHint = (format: string): string | undefined => {
  if (/^json.* without time$/.test(format)) return 'No field has a time. If one does, name it: --map time=NAME'
  if (format.includes("(date guessed from the file's last write)"))
    return 'Its lines have no date: the last one counts as written when the file was last changed, or on the day before.'
  if (format.includes("(guessed from the file's last write)"))
    return 'The file was last written at its last line in this zone. To use another: --zone UTC'
  return format.includes('(guessed: ') ? 'To use other fields: --map time=NAME --map message=NAME' : undefined
}
