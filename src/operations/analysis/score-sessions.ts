import type { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import { learnSessions, Sessions, sayFact } from '../../lib/sessions/sessions.ts'
import { readCsvRows } from './read-input.ts'

/** The score of one session of a file. */
export interface SessionScore {
  readonly session: string
  /** 0–1, high for anomalies. */
  readonly score: number
  /** Explanations, most important first. */
  readonly why: () => readonly string[]
}

interface ScoreRequest {
  /** A CSV file with the columns `session` and `events`; gzip and zstd are unpacked, `-` is stdin. */
  readonly path: string
  /** A file of normal sessions to learn from. By default, learns from all sessions of `path`, including anomalies. */
  readonly train?: string | undefined
  readonly stdin: Readable
}

/** Scores the sessions of a CSV file in its order, in bounded memory with `train` and holding the file without it. */
export async function* scoreSessions({ path, train, stdin }: ScoreRequest): AsyncGenerator<SessionScore> {
  if (train === '-' && path === '-') {
    throw new AppError('INVALID_REQUEST', 'Only one of the two files can be stdin ("-").', {
      hint: 'Give a path for one of them.',
    })
  }
  const learnt = train !== undefined
  const rows: SessionRow[] = []
  let sessions: Sessions
  if (learnt) {
    sessions = new Sessions({ trained: 'normal' })
    for await (const row of readSessions(train, stdin)) sessions.add(split(row.events))
    if (sessions.size === 0) throw new AppError('SOURCE_FAILED', `${train} contains no sessions.`)
  } else {
    for await (const row of readSessions(path, stdin)) rows.push(row)
    sessions = learnSessions(eachOf(rows), { trained: 'everything' })
  }
  for await (const { session, events } of learnt ? readSessions(path, stdin) : rows) {
    const ids = split(events)
    const options = { learnt: !learnt }
    yield { session, score: sessions.score(ids, options), why: () => sessions.explain(ids, options).map(sayFact) }
  }
}

function* eachOf(rows: readonly SessionRow[]) {
  for (const { events } of rows) yield split(events)
}

const split = (events: string): string[] => {
  const ids = events.split(' ')
  // Most files use single spaces; others use tabs or several spaces.
  return ids.every((id) => id !== '' && !/\s/.test(id)) ? ids : events.split(/\s+/).filter((id) => id !== '')
}

interface SessionRow {
  readonly session: string
  readonly events: string
}

async function* readSessions(path: string, stdin: Readable): AsyncGenerator<SessionRow> {
  let columns: { readonly session: number; readonly events: number } | undefined
  for await (const row of readCsvRows(path, stdin)) {
    if (columns) yield { session: row[columns.session] ?? '', events: row[columns.events] ?? '' }
    else columns = findColumns(path, row)
  }
  if (!columns) throw new AppError('SOURCE_FAILED', `${path} is empty.`)
}

const findColumns = (path: string, header: readonly string[]) => {
  const names = header.map((name) => name.trim())
  const session = names.indexOf('session')
  const events = names.indexOf('events')
  if (session >= 0 && events >= 0) return { session, events }
  throw new AppError('INVALID_REQUEST', `${path} has no column "${session < 0 ? 'session' : 'events'}".`, {
    hint: 'The first line must name the columns: session,events. Separate event IDs by spaces.',
  })
}
