import { finish } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { createDraft } from '../../fields/create-draft.ts'
import { toFieldValue } from '../../fields/flatten.ts'
import { syslogLevels } from '../../fields/level.ts'
import type { Parser } from '../../parser.ts'
import { readObject } from '../json/read-object.ts'
import { priorityFields } from '../syslog/priority.ts'

/** Parses the output of `journalctl -o json`. */
export const journaldParser: Parser = {
  name: 'journald',
  parse(record) {
    const { text } = record
    // A search stops wherever the first letter of its text is, and quotes and underscores are frequent in JSON.
    if (!text.includes('REALTIME_TIMESTAMP"') && !text.includes('BOOT_ID"')) return undefined
    if (
      !text.includes('"__REALTIME_TIMESTAMP"') &&
      !text.includes('"_SOURCE_REALTIME_TIMESTAMP"') &&
      !text.includes('"_BOOT_ID"')
    ) {
      return undefined
    }
    const object = readObject(text)
    if (typeof object !== 'object') return undefined
    const fields = createDraft(usualFields)
    for (const [key, value] of Object.entries(object)) {
      const ours = names[key]
      if (ours === '') continue
      const field = toFieldValue(isBytes(value) ? fromBytes(value) : value)
      if (field === undefined) continue
      const name = ours ?? `journald.${key.replace(/^_+/, '').toLowerCase()}`
      if (fields[name] === undefined)
        fields[name] = numeric.has(name) && /^\d{1,9}$/.test(String(field)) ? Number(field) : field
    }
    const level = syslogLevels[Number(object.PRIORITY ?? Number.NaN)]
    if (level) fields['log.level'] = level
    const priority = Number(object.SYSLOG_FACILITY ?? Number.NaN) * 8 + Number(object.PRIORITY ?? Number.NaN)
    if (priority >= 0 && priority <= 191) priorityFields(priority, fields)
    const identifier = object.SYSLOG_IDENTIFIER ?? object._COMM
    if (typeof identifier === 'string') fields['process.name'] = identifier
    const unit = object._SYSTEMD_UNIT ?? object.UNIT ?? object._SYSTEMD_USER_UNIT
    if (typeof unit === 'string') fields['service.name'] = unit.replace(/\.service$/, '')
    const message = isBytes(object.MESSAGE)
      ? fromBytes(object.MESSAGE)
      : typeof object.MESSAGE === 'string'
        ? object.MESSAGE
        : ''
    if (typeof identifier === 'string') readEntities(message, identifier, fields)
    const microseconds = Number(object._SOURCE_REALTIME_TIMESTAMP ?? object.__REALTIME_TIMESTAMP)
    const stamp = microseconds > 0 ? { time: Math.floor(microseconds / 1000), guessed: false } : undefined
    return finish('journald', stamp, message, fields)
  },
}

/** Entries have twice as many, of which half are useless. */
const usualFields = 12

/** ECS names of journal fields. An empty name skips the field, because it is read elsewhere or useless. */
const names: Readonly<Record<string, string>> = {
  CODE_FILE: 'log.origin.file.name',
  CODE_FUNC: 'log.origin.function',
  CODE_LINE: 'log.origin.file.line',
  CONTAINER_ID_FULL: 'container.id',
  CONTAINER_NAME: 'container.name',
  MESSAGE: '',
  MESSAGE_ID: 'event.code',
  PRIORITY: '',
  SYSLOG_FACILITY: '',
  SYSLOG_IDENTIFIER: '',
  SYSLOG_PID: 'process.pid',
  SYSLOG_RAW: '',
  SYSLOG_TIMESTAMP: '',
  _BOOT_ID: 'host.boot.id',
  _CMDLINE: 'process.command_line',
  _EXE: 'process.executable',
  _HOSTNAME: 'host.name',
  _MACHINE_ID: 'host.id',
  _PID: 'process.pid',
  _SOURCE_REALTIME_TIMESTAMP: '',
  _SYSTEMD_UNIT: 'systemd.unit',
  _TRANSPORT: 'systemd.transport',
  _UID: 'user.id',
  __CURSOR: '',
  __MONOTONIC_TIMESTAMP: '',
  __REALTIME_TIMESTAMP: '',
  __SEQNUM: '',
  __SEQNUM_ID: '',
}
const numeric = new Set(['process.pid', 'log.origin.file.line'])

/** Whether a value is a list of bytes, which the journal writes for invalid UTF-8. */
export const isBytes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)

const fromBytes = (bytes: number[]): string => Buffer.from(bytes).toString('utf8')
