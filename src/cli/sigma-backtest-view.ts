import type { Backtest } from '../schema/backtest.ts'
import type { Output } from './cli.ts'
import { count, counted, cut, type Paint, visible, wrap } from './terminal.ts'
import { formatMoment } from './time.ts'

const mostHours = 48
const widestBar = 40
const mostOverlaps = 5
const mostSamples = 5

/** Writes what a rule would have found, for people. */
export const renderBacktest = (found: Backtest, { out, paint }: { out: Output; paint: Paint }): string => {
  const { rules, events, from, to, hits, expected_alerts, applies_to, sources, overlap, faults } = found
  const when = from && to ? `, ${formatMoment(from)} to ${formatMoment(to)}` : ''
  const lines = [
    paint('bold', rules.map(({ title }) => visible(title)).join(', ')),
    `${counted(hits, 'hit')} in ${counted(events, 'event')}${when}`,
  ]
  if (found.cut)
    lines.push(`cut short: ${found.cut === 'time' ? 'there was no more time' : 'there were too many events'}`)
  lines.push(
    `applies to ${applies_to.length} of ${counted(sources, 'source')}${applies_to.length > 0 ? `: ${visible(applies_to.join(', '))}` : ''}`,
    `expect ${expected_alerts.per_week} alerts a week`,
    ...wrap(expected_alerts.how, out.columns - 2).map((line) => paint('dim', `  ${line}`)),
    ...faults.map(({ file, line, message }) => visible(`${file}:${line}: ${message}`)),
    ...hours(found),
    ...samples(found, out.columns),
  )
  const shares = [
    ...overlap.rules.map(({ title, share }) => `${Math.round(share * 100)} % also by the rule ${title}`),
    ...overlap.detectors.map(({ detector, share }) => `${Math.round(share * 100)} % also by the detector ${detector}`),
  ]
  if (shares.length > 0) lines.push('', `of ${counted(overlap.events, 'event')} with hits:`)
  lines.push(...shares.slice(0, mostOverlaps).map((share) => `  ${visible(share)}`))
  return `${lines.join('\n')}\n`
}

const hours = ({ hits_by_hour: all }: Backtest): string[] => {
  if (all.length === 0) return []
  const shown = all.slice(-mostHours)
  const most = Math.max(...shown.map(({ hits }) => hits))
  const bar = (hits: number): string => '▇'.repeat(Math.max(1, Math.round((hits / most) * widestBar)))
  return [
    '',
    ...(all.length > shown.length ? [`the last ${shown.length} of ${all.length} hours with hits:`] : []),
    ...shown.map(({ hour, hits }) => `  ${formatMoment(hour)}  ${count(hits).padStart(7)} ${bar(hits)}`),
  ]
}

const samples = ({ samples: all }: Backtest, columns: number): string[] =>
  all
    .slice(0, mostSamples)
    .flatMap(({ time, source, line, matched, group, value }, i) => [
      ...(i === 0 ? [''] : []),
      cut(`  ${formatMoment(time)} ${visible(source)} │ ${visible(line)}`, columns),
      ...matched.map((one) => cut(`      ${visible(sayMatched(one))}`, columns)),
      ...(group ? [cut(`      ${visible(`${value} for ${JSON.stringify(group)}`)}`, columns)] : []),
    ])

const sayMatched = ({
  selection,
  field,
  event_field,
  value,
  wanted,
}: Backtest['samples'][number]['matched'][number]) => {
  const place = field === null ? 'the text' : event_field === null ? field : `${field} (${event_field})`
  return `${selection}: ${place} ${wanted}${value === null ? '' : `: ${value}`}`
}
