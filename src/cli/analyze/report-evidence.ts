import { shownLine } from '../../schema/detection/detection.ts'
import type { Incident } from '../../schema/incident/incident.ts'

type Evidence = Incident['evidence'][number]

const mostLines = 3
const mostPlaces = 8

/** Renders the file and line numbers of evidence: `auth.log:1204…1489, 1502 · web.log:7`. Empty when no line came from a file. */
export const evidencePlaces = (evidence: readonly Evidence[]): string => {
  const files = new Map<string, number[]>()
  let places = 0
  for (const { origin } of evidence) {
    const { file, line } = placeOf(origin)
    if (file === '' || line === undefined) continue
    const lines = files.get(file) ?? []
    files.set(file, lines)
    if (!lines.includes(line)) lines.push(line)
    places += 1
  }
  if (places === 0) return ''
  return [...files]
    .map(([file, lines]) => {
      const parts = runs(lines.sort((a, b) => a - b))
      const shown = parts.slice(0, mostPlaces)
      return `${file}:${shown.join(', ')}${parts.length > shown.length ? ' …' : ''}`
    })
    .join(' · ')
}

const runs = (lines: readonly number[]): readonly string[] => {
  const parts: string[] = []
  let start: number | undefined
  for (const [i, line] of lines.entries()) {
    start ??= line
    if (lines[i + 1] === line + 1) continue
    parts.push(start === line ? String(line) : line === start + 1 ? `${start}, ${line}` : `${start}…${line}`)
    start = undefined
  }
  return parts
}

const placeOf = (origin: string | undefined): { file: string; line: number | undefined } => {
  const match = /^(.*):(\d+)$/.exec(origin ?? '')
  const file = match?.[1] ?? origin ?? ''
  return { file: file.split('/').at(-1) ?? file, line: match ? Number(match[2]) : undefined }
}

/** A line of evidence chosen for display. */
interface RepresentativeLine {
  readonly place: string
  readonly text: string
  /** How many further lines the record has. */
  readonly more: number
}

/** Chooses a few representative lines: one for each evidence role, then the first, the last, and lines between them. */
export const representativeLines = (evidence: readonly Evidence[]): readonly RepresentativeLine[] => {
  const roles = new Set<string>()
  const withRole = evidence.filter(({ role }) => role !== undefined && !roles.has(role) && roles.add(role))
  const last = evidence.at(-1)
  // With too many roles, keep the first and the last ones: the outcome matters more than the middle.
  const leading = withRole.length > mostLines ? [...withRole.slice(0, 1), ...withRole.slice(1 - mostLines)] : withRole
  const candidates = [...leading, ...evidence.slice(0, 1), ...(last ? [last] : []), ...evidence]
  const chosen: Evidence[] = []
  const seen = new Set<string>()
  for (const one of candidates) {
    if (chosen.length >= mostLines) break
    if (seen.has(one.event_id) || seen.has(shapeOf(shownLine(one)))) continue
    seen.add(one.event_id).add(shapeOf(shownLine(one)))
    chosen.push(one)
  }
  const files = new Set(chosen.map(({ origin }) => placeOf(origin).file))
  return chosen
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    .map((one) => {
      const { file, line: number } = placeOf(one.origin)
      const [text = '', ...rest] = shownLine(one).split('\n')
      const place = number === undefined ? one.event_id : files.size > 1 ? `${file}:${number}` : String(number)
      return { place, text: text.trimEnd(), more: rest.length }
    })
}

/** Lines that differ only in numbers count as duplicates. */
const shapeOf = (line: string): string => line.replaceAll(/\d+/g, '0')
