import { isObject } from '../../../../lib/json/json-value.ts'
import { type Draft, setIfAbsent } from '../../draft.ts'
import { toCountryCode } from '../../fields/country-code.ts'

type Json = Readonly<Record<string, unknown>>

/** A sign-in, of a user or of a program. */
export interface EntraSignIn {
  readonly user: string
  readonly address: string
  readonly application: string
  readonly code: number
  readonly reason: string
  /** The country, where the record writes the place as a text: `DE`, or in downloads `Berlin, Berlin, DE`. */
  readonly country: string | undefined
}

/**
 * The names of Microsoft Graph and of diagnostic settings, of Graph before its beta, of advanced hunting, of Log Analytics, and of the
 * portal's downloads.
 */
const shapes = [
  ['authenticationRequirement', 'userPrincipalName', 'ipAddress', 'appDisplayName', 'resultType', 'resultDescription'],
  ['conditionalAccessStatus', 'userPrincipalName', 'ipAddress', 'appDisplayName', 'resultType', 'resultDescription'],
  ['EndpointCall', 'AccountUpn', 'IPAddress', 'Application', 'ErrorCode', 'ResultDescription'],
  ['AuthenticationRequirement', 'UserPrincipalName', 'IPAddress', 'AppDisplayName', 'ResultType', 'ResultDescription'],
  ['Authentication requirement', 'Username', 'IP address', 'Application', 'Sign-in error code', 'Failure reason'],
] as const

/** Names of which each sign-in has one, at its top or in its properties. */
export const entraNames: readonly string[] = shapes.map(([name]) => name)

/** Returns the sign-in of Microsoft Entra that an object is or contains; undefined for other objects. */
export const entraSignIn = (object: Json): EntraSignIn | undefined => {
  const inner = isObject(object.properties) ? object.properties : object
  const shape = shapes.find((names) => names[0] in inner)
  if (!shape) return undefined
  const [, userName, ip, app, result, description] = shape
  const text = (name: string): string => {
    const value = inner[name] ?? object[name]
    return typeof value === 'string' ? value : ''
  }
  const status = isObject(inner.status) ? inner.status : {}
  const code = Number(status.errorCode ?? object[result])
  const user = text(userName) || text('servicePrincipalName')
  // A download from the portal has no code for a successful one.
  const said = typeof status.errorCode === 'number' || result in object || object.Status === 'Success'
  if (!said || user === '' || text(ip) === '') return undefined
  return {
    user,
    address: text(ip),
    application: text(app),
    code: Number.isNaN(code) ? 0 : code,
    reason: typeof status.failureReason === 'string' ? status.failureReason : text(description),
    country: toCountryCode((text('location') || text('Location')).replace(/^.*, */, '')),
  }
}

/**
 * Error codes of wrong credentials and unknown accounts. All others ask for one more step, or refuse a token or a device, which happens to
 * everybody: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const refusals = new Set([50_034, 50_053, 50_056, 50_057, 50_059, 50_064, 50_126, 50_128, 500_121, 7_000_215])

/**
 * Completes the fields of a sign-in: its error code is the only result, because successful ones have a reason of failure too. Returns a
 * sentence, so that similar sign-ins get the same template.
 */
export const completeEntraSignIn = (signIn: EntraSignIn, fields: Draft): string => {
  const { user, address, application, code, reason, country } = signIn
  fields['user.name'] = user
  if (country !== undefined) setIfAbsent(fields, 'source.geo.country_iso_code', country)
  setIfAbsent(fields, 'event.action', 'Sign-in activity')
  // The program that the user signed in to did not write the record.
  if (fields['service.name'] === application) delete fields['service.name']
  const isRefused = refusals.has(code)
  fields['event.category'] = code === 0 || isRefused ? 'authentication' : 'session'
  delete fields['event.outcome']
  if (code === 0 || isRefused) fields['event.outcome'] = code === 0 ? 'success' : 'failure'
  const said = `Sign-in${application === '' ? '' : ` to ${application}`} by ${user} from ${address}`
  if (code === 0) return said
  return `${said} ${isRefused ? 'failed' : 'was interrupted'} (${code})${reason === '' ? '' : `: ${reason}`}`
}
