import { duration } from '../../../lib/units/duration.ts'
import { plural } from '../../../lib/units/number.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import { toEvidence } from '../shared/evidence.ts'
import { list } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import { toScore } from '../shared/score.ts'
import type { LoginSpread } from './login-spread.ts'

/** Explains a user who reaches several hosts from one address for the first time. */
export const explainSpread = (
  { source, stream }: Event,
  { user, address, start, usedAt, by, chance, hosts }: LoginSpread,
  learning: boolean,
): Detection => {
  const count = plural(hosts.size, 'host')
  const names = [...hosts.keys()]
  const within = duration(Math.max(0, usedAt - start))
  const samples = [...hosts.values()]
  return toDetection({
    detector: 'rarity',
    type: 'unauthorized_access',
    source,
    stream,
    subject: `spread of ${user} from ${address}`,
    start,
    from: start,
    to: usedAt,
    score: toScore(chance ** 2),
    severity: 'medium',
    title: `${user} logged in to ${count} from ${address} for the first time`,
    sentence: `${user} logged in to ${list(names)} from ${address} within ${within}. None of them was reached from ${address} before. ${
      by === 'address' ? `${user} had never logged in from there.` : `${user} had never logged in to them.`
    }`,
    value: `${count} within ${within}`,
    usual: 'hosts that the address has reached before',
    reasons: [
      { feature: 'hosts never reached from this address', value: list(names), usual: 'none', pull: 1 },
      by === 'address'
        ? { feature: 'address never used by this user', value: address, usual: 'known addresses', pull: 1 }
        : { feature: 'hosts never used by this user', value: count, usual: 'known hosts', pull: 1 },
    ],
    evidence: samples.map((sample, i) => toEvidence(sample, i === 0 ? 'the first of these logins' : undefined)),
    events: samples.length,
    entities: [
      { type: 'ip', value: address },
      { type: 'user', value: user },
      ...names.map((value) => ({ type: 'host', value }) as const),
    ],
    techniques: ['T1021.004', 'T1078'],
    key: `${user} from ${address} on new hosts`,
    learning,
  })
}
