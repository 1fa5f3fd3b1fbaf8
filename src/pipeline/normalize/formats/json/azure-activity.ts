import { isObject } from '../../../../lib/json/json-value.ts'
import { type Draft, setIfAbsent } from '../../draft.ts'

type Json = Readonly<Record<string, unknown>>

/** Whether an object is an entry of Azure's activity log, as `az monitor activity-log list` prints it. */
export const isAzureActivity = (object: Json): boolean =>
  typeof object.eventTimestamp === 'string' && isObject(object.operationName) && isObject(object.status)

/**
 * Completes the fields of an entry of Azure's activity log: who did it, and how it ended. Entries of operations that have not ended have no
 * outcome. Returns a sentence, because most entries have no description.
 */
export const completeAzureActivity = (object: Json, fields: Draft): string => {
  const { caller, description } = object
  const status = textIn(object.status, 'value')
  const outcome = outcomes[status]
  if (outcome !== undefined) fields['event.outcome'] = outcome
  if (typeof caller === 'string' && caller !== '') setIfAbsent(fields, 'user.name', caller)
  const account = object.subscriptionId
  if (typeof account === 'string') setIfAbsent(fields, 'cloud.account.id', account)
  setIfAbsent(fields, 'cloud.provider', 'azure')
  if (typeof description === 'string' && description.trim() !== '') return description
  return [textIn(object.operationName, 'localizedValue'), status, textIn(object.subStatus, 'value')]
    .filter((part) => part !== '')
    .join(': ')
}

const outcomes: Readonly<Record<string, string>> = { Failed: 'failure', Succeeded: 'success' }

/** Returns one of the texts of a value that is translated. */
const textIn = (object: unknown, name: string): string => {
  const value = isObject(object) ? object[name] : undefined
  return typeof value === 'string' ? value : ''
}
