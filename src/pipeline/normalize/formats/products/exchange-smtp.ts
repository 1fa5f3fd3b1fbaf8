import { type Draft, finish } from '../../draft.ts'
import { setUser } from '../../entities/phrase.ts'
import { setAddress } from '../../fields/address.ts'
import type { Parser } from '../../parser.ts'
import { readTimestamp } from '../../time/timestamp.ts'

const shape =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z,([^,"]{1,256}),([\dA-F]{16}),\d{1,9},([^,"]{0,64}),([^,"]{1,64}),([-+<>*]),("(?:[^"]|""){0,65536}"|[^,"]{0,65536}),(.{0,4096})$/

/**
 * Parses the protocol log of SMTP in Exchange: date-time, connector-id, session-id, sequence-number, local-endpoint, remote-endpoint, event,
 * data, context. The name of a connector that receives contains its server: `EX1\Default Frontend EX1`.
 */
export const exchangeSmtpParser: Parser = {
  name: 'exchange-smtp',
  parse(record) {
    const { text } = record
    if (text.charCodeAt(23) !== 90 || text.charCodeAt(24) !== 44) return undefined
    const found = shape.exec(text)
    if (!found) return undefined
    const [, connector = '', session = '', local = '', remote = '', event = '', quoted = '', context = ''] = found
    const data = quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted
    const receives = connector.includes('\\')
    const fields: Draft = { 'event.category': 'email', 'network.protocol': 'smtp', 'exchange.session': session }
    fields['exchange.connector'] = connector
    if (!setAddress(fields, receives ? 'source' : 'destination', remote)) return undefined
    setAddress(fields, receives ? 'destination' : 'source', local)
    const isAccepted = receives && event === '*' && context === 'authenticated'
    const isRefused = receives && event === '>' && data.startsWith('535 ')
    if (isAccepted) setUser(fields, data)
    if (isAccepted || isRefused) {
      fields['event.category'] = 'authentication'
      fields['event.action'] = 'login'
      fields['event.outcome'] = isAccepted ? 'success' : 'failure'
    }
    const stamp = readTimestamp(text, 0, record)
    return finish(
      'exchange-smtp',
      stamp,
      data === '' ? context : context === '' ? data : `${data} (${context})`,
      fields,
    )
  },
}
