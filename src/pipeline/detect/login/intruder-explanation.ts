import { dataSize } from '../../../lib/units/data-size.ts'
import { duration } from '../../../lib/units/duration.ts'
import { plural } from '../../../lib/units/number.ts'
import type { Detection, Entity } from '../../../schema/detection/detection.ts'
import { doneAfterLogin } from '../../../schema/detection/telling-evidence.ts'
import { toEvidence } from '../shared/evidence.ts'
import { list, type Reason } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import { logToScore } from '../shared/score.ts'
import type { Trail } from './intruder.ts'

/** Bytes sent that count as exfiltration. */
const much = 1024 * 1024

/** Builds the detection of activity after a probably guessed login. */
export const explainTrail = (trail: Trail): Detection => {
  const { kind, who, other, host, first, last, since, count, asOther, target, actions } = trail
  const carried = kind === 'address' && trail.bytes >= much
  const size = dataSize(trail.bytes)
  const commands = [...new Set(actions.map(({ text }) => text))]
  const did = kind === 'user' ? `acted as ${target} on ${host}` : `appears in ${list(trail.streams)}`
  const title =
    kind === 'user'
      ? `${who} acted as ${target} ${plural(count, 'time')} after the guessed login`
      : carried
        ? `${size} went to ${who} after the guessed login`
        : `${who} appears in ${plural(count, 'other line')} after the guessed login`
  const reasons: Reason[] = [
    { feature: 'actions after a guessed login', value: String(count), usual: 'none', pull: Math.log2(1 + count) },
    ...(asOther > 0
      ? [{ feature: 'privileged actions', value: String(asOther), usual: 'none', pull: Math.log2(1 + asOther) }]
      : []),
    ...(carried
      ? [{ feature: 'bytes sent to the address', value: size, usual: 'none', pull: Math.log2(1 + trail.bytes / much) }]
      : []),
  ]
  const entities: Entity[] = [
    kind === 'user' ? { type: 'user', value: who } : { type: 'ip', value: who },
    ...(kind === 'user' && other !== '' ? [{ type: 'ip', value: other } as const] : []),
    ...(host === '' ? [] : [{ type: 'host', value: host } as const]),
  ]
  return toDetection({
    detector: 'sequence',
    type: carried ? 'data_exfiltration' : 'unauthorized_access',
    source: trail.source,
    stream: trail.stream,
    subject: `trail of ${kind} ${who}`,
    start: since,
    from: first,
    to: last,
    score: logToScore(-4 - Math.min(count, 8) / 2),
    severity: asOther > 0 || carried ? 'high' : 'medium',
    title,
    sentence: `${capital(duration(first - since))} after the probably guessed login, ${who} ${did}${count > 1 ? `, ${plural(count, 'time')} within ${duration(last - first)}` : ''}: ${list(commands, 8)}.${carried ? ` ${size} were sent to the address.` : ''}`,
    value: plural(count, 'action'),
    usual: 'none, because the login was guessed',
    reasons,
    evidence: actions.map(({ sample }) => toEvidence(sample, doneAfterLogin)),
    events: count,
    entities,
    ...(carried ? {} : { sources: [[kind === 'address' ? who : other, count]] as const }),
    techniques: [...(asOther > 0 ? ['T1548.003'] : []), ...(carried ? ['T1048'] : [])],
    key: `after a guessed login: ${kind} ${who}`,
    learning: false,
  })
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
