import { isObject } from '../../../../lib/json/json-value.ts'
import { type Draft, setIfAbsent } from '../../draft.ts'

type Json = Readonly<Record<string, unknown>>

/** Whether an object is an event of Kubernetes, as `kubectl get events -o json` prints it. */
export const isKubernetesEvent = (object: Json): boolean =>
  object.kind === 'Event' && typeof object.reason === 'string' && isObject(object.involvedObject)

/** Completes the fields of an event of Kubernetes: its reason is the action, its type the level, and it may be about a pod. */
export const completeKubernetesEvent = (object: Json, fields: Draft): void => {
  const { reason, type, involvedObject, source } = object
  fields['event.action'] = String(reason)
  fields['log.level'] = type === 'Warning' ? 'warning' : 'info'
  if (isObject(involvedObject)) {
    const { kind, name, namespace } = involvedObject
    if (kind === 'Pod' && typeof name === 'string') setIfAbsent(fields, 'kubernetes.pod.name', name)
    if (kind === 'Node' && typeof name === 'string') setIfAbsent(fields, 'host.name', name)
    if (typeof namespace === 'string') setIfAbsent(fields, 'kubernetes.namespace', namespace)
  }
  if (!isObject(source)) return
  if (typeof source.host === 'string' && source.host !== '') setIfAbsent(fields, 'host.name', source.host)
  if (typeof source.component === 'string') setIfAbsent(fields, 'service.name', source.component)
}
