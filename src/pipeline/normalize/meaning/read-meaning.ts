import { type Draft, setIfAbsent } from '../draft.ts'
import { setUser } from '../entities/phrase.ts'
import { setAddress, toAddress } from '../fields/address.ts'
import { failedLogin } from './failed-login.ts'
import { meaningOf } from './lexicon.ts'
import { isLoginPath } from './login-path.ts'
import type { Meaning } from './meaning.ts'
import { onlyAddress, partyAddress, userIn } from './named-parties.ts'
import { successfulLogin } from './successful-login.ts'
import { readWindowsLogon } from './windows-logon.ts'

/** Characters of a message to read. Later ones are details. */
const longest = 400
/** Characters of a record in which to look for an address. */
const longestRecord = 2_000

/**
 * Recognizes the meaning of a record that no parser classified: by the words of its message, its action or its error, or by a refused
 * request to a login page. Sets category, action, outcome, user and source address, unless they are set.
 *
 * @param record the whole record: some programs write the client's address before the message, as a column of their own
 */
export const readMeaning = (message: string, fields: Draft, record: string = message): void => {
  const category = fields['event.category']
  if (category !== undefined && category !== 'web') return
  if (fields['http.request.method'] !== undefined) {
    const status = fields['http.response.status_code']
    if (status === 401 || status === 403 || status === 407) readRefusedRequest(fields)
    // The text of an access log comes from clients.
    if (category === 'web' && fields['log.level'] === undefined) return
  }
  if (fields['event.code'] !== undefined || fields['winlog.event_id'] !== undefined) {
    if (readWindowsLogon(fields)) return
  }
  const text = message.length > longest ? message.slice(0, longest) : message
  const error = fields['error.message']
  // The message of a cloud's audit record is made of its action.
  const isAction = fields['cloud.account.id'] !== undefined && fields['event.action'] !== undefined
  const meaning =
    (isAction ? undefined : meaningOf(text, (one) => isComplete(one, text, fields))) ??
    actionMeaning(fields, text) ??
    (typeof error === 'string' && error !== '' ? meaningOf(error.slice(0, longest), isLogin) : undefined)
  if (meaning === undefined) return
  const isMixed = category === 'web' && meaning.category === 'authentication'
  fields['event.category'] = isMixed ? ['web', meaning.category] : meaning.category
  setIfAbsent(fields, 'event.action', meaning.action)
  // A message about a login is more specific than a result that says whether the request was served.
  if (meaning.category === 'authentication') fields['event.outcome'] = meaning.outcome
  else setIfAbsent(fields, 'event.outcome', meaning.outcome)
  addParties(text, fields)
  if (meaning.category === 'authentication' && fields['source.ip'] === undefined) {
    const address = onlyAddress(record.slice(0, longestRecord))
    if (address !== undefined && !isOurs(address, fields)) setAddress(fields, 'source', address)
  }
}

/** Whether an address is that of the machine that wrote the record. */
const isOurs = (address: string, fields: Draft): boolean =>
  [fields['host.name'], fields['host.ip'], fields['destination.ip'], fields['server.ip'], fields['observer.ip']].some(
    (value) => value === address || (Array.isArray(value) && value.includes(address)),
  )

const isLogin = ({ category }: Meaning): boolean => category === 'authentication'

/** Whether the message or the fields name a user or an address, if the meaning needs one. */
const isComplete = ({ needsEntity }: Meaning, text: string, fields: Draft): boolean =>
  !needsEntity ||
  fields['user.name'] !== undefined ||
  fields['source.ip'] !== undefined ||
  userIn(text) !== undefined ||
  partyAddress(text) !== undefined

const addParties = (text: string, fields: Draft): void => {
  if (fields['source.ip'] === undefined) {
    const address = partyAddress(text) ?? addressAmong(fields)
    if (address !== undefined) setAddress(fields, 'source', address)
  }
  if (fields['user.name'] === undefined) {
    const user = userIn(text) ?? userAmong(fields)
    if (user !== undefined) setUser(fields, user)
  }
}

const mostRemembered = 2000
const remembered = new Map<string, 'login' | 'failure' | 'success' | undefined>()

/** Reads an action such as `login_failed`, or `user.session.start` with an outcome. Actions are few, so each is read once. */
const actionMeaning = (fields: Draft, text: string): Meaning | undefined => {
  const action = fields['event.action']
  if (typeof action !== 'string') return undefined
  let about = remembered.get(action)
  if (about === undefined && !remembered.has(action)) {
    const words = action.replace(/(?<=[a-z])(?=[A-Z])|[_.:/-]+/g, ' ')
    const meaning = meaningOf(words)
    about =
      meaning === failedLogin
        ? 'failure'
        : meaning === successfulLogin
          ? 'success'
          : meaning === undefined &&
              /^(?:\w+ ){0,3}(?:log ?[io]n|sign ?in|authenticat\w*|auth|session start)(?: (?:attempt|event|request|result|completed|finished))?$/i.test(
                words,
              )
            ? 'login'
            : undefined
    if (remembered.size >= mostRemembered) remembered.clear()
    remembered.set(action, about)
  }
  if (about === undefined) return undefined
  const outcome = about === 'login' ? (fields['event.outcome'] ?? outcomeAmong(fields)) : about
  if (outcome === 'failure') return failedLogin
  return outcome === 'success' && isComplete(successfulLogin, text, fields) ? successfulLogin : undefined
}

const outcomeAmong = (fields: Draft): 'success' | 'failure' | undefined => {
  for (const name in fields) {
    if (!/(?:^|\.)(?:outcome|result|status|success)(?:\.\w+)?$/i.test(name)) continue
    const value = String(fields[name])
    if (/^(?:fail\w*|denied|invalid\w*|error|false|unauthori[sz]ed)$/i.test(value)) return 'failure'
    if (/^(?:success\w*|ok|true|allow\w*)$/i.test(value)) return 'success'
  }
  return undefined
}

const addressName =
  /(?:^|[._])(?:remote|client|peer|origin|source|src|ip|addr\w*|ipaddress|host|from)(?:[._]?(?:ip|addr\w*|host))?$/i
const userName = /(?:^|[._])(?:user|usr|username|user_name|principal\w*|login|account|email|uid|subject|identity)$/i

/** Returns the address in a nested field whose name says that it is the peer's. */
const addressAmong = (fields: Draft): string | undefined => {
  for (const name in fields) {
    const value = fields[name]
    if (typeof value !== 'string' || value.length > 64 || !addressName.test(name)) continue
    if (/^(?:destination|server|observer|host)\./.test(name)) continue
    if (toAddress(value)?.ip !== undefined) return value
  }
  return undefined
}

const userAmong = (fields: Draft): string | undefined => {
  for (const name in fields) {
    const value = fields[name]
    if (typeof value === 'string' && value !== '' && value.length <= 128 && userName.test(name)) return value
  }
  return undefined
}

/** A login page or a token service answered 401 or 403, or a request named a user and was answered with 401 or 407. */
const readRefusedRequest = (fields: Draft): void => {
  const path = fields['url.path'] ?? fields['url.original']
  const isForm = fields['http.request.method'] === 'POST' && typeof path === 'string' && isLoginPath(path)
  const isNamed = fields['user.name'] !== undefined && fields['http.response.status_code'] !== 403
  if (!isForm && !(isNamed && fields['event.category'] === 'web')) return
  const category = fields['event.category']
  fields['event.category'] = category === undefined ? 'authentication' : [String(category), 'authentication']
  fields['event.outcome'] = 'failure'
}
