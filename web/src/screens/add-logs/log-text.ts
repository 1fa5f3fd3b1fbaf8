/** A log file as text: what it is made of, and which of its lines are broken. */
export interface LogText {
  readonly shape: 'lines' | 'json lines' | 'json'
  readonly lines: readonly string[]
  /** Of JSON lines: what is no JSON object, by number, the first 100. */
  readonly malformed: readonly { readonly number: number; readonly text: string }[]
  readonly malformedCount: number
  /** Of JSON lines: the names of the fields, commonest first. */
  readonly fields: readonly string[]
}

/** Which of the file's fields is meant, where we guessed wrong. */
export interface Mapping {
  readonly time?: string
  readonly message?: string
  readonly host?: string
}

const mostBytes = 64 * 1_048_576
const mostMalformed = 100

/** Reads a file, also a packed one, in this browser. Throws a sentence when it is too large or no text. */
export const readLogFile = async (file: File): Promise<LogText> => {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer())
  const isPacked = head[0] === 0x1f && head[1] === 0x8b
  const stream = isPacked ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream()
  const text = await readText(stream)
  if (text.slice(0, 4_096).includes('\0'))
    throw new Error(`${file.name} is no text. Drop a log file, or one packed with gzip.`)
  return toLogText(text)
}

const readText = async (stream: ReadableStream<Uint8Array>): Promise<string> => {
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > mostBytes) {
      await reader.cancel()
      throw new Error('The file has more than 64 MB of text. Use `./vedette analyze FILE`, which needs no server.')
    }
    text += decoder.decode(value, { stream: true })
  }
}

/** Finds out what a text is made of. */
export const toLogText = (text: string): LogText => {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const full = lines.filter((line) => line.trim() !== '')
  const objects = full.slice(0, 50).filter((line) => readObject(line) !== undefined).length
  const none = { malformed: [], malformedCount: 0, fields: [] }
  if (full.length > 1 && objects >= Math.min(50, full.length) / 2)
    return { shape: 'json lines', lines, ...readFields(lines) }
  const isJson = /^\s*[[{]/.test(text) && readsAsJson(text)
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
  return { malformed: malformed.slice(0, mostMalformed), malformedCount: malformed.length, fields }
}

const names = { time: '@timestamp', message: 'message', host: 'host.name' } as const

/** The text to send: lines as they are, but with the fields that somebody named under the names that everybody knows. */
export const applyMapping = ({ shape, lines }: LogText, mapping: Mapping): string => {
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

/** The content type under which a text of this shape is sent. */
export const typeOf = ({ shape }: LogText): string =>
  shape === 'json' ? 'application/json' : shape === 'json lines' ? 'application/x-ndjson' : 'text/plain'

const readObject = (line: string): Readonly<Record<string, unknown>> | undefined => {
  if (!line.trimStart().startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const readsAsJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A name under which the records of a file can be kept: letters, digits, dots, dashes. */
export const sourceNameOf = (file: string): string =>
  file
    .replace(/\.gz$/, '')
    .replace(/\.(log|txt|json|jsonl|ndjson)$/, '')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64) || 'file'
