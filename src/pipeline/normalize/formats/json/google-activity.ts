import { isObject } from '../../../../lib/json/json-value.ts'
import { type Draft, setIfAbsent } from '../../draft.ts'
import { actionSentence } from '../action-sentence.ts'

type Json = Readonly<Record<string, unknown>>

/** Whether an object is an activity of Google Workspace, as the API of its reports returns it. */
export const isGoogleActivity = (object: Json): boolean =>
  isObject(object.id) &&
  typeof object.id.applicationName === 'string' &&
  isObject(object.actor) &&
  Array.isArray(object.events)

/**
 * Completes the fields of an activity: the name of its first event is the action, the type is only its kind. Returns a sentence, so that
 * similar activities get the same template.
 */
export const completeGoogleActivity = (object: Json, fields: Draft): string | undefined => {
  const [first] = Array.isArray(object.events) ? object.events : []
  if (!isObject(first) || typeof first.name !== 'string') return undefined
  const { name } = first
  const application = isObject(object.id) ? String(object.id.applicationName) : ''
  const { email } = isObject(object.actor) ? object.actor : {}
  fields['event.action'] = name
  if (typeof first.type === 'string') fields['event.type'] = first.type
  setIfAbsent(fields, 'event.provider', application)
  if (typeof email === 'string' && email !== '') setIfAbsent(fields, 'user.name', email)
  const failed = /_failure$/.test(name)
  if (application === 'login' && /^login_(?:success|failure)$/.test(name)) {
    fields['event.category'] = 'authentication'
    fields['event.outcome'] = failed ? 'failure' : 'success'
  }
  return actionSentence(`${name} in ${application}`, {
    user: typeof email === 'string' && email !== '' ? email : undefined,
    from: typeof object.ipAddress === 'string' ? object.ipAddress : undefined,
  })
}
