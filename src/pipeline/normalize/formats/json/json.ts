import { isObject } from '../../../../lib/json/json-value.ts'
import type { RawRecord } from '../../../../schema/record/record.ts'
import { readSureAlert } from '../../alerts/alert-formats.ts'
import { type Draft, finish, refuseRecord, setIfAbsent } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { addFields, addOtelLevel } from '../../fields/aliases.ts'
import { toColumns, toEntries } from '../../fields/columns.ts'
import { createDraft } from '../../fields/create-draft.ts'
import { flatten } from '../../fields/flatten.ts'
import { guessContent, isUnnamed } from '../../fields/guess-content.ts'
import { toLogLevel } from '../../fields/level.ts'
import { addTargetUser } from '../../fields/target-user.ts'
import type { Parsed, Parser } from '../../parser.ts'
import type { Stamp } from '../../time/timestamp.ts'
import { completeWaf, isWaf } from '../aws/aws-waf.ts'
import { completeCloudTrail, isCloudTrail, lookedUpRecord } from '../aws/cloudtrail.ts'
import { readWindowsDump } from '../windows/windows-dump.ts'
import { withEventNames } from '../windows/windows-object.ts'
import { readWindowsText } from '../windows/windows-text.ts'
import { auditData } from './audit-data.ts'
import { readAuth0Type } from './auth0.ts'
import { completeAzureActivity, isAzureActivity } from './azure-activity.ts'
import { completeEntraSignIn, entraNames, entraSignIn } from './entra-sign-in.ts'
import { completeGcpAudit, isGcpAudit } from './gcp-audit.ts'
import { completeGoogleActivity, isGoogleActivity } from './google-activity.ts'
import { completeKubernetesEvent, isKubernetesEvent } from './kubernetes-event.ts'
import { isModSecurityAudit, readModSecurityAudit } from './modsecurity-audit.ts'
import { nextcloudLevel } from './nextcloud.ts'
import { readOneLoginType } from './onelogin.ts'
import { completeOsqueryResult, isOsqueryResult } from './osquery.ts'
import { isOtelRecord, layOutOtel, splitOtlp } from './otel.ts'
import { readObject } from './read-object.ts'

/** Parses one JSON object per record, with any field names: ECS, OpenTelemetry, pino, bunyan, winston, zap and others. */
export const jsonParser: Parser = {
  name: 'json',
  parse(record) {
    const object = readObject(record.text)
    if (object === undefined) return undefined
    if (typeof object === 'string') return refuseRecord('json', object, record.text)
    return readSureAlert(object, record) ?? parseObject(object, record)
  },
}

type Json = Readonly<Record<string, unknown>>

/** Names of which each record of a product that is read here has one at its top. */
const namesOfProducts: ReadonlySet<string> = new Set([
  ...entraNames,
  ...`AuditData CloudTrailEvent Event LevelDisplayName ProviderName actor detail-type eventSource eventTimestamp event_type_id events
  events.parameters events.parameters.USER_EMAIL hostIdentifier involvedObject log_id observedTimeUnixNano properties protoPayload reqId
  requestParameters requestParameters.userName resourceLogs severityNumber syslog-tag syslogtag t tag targetResources timeUnixNano
  transaction webaclId`.split(/\s+/),
])

/** Whether an object may be a record of a product. Most are not, which a look at their names shows sooner than a test for each product. */
const mayBeOfProduct = (object: Json): boolean => {
  for (const name in object) if (namesOfProducts.has(name)) return true
  return withMessage(object) !== object
}

/** Parses an object with any field names. */
export const parseObject = (object: Json, record: RawRecord): Parsed => {
  const isProduct = mayBeOfProduct(object)
  if (isProduct && isModSecurityAudit(object)) return readModSecurityAudit(object, record)
  const exported = isProduct && 'resourceLogs' in object ? splitOtlp(object) : undefined
  if (exported && exported.length !== 1) {
    return finish('json/otlp', undefined, record.text, { 'otel.records': exported.length })
  }
  const only = isProduct ? (exported?.[0] ?? recordIn(object)) : object
  const otel = isProduct && isOtelRecord(only)
  const own = (isProduct ? readWindowsDump(only) : undefined) ?? flatten(otel ? layOutOtel(only) : only)
  const rendered = 'EventData' in only || 'winlog' in only ? undefined : readWindowsText(only.Message ?? only.message)
  const columns = rendered
    ? toColumns([...toEntries(own), ...rendered.filter(([name]) => !own.names.includes(name))])
    : own
  const fields = createDraft(columns.names.length)
  const { stamp, message: said } = addFields(fields, columns, record)
  // The workstation in the text is the client's. Exports of the Event Viewer do not name the machine that logged it.
  const host = fields['host.name']
  if (
    rendered?.some(([name, value]) => name === 'WorkstationName' && value === host) &&
    !own.values.some((value) => value === host)
  )
    delete fields['host.name']
  if (otel) addOtelLevel(fields, only.severityNumber)
  const completed = isProduct ? completeProduct(only, stamp, fields) : undefined
  if (completed) return completed
  const named = said || (sentence(only, fields) ?? requestSentence(fields) ?? said)
  const free =
    named === undefined && fields['log.level'] === undefined ? unmapped(toEntries(columns), record) : undefined
  const content = free && isUnnamed(free) ? guessContent(free, stamp, fields, record) : undefined
  // rsyslog leaves the space behind the tag in the message.
  const message = (named ?? content?.message)?.trimStart()
  if (message !== undefined) readEntities(message, nameOf(fields), fields)
  const format = otel ? 'json/otel' : content?.guessed ? `json (guessed: ${content.guessed})` : 'json'
  const parsed = finish(format, content ? content.stamp : stamp, message ?? record.text, fields)
  return content ? { ...parsed, unnamed: { entries: free ?? [], asGuessed: content.asGuessed } } : parsed
}

/** Returns the record that an object contains, or is. */
const recordIn = (object: Json): Json =>
  lookedUpRecord(object) ?? auditData(object) ?? withEventNames(withMessage(unwrapped(object)))

/** Completes the fields of a record of a product; undefined if the rest is read as of any other record. */
const completeProduct = (only: Json, stamp: Stamp | undefined, fields: Draft): Parsed | undefined => {
  if (fields['t.$date'] === undefined && isObject(only.t)) addMongodLevel(only, fields)
  const cloudLevel = nextcloudLevel(only)
  if (cloudLevel !== undefined) {
    fields['log.level'] = cloudLevel
    // Its parts are no services: one refuses a login, and another one accepts it.
    fields['log.logger'] = String(only.app)
    delete fields['service.name']
  }
  if (isWaf(only)) return finish('json/aws-waf', stamp, completeWaf(only, fields), fields)
  addTargetUser(only, fields)
  if (isCloudTrail(only)) return finish('json/cloudtrail', stamp, completeCloudTrail(only, fields), fields)
  if (isAzureActivity(only)) return finish('json/azure-activity', stamp, completeAzureActivity(only, fields), fields)
  if (isGcpAudit(only)) return finish('json/gcp-audit', stamp, completeGcpAudit(only, fields), fields)
  const signIn = entraSignIn(only)
  if (signIn) return finish('json/entra-sign-in', stamp, completeEntraSignIn(signIn, fields), fields)
  const activity = isGoogleActivity(only) ? completeGoogleActivity(only, fields) : undefined
  if (activity !== undefined) return finish('json/google-activity', stamp, activity, fields)
  readAuth0Type(only, fields)
  readOneLoginType(only, fields)
  if (isKubernetesEvent(only)) completeKubernetesEvent(only, fields)
  if (isOsqueryResult(only)) return finish('json/osquery', stamp, completeOsqueryResult(only, fields), fields)
  addSyslogTag(only, fields)
  return undefined
}

/** The entries without those that the configuration maps to fields. */
const unmapped = <T>(entries: readonly (readonly [string, T])[], { map = {} }: RawRecord) => {
  const names: readonly string[] = Object.values(map)
  return names.length === 0 ? entries : entries.filter(([name]) => !names.includes(name))
}

/** Returns the event of structlog and others that call the message so, and removes it from the action. */
const sentence = ({ event }: Json, fields: Draft): string | undefined => {
  if (typeof event !== 'string' || !event.includes(' ') || fields['event.action'] !== event) return undefined
  delete fields['event.action']
  return event
}

/** Returns a request as the message of an access log that has no other one, like those of other access logs: `GET /cart 200`. */
const requestSentence = (fields: Draft): string | undefined => {
  const { 'http.request.method': method, 'url.original': url, 'http.response.status_code': status } = fields
  const version = fields['http.version']
  return typeof method === 'string' && typeof url === 'string' && typeof status === 'number'
    ? `${method} ${url}${version === undefined ? '' : ` HTTP/${version}`} ${status}`
    : undefined
}

/** Reads program and process id from the tag in rsyslog's templates: `"syslogtag":"sshd[4711]:"`. */
const addSyslogTag = (object: Json, fields: Draft): void => {
  const tag = object.syslogtag ?? object['syslog-tag'] ?? object.tag
  const found = typeof tag === 'string' ? /^([\w./-]{1,48})(?:\[(\d{1,9})\]:?|:)$/.exec(tag) : null
  if (!found?.[1]) return
  setIfAbsent(fields, 'process.name', found[1])
  if (found[2] !== undefined) setIfAbsent(fields, 'process.pid', Number(found[2]))
}

/** Reads the level and component of mongod's lines: `{"t":{"$date":…},"s":"E","c":"NETWORK",…}`. */
const addMongodLevel = ({ s, c }: Json, fields: Draft): void => {
  const level = typeof s === 'string' && /^(?:[FEWI]|D\d?)$/.test(s) ? toLogLevel(s.charAt(0)) : undefined
  if (level === undefined || typeof c !== 'string') return
  setIfAbsent(fields, 'log.level', level)
  setIfAbsent(fields, 'log.logger', c)
}

/**
 * Unwraps what AWS EventBridge delivers of partners and of CloudTrail under `detail`, and Auth0's streams under `data`. The account and the
 * source beside it are the deliverer's.
 */
const unwrapped = (object: Json): Json => {
  const { detail, source, time, data } = object
  if (isObject(detail) && 'detail-type' in object) {
    if (isCloudTrail(detail)) return detail
    if (isPartner(source)) return unwrapped({ time, ...detail })
  }
  return isObject(data) && typeof data.type === 'string' && typeof object.log_id === 'string'
    ? { log_id: object.log_id, ...data }
    : object
}

const isPartner = (source: unknown): boolean => typeof source === 'string' && source.startsWith('aws.partner/')

/** Unwraps what Splunk's collector accepts under `event` beside its metadata: an object is the record, a text its message. */
const withMessage = (object: Json): Json => {
  if (isObject(object.event) && typeof object.sourcetype === 'string') {
    const { event, ...rest } = object
    return { ...rest, ...event }
  }
  if (typeof object.event !== 'string') return object
  const { event, ...rest } = object
  const isLine = typeof event === 'string' && object.message === undefined && /[\s{]/.test(event)
  return isLine && ('sourcetype' in rest || 'index' in rest || 'source' in rest) ? { ...rest, message: event } : object
}

const nameOf = (fields: Draft): string => {
  const program = fields['process.name'] ?? fields['service.name']
  return typeof program === 'string' ? program : ''
}
