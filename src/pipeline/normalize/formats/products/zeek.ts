import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish, setIfAbsent } from '../../draft.ts'
import { addEntries } from '../../fields/aliases.ts'
import { createDraft } from '../../fields/create-draft.ts'
import type { Parsed, Parser } from '../../parser.ts'

/** A log of Zeek: the columns after those that all have, what shows that a line is of it, and its message. */
interface Layout {
  readonly columns: readonly string[]
  /** Whether cells of this number of columns are certainly of this log. */
  fits(cells: readonly string[]): boolean
  complete(fields: Draft, value: (name: string) => string): string
}

const common = 'ts uid id.orig_h id.orig_p id.resp_h id.resp_p'.split(' ')

const layout = (columns: string, rest: Omit<Layout, 'columns'>): Layout => ({
  columns: [...common, ...columns.trim().split(/\s+/)],
  ...rest,
})

const isFlag = (cell: string | undefined): boolean => cell === 'T' || cell === 'F'
const isCount = (cell: string | undefined): boolean => cell !== undefined && /^(?:\d{1,15}|-)$/.test(cell)
const isStatus = (cell: string | undefined): boolean => cell !== undefined && /^(?:[1-9]\d\d|-)$/.test(cell)

const states = new Set('S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH'.split(' '))
const transports = new Set(['tcp', 'udp', 'icmp', 'unknown_transport'])

const conn = layout(
  `proto network.protocol duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts
   orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents ip_proto`,
  {
    fits: (cells) =>
      transports.has(cells[6] ?? '') &&
      states.has(cells[11] ?? '') &&
      [9, 10, 14, 16, 17, 18, 19].every((i) => isCount(cells[i])),
    complete(fields, value) {
      const [sent, received] = [Number(value('orig_bytes')), Number(value('resp_bytes'))]
      if (sent + received > 0) setIfAbsent(fields, 'network.bytes', sent + received)
      const ends = `${value('id.orig_h')}:${value('id.orig_p')} -> ${value('id.resp_h')}:${value('id.resp_p')}`
      return `${value('proto')} ${ends} ${value('network.protocol')} ${value('conn_state')}`.replace(/ {2,}/g, ' ')
    },
  },
)

const httpColumns = (origin: string): string =>
  `trans_depth method url.domain uri referrer version user_agent ${origin} request_body_len response_body_len status_code status_msg
   info_code info_msg tags username password proxied orig_fuids orig_filenames orig_mime_types resp_fuids resp_filenames
   resp_mime_types`

/** The log of HTTP, whose column `origin` came with Zeek 2.6. */
const http = (origin: string): Layout =>
  layout(httpColumns(origin), {
    fits: (cells) => {
      const sizes = origin === '' ? 13 : 14
      return (
        /^[A-Z_-]{1,24}$/.test(cells[7] ?? '') &&
        /^(?:\d\.\d|-)$/.test(cells[11] ?? '') &&
        [6, sizes, sizes + 1].every((i) => /^\d{1,15}$/.test(cells[i] ?? '')) &&
        isStatus(cells[sizes + 2])
      )
    },
    complete(fields, value) {
      setIfAbsent(fields, 'event.category', 'web')
      const [asked, answered] = [Number(value('request_body_len')), Number(value('response_body_len'))]
      setIfAbsent(fields, 'http.request.body.bytes', asked)
      setIfAbsent(fields, 'http.response.body.bytes', answered)
      return `${value('method') || '-'} ${value('uri') || '-'} ${value('status_code') || '-'}`
    },
  })

const dnsColumns = (rtt: string): string =>
  `proto trans_id ${rtt} query qclass qclass_name qtype qtype_name rcode rcode_name AA TC RD RA Z answers TTLs rejected`

/** The log of DNS, whose column `rtt` came with Zeek 2.5. */
const dns = (rtt: string): Layout =>
  layout(dnsColumns(rtt), {
    fits: (cells) => {
      const flags = rtt === '' ? 15 : 16
      return (
        transports.has(cells[6] ?? '') &&
        isCount(cells[7]) &&
        [flags, flags + 1, flags + 2, flags + 3, flags + 7].every((i) => isFlag(cells[i])) &&
        isCount(cells[flags + 4])
      )
    },
    complete(fields, value) {
      const code = value('rcode_name')
      setIfAbsent(fields, 'network.protocol', 'dns')
      for (const [name, text] of [
        ['dns.question.name', value('query')],
        ['dns.question.type', value('qtype_name')],
        ['dns.response_code', code],
      ] as const)
        if (text !== '') setIfAbsent(fields, name, text)
      if (code !== '') setIfAbsent(fields, 'event.outcome', code === 'NOERROR' ? 'success' : 'failure')
      return `${value('qtype_name') || '-'} ${value('query') || '-'} ${code || '-'}`
    },
  })

const ssh = layout(
  `version auth_success auth_attempts direction client server cipher_alg mac_alg compression_alg kex_alg host_key_alg
   host_key`,
  {
    fits: (cells) =>
      /^[12-]$/.test(cells[6] ?? '') &&
      /^[TF-]$/.test(cells[7] ?? '') &&
      isCount(cells[8]) &&
      /^(?:INBOUND|OUTBOUND|-)$/.test(cells[9] ?? '') &&
      (/^SSH-/.test(cells[10] ?? '') || /^SSH-/.test(cells[11] ?? '')),
    complete(fields, value) {
      setIfAbsent(fields, 'network.protocol', 'ssh')
      const success = value('auth_success')
      if (success === '') return `SSH from ${value('id.orig_h')} to ${value('id.resp_h')}`
      setIfAbsent(fields, 'event.category', 'authentication')
      setIfAbsent(fields, 'event.action', 'login')
      setIfAbsent(fields, 'event.outcome', success === 'T' ? 'success' : 'failure')
      const result = success === 'T' ? 'succeeded' : 'failed'
      return `SSH login ${result} from ${value('id.orig_h')} to ${value('id.resp_h')}`
    },
  },
)

/** The layouts by the number of their columns. */
const layouts: ReadonlyMap<number, readonly [name: string, layout: Layout]> = new Map([
  [18, ['ssh', ssh]],
  [21, ['conn', conn]],
  [22, ['conn', conn]],
  [23, ['dns', dns('')]],
  [24, ['dns', dns('rtt')]],
  [29, ['http', http('')]],
  [30, ['http', http('origin')]],
])

/**
 * Parses the tab-separated logs `conn`, `http`, `dns` and `ssh` of Zeek without their header, which shippers drop. Fields have the names of
 * Zeek's JSON. Lines of other columns than Zeek's own are left to other parsers.
 */
export const zeekParser: Parser = {
  name: 'zeek',
  parse(record) {
    const { text } = record
    if (text.charCodeAt(10) !== 46 || text.charCodeAt(17) !== 9 || text.charCodeAt(18) !== 67) return undefined
    const cells = text.split('\t', 40)
    const [name = '', found] = layouts.get(cells.length) ?? []
    return found && isConnection(cells) && found.fits(cells) ? read(name, found, cells, record) : undefined
  },
}

const isConnection = ([time = '', uid = '', , from = '', , to = '']: readonly string[]): boolean =>
  /^\d{10}\.\d{6}$/.test(time) && /^C[A-Za-z\d]{8,24}$/.test(uid) && /^\d{1,5}$/.test(from) && /^\d{1,5}$/.test(to)

const read = (name: string, { columns, complete }: Layout, cells: readonly string[], record: RawRecord): Parsed => {
  const entries = columns.flatMap((column, i) => {
    const cell = cells[i] ?? '-'
    return cell === '-' || cell === '(empty)' || cell === '' ? [] : [[column, cell] as const]
  })
  const texts = new Map(entries)
  const fields = createDraft(entries.length)
  const { stamp } = addEntries(
    fields,
    entries.map(([column, cell]) => [column, toValue(column, cell)] as const),
    record,
  )
  return finish(
    `zeek/${name}`,
    stamp,
    complete(fields, (column) => texts.get(column) ?? ''),
    fields,
  )
}

/** Columns that Zeek's JSON writes as numbers. */
const numbers =
  /(?:_bytes|_pkts|_len|_attempts)$|^(?:id\.(?:orig|resp)_p|duration|ip_proto|trans_depth|trans_id|status_code|info_code|rtt|qclass|qtype|rcode|Z)$/

const toValue = (column: string, cell: string): string | number | boolean => {
  if (column.length === 2 || column === 'rejected' || column === 'auth_success' || column.startsWith('local_')) {
    if (cell === 'T') return true
    if (cell === 'F') return false
  }
  return numbers.test(column) && /^\d{1,15}(?:\.\d{1,9})?$/.test(cell) ? Number(cell) : cell
}
