import { readJournalFile } from '../../../lib/journal/journal-file.ts'

/** Logs that are no text, and how they become lines. */
interface BinaryLog {
  readonly name: string
  readonly magic: readonly number[]
  /** Reads the log as lines of a format that a parser knows. Throws if it is corrupt or cut off, after the lines before. */
  lines(input: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer>
}

const linesInChunk = 256

/** Reads a journal file of systemd as `journalctl -o json` prints it. */
async function* journalLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let lines: string[] = []
  try {
    for await (const fields of readJournalFile(input)) {
      lines.push(`${JSON.stringify(fields)}\n`)
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

export const binaryLogs: readonly BinaryLog[] = [
  { name: 'systemd journal', magic: [...Buffer.from('LPKSHHRH')], lines: journalLines },
]
