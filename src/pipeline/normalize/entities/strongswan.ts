import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress, toAddress } from '../fields/address.ts'
import { setUser } from './phrase.ts'
import { readUnknownProgram } from './unknown-program.ts'

/** `IKE_SA rw[3] established between 10.0.0.5[vpn.example.org]...203.0.113.9[kim]`: this side, then the other, each with its identity. */
const established =
  /IKE_SA \S{1,128} established between ([\da-fA-F.:]{3,45})\[[^\]]{0,256}\]\.\.\.([\da-fA-F.:]{3,45})\[([^\]]{0,256})\]/

/** Parses a message of strongSwan's daemon. Only the line about the new tunnel has both the address and the identity of a login. */
export const readCharon = (message: string, fields: Draft): boolean => {
  const tunnel = established.exec(message.slice(0, 1000))
  if (!tunnel) {
    readUnknownProgram(message, fields)
    return true
  }
  const [, own = '', other = '', identity = ''] = tunnel
  setAddress(fields, 'destination', own)
  setAddress(fields, 'source', other)
  // Without an identity of its own, a peer is identified by its address.
  if (toAddress(identity)?.ip === undefined) setUser(fields, identity)
  setIfAbsent(fields, 'event.category', 'authentication')
  setIfAbsent(fields, 'event.action', 'vpn_login')
  setIfAbsent(fields, 'event.outcome', 'success')
  return true
}
