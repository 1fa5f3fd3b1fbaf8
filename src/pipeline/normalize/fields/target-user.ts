import { isObject } from '../../../lib/json/json-value.ts'
import type { Draft } from '../draft.ts'

type Json = Readonly<Record<string, unknown>>

/** Adds the user that an audit record of a cloud or a service is about, beside the one who acts. */
export const addTargetUser = (object: Json, fields: Draft): void => {
  const target = targetOf(object, fields)
  if (typeof target === 'string' && target !== '' && target !== fields['user.name'])
    fields['user.target.name'] ??= target
}

const targetOf = (object: Json, fields: Draft): unknown => {
  const { actor, user, action, target, properties } = object
  // GitHub: org.add_member
  if (typeof actor === 'string' && typeof user === 'string' && typeof action === 'string' && action.includes('.')) {
    if (fields['user.name'] === user && actor !== '') fields['user.name'] = actor
    return user
  }
  // Okta
  if (Array.isArray(target) && isObject(actor)) return userAmong(target)?.alternateId
  // Microsoft Entra
  const inner = isObject(properties) ? properties : object
  if (Array.isArray(inner.targetResources)) return userAmong(inner.targetResources)?.userPrincipalName
  // Google Workspace, AWS
  return fields['events.parameters.USER_EMAIL'] ?? fields['requestParameters.userName']
}

const userAmong = (targets: readonly unknown[]): Json | undefined =>
  targets.filter(isObject).find(({ type }) => type === 'User')
