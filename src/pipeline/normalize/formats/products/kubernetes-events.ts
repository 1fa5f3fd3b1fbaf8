import { day, hour, minute } from '../../../../lib/units/time.ts'
import { type Draft, finish } from '../../draft.ts'
import type { Parser } from '../../parser.ts'

/** The namespace with `-A`, the age of the last time and how often, the type, the reason, the object and the message. */
const row =
  /^(?:([a-z\d][a-z\d-]{0,62}) {2,64})?((?:\d{1,4}[dhms]){1,4})(?: \(x(\d{1,9}) over [\ddhms]{2,20}\))? {2,32}(Normal|Warning) {2,16}([A-Z]\w{1,80}) {2,80}([a-z]{2,60})\/(\S{1,253}) {2,200}(\S[^\n]{0,8000})$/

const units: ReadonlyMap<string, number> = new Map([
  ['d', day],
  ['h', hour],
  ['m', minute],
  ['s', 1000],
])

/** Parses the rows that `kubectl get events` prints. They have an age, so their times are counted back from the arrival of the record. */
export const kubernetesEventsParser: Parser = {
  name: 'kubernetes-events',
  parse({ text, receivedAt }) {
    if (!text.includes('  Normal  ') && !text.includes('  Warning  ')) return undefined
    const found = row.exec(text.trimEnd())
    if (!found) return undefined
    const [, namespace, age = '', times, level = '', reason = '', kind = '', name = '', message = ''] = found
    const fields: Draft = {
      'event.action': reason,
      'log.level': level === 'Warning' ? 'warning' : 'info',
      'kubernetes.object': `${kind}/${name}`,
      'service.name': 'kubernetes',
    }
    if (namespace !== undefined) fields['kubernetes.namespace'] = namespace
    if (kind === 'pod') fields['kubernetes.pod.name'] = name
    if (kind === 'node') fields['host.name'] = name
    if (times !== undefined) fields['kubernetes.event.count'] = Number(times)
    return finish('kubernetes-events', { time: receivedAt - ageOf(age), guessed: true }, message, fields)
  },
}

/** The milliseconds of `3m4s`. */
const ageOf = (age: string): number => {
  let sum = 0
  for (const [, count = '0', unit = ''] of age.matchAll(/(\d{1,4})([dhms])/g))
    sum += Number(count) * (units.get(unit) ?? 0)
  return sum
}
