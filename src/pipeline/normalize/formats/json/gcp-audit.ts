import { isObject } from '../../../../lib/json/json-value.ts'
import { type Draft, setIfAbsent } from '../../draft.ts'
import { actionSentence } from '../action-sentence.ts'

type Json = Readonly<Record<string, unknown>>

/** Whether an object is an entry of Google Cloud's audit logs. */
export const isGcpAudit = (object: Json): boolean =>
  isObject(object.protoPayload) &&
  typeof object.protoPayload.methodName === 'string' &&
  typeof object.protoPayload.serviceName === 'string'

/** Completes the fields of an entry: its method is the action. Returns a sentence, so that similar entries get the same template. */
export const completeGcpAudit = (object: Json, fields: Draft): string => {
  const call = isObject(object.protoPayload) ? object.protoPayload : {}
  const { methodName, serviceName, status } = call
  setIfAbsent(fields, 'event.action', String(methodName))
  setIfAbsent(fields, 'event.provider', String(serviceName))
  const { code, message } = isObject(status) ? status : {}
  const failed = typeof code === 'number' && code !== 0
  setIfAbsent(fields, 'event.outcome', failed ? 'failure' : 'success')
  const [user, from] = [fields['user.name'], fields['source.ip']]
  return actionSentence(`${String(methodName)} on ${String(serviceName)}`, {
    user: user === undefined ? undefined : String(user),
    from: from === undefined ? undefined : String(from),
    fault: failed ? String(typeof message === 'string' && message !== '' ? message : code) : undefined,
  })
}
