import type { Event, Fields, FieldValue } from './event.ts'

/** Longer summaries and values are cut. */
const longestSummary = 500
const longestValue = 80
/** The fields shown behind a message, and in place of one. */
const fewFields = 4
const manyFields = 10

/** The fields that people look for in a record, most wanted first. */
const wanted = [
  'event.code',
  'event.action',
  'event.outcome',
  'user.name',
  'process.command_line',
  'source.ip',
  'destination.ip',
  'destination.port',
  'http.request.method',
  'url.original',
  'http.response.status_code',
  'error.type',
  'error.message',
  'rule.name',
  'file.path',
  'dns.question.name',
] as const

/** The levels that a line with a program leaves out, as syslog does. */
const ordinary: ReadonlySet<FieldValue> = new Set(['info', 'notice', 'debug', 'trace'])

/** Whether a record is JSON or XML, which programs write for programs: people need a summary of it. */
export const isStructured = (original: string): boolean => {
  const first = original.charCodeAt(0)
  return first === 123 || (first === 60 && original.startsWith('<Event'))
}

/**
 * Summarizes a structured record without its time, in the order of other log lines: `edge-2 sshd[912]: Accepted publickey for dana` or
 * `ERROR edge-2 pay: payment failed user.name=dana`. Undefined for other records, which are readable as they are.
 */
export const summarizeEvent = ({
  original,
  message,
  fields,
}: Pick<Event, 'original' | 'message' | 'fields'>): string | undefined => {
  if (!isStructured(original)) return undefined
  // A record without a message, itself or in an envelope, is its own.
  const said = isStructured(message) ? '' : toOneLine(message)
  const program = programOf(fields)
  const lead = leadOf(fields, program)
  // The message of a program with its own name says everything, as in syslog.
  const isSyslog = program !== undefined && said !== ''
  const rest = isSyslog ? '' : fieldsOf(fields, said, original)
  const text = `${lead}${said}${said !== '' && rest !== '' ? ' ' : ''}${rest}`
  return text === '' ? undefined : cut(text, longestSummary)
}

const toOneLine = (message: string): string =>
  message.includes('\n')
    ? cut(message, longestSummary)
        .trim()
        .replaceAll(/\s*\n\s*/g, ' ')
    : message

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** Returns the program that wrote a record. A process with a path is one that the record is about, except in a journal. */
const programOf = (fields: Fields): FieldValue | undefined =>
  fields['process.executable'] === undefined || fields['host.boot.id'] !== undefined
    ? fields['process.name']
    : undefined

/** Returns level, host and program, as far as they are known. */
const leadOf = (fields: Fields, program: FieldValue | undefined): string => {
  const level = fields['log.level']
  const host = fields['host.name']
  const name = program ?? fields['service.name'] ?? fields['log.logger']
  const pid = program === undefined ? undefined : fields['process.pid']
  let lead =
    level === undefined || (program !== undefined && ordinary.has(level)) ? '' : `${String(level).toUpperCase()} `
  if (host !== undefined) lead += name === undefined ? `${host}: ` : `${host} `
  if (name !== undefined) lead += pid === undefined ? `${name}: ` : `${name}[${pid}]: `
  return lead
}

/** Returns some fields of a record that its message does not show: `user.name=dana http.response.status_code=503`. */
const fieldsOf = (fields: Fields, said: string, original: string): string => {
  let left = said === '' ? manyFields : fewFields
  let text = ''
  const show = (name: string): void => {
    const value = fields[name]
    if (value === undefined || value === '' || typeof value === 'object' || left === 0) return
    const whole = String(value)
    // The record itself does not name a conclusion from its message.
    if (said.includes(whole) || !(original.includes(whole) || escaped.test(whole))) return
    const short = cut(whole, longestValue)
    text += `${text === '' ? '' : ' '}${name}=${/\s/.test(short) ? JSON.stringify(short) : short}`
    left--
  }
  for (const name of wanted) show(name)
  if (said === '') for (const name of Object.keys(fields)) if (!shownElsewhere.has(name)) show(name)
  return text
}

/** Characters that JSON and XML escape. */
const escaped = /[\\"<>&]|[^ -~]/

const shownElsewhere: ReadonlySet<string> = new Set([
  ...wanted,
  ...['log.level', 'log.logger', 'host.name', 'process.name', 'process.pid', 'service.name'],
  ...['log.file.path', 'log.file.line'],
])
