import { commandName, commandTyped } from '../../command-name.ts'
import { floorPercent } from '../../lib/units/number.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { Analysis } from '../../schema/analysis.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import {
  counted,
  formatCount,
  type Paint,
  padEnd,
  severityShape,
  severityStyle,
  truncate,
  visible,
  widthOf,
  wrap,
} from '../terminal/terminal.ts'
import { formatLength, formatMoment, formatSpan } from '../terminal/time.ts'
import { evidencePlaces, representativeLines } from './report-evidence.ts'

/** Facts of a report beyond the analysis itself. */
export interface ReportFrame {
  readonly files: number
  readonly skipped: number
  /** Files of which nothing was read. */
  readonly unreadable: number
  /** Files that were read in part because they are damaged, with the last line. */
  readonly readInPart: readonly { readonly path: string; readonly lastLine: number }[]
  readonly seconds: number
  /** Columns of the terminal. */
  readonly width: number
  readonly paint: Paint
  /** The paths as the user typed them, for the hints at the end. */
  readonly paths: readonly string[]
  /** Whether the analysis stopped before everything was read. */
  readonly partial: boolean
}

const indent = '     '

/** Renders an analysis for a terminal: the input, the counts of each stage, then each incident, most severe first. */
export const renderReport = (analysis: Analysis, frame: ReportFrame): string => {
  if (analysis.records === 0) return 'No log lines found.\n'
  const sections = [
    header(analysis, frame),
    sparklines(analysis, frame),
    ...incidents(analysis, frame),
    learning(analysis, frame),
    notParsed(analysis, frame),
    missingRules(analysis, frame),
    hints(analysis, frame),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

const header = (analysis: Analysis, frame: ReportFrame): string => {
  const { records, parsed, undated, templates, detections, alerts, incidents: found } = analysis
  const { from, to } = undated ? { from: null, to: null } : analysis
  const { files, seconds, partial, paint } = frame
  const span = from && to ? `, ${formatSpan(from, to)} UTC` : ''
  const length = from && to ? ` (${formatLength(Date.parse(to) - Date.parse(from))})` : ''
  const read = `${partial ? 'Stopped early: read' : 'Read'} ${files > 0 ? `${counted(files, 'file')}, ` : ''}${counted(records, 'line')}`
  const steps = [
    counted(records, 'line'),
    counted(templates, 'template'),
    counted(detections.length, 'detection'),
    counted(alerts.length, 'alert'),
    counted(found.length, 'incident'),
  ]
  const reduction = found.length > 0 ? `${floorPercent(1 - found.length / records)} less to read` : ''
  const trouble = [
    frame.skipped > 0 ? `${counted(frame.skipped, 'file')} skipped` : '',
    frame.unreadable > 0 ? `${frame.unreadable} could not be read` : '',
    frame.readInPart.length > 0
      ? `${frame.readInPart.length} ${frame.readInPart.length === 1 ? 'was' : 'were'} read in part: ${partsRead(frame.readInPart)}`
      : '',
  ].filter((text) => text !== '')
  const parseRate = `parsed ${floorPercent(parsed / records)}`
  const took = `in ${seconds.toFixed(1)} s`
  const whole = `${read}${span}${length} ${took}`
  const fits = widthOf(whole) + 3 + widthOf(parseRate) <= frame.width
  return [
    ...(fits
      ? apart(whole, parseRate, frame)
      : [...apart(`${read} ${took}`, parseRate, frame), ...(span === '' ? [] : [`${span.slice(2)}${length}`])]),
    ...apart(steps.join(' → '), reduction, frame).map((line) => paint('bold', line)),
    ...(trouble.length > 0 ? wrap(`${trouble.join(', ')}.`, frame.width) : []),
    ...(undated ? wrap(withoutTimes, frame.width) : []),
  ].join('\n')
}

const mostParts = 3

/** Names the files that were read in part, and the last line of each: `auth.log.gz up to line 1 204`. */
const partsRead = (files: ReportFrame['readInPart']): string =>
  [
    ...files
      .slice(0, mostParts)
      .map(({ path, lastLine }) => `${visible(path.split('/').at(-1) ?? path)} up to line ${formatCount(lastLine)}`),
    ...(files.length > mostParts ? [`${files.length - mostParts} more`] : []),
  ].join(', ')

/** The note of a report of lines without times. */
export const withoutTimes =
  'No line has a time, so the order of the lines was used. Rates and silences were not compared.'

/** Aligns one text left and one right, or stacks them if the line is too narrow. */
const apart = (left: string, right: string, { width }: ReportFrame): readonly string[] => {
  const room = width - widthOf(left) - widthOf(right)
  if (right === '') return wrap(left, width)
  return room >= 3 ? [left + ' '.repeat(room) + right] : [...wrap(left, width), right]
}

const bars = '▁▂▃▄▅▆▇█'

const sparklines = ({ histogram, from, to, detections }: Analysis, { paint }: ReportFrame): string => {
  const { records, slice_seconds } = histogram
  const most = Math.max(0, ...records)
  if (most === 0 || slice_seconds === 0 || !from || !to) return ''
  const line = records.map((value) => (value === 0 ? ' ' : bars[Math.min(7, Math.floor((value / most) * 8))])).join('')
  const dense = Math.max(1, ...histogram.detections) / 2
  const dots = histogram.detections.map((value) => (value === 0 ? '·' : value > dense ? '■' : '▪')).join('')
  const slice = formatLength(slice_seconds * 1000)
  const start = formatMoment(from)
  const axis = padEnd(start, Math.max(widthOf(start) + 1, records.length - widthOf(start))) + formatMoment(to)
  return [
    `${indent}${line}  lines/${slice}, top ${formatCount(most)}`,
    ...(detections.length > 0 ? [`${indent}${dots}  detections`] : []),
    `${indent}${paint('dim', axis)}`,
  ].join('\n')
}

const incidents = (analysis: Analysis, frame: ReportFrame): readonly string[] => {
  if (analysis.incidents.length > 0) return analysis.incidents.map((incident) => incidentBlock(incident, frame))
  const { alerts } = analysis
  if (alerts.length === 0) return ['Nothing stands out.']
  const nearest = alerts.toSorted((a, b) => riskOf(b) - riskOf(a) || b.score - a.score).slice(0, 3)
  return [
    `Nothing stands out. The riskiest of ${counted(alerts.length, 'alert')}, each too weak for an incident:\n${nearest
      .map((alert) => nearMiss(alert, frame))
      .join('\n')}`,
  ]
}

const riskOf = ({ triage }: Alert): number => triage?.risk_score ?? 0

const nearMiss = (alert: Alert, { width, paint }: ReportFrame): string => {
  const { severity, title, stream, first_seen, last_seen } = alert
  const start = `${indent}${severityShape[severity]} ${severity.padEnd(8)} `
  const right = `   ${visible(stream)}   ${formatSpan(first_seen, last_seen)}`
  const room = width - widthOf(start)
  const text = visible(title)
  const line = widthOf(text) + widthOf(right) <= room ? text + paint('dim', right) : truncate(text, room)
  return start + line
}

const incidentBlock = (incident: Incident, { width, paint }: ReportFrame): string => {
  const { severity, risk_score, title, reason, techniques, evidence, alert_count, event_count } = incident
  const label = `${severityShape[severity]} ${incident.display_id}  `
  const level = `${severity} ${risk_score}`
  const start = `${label}${padEnd(level, 11)}  `
  const facts = [hostsOf(incident), formatSpan(incident.first_seen, incident.last_seen), counted(alert_count, 'alert')]
  const right = facts.filter((fact) => fact !== '').join('   ')
  const text = visible(title)
  const together = widthOf(start) + widthOf(text) + 3 + widthOf(right) <= width
  const [first = '', ...more] = together ? [text] : wrap(text, width - widthOf(start))
  const head = `${paint(severityStyle[severity], `${label}${padEnd(level, 11)}`)}  ${paint('bold', first)}`
  const gap = ' '.repeat(Math.max(3, width - widthOf(start) - widthOf(first) - widthOf(right)))
  const body = width - indent.length
  const places = evidencePlaces(evidence)
  const shown = representativeLines(evidence)
  const placeWidth = Math.max(0, ...shown.map(({ place }) => widthOf(visible(place))))
  return [
    together ? `${head}${gap}${right}` : head,
    ...more.map((line) => ' '.repeat(widthOf(start)) + paint('bold', line)),
    ...(together ? [] : [`${indent}${truncate(`${right}   ${counted(event_count, 'event')}`, body)}`]),
    ...wrap(visible(reason), body).map((line) => indent + line),
    ...wrap([techniques.join(' · '), places && `evidence: ${visible(places)}`].filter(Boolean).join(' │ '), body).map(
      (line) => indent + paint('dim', line),
    ),
    ...shown.flatMap((line) => evidenceLines(line, placeWidth, body, paint)),
  ].join('\n')
}

/** Renders a line of evidence on at most two lines of the screen. */
const evidenceLines = (
  line: ReturnType<typeof representativeLines>[number],
  placeWidth: number,
  columns: number,
  paint: Paint,
): readonly string[] => {
  const note = line.more > 0 ? ` (+${counted(line.more, 'line')})` : ''
  const place = visible(line.place)
  const room = columns - placeWidth - 3
  const [first = '', ...rest] = wrap(visible(line.text), room)
  const second = rest.length > 0 || note !== '' ? [truncate(`${rest.join(' ')}${note}`.trim(), room)] : []
  return [first, ...second].map((text, i) => {
    const start = i === 0 ? ' '.repeat(placeWidth - widthOf(place)) + place : ' '.repeat(placeWidth)
    return `${indent}${paint('dim', `${start} │`)} ${text}`
  })
}

const hostsOf = ({ entities }: Incident): string => {
  const hosts = entities.filter(({ type }) => type === 'host').map(({ value }) => visible(value))
  const [first, ...others] = hosts
  return first === undefined ? '' : truncate(first, 24) + (others.length > 0 ? ` +${others.length}` : '')
}

const learning = ({ learning: streams }: Analysis, { width }: ReportFrame): string => {
  if (streams.length === 0) return ''
  const shown = streams.slice(0, 3).map(visible).join(', ')
  const more = streams.length > 3 ? ` and ${streams.length - 3} more` : ''
  const text = `Still learning ${counted(streams.length, 'stream')}: ${shown}${more}. Anomalies in a stream stay at low severity until its baseline is learned.`
  return wrap(text, width).join('\n')
}

const notParsed = ({ sources }: Analysis, { width }: ReportFrame): string => {
  const worst = sources
    .filter(({ parsed, records }) => parsed < records)
    .sort((a, b) => b.records - b.parsed - (a.records - a.parsed))
  const blocks = worst.slice(0, 3).flatMap(({ source, records, parsed, unparsed }) => [
    `Not parsed: ${formatCount(records - parsed)} of ${counted(records, 'line')} from ${visible(source)} (stored as raw text)`,
    ...unparsed.slice(0, 3).map(({ shape, count: times, sample }) => {
      const start = `${indent}${formatCount(times)}×  ${visible(shape)}  │ `
      return start + truncate(visible(sample), Math.max(20, width - widthOf(start)))
    }),
  ])
  const rest = worst.length > 3 ? [`… and from ${counted(worst.length - 3, 'other source')}`] : []
  return [...blocks, ...rest].join('\n')
}

const missingRules = ({ sources }: Analysis, { width }: ReportFrame): string => {
  const all = sources.flatMap(({ missing_packs }) => missing_packs)
  const packs = new Map(all.map((one) => [one.product, one]))
  const commands = new Set([...packs.values()].flatMap((one) => one.commands))
  return [
    ...[...packs.values()].flatMap(({ reason }) => wrap(visible(reason), width)),
    ...[...commands].map((command) => `${indent}${visible(commandTyped(command))}`),
  ].join('\n')
}

const hints = ({ incidents: found }: Analysis, { paths, width }: ReportFrame): string => {
  const path = paths.find((one) => one !== '-')
  const quoted =
    path === undefined ? '-' : /^[\w./@%+=:,-]+$/.test(path) ? path : `'${visible(path).replaceAll("'", "'\\''")}'`
  const next = [
    ...(found.length > 0 ? [`${commandName()} analyze ${quoted} --json`] : []),
    ...(path === undefined ? [] : [`${commandName()} watch ${quoted}`]),
    `${commandName()} serve`,
  ]
  const oneLine = `Next:  ${next.join('   ·   ')}`
  return widthOf(oneLine) <= width
    ? oneLine
    : next.map((hint, i) => `${i === 0 ? 'Next:  ' : '       '}${hint}`).join('\n')
}
