import { isObject } from '../../../../lib/json/json-value.ts'
import { type Draft, setIfAbsent } from '../../draft.ts'
import { actionSentence } from '../action-sentence.ts'
import { readObject } from '../json/read-object.ts'

type Json = Readonly<Record<string, unknown>>

/** Whether an object is an AWS CloudTrail record. */
export const isCloudTrail = (object: Json): boolean =>
  typeof object.eventName === 'string' &&
  typeof object.eventSource === 'string' &&
  object.eventSource.endsWith('.amazonaws.com') &&
  'eventTime' in object

/** Returns the record in an entry that `aws cloudtrail lookup-events` prints, where it is a text; undefined for other objects. */
export const lookedUpRecord = ({ CloudTrailEvent: text }: Json): Json | undefined => {
  const record = typeof text === 'string' ? readObject(text) : undefined
  return typeof record === 'object' && isCloudTrail(record) ? record : undefined
}

/**
 * Completes the fields of a CloudTrail record, whose names mean something else elsewhere: `eventName` is the action, `eventType` how it
 * was recorded, and `eventID` identifies the record. Returns a sentence, so that similar records get the same template.
 */
export const completeCloudTrail = (object: Json, fields: Draft): string => {
  const { eventName, eventSource, eventType, eventID } = object
  const action = String(eventName)
  const service = String(eventSource)
  fields['event.action'] = action
  fields['event.provider'] = service
  fields.eventName = action
  delete fields['event.code']
  if (typeof eventType === 'string') fields.eventType = eventType
  if (typeof eventID === 'string') {
    fields['event.id'] = eventID
    fields.eventID = eventID
  }
  const identity = isObject(object.userIdentity) ? object.userIdentity : {}
  const user = nameOf(identity)
  if (user !== undefined) setIfAbsent(fields, 'user.name', user)
  if (typeof identity.principalId === 'string') setIfAbsent(fields, 'user.id', identity.principalId)
  const from = typeof object.sourceIPAddress === 'string' ? object.sourceIPAddress : undefined
  if (from !== undefined) setIfAbsent(fields, 'source.address', from)
  const fault = faultOf(object)
  fields['event.outcome'] = fault === undefined ? 'success' : 'failure'
  return actionSentence(`${action} on ${service}`, { user, from, fault })
}

/** Returns the name of the user, the root user, the role behind a session, or the service. */
const nameOf = (identity: Json): string | undefined => {
  const { type, userName, arn, invokedBy, sessionContext } = identity
  if (typeof userName === 'string' && userName !== '') return userName
  if (type === 'Root') return 'root'
  const issuer = isObject(sessionContext) && isObject(sessionContext.sessionIssuer) ? sessionContext.sessionIssuer : {}
  if (typeof issuer.userName === 'string') return issuer.userName
  if (typeof arn === 'string') return arn.slice(arn.lastIndexOf('/') + 1)
  return typeof invokedBy === 'string' ? invokedBy : undefined
}

/** Returns the error; undefined on success. Sign-ins report it in their response, other calls in an error code. */
const faultOf = ({ errorCode, errorMessage, responseElements }: Json): string | undefined => {
  for (const fault of [errorCode, errorMessage]) if (typeof fault === 'string' && fault !== '') return fault
  const signIn = isObject(responseElements) ? responseElements.ConsoleLogin : undefined
  return signIn === 'Failure' ? 'wrong credentials' : undefined
}
