import { type Command, InvalidArgumentError } from 'commander'
import {
  compareTemplates,
  type MinedTemplates,
  type MineRequest,
  mineTemplates,
  type TemplateChange,
} from '../../operations/analysis/mine-templates.ts'
import type { CommandContext } from '../cli.ts'
import { bufferOutput } from '../terminal/gather.ts'
import { createProgress } from '../terminal/progress.ts'
import { visible } from '../terminal/terminal.ts'
import { renderChanges, renderTemplates } from './report.ts'

interface TemplateOptions {
  readonly format: 'auto' | 'plain'
  readonly perLine?: boolean
  readonly compare?: string
  readonly top: number
  readonly rare?: boolean
  readonly json?: boolean
}

/** `vedette templates`: lists the log templates in files; needs no server. */
export const define = (command: Command, context: CommandContext): void => {
  command
    .description(
      'List the log templates in files: the constant text of similar lines, and the parts that vary. Show for each how often and when ' +
        'it occurs, a sample line, and the types of its values.',
    )
    .argument(
      '[paths...]',
      'files, folders, globs (`**` included) or `-` for stdin; compressed files and archives are unpacked',
      [],
    )
    .option(
      '--format <name>',
      'plain: each line is a message; auto: extract the message from the line',
      asFormat,
      'auto',
    )
    .option('--per-line', 'print one JSON line {"line","template_id","template"} per line')
    .option('--compare <path>', 'compare with this log: new, gone, more and less frequent templates')
    .option('--top <count>', 'number of templates to show', asCount, 20)
    .option('--rare', 'show rare templates first')
    .option('--json', 'print one JSON document')
    .action(async (paths: string[], options: TemplateOptions) => {
      const wanted = paths.length > 0 ? paths : context.stdin.isTTY ? undefined : ['-']
      if (!wanted) return command.error('error: no input. Give a path, or pipe lines in with `-`.')
      await run(wanted, options, context)
    })
}

const asFormat = (text: string): 'auto' | 'plain' => {
  if (text === 'auto' || text === 'plain') return text
  throw new InvalidArgumentError('Use one of: auto, plain.')
}

const asCount = (text: string): number => {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Use a whole number from 1.')
}

const run = async (paths: readonly string[], options: TemplateOptions, context: CommandContext): Promise<void> => {
  const { out, err, stdin, now, signal, paint } = context
  const started = now()
  const progress = createProgress(err, now, 'reading')
  const request: MineRequest = {
    paths,
    format: options.format,
    perLine: options.perLine === true,
    stdin,
    now,
    signal,
    onProgress: progress.update,
  }
  const comparison = options.compare === undefined ? undefined : await compareTemplates(request, [options.compare])
  const mined = comparison?.now ?? (await mineTemplates(request))
  progress.clear()

  for (const { path, reason } of [...mined.report.skipped, ...mined.report.unreadable].slice(0, mostComplaints)) {
    err.write(`${visible(path)}: ${visible(reason)}\n`)
  }
  const frame = { width: out.columns, paint, seconds: (now() - started) / 1000, ...options }
  if (options.perLine) writeLines(mined, context)
  else if (options.json) out.write(`${JSON.stringify(toDocument(mined, comparison), null, 2)}\n`)
  else out.write(comparison ? renderChanges(comparison, frame) : renderTemplates(mined, frame))

  if (signal.aborted) context.end(130)
  else if (mined.lines === 0) context.end(3)
  else if (mined.report.unreadable.length + mined.report.skipped.length > 0) context.end(5)
}

const mostComplaints = 10

const writeLines = (mined: MinedTemplates, { out }: CommandContext): void => {
  const named = mined.report.files > 1
  const lines = bufferOutput(out)
  for (const { line, file, template_id, template } of mined.perLine()) {
    lines.write(`${JSON.stringify({ ...(named && { file }), line, template_id, template })}\n`)
  }
  lines.end()
}

const toDocument = (
  { report, lines, forgotten, templates }: MinedTemplates,
  comparison: { readonly before: MinedTemplates; readonly changes: readonly TemplateChange[] } | undefined,
) => ({
  files: report.files,
  lines,
  ...(forgotten > 0 && { forgotten_lines: forgotten }),
  ...(comparison && { lines_before: comparison.before.lines, changes: comparison.changes }),
  templates,
})
