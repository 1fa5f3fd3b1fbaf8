/** The text of a log file, with its format and malformed lines. */
export interface LogText {
  readonly shape: 'lines' | 'json lines' | 'json' | 'binary'
  /** A binary log, which only the server can read. It has no lines here. */
  readonly binary?: Blob
  readonly lines: readonly string[]
  /** In JSON Lines: the first 100 lines that are not JSON objects. */
  readonly malformed: readonly { readonly number: number; readonly text: string }[]
  readonly malformedCount: number
  /** In JSON Lines: the field names, most frequent first. */
  readonly fields: readonly string[]
}

/** The fields that the user mapped. */
export interface Mapping {
  readonly time?: string
  readonly message?: string
  readonly host?: string
}

const maxBytes = 64 * 1_048_576
const maxMalformed = 100

/** The first bytes of the journal files of systemd, and of the event logs of Windows. */
const binaryLogs = ['LPKSHHRH', 'ElfFile\0']
/** Whether a text begins like login records of Linux (`wtmp`, `btmp`), with a type. They have no signature, so only the server can be sure. */
const resemblesLoginRecords = (text: string): boolean =>
  text.charCodeAt(0) >= 1 && text.charCodeAt(0) <= 9 && text.startsWith('\0\0\0', 1)

/** Reads a file in the browser and decompresses gzip. Throws if the file is too large, or neither text nor a binary log. */
export const readLogFile = async (file: File): Promise<LogText> => {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer())
  const isGzip = head[0] === 0x1f && head[1] === 0x8b
  const stream = isGzip ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream()
  const text = await readText(stream)
  if (text === undefined)
    return { shape: 'binary', binary: file, lines: [], malformed: [], malformedCount: 0, fields: [] }
  if (text.slice(0, 4_096).includes('\0'))
    throw new Error(`${file.name} is not a text file. Select a log file, optionally compressed with gzip.`)
  return toLogText(text)
}

/** Returns the text of a stream; undefined for a binary log. */
const readText = async (stream: ReadableStream<Uint8Array>): Promise<string | undefined> => {
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > maxBytes) {
      await reader.cancel()
      throw new Error('The file contains more than 64 MB of text. Analyse it with `./vedette analyze FILE` instead.')
    }
    const isFirst = text === ''
    text += decoder.decode(value, { stream: true })
    if (isFirst && (binaryLogs.some((magic) => text.startsWith(magic)) || resemblesLoginRecords(text))) {
      await reader.cancel()
      return undefined
    }
  }
}

/** Detects the format of a text. */
export const toLogText = (text: string): LogText => {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const nonEmpty = lines.filter((line) => line.trim() !== '')
  const objects = nonEmpty.slice(0, 50).filter((line) => readObject(line) !== undefined).length
  const none = { malformed: [], malformedCount: 0, fields: [] }
  if (nonEmpty.length > 1 && objects >= Math.min(50, nonEmpty.length) / 2)
    return { shape: 'json lines', lines, ...readFields(lines) }
  const isJson = /^\s*[[{]/.test(text) && isValidJson(text)
  return { shape: isJson ? 'json' : 'lines', lines, ...none }
}

const readFields = (lines: readonly string[]): Pick<LogText, 'malformed' | 'malformedCount' | 'fields'> => {
  const malformed: { number: number; text: string }[] = []
  const counts = new Map<string, number>()
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    const object = readObject(line)
    if (!object) malformed.push({ number: index + 1, text: line })
    else for (const name of Object.keys(object)) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const fields = [...counts].toSorted((a, b) => b[1] - a[1]).map(([name]) => name)
  return { malformed: malformed.slice(0, maxMalformed), malformedCount: malformed.length, fields }
}

const names = { time: '@timestamp', message: 'message', host: 'host.name' } as const

/** Returns what to send: a text has the mapped fields renamed to their ECS names. */
export const applyMapping = ({ shape, binary, lines }: LogText, mapping: Mapping): string | Blob => {
  if (binary) return binary
  const renamed = (['time', 'message', 'host'] as const).flatMap((role) => {
    const field = mapping[role]
    return field === undefined ? [] : [{ field, name: names[role] }]
  })
  if (shape !== 'json lines' || renamed.length === 0) return lines.join('\n')
  return lines
    .map((line) => {
      const object = readObject(line)
      if (!object) return line
      const rest = Object.entries(object).filter(
        ([name]) => !renamed.some(({ field, name: known }) => name === field || name === known),
      )
      const known = renamed.flatMap(({ field, name }) => (field in object ? [[name, object[field]] as const] : []))
      return JSON.stringify(Object.fromEntries([...known, ...rest]))
    })
    .join('\n')
}

const types = {
  lines: 'text/plain',
  'json lines': 'application/x-ndjson',
  json: 'application/json',
  binary: 'application/octet-stream',
} as const

/** The content type of a text. */
export const typeOf = ({ shape }: LogText): string => types[shape]

const readObject = (line: string): Readonly<Record<string, unknown>> | undefined => {
  if (!line.trimStart().startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const isValidJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Derives a valid source name from a file name: letters, digits, dots and dashes. */
export const sourceNameOf = (file: string): string =>
  file
    .replace(/\.gz$/, '')
    .replace(/\.(log|txt|json|jsonl|ndjson|evtx|journal)$/, '')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64) || 'file'
