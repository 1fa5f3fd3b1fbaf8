import type { BlockShape } from './block-shape.ts'
import { auditBlock, mayBeginAuditBlock } from './modsecurity-block.ts'
import { mayBeginShipperBlock, shipperBlocks } from './shipper-blocks.ts'
import { mayBeginSlowQuery, slowQueryBlock } from './slow-query-block.ts'

/** Whether a line may begin a block. A cheap test of its beginning. */
export const mayBeginBlock = (text: string): boolean => {
  switch (text.charCodeAt(0)) {
    case 35: // #
      return mayBeginSlowQuery(text)
    case 95: // _
      return text.startsWith('__CURSOR=')
    case 69: // E
      return text.startsWith('Event[')
    case 84: // T
    case 73: // I
    case 80: // P
    case 77: // M
      return listStart.test(text.slice(0, 40)) || isVerbose(text)
    case 70: // F
    case 83: // S
    case 87: // W
      return isVerbose(text)
    case 48:
    case 49:
      return splunkStart.test(text)
    case 123: // {
    case 45: // -
    case 68: // D
      return mayBeginShipperBlock(text) || mayBeginAuditBlock(text)
    default:
      return false
  }
}

const listStart = /^(?:TimeCreated|TimeGenerated|ProviderName|Id|Index|EventID|Message|MachineName) +: /
const nameOf = (line: string): string => line.slice(0, line.indexOf(' '))
const splunkStart = /^[01]\d\/[0-3]\d\/\d{4} [01]\d:\d\d:\d\d(?:\.\d{1,6})? [AP]M$/
const verboseStart =
  /^[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? \S{1,40} \[s=[\da-f]+;i=[\da-f]+;.{0,200}\]$/
const isVerbose = (text: string): boolean => text.endsWith(']') && verboseStart.test(text)

/** Reads `NAME=value` lines of a journal's entry. */
const readJournal = (lines: readonly string[]): Record<string, string | string[]> => {
  const fields: Record<string, string | string[]> = {}
  for (const line of lines) {
    const found = /^\s*([A-Z_][A-Z\d_]{0,63})=([\s\S]*)$/.exec(line)
    if (found?.[1] !== undefined) fields[found[1]] ??= found[2] ?? ''
  }
  return fields
}

/** Reads `Name: value` lines up to the one whose value is all of the rest. */
const readProperties = (
  lines: readonly string[],
  pair: RegExp,
  message: RegExp,
  names: Readonly<Record<string, string>>,
): Record<string, string> => {
  const object: Record<string, string> = {}
  let last: string | undefined
  for (const [index, line] of lines.entries()) {
    const text = message.exec(line)
    if (text) {
      object.Message = [text[1] ?? '', ...withoutIndent(lines.slice(index + 1))].join('\n').trim()
      break
    }
    const found = pair.exec(line)
    if (found?.[1] !== undefined) {
      last = names[found[1]] ?? found[1]
      object[last] = found[2] ?? ''
    } else if (last !== undefined && line.trim() !== '') object[last] += `\n${line.trim()}`
  }
  return object
}

/** Removes the spaces that all lines begin with. */
const withoutIndent = (lines: readonly string[]): readonly string[] => {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/[^ ]/))
  const indent = indents.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY)
  return lines.map((line) => line.slice(Math.min(indent, line.length)).trimEnd())
}

/** Records as `journalctl`, PowerShell, `wevtutil` and Splunk print them, as shippers do, the audit log of ModSecurity, and MySQL's slow queries. */
export const blockShapes: readonly BlockShape[] = [
  ...shipperBlocks,
  auditBlock,
  slowQueryBlock,
  {
    begins: (line) => line.startsWith('__CURSOR='),
    read: readJournal,
  },
  {
    begins: (line, next) => isVerbose(line) && /^ {4}[A-Z_]+=/.test(next),
    read(lines) {
      // The cursor has the time in µs.
      const time = /;t=([\da-f]{10,16});/.exec(lines[0] ?? '')?.[1]
      return {
        ...(time !== undefined && { __REALTIME_TIMESTAMP: String(Number.parseInt(time, 16)) }),
        ...readJournal(lines.slice(1)),
      }
    },
  },
  {
    begins: (line, next) => /^Event\[\d{1,9}\]:?$/.test(line) && /^ {2}Log Name: /.test(next),
    read: (lines) =>
      readProperties(lines.slice(1), /^ {2}([A-Z][A-Za-z ]{1,30}): ?(.*)$/, /^ {2}Description: ?(.*)$/, {
        'Log Name': 'LogName',
        Source: 'ProviderName',
        Date: 'TimeCreated',
        'Event ID': 'Id',
        Keyword: 'Keywords',
        Computer: 'MachineName',
        'User Name': 'AccountName',
        Level: 'LevelDisplayName',
      }),
  },
  {
    begins: (line, next) => splunkStart.test(line) && /^LogName=/.test(next),
    read: ([time = '', ...lines]) => ({
      ...readProperties(lines, /^([A-Z][A-Za-z]{1,30})=(.*)$/, /^Message=(.*)$/, {
        SourceName: 'ProviderName',
        EventCode: 'Id',
        EventType: 'EventTypeNumber',
        ComputerName: 'MachineName',
        Type: 'LevelDisplayName',
      }),
      TimeCreated: time,
    }),
  },
  {
    // A list repeats the name that it began with; its other properties have the same width.
    begins: (line, next, first) =>
      listStart.test(line) &&
      /^[A-Z]\w{1,30} +: |^ {8}/.test(next) &&
      (first === undefined || !listStart.test(first) || nameOf(first) === nameOf(line)),
    read(lines) {
      const object = readProperties(lines, /^([A-Z]\w{1,30}) +: ?(.*)$/, /^Message +: ?(.*)$/, {})
      const isEvent = object.TimeCreated !== undefined || object.TimeGenerated !== undefined
      return isEvent && object.Message !== undefined ? object : undefined
    },
  },
]
