import { plural } from '../../../lib/units/number.ts'
import { minute } from '../../../lib/units/time.ts'
import type { Digest } from '../../../schema/digest.ts'
import { isOpenIncident } from '../../../schema/incident/incident.ts'
import type { Severity } from '../../../schema/severity.ts'
import { cutText, toPlainLine } from '../plain.ts'

/** One line of a digest. */
export interface DigestRow {
  /** The incident of the row. */
  readonly id?: string
  readonly severity?: Severity
  readonly text: string
  /** Details, in smaller type. */
  readonly note?: string
  readonly link?: string
}

/** A digest in words, for every channel. All texts are one line without control characters, not yet escaped for any markup. */
export interface DigestPage {
  /** `Weekly digest` or `Daily digest`. */
  readonly name: string
  /** The days: `17–23 Nov 2026`. */
  readonly days: string
  readonly summary: string
  readonly sections: readonly { readonly title: string; readonly rows: readonly DigestRow[] }[]
  readonly link?: string
}

const longestTitle = 160
const longestSample = 90

/** Writes a digest in words. */
export const toDigestPage = (digest: Digest, publicUrl: string | undefined): DigestPage => {
  const base = publicUrl?.replace(/\/+$/, '')
  return {
    name: digest.period === 'week' ? 'Weekly digest' : 'Daily digest',
    days: daysOf(digest),
    summary: summaryOf(digest),
    sections: [
      { title: 'Incidents', rows: incidentRows(digest, base) },
      { title: 'Quiet', rows: quietRows(digest) },
      { title: 'Learnt', rows: learntRows(digest) },
      { title: 'Suppressed', rows: suppressedRows(digest) },
      { title: 'Parse health', rows: parseRows(digest) },
    ],
    ...(base !== undefined && { link: base }),
  }
}

const count = (number: number, noun: string): string => plural(number, noun)

const summaryOf = (digest: Digest): string => {
  const { period, lines, lines_before, alerts, incidents, open, unassigned, messages } = digest
  const who =
    unassigned === 0 ? 'all assigned' : unassigned === open ? 'unassigned' : `${unassigned} of them unassigned`
  const waiting =
    open === 0 ? 'No incident is open.' : `${count(open, 'incident')} ${open === 1 ? 'is' : 'are'} open, ${who}.`
  return [
    `${count(incidents, 'incident')} from ${count(alerts, 'alert')} and ${count(lines, 'line')}${trend(lines, lines_before, period)}.`,
    waiting,
    `${messages.sent === 0 ? 'No messages were sent' : `${count(messages.sent, 'message')} sent`}${messages.failed > 0 ? `, ${messages.failed} failed` : ''}.`,
  ].join(' ')
}

const trend = (now: number, before: number | null, period: Digest['period']): string => {
  if (before === null || before === 0) return ''
  const change = Math.round(((now - before) / before) * 100)
  const former = `the ${period} before`
  return change === 0
    ? `, as in ${former}`
    : `, ${Math.abs(change)} % ${change > 0 ? 'more' : 'fewer'} than in ${former}`
}

const incidentRows = ({ worst, incidents }: Digest, base: string | undefined): DigestRow[] => {
  if (worst.length === 0) return [{ text: 'No incidents.' }]
  const more = incidents - worst.length
  return [
    ...worst.map(({ display_id, severity, title, status, resolution, assignee, first_seen }) => ({
      id: display_id,
      severity,
      text: clip(title, longestTitle),
      note: [
        formatMoment(first_seen),
        isOpenIncident({ status })
          ? `${status === 'open' ? 'open' : status}, ${assignee === null ? 'unassigned' : `assigned to ${clip(assignee, 40)}`}`
          : `${status}${resolution === null ? '' : ` as ${resolution.replaceAll('_', ' ')}`}`,
      ].join(' · '),
      ...(base !== undefined && { link: `${base}/incidents/${encodeURIComponent(display_id)}` }),
    })),
    ...(more > 0 ? [{ text: `And ${count(more, 'more incident')}.` }] : []),
  ]
}

const quietRows = ({ stopped, quiet, sources }: Digest): DigestRow[] => {
  if (sources === 0) return [{ text: 'No source sent anything.' }]
  return [
    ...stopped.map(({ source, last_seen }) => ({
      text: `${clip(source, 60)} stopped logging`,
      note: `last line ${formatMoment(last_seen)}`,
    })),
    ...(quiet.length === 0
      ? []
      : [
          {
            text: 'Lines, but no alerts',
            note: quiet.map(({ source, lines }) => `${clip(source, 60)} (${count(lines, 'line')})`).join(', '),
          },
        ]),
    ...(stopped.length === 0 ? [{ text: `No source stopped, of ${count(sources, 'source')}.` }] : []),
  ]
}

const learntRows = ({ learning, closed, new_sources }: Digest): DigestRow[] => {
  const rows = [
    ...closed.map(({ resolution, alerts }) => ({
      text: `${count(alerts, 'alert')} closed as ${resolution.replaceAll('_', ' ')}`,
    })),
    ...(new_sources.length === 0
      ? []
      : [{ text: 'New sources', note: new_sources.map((source) => clip(source, 60)).join(', ') }]),
    ...(learning.length === 0
      ? []
      : [
          {
            text: 'Detectors that know what is usual',
            note: learning.map(({ detector, known, of }) => `${detector} ${known} of ${of}`).join(', '),
          },
        ]),
  ]
  return rows.length === 0 ? [{ text: 'Nothing new.' }] : rows
}

const suppressedRows = ({ suppressions, unused_suppressions }: Digest): DigestRow[] => [
  ...(suppressions.length === 0 ? [{ text: 'Nothing.' }] : []),
  ...suppressions.map(({ scope, reason, alerts, detections, expires_at }) => ({
    text: `${count(alerts, 'alert')} with ${count(detections, 'detection')}: ${clip(reason, 60)}`,
    note: `${clip(scope, 80)} · ${expires_at === null ? 'never expires' : `expires ${formatDate(Date.parse(expires_at))}`}`,
  })),
  ...(unused_suppressions > 0 ? [{ text: `${count(unused_suppressions, 'suppression')} never hid anything.` }] : []),
]

const parseRows = ({ parsed_percent, unparsed }: Digest): DigestRow[] => [
  { text: `${parsed_percent} % of all lines are parsed.` },
  ...unparsed.map(({ source, parsed_percent: share, sample }) => ({
    text: `${clip(source, 60)}: ${share} %`,
    ...(sample !== '' && { note: `such as ${clip(sample, longestSample)}` }),
  })),
]

const clip = (text: string, most: number): string => cutText(toPlainLine(text).trim(), most)

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `10 Dec 2024`, in UTC. */
const formatDate = (time: number): string => {
  const date = new Date(time)
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`
}

/** `10 Dec 2024 06:00 UTC`. */
const formatMoment = (iso: string): string => `${formatDate(Date.parse(iso))} ${iso.slice(11, 16)} UTC`

/** The first and the last day: `8–14 Dec 2024`, `28 Nov – 4 Dec 2024`. */
const daysOf = ({ from, to }: Digest): string => {
  const first = new Date(from)
  const last = new Date(Date.parse(to) - minute)
  const end = formatDate(last.getTime())
  if (formatDate(first.getTime()) === end) return end
  if (first.getUTCFullYear() !== last.getUTCFullYear()) return `${formatDate(first.getTime())} – ${end}`
  if (first.getUTCMonth() !== last.getUTCMonth()) return `${first.getUTCDate()} ${months[first.getUTCMonth()]} – ${end}`
  return `${first.getUTCDate()}–${end}`
}
