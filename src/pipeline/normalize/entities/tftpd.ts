import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'

const asked = /^(RRQ|WRQ) from (\S{2,64}) filename ([^\n]{1,1000}?)(?: remapped to [^\n]{1,1000})?$/
const refused = /^sending NAK \(\d{1,3}, ([^)\n]{1,100})\) to (\S{2,64})$/

/** Parses a message of in.tftpd: a file that is asked for or sent, and the refusal that may follow. */
export const readTftpd = (message: string, fields: Draft): boolean => {
  const file = asked.exec(message)
  const answer = file ? null : refused.exec(message)
  if (!file && !answer) return false
  setIfAbsent(fields, 'event.category', 'file')
  if (file) {
    setAddress(fields, 'source', file[2] ?? '')
    setIfAbsent(fields, 'event.action', file[1] === 'RRQ' ? 'tftp_read' : 'tftp_write')
    setIfAbsent(fields, 'file.path', file[3] ?? '')
    return true
  }
  setAddress(fields, 'source', answer?.[2] ?? '')
  setIfAbsent(fields, 'event.action', 'tftp_refused')
  setIfAbsent(fields, 'event.outcome', 'failure')
  setIfAbsent(fields, 'event.reason', answer?.[1] ?? '')
  return true
}
