import { isObject } from '../../../lib/json/json-value.ts'
import type { Severity } from '../../../schema/severity.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { set, setSide, text, textsAt } from './pick.ts'

/** Falco's priorities. Rules of lower ones describe what happens, so their records stay events. */
const severities: ReadonlyMap<string, Severity> = new Map([
  ['emergency', 'critical'],
  ['alert', 'critical'],
  ['critical', 'critical'],
  ['error', 'high'],
  ['warning', 'medium'],
  ['notice', 'low'],
])

const severityOf = (priority: unknown): Severity | undefined =>
  typeof priority === 'string' ? severities.get(priority.toLowerCase()) : undefined

/** Parses alerts of Falco, which watches system calls, with `json_output`. */
export const falco: AlertFormat = {
  name: 'falco',
  matches: (object) =>
    typeof object.rule === 'string' &&
    typeof object.output === 'string' &&
    isObject(object.output_fields) &&
    severityOf(object.priority) !== undefined,
  read(object, record) {
    const title = text(object, 'rule')
    const severity = severityOf(object.priority)
    if (title === undefined || severity === undefined) return 'The alert has no rule or no priority.'
    // Its names contain dots.
    const of = (...names: readonly string[]) => text(object.output_fields, ...names)
    const host = text(object, 'hostname') ?? of('k8s.node.name')
    const fields = {}
    set(fields, 'host.name', host)
    set(fields, 'user.name', of('user.name', 'ka.user.name', 'ct.user'))
    set(fields, 'container.id', of('container.id'))
    set(fields, 'container.name', of('container.name'))
    set(fields, 'container.image.name', of('container.image.repository'))
    set(fields, 'orchestrator.namespace', of('k8s.ns.name'))
    set(fields, 'orchestrator.resource.name', of('k8s.pod.name'))
    set(fields, 'process.name', of('proc.name'))
    set(fields, 'process.command_line', of('proc.cmdline'))
    set(fields, 'file.path', of('fd.name')?.startsWith('/') ? of('fd.name') : undefined)
    setSide(fields, 'source', of('fd.cip', 'ct.srcip'), of('fd.cport'))
    setSide(fields, 'destination', of('fd.sip'), of('fd.sport'))
    set(fields, 'rule.name', title)
    const tags = textsAt(object, 'tags')
    set(
      fields,
      'threat.technique.id',
      tags.filter((tag) => /^T\d{4}(?:\.\d{3})?$/.test(tag)),
    )
    return {
      provider: 'falco',
      type: guessType(title, ...tags.map((tag) => tag.replace(/^mitre_/, ''))),
      severity,
      title,
      description: text(object, 'output'),
      start: toStamp(object.time, record),
      asset: host ?? of('container.name'),
      fields,
    }
  },
}
