import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress, toAddress } from '../fields/address.ts'
import { setUser } from './phrase.ts'
import { readUnknownProgram } from './unknown-program.ts'

/** `IKE_SA rw[3] established between 10.0.0.5[vpn.example.org]...203.0.113.9[kim]`: this side, then the other, each with its identity. */
const established =
  /IKE_SA \S{1,128} established between ([\da-fA-F.:]{3,45})\[[^\]]{0,256}\]\.\.\.([\da-fA-F.:]{3,45})\[([^\]]{0,256})\]/

/** `EAP method EAP_MD5 failed for peer kim`, `tried 1 shared key for 'vpn.example.org' - 'kim', but MAC mismatched`, after its own identity. */
const refused =
  /(?:^|[\]>] )(?:EAP method \S{1,64} failed for peer (\S{1,256})|tried \d{1,6} shared keys? for '[^'\n]{0,256}' - '([^'\n]{1,256})', but MAC mismatched)$/
/** Lines that the refusal says again, and an acceptance that the line about the tunnel says again with the address. */
const repeated =
  /(?:^|[\]>] )(?:no EAP key found for hosts? |authentication of '[^'\n]{0,256}' with .{1,64} successful$)/

/** Whether a message begins as strongSwan writes it into a file of its own: with the number of a thread and a subsystem. */
export const looksLikeCharon = (message: string): boolean =>
  message.charCodeAt(2) === 91 && /^\d\d\[(?:DMN|MGR|IKE|CHD|JOB|CFG|KNL|NET|ENC|TNC|TLS|ESP|LIB)\] /.test(message)

/**
 * Parses a message of strongSwan's daemon. Only the line about the new tunnel has both the address and the identity of a login; the address of
 * a refused one is in an earlier line of its thread.
 */
export const readCharon = (message: string, fields: Draft): boolean => {
  const text = message.slice(0, 1000)
  const [, method, key] = refused.exec(text) ?? []
  const peer = method ?? key
  if (peer !== undefined) {
    if (toAddress(peer)?.ip === undefined) setUser(fields, peer)
    else setAddress(fields, 'source', peer)
    setLogin(fields, 'failure')
    return true
  }
  if (repeated.test(text)) {
    setIfAbsent(fields, 'event.category', 'session')
    return true
  }
  const tunnel = established.exec(text)
  if (!tunnel) {
    readUnknownProgram(message, fields)
    return true
  }
  const [, own = '', other = '', identity = ''] = tunnel
  setAddress(fields, 'destination', own)
  setAddress(fields, 'source', other)
  // Without an identity of its own, a peer is identified by its address.
  if (toAddress(identity)?.ip === undefined) setUser(fields, identity)
  setLogin(fields, 'success')
  return true
}

const setLogin = (fields: Draft, outcome: 'success' | 'failure'): void => {
  setIfAbsent(fields, 'event.category', 'authentication')
  setIfAbsent(fields, 'event.action', 'vpn_login')
  setIfAbsent(fields, 'event.outcome', outcome)
}
