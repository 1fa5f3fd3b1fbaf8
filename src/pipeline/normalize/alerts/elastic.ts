import { isObject } from '../../../lib/json/json-value.ts'
import type { Draft } from '../draft.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType, isResolvedStatus, toSeverity } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { at, type Json, objectsAt, set, textsAt } from './pick.ts'

/** Parses alerts of Kibana: of Elastic Security and of its other rules, as documents or search hits, with dotted or nested names. */
export const elastic: AlertFormat = {
  name: 'elastic',
  matches: (object) => {
    const document = documentOf(object)
    if (!mayNameRule(document)) return false
    return namesOf.some((prefix) => value(document, `${prefix}.rule.name`) !== undefined && idOf(object) !== undefined)
  },
  read(object, record) {
    const document = documentOf(object)
    const own = (...names: readonly string[]) => first(document, names)
    const title = own('rule.name')
    const id = idOf(object)
    if (title === undefined || id === undefined)
      return 'The alert has no kibana.alert.rule.name or no kibana.alert.uuid.'
    const fields: Draft = {}
    set(fields, 'rule.name', title)
    set(fields, 'rule.id', own('rule.rule_id', 'rule.uuid', 'rule.id'))
    const threats = namesOf.flatMap((prefix) => objectsAt(document, `${prefix}.rule.threat`))
    set(
      fields,
      'threat.tactic.name',
      threats.flatMap((threat) => textsAt(threat, 'tactic.name')),
    )
    set(fields, 'threat.technique.id', threats.flatMap(techniquesOf))
    const reason = own('reason') ?? own('rule.description')
    const status = own('status')
    const handled = own('workflow_status')
    const url = own('url')
    return {
      provider: 'elastic',
      id,
      key: id,
      ref: url,
      type: guessType(title, own('rule.category'), reason),
      severity:
        toSeverity(own('severity', 'rule.severity')) ?? ofRisk(own('risk_score', 'rule.risk_score')) ?? 'medium',
      title,
      description: reason,
      start: toStamp(own('start', 'original_time') ?? at(document, '@timestamp'), record),
      end: toStamp(own('end', 'last_detected'), record),
      ...((status ?? handled) !== undefined && {
        over: [handled, status].some((word) => word === 'recovered' || isResolvedStatus(word)),
      }),
      asset: value(document, 'host.name'),
      fields,
      part: document,
    }
  },
}

/** `signal` is the name of `kibana.alert` before version 8. */
const namesOf = ['kibana.alert', 'signal']

/** Whether a document has any beginning of the path to the name of a rule, which may be split at each of its dots. A cheap test. */
const mayNameRule = (document: Json): boolean =>
  document.kibana !== undefined ||
  document.signal !== undefined ||
  document['kibana.alert'] !== undefined ||
  document['kibana.alert.rule'] !== undefined ||
  document['kibana.alert.rule.name'] !== undefined ||
  document['signal.rule'] !== undefined ||
  document['signal.rule.name'] !== undefined

/** Returns the document of a search hit, or the object itself. */
const documentOf = (object: Json): Json => (isObject(object._source) ? object._source : object)

const idOf = (object: Json): string | undefined => first(documentOf(object), ['uuid']) ?? value(object, '_id')

/** The fields API of Elasticsearch returns every value in a list. */
const value = (document: Json, path: string): string | undefined => textsAt(document, path)[0]

const first = (document: Json, names: readonly string[]): string | undefined => {
  for (const name of names) {
    for (const prefix of namesOf) {
      const found = value(document, `${prefix}.${name}`)
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** The techniques of a tactic; a sub-technique replaces its technique. */
const techniquesOf = (threat: Json): readonly string[] =>
  objectsAt(threat, 'technique').flatMap((technique) => {
    const below = objectsAt(technique, 'subtechnique').flatMap((one) => textsAt(one, 'id'))
    return below.length > 0 ? below : textsAt(technique, 'id')
  })

/** Kibana's own limits for risk scores of 0 to 100. */
const ofRisk = (score: string | undefined): 'low' | 'medium' | 'high' | 'critical' | undefined => {
  const risk = score === undefined ? Number.NaN : Number(score)
  if (!Number.isFinite(risk)) return undefined
  if (risk >= 74) return 'critical'
  return risk >= 48 ? 'high' : risk >= 22 ? 'medium' : 'low'
}
