import { load } from 'js-yaml'
import { isObject } from '../../../lib/json/json-value.ts'
import type { BlockShape } from './block-shape.ts'

/** Whether a line may begin a record that a shipper or a cloud's tool prints. */
export const mayBeginShipperBlock = (line: string): boolean =>
  line === '{' || line === '---' || line === 'Debug line with all properties:'

/** Converts one value of Ruby to JSON, with what is behind it. */
const toJson = (value: string): string => {
  const comma = value.endsWith(',') ? ',' : ''
  const own = comma ? value.slice(0, -1) : value
  if (/^(?:[{}[\]]|\{\}|\[\]|true|false|null|-?\d{1,15}(?:\.\d{1,15})?)$/.test(own)) return value
  if (own === 'nil') return `null${comma}`
  // Ruby escapes `#{` and the escape character.
  if (own.startsWith('"')) return value.replaceAll(/\\(?:#|e)/g, (found) => (found === '\\#' ? '#' : '\\u001b'))
  return `${JSON.stringify(own)}${comma}`
}

/** Converts a line of Logstash's `rubydebug` to JSON: `"host" => {`, `[0] "a",`, `}`. */
const rubyLine = (line: string): string => {
  const pair = /^\s*("(?:[^"\\]|\\.)*") => (.*)$/.exec(line)
  if (pair) return `${pair[1]}:${toJson(pair[2] ?? '')}`
  return toJson(line.replace(/^\s*(?:\[\d{1,6}\] )?/, ''))
}

/** Names of a log entry of Google Cloud, of which its YAML has the first in the alphabet at the top. */
const entryName =
  /^(?:apphub|errorGroups|httpRequest|insertId|jsonPayload|labels|logName|operation|protoPayload|receiveTimestamp|resource|severity|textPayload|timestamp):/

const severities = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']
const sender = /^FROMHOST: '[^']*', fromhost-ip: '[^']*', HOSTNAME: '([^']*)', PRI: (\d{1,3}),$/
const tag = /^syslogtag '[^']*', programname: '([^']*)', APP-NAME: '[^']*', PROCID: '([^']*)', MSGID: '[^']*',$/

const parsed = (read: () => unknown): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value = read()
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Records as shippers and clouds' tools print them: Logstash's `rubydebug`, `gcloud logging read`, rsyslog's `RSYSLOG_DebugFormat`. */
export const shipperBlocks: readonly BlockShape[] = [
  {
    begins: (line, next) => line === '{' && /^ +"[^"]+" => /.test(next),
    ends: (line) => line === '}',
    read: (lines) => parsed(() => JSON.parse(lines.map(rubyLine).join('\n'))),
  },
  {
    begins: (line, next) => line === '---' && entryName.test(next),
    read(lines) {
      const entry = parsed(() => load(lines.slice(1).join('\n'), { maxAliases: 0, maxDepth: 50 }))
      return entry && typeof entry.logName === 'string' ? entry : undefined
    },
  },
  {
    begins: (line, next) => line.startsWith('Debug line') && next.startsWith("FROMHOST: '"),
    ends: (line) => line.startsWith('$/:'),
    read(lines) {
      const [, from = '', by = '', time = ''] = lines
      const message = lines.find((line) => line.startsWith("msg: '"))
      const [, host, priority] = sender.exec(from) ?? []
      const [, program, process] = tag.exec(by) ?? []
      const [, timestamp] = /^TIMESTAMP: '([^']+)'/.exec(time) ?? []
      if (message === undefined || host === undefined || program === undefined || timestamp === undefined)
        return undefined
      return {
        time: timestamp,
        host,
        programname: program,
        ...(process !== '-' && { procid: process }),
        severity: severities[Number(priority) % 8],
        message: message.slice(6, message.lastIndexOf("'")),
      }
    },
  },
]
