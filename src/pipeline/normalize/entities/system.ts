import { type Draft, longestValue, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { wordAfter, wordAt } from '../fields/key-values.ts'
import { readKnownPhrase, setUser, toPhrases } from './phrase.ts'

/** Parses a message of cron: `(root) CMD (command -v debian-sa1)`. */
export const readCron = (message: string, fields: Draft): boolean => {
  const close = message.indexOf(') ')
  if (message.charCodeAt(0) !== 40 || close < 0) return false
  setUser(fields, message.slice(1, close))
  setIfAbsent(fields, 'event.category', 'process')
  const command = message.startsWith('CMD (', close + 2)
  setIfAbsent(fields, 'event.action', command ? 'cron_command' : 'cron')
  if (!command) return true
  const end = message.endsWith(')') ? message.length - 1 : message.length
  setIfAbsent(fields, 'process.command_line', message.slice(close + 7, Math.min(end, close + 7 + longestValue)).trim())
  return true
}

const unit = /([\w@:.\\-]{1,200}\.(?:service|socket|timer|mount|target|scope|slice|device|path))\b/

const setUnit = (text: string, fields: Draft): void => {
  // Without a dot, there is no unit, so skip the slow search.
  const dot = text.indexOf('.')
  if (dot < 0 || dot + 4 >= text.length) return
  const word = unit.exec(text.slice(0, 500))
  if (word?.[1]) setIfAbsent(fields, 'systemd.unit', word[1])
}

const units = toPhrases([
  ['Started ', 'process', 'service_started', 'success', setUnit],
  ['Starting ', 'process', 'service_starting', undefined, setUnit],
  ['Stopped ', 'process', 'service_stopped', 'success', setUnit],
  ['Stopping ', 'process', 'service_stopping', undefined, setUnit],
  ['Reloaded ', 'process', 'service_reloaded', 'success', setUnit],
  ['Failed to start ', 'process', 'service_started', 'failure', setUnit],
  ['Finished ', 'process', 'service_finished', 'success', setUnit],
])

/** Parses a systemd message about a unit. */
export const readSystemd = (message: string, fields: Draft): boolean => {
  if (readKnownPhrase(units, message, 0, fields)) return true
  if (!message.includes('.service: ')) return false
  setUnit(message, fields)
  const failed =
    message.includes("Failed with result '") || message.includes('status=') || message.includes('core-dump')
  if (!failed) return false
  setIfAbsent(fields, 'event.category', 'process')
  setIfAbsent(fields, 'event.action', 'service_failed')
  setIfAbsent(fields, 'event.outcome', 'failure')
  return true
}

const sessions = toPhrases([
  [
    'New session ',
    'session',
    'login_session_opened',
    'success',
    (t, f) => setUser(f, (wordAfter(t, ' of user ') ?? wordAfter(t, ' for user ') ?? '').replace(/\.$/, '')),
  ],
  ['Removed session ', 'session', 'login_session_closed', 'success'],
  ['Session ', 'session', 'login_session_closed'],
])

/** Parses a message of systemd-logind. */
export const readLogind = (message: string, fields: Draft): boolean => readKnownPhrase(sessions, message, 0, fields)

/** Parses a kernel message: out-of-memory killer, crashes, packet filter, link changes. */
export const readKernel = (message: string, fields: Draft): boolean => {
  const killed = message.indexOf('Killed process ')
  if (killed >= 0 || message.includes('Out of memory: ') || message.includes('invoked oom-killer')) {
    set(fields, 'process', 'oom_kill', 'failure')
    if (killed >= 0) {
      const victim = /^Killed process (\d{1,9}),? ?\(?([^),\s]{1,64})/.exec(message.slice(killed, killed + 200))
      if (victim) {
        fields['process.target.pid'] = Number(victim[1])
        fields['process.target.name'] = victim[2] ?? ''
      }
    }
    return true
  }
  if (message.includes('segfault at ') || message.includes('general protection')) {
    set(fields, 'process', 'segfault', 'failure')
    const name = message.slice(0, message.indexOf('['))
    if (name !== '' && name.length <= 64) fields['process.target.name'] = name
    return true
  }
  if (message.includes('wireguard: ')) return readWireguard(message, fields)
  const from = wordAfter(message, ' SRC=')
  const to = wordAfter(message, ' DST=')
  if (from === undefined || to === undefined) return false
  set(fields, 'network', 'packet_filtered')
  setAddress(fields, 'source', from)
  setAddress(fields, 'destination', to)
  for (const [mark, name] of [
    [' SPT=', 'source.port'],
    [' DPT=', 'destination.port'],
  ] as const) {
    const port = Number(wordAfter(message, mark))
    if (port > 0) setIfAbsent(fields, name, port)
  }
  const protocol = wordAfter(message, ' PROTO=')
  if (protocol !== undefined) setIfAbsent(fields, 'network.transport', protocol.toLowerCase())
  if (/\b(?:DROP|BLOCK|REJECT|DENY)/.test(message.slice(0, 80))) setIfAbsent(fields, 'event.outcome', 'failure')
  return true
}

/** Parses pf lines of pfSense and OPNsense: `5,,,1000000103,em0,match,block,in,4,…,tcp,60,203.0.113.9,192.0.2.1,51122,23,…`. */
export const readFilterlog = (message: string, fields: Draft): boolean => {
  const parts = message.slice(0, 500).split(',')
  const [at, protocolAt] = parts[8] === '4' ? [18, 16] : parts[8] === '6' ? [15, 12] : [0, 0]
  const source = parts[at]
  const destination = parts[at + 1]
  if (at === 0 || !source || !destination) return false
  set(fields, 'network', 'packet_filtered', parts[6] === 'pass' ? 'success' : 'failure')
  setAddress(fields, 'source', source)
  setAddress(fields, 'destination', destination)
  setIfAbsent(fields, 'network.transport', (parts[protocolAt] ?? '').toLowerCase())
  for (const [i, name] of ['source.port', 'destination.port'].entries()) {
    const port = parts[at + 2 + i] ?? ''
    if (/^\d{1,5}$/.test(port)) setIfAbsent(fields, name, Number(port))
  }
  return true
}

/** Parses a message of named or dnsmasq: client and question. */
export const readDns = (message: string, fields: Draft): boolean => {
  const client = message.startsWith('client ') ? 7 : -1
  if (client > 0) {
    // client @0x7f… 1.2.3.4#4711 (example.com): query: example.com IN A
    const at = message.charCodeAt(client) === 64 ? message.indexOf(' ', client) + 1 : client
    const word = wordAt(message, at)
    setAddress(fields, 'source', word.endsWith(':') ? word.slice(0, -1) : word)
    const question = wordAfter(message, 'query: ')
    if (question !== undefined) setIfAbsent(fields, 'dns.question.name', question)
    const type = / query: \S{1,255} \S{1,10} (\S{1,20})/.exec(message)
    if (type) setIfAbsent(fields, 'dns.question.type', type[1] ?? '')
    set(fields, 'network', 'dns_query', message.includes('denied') ? 'failure' : undefined)
    return true
  }
  // With log-queries=extra, a number and the client come first: 17 10.0.0.2/41022 query[A] example.com from 10.0.0.2
  const query = /^(?:\d{1,10} \S{2,64}\/\d{1,5} )?query\[(\w{1,10})\] (\S{1,253}) from (\S{1,64})/.exec(message)
  if (!query) return false
  fields['dns.question.type'] = query[1] ?? ''
  fields['dns.question.name'] = query[2] ?? ''
  setAddress(fields, 'source', query[3] ?? '')
  set(fields, 'network', 'dns_query')
  return true
}

/** Parses a question that Unbound logs, or its answer: `10.0.0.2 example.com. A IN`, `10.0.0.2 example.com. A IN NXDOMAIN 0.000000 1 45`. */
export const readUnbound = (message: string, fields: Draft): boolean => {
  const found =
    /^(?:\[\d{1,10}:\d{1,5}\] )?(?:\w{4,7}: )?([\da-fA-F.:]{3,45}) (\S{1,255}) ([A-Z\d]{1,12}) (?:IN|CH|HS|ANY|CLASS\d{1,5})(?: ([A-Z\d]{4,12}) \d{1,6}\.\d{1,9} [01] \d{1,6})?$/.exec(
      message,
    )
  if (!found) return false
  const [, client = '', name = '', type = '', answer] = found
  setAddress(fields, 'source', client)
  setIfAbsent(fields, 'dns.question.name', name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name)
  setIfAbsent(fields, 'dns.question.type', type)
  if (answer !== undefined) setIfAbsent(fields, 'dns.response_code', answer)
  const refused = answer === 'REFUSED' || answer === 'SERVFAIL' ? 'failure' : undefined
  set(fields, 'network', answer === undefined ? 'dns_query' : 'dns_answer', refused)
  return true
}

/** Parses a message of hostapd about stations. */
export const readHostapd = (message: string, fields: Draft): boolean => {
  const station = /^([\w.-]{1,32}): (?:STA ([0-9a-fA-F:]{17})|AP-STA-(?:DIS)?CONNECTED ([0-9a-fA-F:]{17}))/.exec(
    message,
  )
  if (!station) return false
  setIfAbsent(fields, 'observer.ingress.interface.name', station[1] ?? '')
  setIfAbsent(fields, 'source.mac', (station[2] ?? station[3] ?? '').toLowerCase())
  const action = message.includes('deauthenticated')
    ? 'wifi_deauthenticated'
    : message.includes('disassociated') || message.includes('AP-STA-DISCONNECTED')
      ? 'wifi_disassociated'
      : message.includes('associated') || message.includes('AP-STA-CONNECTED')
        ? 'wifi_associated'
        : 'wifi'
  set(fields, 'network', action, message.includes('authentication failed') ? 'failure' : undefined)
  return true
}

/** `wireguard: wg0: Receiving handshake initiation from peer 3 (203.0.113.9:51820)`, `… Invalid handshake initiation from 203.0.113.9:51820` */
const readWireguard = (message: string, fields: Draft): boolean => {
  const peer = /(?: \(|from )((?:[\d.]{7,15}|\[[\da-fA-F:]{3,45}\]):\d{1,5})(?!\d)/.exec(message.slice(0, 300))?.[1]
  return peer !== undefined && setAddress(fields, message.includes(': Sending ') ? 'destination' : 'source', peer)
}

const set = (fields: Draft, category: string, action: string, outcome?: string): void => {
  setIfAbsent(fields, 'event.category', category)
  setIfAbsent(fields, 'event.action', action)
  if (outcome) setIfAbsent(fields, 'event.outcome', outcome)
}
