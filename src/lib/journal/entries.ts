/** Bytes that are not in the journal's export format. */
export class JournalFormatError extends Error {
  override readonly name = 'JournalFormatError'
  /** Whether they only exceed a limit. */
  readonly isTooLong: boolean

  constructor(message: string, isTooLong = false) {
    super(message)
    this.isTooLong = isTooLong
  }
}

/** The fields of an entry, as `journalctl -o json` prints them. A field that occurs several times is a list. */
export type JournalFields = Record<string, string | string[]>

/** The limit of a field's length. The data of a longer binary field (a core dump) is skipped. */
const longestField = 262_144

/**
 * Reads entries in the journal's export format. Returns each as soon as its last byte arrives. Throws a JournalFormatError if the bytes are not
 * in this format, or a line is too long.
 *
 * See https://systemd.io/JOURNAL_EXPORT_FORMATS/.
 */
export async function* readJournalEntries(body: AsyncIterable<Uint8Array>): AsyncGenerator<JournalFields> {
  const reader = readerOf(body)
  let fields: JournalFields = {}
  let size = 0
  for (;;) {
    const line = await reader.line()
    if (line === undefined || line === '') {
      if (Object.keys(fields).length > 0) yield fields
      if (line === undefined) return
      fields = {}
      size = 0
      continue
    }
    const equals = line.indexOf('=')
    const name = equals < 0 ? line : line.slice(0, equals)
    if (!/^[A-Z0-9_]{1,64}$/.test(name)) throw malformed('A field has no valid name.')
    const value = equals < 0 ? await reader.data() : line.slice(equals + 1)
    size += name.length + value.length
    if (size > 4 * longestField) continue
    add(fields, name, value)
  }
}

/** A field may occur several times; then its value is a list. */
const add = (fields: JournalFields, name: string, value: string): void => {
  const before = fields[name]
  fields[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
}

const readerOf = (body: AsyncIterable<Uint8Array>) => {
  const chunks = body[Symbol.asyncIterator]()
  let buffer = Buffer.alloc(0)
  const more = async (): Promise<boolean> => {
    const next = await chunks.next()
    if (next.done) return false
    buffer = buffer.length === 0 ? Buffer.from(next.value) : Buffer.concat([buffer, next.value])
    return true
  }
  const take = (count: number): Buffer => {
    const taken = buffer.subarray(0, count)
    buffer = buffer.subarray(count)
    return taken
  }
  const exactly = async (count: number): Promise<Buffer> => {
    while (buffer.length < count) if (!(await more())) throw malformed('The last field is incomplete.')
    return take(count)
  }
  return {
    /** Reads up to a line break; undefined at the end. */
    async line(): Promise<string | undefined> {
      let searched = 0
      for (;;) {
        const end = buffer.indexOf(10, searched)
        if (end >= 0) {
          const text = buffer.toString('utf8', 0, end)
          take(end + 1)
          return text
        }
        searched = buffer.length
        if (searched > longestField) {
          throw new JournalFormatError(`A line is longer than ${longestField} bytes.`, true)
        }
        if (!(await more())) {
          const rest = take(buffer.length).toString('utf8')
          return rest === '' ? undefined : rest
        }
      }
    },
    /** Reads the length and the data of a binary field. */
    async data(): Promise<string> {
      const length = (await exactly(8)).readBigUInt64LE()
      const kept = length > BigInt(longestField) ? longestField : Number(length)
      const text = (await exactly(kept)).toString('utf8')
      let left = length - BigInt(kept)
      while (left > 0n) {
        const step = left > 65_536n ? 65_536 : Number(left)
        await exactly(step)
        left -= BigInt(step)
      }
      if ((await exactly(1))[0] !== 10) throw malformed('A binary field does not end with a line break.')
      return text
    },
  }
}

const malformed = (message: string): JournalFormatError =>
  new JournalFormatError(`The data is not in the journal's export format: ${message}`)
