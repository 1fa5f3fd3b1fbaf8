import { isLoginPath } from '../../../schema/event/login-path.ts'
import { type Draft, setIfAbsent } from '../draft.ts'
import { setUser } from '../entities/phrase.ts'
import { setAddress, toAddress } from '../fields/address.ts'
import { failedLogin } from './failed-login.ts'
import { meaningOf } from './lexicon.ts'
import type { Meaning } from './meaning.ts'
import { onlyAddress, partyAddress, userIn } from './named-parties.ts'
import { startedService } from './service-changes.ts'
import { successfulLogin } from './successful-login.ts'
import { readVaultLogin } from './vault-login.ts'
import { readWindowsLogon } from './windows-logon.ts'

/** Characters of a message to read. Later ones are details. */
const longest = 400
/** Characters of a record in which to look for an address. */
const longestRecord = 2_000
const brace = 123
const innerText = /[._](?:msg|message|error|reason|description)$/i
const aboutLogins = /log[ _-]?[io]n|sign[ _-]?[io]n|auth|[m2]fa|otp|passw|credential/i

/**
 * Recognizes the meaning of a record that no parser classified: by the words of its message, its action or its error, or by a refused
 * request to a login page. Sets category, action, outcome, user and source address, unless they are set.
 *
 * @param record the whole record: some programs write the client's address before the message, as a column of their own
 */
export const readMeaning = (message: string, fields: Draft, record: string = message): void => {
  const category = fields['event.category']
  // A session that was refused may have been refused for its password.
  const isRefused = category === 'session' && fields['event.outcome'] === 'failure'
  if (category !== undefined && category !== 'web' && !isRefused) return
  if (fields['http.request.method'] !== undefined) {
    const status = fields['http.response.status_code']
    if (status === 401 || status === 403 || status === 407) readRefusedRequest(fields)
    else if (status === 200 || status === 302) readLoginForm(fields)
    else if (status === 204 && isNexusLogin(fields)) setLogin(fields, 'success')
    // The text of an access log comes from clients.
    if (category === 'web' && fields['log.level'] === undefined) return
  }
  if (fields['event.code'] !== undefined || fields['winlog.event_id'] !== undefined) {
    if (readWindowsLogon(fields)) return
  }
  if (readVaultLogin(fields)) return
  // Some records are a list of pairs without a message.
  const whole = message === '' ? record : message
  const text = whole.length > longest ? whole.slice(0, longest) : whole
  // Apache's modules for passwords write the rest of it.
  if (category === 'web' && fields['user.name'] !== undefined && /^auth(?:nz?)?_/.test(String(fields['log.logger']))) {
    setLogin(fields, 'failure')
    return
  }
  const isObject = text.charCodeAt(0) === brace
  const error = errorOf(fields, isObject)
  // The message of a cloud's audit record is made of its action. An object without a message is names of fields, of which its action says more.
  const action = fields['event.action']
  const isAction =
    action !== undefined &&
    (fields['cloud.account.id'] !== undefined || (isObject && !aboutLogins.test(String(action))))
  const meaning =
    (isAction ? undefined : meaningOf(text, isComplete, fields)) ??
    actionMeaning(fields, text) ??
    (error === undefined ? undefined : meaningOf(error, isLogin))
  if (meaning === undefined) return
  if (isRefused && meaning !== failedLogin) return
  const isMixed = category !== undefined && meaning.category === 'authentication'
  fields['event.category'] = isMixed ? [category, meaning.category] : meaning.category
  setIfAbsent(fields, 'event.action', meaning.action)
  // A message about a login is more specific than a result that says whether the request was served.
  if (meaning.category === 'authentication') fields['event.outcome'] = meaning.outcome
  else setIfAbsent(fields, 'event.outcome', meaning.outcome)
  // Servers start under names and at addresses of their own: `Startup complete as 'irc.example.org'`.
  if (meaning !== startedService) {
    addParties(text, fields)
    if (error !== undefined) addParties(error, fields)
  }
  if (meaning.category === 'authentication' && fields['source.ip'] === undefined) {
    const address = onlyAddress(record.slice(0, longestRecord))
    if (address !== undefined && !isOurs(address, fields)) setAddress(fields, 'source', address)
  }
}

/**
 * Another text of a record: its error or its reason; its second line, as Samba writes the place in its source first; the words that it wrote
 * before the message; or what an object without a message says deeper inside.
 */
const errorOf = (fields: Draft, isObject: boolean): string | undefined => {
  const { 'error.message': error, 'error.stack_trace': trace, 'log.logger': logger } = fields
  if (typeof error === 'string' && error !== '') return error.slice(0, longest)
  // Below the first line of Db2's paragraphs are pairs of its place, and then what happened.
  if (typeof trace === 'string' && (!trace.includes('\n') || /^PID +:/.test(trace))) return trace.slice(0, longest)
  if (typeof logger === 'string' && logger.includes(' ')) return logger.slice(0, longest)
  const reason = fields['event.reason'] ?? fields.reason
  if (typeof reason === 'string' && reason.includes(' ')) return reason.slice(0, longest)
  if (!isObject) return undefined
  for (const name in fields) {
    const value = fields[name]
    if (typeof value === 'string' && value.includes(' ') && innerText.test(name)) return value.slice(0, longest)
  }
  return undefined
}

/** Whether an address is that of the machine that wrote the record. */
const isOurs = (address: string, fields: Draft): boolean =>
  [fields['host.name'], fields['host.ip'], fields['destination.ip'], fields['server.ip'], fields['observer.ip']].some(
    (value) => value === address || (Array.isArray(value) && value.includes(address)),
  )

const isLogin = ({ category }: Meaning): boolean => category === 'authentication'

/** Whether the message or the fields name a user or an address, if the meaning needs one. */
const isComplete = ({ needsEntity }: Meaning, text: string, fields: Draft = {}): boolean =>
  !needsEntity ||
  fields['user.name'] !== undefined ||
  fields['source.ip'] !== undefined ||
  userIn(text) !== undefined ||
  partyAddress(text) !== undefined ||
  userAmong(fields) !== undefined

const addParties = (text: string, fields: Draft): void => {
  if (fields['source.ip'] === undefined) {
    const address = partyAddress(text) ?? addressAmong(fields)
    if (address !== undefined) setAddress(fields, 'source', address)
  }
  if (fields['user.name'] === undefined) {
    const user = userIn(text) ?? userAmong(fields) ?? fields['destination.user.name']
    if (typeof user === 'string') setUser(fields, user)
  }
}

const mostRemembered = 2000
const remembered = new Map<string, 'login' | 'user' | 'failure' | 'success' | undefined>()

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
              /^(?:\w+ ){0,3}(?:log ?[io]n|sign ?in|authenticat\w*|auth|session start)(?: (?:attempt|event|request|result|completed|finished|to \w+))?$/i.test(
                words,
              )
            ? 'login'
            : undefined
    if (meaning === undefined && /^user (?:log(?:ged)? ?in|signed in)$/i.test(words)) about = 'user'
    if (remembered.size >= mostRemembered) remembered.clear()
    remembered.set(action, about)
  }
  if (about === undefined) return undefined
  // Slack and GitHub call a failure `user_login_failed`, so that `user_login` with both parties and without a result is a success.
  if (about === 'user' && !hasResult(fields) && (fields['source.ip'] ?? addressAmong(fields)) !== undefined) {
    return (fields['user.name'] ?? userAmong(fields)) === undefined ? undefined : successfulLogin
  }
  const outcome =
    about === 'login' || about === 'user'
      ? (fields['event.outcome'] ?? outcomeAmong(fields) ?? outcomeByName(fields))
      : about
  if (outcome === 'failure') return failedLogin
  return outcome === 'success' && isComplete(successfulLogin, text, fields) ? successfulLogin : undefined
}

/** Keycloak calls a failure `LOGIN_ERROR`, and authentik `login_failed`, so that `LOGIN` alone is a success. */
const outcomeByName = (fields: Draft): 'success' | undefined =>
  (fields.realmId !== undefined || String(fields['service.name']).startsWith('authentik.')) &&
  fields['error.message'] === undefined
    ? 'success'
    : undefined

/** Whether a record says how something ended. */
const hasResult = (fields: Draft): boolean => {
  if (fields['event.outcome'] !== undefined || fields['error.message'] !== undefined) return true
  for (const name in fields) if (resultName.test(name)) return true
  return false
}

const resultName =
  /(?:^|[._])(?:outcome|result|status|state|success|succeeded|ok|error|reason|fail\w*|(?:error|status|response)[._]?code)$/i

const outcomeAmong = (fields: Draft): 'success' | 'failure' | undefined => {
  for (const name in fields) {
    if (!/(?:^|\.)(?:outcome|result|status|success|allowed)(?:\.\w+)?$/i.test(name)) continue
    const value = String(fields[name])
    if (/^(?:fail\w*|denied|fraud|invalid\w*|error|false|unauthori[sz]ed)$/i.test(value)) return 'failure'
    if (/^(?:success\w*|ok|true|allow\w*)$/i.test(value)) return 'success'
  }
  return undefined
}

const addressName =
  /(?:^|[._])(?:remote|client|peer|origin|source|src|ip|addr\w*|ipaddress|host|from)(?:[._]?(?:ip|addr\w*|host))?$/i
const userName =
  /(?:^|[._])(?:user|usr|username|user_name|principal\w*|login|account|email|uid|subject|identity|clientaccount)$/i

/** Returns the address in a nested field whose name says that it is the peer's. */
const addressAmong = (fields: Draft): string | undefined => {
  for (const name in fields) {
    const value = fields[name]
    if (typeof value !== 'string' || value.length > 64 || !addressName.test(name)) continue
    if (/^(?:destination|server|observer|host)\./.test(name)) continue
    // SonicWall writes the interface after it: `203.0.113.9:49152:X1`.
    const address = toAddress(value)?.ip === undefined ? /^(?:\d{1,3}\.){3}\d{1,3}(?=:)/.exec(value)?.[0] : value
    if (address !== undefined && toAddress(address)?.ip !== undefined) return address
  }
  return undefined
}

const userAmong = (fields: Draft): string | undefined => {
  for (const name in fields) {
    const value = fields[name]
    if (typeof value === 'string' && /[^-]/.test(value) && value.length <= 128 && userName.test(name)) return value
  }
  return undefined
}

/**
 * Reads a refused request as a failed login: a login page or a token service answered 401 or 403, or the client sent a name or other
 * credentials and was answered with 401 or 407. A client that sent none was only asked for them.
 */
const readRefusedRequest = (fields: Draft): void => {
  const isForm = fields['http.request.method'] === 'POST' && isLoginPath(pathOf(fields))
  // A record of a web server in JSON has a client, and no level as the messages of applications have. Those of Traefik have one.
  const isWeb =
    fields['event.category'] === 'web' ||
    (fields['user_agent.original'] !== undefined && fields['log.level'] === undefined) ||
    fields.entryPointName !== undefined
  const isNamed =
    fields['http.response.status_code'] !== 403 &&
    ((isWeb && fields['user.name'] !== undefined) || hasCredentials(fields))
  if (isForm || isNamed || wrongPasswords.has(Number(fields['iis.win32_status']))) setLogin(fields, 'failure')
}

/**
 * Errors of Windows with which IIS refuses a name or password: unknown, restricted, at a wrong time or workstation, expired, disabled, locked.
 * Other refusals are steps of NTLM, or ask for a password.
 */
const wrongPasswords: ReadonlySet<number> = new Set([1326, 1327, 1328, 1329, 1330, 1331, 1793, 1907, 1909])

/** The form of WordPress or Django shows itself again after a wrong password, and redirects after a login. */
const readLoginForm = (fields: Draft): void => {
  if (fields['http.request.method'] !== 'POST' || !/\/(?:wp-login\.php|admin\/login\/)$/.test(pathOf(fields))) return
  if (/[?&]action=/.test(String(fields['url.original'] ?? ''))) return
  setLogin(fields, fields['http.response.status_code'] === 200 ? 'failure' : 'success')
}

/** Whether a request asks Nexus Repository for a session. It gets one without a body. */
const isNexusLogin = (fields: Draft): boolean =>
  fields['http.request.method'] === 'POST' && pathOf(fields).endsWith('/service/rapture/session')

/** Whether a request carried credentials: a header that the log keeps, or any request that Kubernetes takes for no anonymous one. */
const hasCredentials = (fields: Draft): boolean => {
  if (String(fields.apiVersion).startsWith('audit.k8s.io/')) return true
  for (const name in fields) if (/(?:^|[._])authorization$/i.test(name)) return true
  return false
}

const pathOf = (fields: Draft): string =>
  String(fields['url.path'] ?? fields['url.original'] ?? fields.path ?? fields.uri ?? fields.route ?? '')

const setLogin = (fields: Draft, outcome: 'success' | 'failure'): void => {
  const category = fields['event.category']
  fields['event.category'] = category === undefined ? 'authentication' : [String(category), 'authentication']
  fields['event.outcome'] = outcome
}
