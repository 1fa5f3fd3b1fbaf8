import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish, longestValue, refuseRecord, setIfAbsent } from '../../draft.ts'
import { setAddress, toPort } from '../../fields/address.ts'
import { addOthers, withoutDirectory } from '../../fields/aliases.ts'
import { createDraft } from '../../fields/create-draft.ts'
import { toOutcome } from '../../fields/outcome.ts'
import { setTransport, toTransport } from '../../fields/transport.ts'
import type { Parser } from '../../parser.ts'
import { type Stamp, toStamp } from '../../time/timestamp.ts'

/** Parses ArcSight's Common Event Format on a line of its own. `parse-record.ts` finds it within syslog. */
export const cefParser: Parser = {
  name: 'cef',
  parse(record) {
    if (!isCef(record.text)) return undefined
    const fields = createDraft(usualFields)
    const body = readCef(record.text, fields, record)
    return body
      ? finish('cef', body.stamp, body.message, fields)
      : refuseRecord('cef', 'The CEF header has fewer than seven parts.', record.text)
  },
}

/** The header, and a dozen keys of which some become several fields. */
const usualFields = 20

/** A product's name before the marker: `ASM:CEF:0|`. */
const prefixed = /^[A-Za-z][\w-]{0,15}: ?CEF: ?\d\|/

/** Whether `CEF:` is among the first 24 characters of a text. Looks for the colon, of which most texts have none there. */
export const hasCefMarker = (text: string): boolean => {
  for (let at = text.indexOf(':'); at >= 0 && at < 24; at = text.indexOf(':', at + 1)) {
    if (text.startsWith('CEF', at - 3)) return true
  }
  return false
}

/** Whether a text is CEF, also without `CEF:`, which syslog servers take for a tag and remove. */
const isCef = (text: string): boolean =>
  text.startsWith('CEF:') ||
  (hasCefMarker(text) && prefixed.test(text.slice(0, 24))) ||
  (text.charCodeAt(1) === 124 && /^[01](?:\|[^|=\n]{1,100}){3}(?:\|[^|\n]{0,500}){3}\|/.test(text))

/** The position after the marker `CEF:`, if there is one. */
const startOf = (text: string): number => {
  const at = text.slice(0, 24).indexOf('CEF:')
  return at < 0 ? 0 : at + 4
}

export interface ForeignBody {
  readonly message: string
  readonly stamp: Stamp | undefined
}

/** ECS names of extension keys. Other keys keep their names below `cef.`. */
const names: Readonly<Record<string, string>> = {
  act: 'event.action',
  app: 'network.protocol',
  cat: 'event.type',
  dhost: 'destination.domain',
  dmac: 'destination.mac',
  dntdom: 'destination.user.domain',
  dpid: 'process.pid',
  dproc: 'process.name',
  duser: 'destination.user.name',
  dvc: 'observer.ip',
  dvchost: 'host.name',
  externalId: 'event.id',
  fileHash: 'file.hash.sha256',
  filePath: 'file.path',
  fname: 'file.name',
  outcome: 'event.outcome',
  reason: 'event.reason',
  request: 'url.original',
  requestClientApplication: 'user_agent.original',
  requestMethod: 'http.request.method',
  shost: 'source.domain',
  smac: 'source.mac',
  sntdom: 'user.domain',
  spid: 'process.parent.pid',
  sproc: 'process.parent.name',
  suid: 'user.id',
  suser: 'user.name',
}
const numeric = new Set(['process.pid', 'process.parent.pid'])

/** Parses `CEF:0|vendor|product|version|class|name|severity|key=value …`; undefined if the header is incomplete. */
export const readCef = (text: string, fields: Draft, record: RawRecord): ForeignBody | undefined => {
  const header: string[] = []
  let at = startOf(text)
  while (header.length < 7) {
    const end = pipeAfter(text, at)
    if (end < 0) {
      if (header.length === 6) header.push(unescapeHeader(text.slice(at)))
      at = text.length
      break
    }
    header.push(unescapeHeader(text.slice(at, end)))
    at = end + 1
  }
  const [, vendor = '', product = '', version = '', code = '', name = '', severity = ''] = header
  if (header.length < 7) return undefined
  setIfAbsent(fields, 'observer.vendor', vendor)
  setIfAbsent(fields, 'observer.product', product)
  setIfAbsent(fields, 'observer.version', version)
  setIfAbsent(fields, 'event.code', code)
  setIfAbsent(fields, 'event.severity', /^\d{1,3}$/.test(severity) ? Number(severity) : severity)
  setIfAbsent(fields, 'service.name', product)
  const extension = readExtension(text, at)
  const others: (readonly [string, string])[] = []
  let stamp: Stamp | undefined
  for (const [key, value] of extension) {
    if (value === '' || value === 'N/A') continue
    if (key === 'rt' || key === 'end' || key === 'start') {
      if (key === 'rt' || !stamp) stamp = toStamp(value, record) ?? stamp
    } else if (key === 'src' || key === 'dst') setSide(fields, key === 'src' ? 'source' : 'destination', value)
    else if (key === 'spt' || key === 'dpt')
      setIfAbsent(fields, key === 'spt' ? 'source.port' : 'destination.port', toPort(value) ?? value)
    else if (key === 'proto') setTransport(fields, value.toLowerCase() === value ? value : toTransport(value))
    else if (names[key] === undefined) {
      const label = labelOf(extension, key)
      setIfAbsent(fields, `cef.${label}`, value)
      others.push([label, value])
    } else if (key === 'outcome') setIfAbsent(fields, 'event.outcome', toOutcome(value.replace(/^\//, '')) ?? value)
    else if (key === 'suser' || key === 'duser') setIfAbsent(fields, names[key], withoutDirectory(value))
    else setIfAbsent(fields, names[key], numeric.has(names[key]) ? Number(value) || value : value)
  }
  const rule = others.find(([label]) => ruleLabel.test(label))?.[1]
  setIfAbsent(fields, 'rule.name', rule ?? name)
  addOthers(fields, others, record)
  const action = fields['event.action']
  if (fields['event.outcome'] === undefined && typeof action === 'string') {
    const outcome = toOutcome(action)
    if (outcome) fields['event.outcome'] = outcome
  }
  // A sentence describes one event, and its signature names the action of all like it.
  setIfAbsent(fields, 'event.action', isSentence(name) && /^[A-Za-z][\w.:-]{3,}$/.test(code) ? code : name)
  return { message: name, stamp }
}

const isSentence = (name: string): boolean => name.split(' ', 6).length > 5

const ruleLabel = /(?:^|_)(?:rule|policy|acl)(?:_?name)?$/i

/** Returns the name of a custom key: `cs1Label` names `cs1`. */
const labelOf = (extension: ReadonlyMap<string, string>, key: string): string => {
  const label = extension.get(`${key}Label`)
  return label && /^[\w .-]{1,64}$/.test(label) ? label.trim().replaceAll(' ', '_') : key
}

const setSide = (fields: Draft, side: 'source' | 'destination', value: string): void => {
  if (!setAddress(fields, side, value)) setIfAbsent(fields, `${side}.address`, value)
}

/** Parses pairs whose values may contain spaces: a value ends before the next `key=`. Linear: looks back once from each `=`. */
export const readExtension = (text: string, from: number): Map<string, string> => {
  const result = new Map<string, string>()
  let key = ''
  let valueAt = -1
  const put = (end: number): void => {
    if (key === '' || result.size >= 300) return
    if (!result.has(key))
      result.set(key, unescapeValue(text.slice(valueAt, Math.min(end, valueAt + longestValue)).trim()))
  }
  for (let i = text.indexOf('=', from); i >= 0; i = text.indexOf('=', i + 1)) {
    if (isEscaped(text, i)) continue
    let start = i
    while (start > from && start > valueAt && i - start < 128 && isKey(text.charCodeAt(start - 1))) start--
    if (start === i || (start > from && text.charCodeAt(start - 1) !== 32)) continue
    put(start)
    key = text.slice(start, i)
    valueAt = i + 1
  }
  put(text.length)
  return result
}

/** Whether a backslash escapes a character. Looks back a bounded distance. */
const isEscaped = (text: string, at: number): boolean => {
  let slashes = 0
  while (slashes < 16 && text.charCodeAt(at - 1 - slashes) === 92) slashes++
  return slashes % 2 === 1
}

const pipeAfter = (text: string, at: number): number => {
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 92) i++
    else if (code === 124) return i
  }
  return -1
}

const unescapeHeader = (text: string): string => (text.includes('\\') ? text.replace(/\\([\\|])/g, '$1') : text).trim()

const unescapeValue = (text: string): string =>
  text.includes('\\')
    ? text.replace(/\\([\\=nr])/g, (_, code: string) => (code === 'n' ? '\n' : code === 'r' ? '\r' : code))
    : text

const isKey = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 57) ||
  code === 95 ||
  code === 46 ||
  code === 45
