import { isObject } from '../../../lib/json/json-value.ts'
import type { Severity } from '../../../schema/severity.ts'
import type { Draft } from '../draft.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType, isResolvedStatus, toSeverity } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { type Json, objectsAt, set, setHashes, setSide, setUrl, text, textsAt } from './pick.ts'

/** Parses alerts and cases of TheHive 3 to 5: plain, and in its webhooks. */
export const theHive: AlertFormat = {
  name: 'thehive',
  matches: (object) => {
    const subject = subjectOf(object)
    return (
      typeof subject.title === 'string' &&
      severities.has(Number(subject.severity)) &&
      ((typeof subject.sourceRef === 'string' &&
        typeof subject.source === 'string' &&
        typeof subject.type === 'string') ||
        /^(?:alert|case)$/i.test(String(subject._type)) ||
        (subject !== object && kindOf(object) !== undefined))
    )
  },
  read(object, record) {
    const subject = subjectOf(object)
    const title = text(subject, 'title')
    const id = text(subject, '_id', 'id', 'sourceRef', 'number', 'caseId')
    if (title === undefined || id === undefined) return 'The alert has no title, or neither _id nor sourceRef.'
    const fields: Draft = {}
    for (const name of ['observables', 'artifacts']) {
      for (const observable of objectsAt(subject, name)) addObservable(fields, observable)
    }
    set(fields, 'threat.technique.id', [
      ...objectsAt(subject, 'procedures').flatMap((one) => textsAt(one, 'patternId')),
      ...textsAt(subject, 'tags').flatMap((tag) => /\bT\d{4}(?:\.\d{3})?\b/.exec(tag)?.[0] ?? []),
    ])
    const status = text(subject, 'stage') ?? text(subject, 'status')
    return {
      provider: 'thehive',
      id,
      key: id,
      ref: text(subject, 'externalLink') ?? text(subject, 'sourceRef'),
      type: guessType(text(subject, 'type'), title, text(subject, 'description')),
      severity: severities.get(Number(subject.severity)) ?? toSeverity(text(subject, 'severityLabel')) ?? 'medium',
      title,
      description: text(subject, 'description'),
      start: toStamp(subject.date ?? subject.startDate ?? subject._createdAt ?? subject.createdAt, record),
      end: toStamp(subject.endDate, record),
      // TheHive 4 has no stage; its status of an alert that an analyst dismissed is "Ignored".
      ...(status !== undefined && { over: isResolvedStatus(status) || status === 'Ignored' }),
      asset: text(fields, 'host.name'),
      fields,
      part: subject,
    }
  },
}

/** TheHive's scale, which ends at 4. */
const severities: ReadonlyMap<number, Severity> = new Map([
  [1, 'low'],
  [2, 'medium'],
  [3, 'high'],
  [4, 'critical'],
])

const kindOf = (webhook: Json): string | undefined =>
  /^(?:alert|case)$/i.exec(text(webhook, 'objectType') ?? '')?.[0].toLowerCase()

/** Returns the alert or case of a webhook, or the object itself. */
const subjectOf = (object: Json): Json =>
  isObject(object.object) && kindOf(object) !== undefined ? object.object : object

/** Adds one observable. The first of a kind wins. */
const addObservable = (fields: Draft, observable: Json): void => {
  const data = text(observable, 'data')
  switch (text(observable, 'dataType')?.toLowerCase()) {
    case 'ip':
      setSide(fields, 'source', data)
      break
    case 'hostname':
      set(fields, 'host.name', data)
      break
    case 'domain':
    case 'fqdn':
    case 'url':
      setUrl(fields, data)
      break
    case 'filename':
      set(fields, 'file.name', data)
      break
    case 'hash':
      setHashes(fields, data)
      break
    case 'user':
    case 'username':
    case 'account':
      set(fields, 'user.name', data)
      break
  }
}
