import { AppError } from '../../../errors.ts'
import { beginsWith } from '../../../lib/bytes/begins-with.ts'
import { type EvtxDamage, evtxMagic, readEvtx } from '../../../lib/evtx/evtx.ts'
import { readJournalFile } from '../../../lib/journal/journal-file.ts'
import { plural } from '../../../lib/units/number.ts'
import { isUtmp, printUtmp, readUtmp } from '../../../lib/utmp/utmp.ts'

/** Logs that are no text, and how they become lines. */
interface BinaryLog {
  readonly name: string
  /** Whether bytes begin such a log. */
  isBegun(head: Uint8Array): boolean
  /** Reads the log as lines of a format that a parser knows. Throws if it is corrupt or cut off, after the lines that it could read. */
  lines(input: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer>
}

const linesInChunk = 256

/** Writes lines as UTF-8, many of them in a chunk. Those before a fault are written, too. */
async function* inChunks(all: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let lines: string[] = []
  try {
    for await (const line of all) {
      lines.push(`${line}\n`)
      if (lines.length < linesInChunk) continue
      yield Buffer.from(lines.join(''))
      lines = []
    }
  } catch (error) {
    if (lines.length > 0) yield Buffer.from(lines.join(''))
    throw error
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''))
}

/** Reads a journal file of systemd as `journalctl -o json` prints it. */
async function* journalLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const fields of readJournalFile(input)) yield JSON.stringify(fields)
}

/** Reads a Windows event log as the XML that the Event Viewer shows, a line for each event. */
async function* windowsLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const damage = yield* readEvtx(input)
  const reason = reasonOf(damage)
  if (reason) throw new AppError('SOURCE_FAILED', reason, { cause: damage })
}

const reasonOf = ({ chunks, events, isCutOff }: EvtxDamage): string | undefined => {
  const lost = [
    ...(chunks > 0 ? [plural(chunks, 'block')] : []),
    ...(events > 0 ? [plural(events, 'event')] : []),
    ...(isCutOff ? ['its end'] : []),
  ]
  return lost.length === 0 ? undefined : `The Windows event log is damaged: ${lost.join(' and ')} could not be read.`
}

/** Reads login records as `utmpdump` prints them. */
async function* loginLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const record of readUtmp(input)) yield printUtmp(record)
}

/** `wtmp`, `btmp` and `utmp`: who logged in, and who failed to. */
export const loginRecords: BinaryLog = {
  name: 'login records',
  isBegun: isUtmp,
  lines: (input) => inChunks(loginLines(input)),
}

export const journalName = 'systemd journal'

export const binaryLogs: readonly BinaryLog[] = [
  {
    name: journalName,
    isBegun: beginsWith(...Buffer.from('LPKSHHRH')),
    lines: (input) => inChunks(journalLines(input)),
  },
  {
    name: 'Windows event log',
    isBegun: beginsWith(...Buffer.from(evtxMagic)),
    lines: (input) => inChunks(windowsLines(input)),
  },
  loginRecords,
]
