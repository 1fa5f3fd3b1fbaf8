import { z } from 'zod'
import type { Component, Log } from '../../../component.ts'
import { within } from '../../../lib/deadline/deadline.ts'
import { type JournalFields, readJournalEntries } from '../../../lib/journal/entries.ts'
import type { RawRecord } from '../../../schema/record/record.ts'
import { offer } from '../offer.ts'
import type { Cursors, Emit, Outages, Source } from '../source.ts'
import { checkJournal, followJournal } from './journalctl.ts'

const options = z.strictObject({
  name: z.string().min(1).describe('The source of its events.'),
  units: z
    .array(z.string().regex(/^[\w@.:\\*?[\]-]+$/, 'expected the name of a unit, such as sshd.service'))
    .default([])
    .describe('The units to read: `sshd.service`, or a pattern. All entries by default.'),
  directory: z
    .string()
    .min(1)
    .optional()
    .describe('The folder of the journal: `/var/log/journal/remote` for what systemd-journal-remote received.'),
  from: z.enum(['start', 'end']).default('start').describe('Where to start in an existing journal.'),
})

type JournalOptions = z.output<typeof options>

/** Declares the source that follows the journal of systemd. It resumes after the stored cursor. */
export const journaldSource = (cursors: Cursors, outages: Outages): Component<typeof options, Source> => ({
  name: 'journald',
  summary: 'Follows the journal of systemd, through restarts. It needs journalctl, and the group systemd-journal.',
  options,
  create: (given, { now, log }) => ({
    run: (emit, signal) => readJournal(given, { cursors, outages, now, log, emit }, signal),
  }),
})

interface Surroundings {
  readonly cursors: Cursors
  readonly outages: Outages
  readonly now: () => number
  readonly log: Log
  readonly emit: Emit
}

const mostEntries = 2_048
const mostChars = 1_048_576
/** How long to collect entries for a batch. */
const quietMs = 200
const positionShape = z.object({ cursor: z.string().min(1) })

/** Reads until the signal aborts. Throws SOURCE_FAILED if there is no journal, or no permission to read it. */
const readJournal = async (
  { name, units, directory, from }: JournalOptions,
  { cursors, outages, now, log, emit }: Surroundings,
  signal: AbortSignal,
): Promise<void> => {
  const key = JSON.stringify(['journal', directory ?? '', ...units])
  const take = (cursor: string, records: readonly RawRecord[]) =>
    offer(emit, records, { source: name, key, position: JSON.stringify({ cursor }) }, signal)

  const newest = await checkJournal({ directory, log, signal })
  const stored = await cursors.read(name, key)
  let after = stored === undefined ? undefined : positionShape.parse(JSON.parse(stored)).cursor
  if (after === undefined && from === 'end' && newest !== undefined) {
    after = newest
    await take(newest, [])
  }
  const journal = await followJournal({ directory, units, after, signal })
  outages.ended(name)
  const entries = readJournalEntries(journal.bytes)
  try {
    for await (const batch of batchesOf(entries)) {
      const cursor = batch.at(-1)?.__CURSOR
      const records = batch
        // Its own entries would cause more of them.
        .filter(({ _PID: pid }) => pid !== String(process.pid))
        .map((fields) => ({ text: JSON.stringify(fields), source: name, receivedAt: now() }))
      if (typeof cursor === 'string' && !(await take(cursor, records))) break
    }
    await journal.end()
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    journal.stop()
  }
}

/** Collects entries until there are many, or none comes for a moment. */
async function* batchesOf(entries: AsyncGenerator<JournalFields>): AsyncGenerator<readonly JournalFields[]> {
  let batch: JournalFields[] = []
  let chars = 0
  let next = entries.next()
  for (;;) {
    const came = batch.length > 0 ? await within(quietMs, next, (): 'quiet' => 'quiet') : await next
    if (came !== 'quiet' && !came.done) {
      batch.push(came.value)
      for (const value of Object.values(came.value)) chars += value.length
      next = entries.next()
      if (batch.length < mostEntries && chars < mostChars) continue
    }
    if (batch.length > 0) yield batch
    if (came !== 'quiet' && came.done) return
    batch = []
    chars = 0
  }
}
