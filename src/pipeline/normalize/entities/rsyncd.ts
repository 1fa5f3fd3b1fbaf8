import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { setUser } from './phrase.ts'

const address = String.raw`([\da-fA-F.:]{2,45})`
/** `auth failed on module data from nas.example.org (203.0.113.9) for kim: password mismatch`. Without a user, nobody named one. */
const refused = new RegExp(
  String.raw`^auth failed on module \S{1,128} from \S{1,255} \(${address}\)(?: for ([^\s:]{1,128}))?(?:: ([^\n]{1,200}))?`,
)
/** `rsync on data/f from kim@nas.example.org (10.0.0.21)`. Without a user, the module asks for no password. */
const started = new RegExp(
  String.raw`^rsync (?:on|to) (\S[^\n]{0,1000}) from (?:([^\s@]{1,128})@)?\S{1,255} \(${address}\)$`,
)
const connected = new RegExp(String.raw`^connect from \S{1,255} \(${address}\)$`)
const access = new RegExp(
  String.raw`^rsync (allowed access|denied) on module (\S{1,128}) from \S{1,255} \(${address}\)`,
)
const unknown = new RegExp(String.raw`^unknown module '([^'\n]{0,255})' tried from \S{1,255} \(${address}\)`)
/** The default format of transfers: `send nas.example.org [10.0.0.21] data (kim) f 2`. */
const transfer = new RegExp(
  String.raw`^(send|recv|del\.) \S{1,255} \[${address}\] (\S{1,128}) \(([^()\s]{0,128})\) (\S[^\n]{0,2000}) (\d{1,18})$`,
)
const transferActions: Readonly<Record<string, string>> = {
  send: 'rsync_download',
  recv: 'rsync_upload',
  'del.': 'rsync_delete',
}

/** Whether a message may be one of the rsync daemon, which names no program in its own file. A cheap test of its beginning. */
export const looksLikeRsyncd = (message: string): boolean =>
  message.startsWith('auth failed on module ') ||
  message.startsWith('rsync ') ||
  message.startsWith("unknown module '") ||
  ((message.startsWith('send ') || message.startsWith('recv ') || message.startsWith('del. ')) &&
    transfer.test(message.slice(0, 3000)))

/** Parses a message of the rsync daemon: who came, for which module, and what was sent. */
export const readRsyncd = (message: string, fields: Draft): boolean => {
  const text = message.slice(0, 3000)
  const failure = refused.exec(text)
  if (failure) {
    const [, client = '', user, reason] = failure
    if (user !== undefined) setUser(fields, user)
    if (reason !== undefined) setIfAbsent(fields, 'event.reason', reason)
    return set(fields, 'authentication', 'rsync_login', client, 'failure')
  }
  const start = started.exec(text)
  if (start) {
    const [, path = '', user, client = ''] = start
    if (user === undefined) return set(fields, 'network', 'rsync_session', client, 'success')
    setUser(fields, user)
    setIfAbsent(fields, 'file.path', path)
    return set(fields, 'authentication', 'rsync_login', client, 'success')
  }
  const module = access.exec(text)
  if (module) return set(fields, 'network', 'rsync_access', module[3], module[1] === 'denied' ? 'failure' : 'success')
  const wrong = unknown.exec(text)
  if (wrong) return set(fields, 'network', 'rsync_access', wrong[2], 'failure')
  const sent = transfer.exec(text)
  if (!sent) {
    const client = connected.exec(text)?.[1]
    return client !== undefined && set(fields, 'network', 'rsync_connection', client)
  }
  const [, direction = '', client, , user = '', path = '', bytes] = sent
  setUser(fields, user)
  setIfAbsent(fields, 'file.path', path)
  setIfAbsent(fields, 'file.size', Number(bytes))
  return set(fields, 'file', transferActions[direction] ?? 'rsync_transfer', client, 'success')
}

const set = (fields: Draft, category: string, action: string, client = '', outcome?: string): true => {
  setAddress(fields, 'source', client)
  setIfAbsent(fields, 'event.category', category)
  setIfAbsent(fields, 'event.action', action)
  if (outcome) setIfAbsent(fields, 'event.outcome', outcome)
  return true
}
