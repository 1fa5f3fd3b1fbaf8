import { isUtmp } from '../../lib/utmp/utmp.ts'
import { utf16Of } from './file/utf16.ts'
import { isEventDocument } from './join/xml-events.ts'

/** Content without text lines, with advice on how to convert it. */
export interface Foreign {
  /** Completes "It is …": `a zip archive`. */
  readonly name: string
  readonly advice: string
  /** How to follow it while it grows. */
  readonly follow?: string
  /** It holds no logs, so a folder may have it among its logs. */
  readonly isNoLog?: true
}

const unpack = (command: string): string => `Unpack it first: ${command}.`
const asJson = 'Convert it to JSON lines first.'
const unknown: Foreign = { name: 'binary data', advice: 'Send text: JSON, JSON lines or plain lines.', isNoLog: true }

const magics: readonly (readonly [magic: string, foreign: Foreign])[] = [
  ['PK\x03\x04', { name: 'a zip archive', advice: unpack('unzip FILE') }],
  ['PK\x05\x06', { name: 'an empty zip archive', advice: unpack('unzip FILE') }],
  ['7z\xbc\xaf\x27\x1c', { name: 'a 7z archive', advice: unpack('7z x FILE') }],
  ['Rar!\x1a\x07', { name: 'a RAR archive', advice: unpack('unrar x FILE') }],
  ['\xff\x06\0\0sNaPpY', { name: 'compressed with Snappy', advice: 'Send it uncompressed, or with gzip or zstd.' }],
  ['\x89PNG', { ...unknown, name: 'a PNG image' }],
  ['\xff\xd8\xff', { ...unknown, name: 'a JPEG image' }],
  ['GIF8', { ...unknown, name: 'a GIF image' }],
  ['%PDF-', { ...unknown, name: 'a PDF document' }],
  ['\x7fELF', { ...unknown, name: 'a program' }],
  ['SQLite format 3\0', { name: 'an SQLite database', advice: 'Export its rows as JSON lines first.', isNoLog: true }],
  ['Obj\x01', { name: 'an Avro file', advice: asJson }],
  ['PAR1', { name: 'a Parquet file', advice: asJson }],
  [
    'LPKSHHRH',
    {
      name: 'a systemd journal',
      advice: 'Export it first: journalctl --file FILE -o json.',
      follow: 'Add a source of the type journald.',
    },
  ],
  ['\xd4\xc3\xb2\xa1', { name: 'a packet capture', advice: 'Convert it first, with Zeek or tshark -T json.' }],
  ['\x0a\x0d\x0d\x0a', { name: 'a packet capture', advice: 'Convert it first, with Zeek or tshark -T json.' }],
]

const protobuf: Foreign = {
  name: 'Protocol Buffers',
  advice: 'Send JSON: for OpenTelemetry, set `encoding: json` in the otlphttp exporter.',
}
export const loginRecordsFile: Foreign = {
  name: 'a file of login records (wtmp, btmp)',
  advice: 'Print them first: utmpdump FILE.',
  follow: 'Logs such as auth.log have the same logins.',
}
export const xml: Foreign = { name: 'an XML document', advice: asJson }

/** Says why content is not read, and what to do. */
export const whyNotRead = ({ name, advice }: Foreign): string => `It is ${name}, which cannot be read. ${advice}`

/** Says why content is not followed while it grows. */
export const whyNotFollowed = ({ name, follow }: Foreign): string =>
  `It is ${name}, and no text.${follow === undefined ? '' : ` ${follow}`}`

/** Detects content that is no text by its first bytes; undefined for UTF-8, Latin-1, Windows-1252, and UTF-16 with a byte-order mark. */
export const foreignContent = (head: Uint8Array): Foreign | undefined => {
  if (utf16Of(head)) return undefined
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 16)).toString('latin1')
  const known = magics.find(([magic]) => start.startsWith(magic))
  if (known) return known[1]
  if (isUtmp(head)) return loginRecordsFile
  if (isProtobuf(head)) return protobuf
  return looksBinary(head) ? unknown : undefined
}

/**
 * Detects binary content (databases, archives, images) by zero bytes and control characters in the first few KB. UTF-16 counts as binary,
 * because half of its bytes are zero.
 */
const looksBinary = (bytes: Uint8Array): boolean => {
  const length = Math.min(bytes.length, 8192)
  let zeros = 0
  let controls = 0
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] ?? 0
    if (byte === 0) zeros++
    else if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 && byte !== 27) controls++
  }
  // A single control character in a short line is not binary.
  return (zeros > 2 && zeros * 100 > length) || (zeros + controls > 2 && (zeros + controls) * 10 > length)
}

/**
 * Whether a text is an XML document that contains no events. Log lines may begin with an angle bracket too: `<34>` in syslog, `<info>`.
 */
export const isXmlDocument = (text: string): boolean =>
  !isEventDocument(text) && /^\s*<(?:\?xml|!doctype|html|events\s+xmlns|events>)/i.test(text.slice(0, 200))

/** Whether a text is a form body: names and values without spaces. curl declares every body as a form. */
export const isForm = (text: string): boolean =>
  /^[\w.~%+*[\]-]{1,200}=[^\s&]*(?:&[\w.~%+*[\]-]{1,200}=[^\s&]*)*\s*$/.test(text)

/**
 * Whether bytes are a Protocol Buffers message: consecutive fields with number and type that end where the data ends, and control
 * characters, which text does not have.
 */
const isProtobuf = (bytes: Uint8Array): boolean => {
  if (bytes.length < 8 || !hasControls(bytes.subarray(0, 512))) return false
  let at = 0
  for (let fields = 0; at < bytes.length && fields < 50; fields++) {
    const tag = bytes[at] ?? 0
    const [number, type] = [tag >> 3, tag & 7]
    if (tag >= 0x80 || number === 0 || number > 15) return false
    at++
    if (type === 0 || type === 2) {
      const { value, end } = varint(bytes, at)
      if (end < 0) return false
      at = type === 2 ? end + value : end
      // The first field of a batch is a message, so its content must begin with a field.
      if (type === 2 && fields === 0 && (value < 4 || (bytes[end] ?? 0) % 8 > 5)) return false
    } else if (type === 1 || type === 5) at += type === 1 ? 8 : 4
    else return false
  }
  return at === bytes.length || (at > bytes.length && bytes.length >= 4_096)
}

const hasControls = (bytes: Uint8Array): boolean =>
  bytes.some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27)

const varint = (bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } => {
  let value = 0
  for (let i = 0; i < 5; i++) {
    const byte = bytes[start + i]
    if (byte === undefined) return { value: 0, end: -1 }
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return { value, end: start + i + 1 }
  }
  return { value: 0, end: -1 }
}
