import { floorPercent } from '../../lib/units/number.ts'
import type { MinedTemplates, TemplateChange, TemplateSummary } from '../../operations/analysis/mine-templates.ts'
import { counted, formatCount, type Paint, padEnd, truncate, visible, widthOf, wrap } from '../terminal/terminal.ts'
import { formatMoment, formatSpan } from '../terminal/time.ts'

export interface TemplateFrame {
  /** Columns of the terminal. */
  readonly width: number
  readonly paint: Paint
  readonly seconds: number
  readonly top: number
  /** Rarest first. */
  readonly rare?: boolean
}

const indent = '     '
const wildcard = '<*>'

/** Renders the templates of a log, most frequent first: counts, times and the types of their values. */
export const renderTemplates = (mined: MinedTemplates, frame: TemplateFrame): string => {
  const { lines, templates, forgotten, report } = mined
  if (lines === 0) return 'No log lines found.\n'
  const once = templates.filter((template) => template.count === 1).length
  const read = `Read ${report.files > 0 ? `${counted(report.files, 'file')}, ` : ''}${counted(lines, 'line')} in ${frame.seconds.toFixed(1)} s`
  const found = `${counted(templates.length, 'template')}${once > 0 ? `, ${formatCount(once)} seen once` : ''}`
  const shown = (frame.rare ? templates.toReversed() : templates).slice(0, frame.top)
  const rest = templates.length - shown.length
  const shownLines = shown.reduce((sum, template) => sum + template.count, 0)
  const sections = [
    `${wrap(read, frame.width).join('\n')}\n${frame.paint('bold', found)}`,
    ...shown.map((template) => block(template, frame)),
    ...(rest > 0
      ? [
          wrap(
            `… and ${counted(rest, 'template')} more with ${counted(lines - forgotten - shownLines, 'line')}. --top ${templates.length} shows all.`,
            frame.width,
          ).join('\n'),
        ]
      : []),
    ...(forgotten > 0
      ? [`${counted(forgotten, 'line')} belonged to templates that were dropped because there were too many.`]
      : []),
  ]
  return `${sections.join('\n\n')}\n`
}

const block = (template: TemplateSummary, { width, paint }: TemplateFrame): string => {
  const head = `${floorPercent(template.share).padStart(7)}  ${formatCount(template.count).padStart(9)}  ${sparkline(template.histogram)}`
  return [
    headLine(head, place(template), width, paint),
    ...body(template, width, paint),
    ...sampleLine(template, width - indent.length, paint).map((line) => indent + line),
  ].join('\n')
}

const headLine = (head: string, right: string, width: number, paint: Paint): string => {
  const room = width - widthOf(head) - 2
  return room < 8 ? head : `${head}  ${paint('dim', truncate(right, room))}`
}

const place = ({ first_line, last_line, first_seen, last_seen, count: times }: TemplateSummary): string => {
  const lines =
    times === 1 ? `line ${formatCount(first_line)}` : `lines ${formatCount(first_line)}–${formatCount(last_line)}`
  if (!first_seen || !last_seen) return lines
  return `${lines}   ${times === 1 ? formatMoment(first_seen) : formatSpan(first_seen, last_seen)}`
}

const body = (template: TemplateSummary, width: number, paint: Paint): readonly string[] =>
  wrap(visible(typed(template)), width - indent.length).map((line) => indent + paint('bold', line))

/** The template with its value types filled in: `port <number>`. */
const typed = ({ template, parameters }: TemplateSummary): string => {
  const parts = template.split(wildcard)
  // A line may itself contain `<*>`.
  if (parts.length !== parameters.length + 1) return template
  return parts.reduce((text, part, at) => `${text}<${typeNames(parameters[at - 1]?.types ?? [])}>${part}`)
}

const typeNames = (types: readonly string[]): string => {
  const specific = types.filter((type) => type !== 'text')
  if (specific.length === 0 || types.length > 2) return '*'
  return types.map((type) => (type === 'text' ? '*' : type)).join('|')
}

/** A sample line with its values marked; undefined if it would only repeat the template. */
const sampleLine = ({ sample, parameters }: TemplateSummary, width: number, paint: Paint): readonly string[] => {
  if (parameters.length === 0) return []
  let room = width - 2
  let line = paint('dim', '│ ')
  const write = (text: string, isValue: boolean): void => {
    if (room <= 0) return
    const marked = isValue ? `‹${visible(text)}›` : visible(text)
    const shown = truncate(marked, room)
    room = shown === marked ? room - widthOf(marked) : 0
    line += isValue ? paint('cyan', shown) : shown
  }
  let at = 0
  for (const { start, length } of parameters) {
    write(sample.slice(at, start), false)
    write(sample.slice(start, start + length), true)
    at = start + length
  }
  write(sample.slice(at), false)
  return [line.trimEnd()]
}

const bars = '▁▂▃▄▅▆▇█'
const sparkColumns = 24

/** A sparkline of a template's lines over the length of the log. */
const sparkline = (histogram: readonly number[]): string => {
  const columns = Math.min(sparkColumns, histogram.length)
  const sums = Array.from({ length: columns }, (_, column) =>
    histogram
      .slice(Math.floor((column * histogram.length) / columns), Math.floor(((column + 1) * histogram.length) / columns))
      .reduce((sum, value) => sum + value, 0),
  )
  const most = Math.max(1, ...sums)
  const line = sums.map((value) => (value === 0 ? '·' : bars[Math.min(7, Math.floor((value / most) * 7.99))])).join('')
  return padEnd(line, sparkColumns)
}

interface Comparison {
  readonly now: MinedTemplates
  readonly before: MinedTemplates
  readonly changes: readonly TemplateChange[]
}

const signs = { new: '+', gone: '-', more: '▲', less: '▼' } as const
const styles = { new: 'green', gone: 'red', more: 'yellow', less: 'blue' } as const

/** Renders the templates that are new, gone, more or less frequent than in another log, most surprising first. */
export const renderChanges = ({ now, before, changes }: Comparison, frame: TemplateFrame): string => {
  if (now.lines === 0) return 'No log lines found.\n'
  const { width, paint, top } = frame
  const counts = (['new', 'gone', 'more', 'less'] as const).flatMap((kind) => {
    const times = changes.filter(({ change }) => change === kind).length
    return times === 0 ? [] : [`${formatCount(times)} ${kind}`]
  })
  const read = (mined: MinedTemplates) =>
    `${counted(mined.lines, 'line')} of ${counted(mined.templates.length, 'template')}`
  const shown = changes.slice(0, top)
  const sections = [
    [
      ...wrap(`Read ${read(now)}, compared with ${read(before)}, in ${frame.seconds.toFixed(1)} s`, width),
      paint(
        'bold',
        counts.length === 0 ? 'No template is new, gone, or much more or less frequent.' : counts.join(', '),
      ),
    ].join('\n'),
    ...shown.map((change) => changeBlock(change, frame)),
    ...(changes.length > shown.length ? [`… and ${counted(changes.length - shown.length, 'change')} more.`] : []),
  ]
  return `${sections.join('\n\n')}\n`
}

const changeBlock = (found: TemplateChange, { width, paint }: TemplateFrame): string => {
  const { change, template, count: times, count_before, share, share_before } = found
  const factor = share > share_before ? share / share_before : share_before / share
  const rates = `${floorPercent(share_before)} → ${floorPercent(share)}, ${factor >= 10 ? Math.round(factor) : factor.toFixed(1)}× ${change}`
  const what = change === 'new' ? floorPercent(share) : change === 'gone' ? `was ${floorPercent(share_before)}` : rates
  const lines = change === 'gone' ? counted(count_before, 'line') : counted(times, 'line')
  const head = `${signs[change]} ${padEnd(change, 4)}  ${what}`
  const right = `${lines}${change === 'gone' ? ' then' : `, ${place(template)}`}`
  return [
    headLine(paint(styles[change], head), right, width + (paint(styles[change], head).length - head.length), paint),
    ...body(template, width, paint),
    ...sampleLine(template, width - indent.length, paint).map((line) => indent + line),
  ].join('\n')
}
