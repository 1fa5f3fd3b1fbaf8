import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/bytes/codec.ts'
import { percent, plural } from '../../../lib/units/number.ts'
import type { Detection, Entity } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import { textField } from '../../../schema/event/event.ts'
import type { Detector } from '../detector.ts'
import { readAttempt } from '../login/attempt.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { toEvidence } from '../shared/evidence.ts'
import { list, type Reason } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import { toScore } from '../shared/score.ts'
import { readState } from '../shared/state.ts'
import {
  type NewPair,
  observePair,
  type PairHistory,
  readPairHistory,
  startPairHistory,
  writePairHistory,
} from './pair-history.ts'

const name = 'rarity'
const version = 1

const options = z.strictObject({
  warmup: z
    .int()
    .min(1)
    .default(50)
    .describe('How many logins of a source to learn before findings may be rated above low.'),
  chance: z.number().positive().max(0.5).default(0.02).describe('Maximum probability of a first encounter to report.'),
  max_sources: z.int().min(1).default(50).describe('How many sources to track.'),
  max_pairs: z.int().min(1).default(5000).describe('How many pairs to remember per kind and source.'),
})

/** The kinds of first encounters. */
const kinds = ['user', 'address', 'host', 'reach', 'rights'] as const
type Kind = (typeof kinds)[number]

interface Source {
  readonly known: Readonly<Record<Kind, PairHistory>>
  logins: number
  usedAt: number
}

/** A first encounter. */
interface FirstEncounter {
  readonly kind: Kind
  readonly one: string
  readonly other: string
  readonly newPair: NewPair
}

const none: readonly FirstEncounter[] = []

/**
 * Finds first encounters of users, addresses and hosts in successful logins and privileged actions. Scores each by how often the same user
 * has first encounters, so that frequent travellers are not reported. Not for failed logins: in an attack, all of them are new.
 */
export const rarity: Component<typeof options, Detector> = {
  name,
  summary: 'Finds first-time combinations of users, addresses and hosts in successful logins.',
  options,
  create(given) {
    let sources = new BoundedMap<Source>(given.max_sources)

    const startSource = (time: number): Source => {
      const fresh = () => startPairHistory(given.max_pairs)
      const known = { user: fresh(), address: fresh(), host: fresh(), reach: fresh(), rights: fresh() }
      return { known, logins: 0, usedAt: time }
    }
    const sourceOf = (event: Event): Source => {
      let source = sources.get(event.source)
      if (!source) {
        source = startSource(event.time)
        sources.set(event.source, source)
      }
      source.usedAt = Math.max(source.usedAt, event.time)
      return source
    }

    const observe = (
      { known }: Source,
      kind: Kind,
      one: string,
      other: string,
      time: number,
      firsts: readonly FirstEncounter[],
    ): readonly FirstEncounter[] => {
      const newPair = observePair(known[kind], one, other, time)
      return newPair ? [...firsts, { kind, one, other, newPair }] : firsts
    }
    const observeAll = (
      source: Source,
      { user, address, host, target }: Action,
      time: number,
    ): readonly FirstEncounter[] => {
      // All are paired with "anybody", so a new pair is a new user, or a new privileged action.
      if (target !== undefined) {
        if (user === target) return none
        return observe(
          source,
          'rights',
          'anybody',
          `${user} as ${target}${host === undefined ? '' : ` on ${host}`}`,
          time,
          none,
        )
      }
      let firsts = observe(source, 'user', 'anybody', user, time, none)
      if (address !== undefined) firsts = observe(source, 'address', user, address, time, firsts)
      if (host !== undefined) firsts = observe(source, 'host', user, host, time, firsts)
      if (address !== undefined && host !== undefined) firsts = observe(source, 'reach', host, address, time, firsts)
      return firsts
    }

    const detectIn = (event: Event): Detection | undefined => {
      const action = readAction(event)
      if (!action) return undefined
      const source = sourceOf(event)
      const firsts = observeAll(source, action, event.time)
      const learning = source.logins < given.warmup
      source.logins++
      return detectionOf(event, action, firsts, learning)
    }
    const detectionOf = (
      event: Event,
      action: Action,
      all: readonly FirstEncounter[],
      learning: boolean,
    ): Detection | undefined => {
      const isNewUser = all.some(({ kind }) => kind === 'user')
      const firsts = all.filter(
        ({ kind, newPair }) =>
          newPair.count > 0 && newPair.chance <= given.chance && (kind === 'user' || kind === 'reach' || !isNewUser),
      )
      return firsts.length > 0 ? explainFirsts(event, action, firsts, learning) : undefined
    }

    const detect = (events: readonly Event[]): Detection[] => {
      const found: Detection[] = []
      for (const event of events) {
        const detection = detectIn(event)
        if (detection) found.push(detection)
      }
      return found
    }

    return {
      name,
      detect,
      progress: () =>
        [...sources.entries()].map(([of, { logins }]) => ({ of, seen: logins, needed: given.warmup, unit: 'logins' })),
      save() {
        const writer = createWriter(name, version).varint(sources.size)
        for (const [key, source] of sources.entries()) {
          writer.text(key).f64(source.usedAt).varint(source.logins)
          for (const kind of kinds) writePairHistory(writer, source.known[kind])
        }
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = new BoundedMap<Source>(given.max_sources)
          for (let left = reader.varint(); left > 0; left--) {
            const key = reader.text()
            const usedAt = reader.f64()
            const logins = reader.varint()
            const next = () => readPairHistory(reader, given.max_pairs)
            const known = { user: next(), address: next(), host: next(), reach: next(), rights: next() }
            restored.set(key, { known, logins, usedAt })
          }
          sources = restored
        })
      },
    }
  },
}

/** A successful login, or a privileged action. */
interface Action {
  readonly user: string
  readonly address: string | undefined
  readonly host: string | undefined
  /** The account whose rights were used; undefined for a login. */
  readonly target: string | undefined
}

const readAction = (event: Event): Action | undefined => {
  const action = event.fields['event.action']
  const host = textField(event, 'host.name')
  if (action === 'sudo' || action === 'su') {
    const user = textField(event, 'user.name')
    if (user === undefined || event.fields['event.outcome'] !== 'success') return undefined
    return { user, address: undefined, host, target: textField(event, 'user.target.name') ?? 'root' }
  }
  const attempt = readAttempt(event)
  if (!attempt?.success || attempt.user === undefined) return undefined
  return { user: attempt.user, address: attempt.address, host, target: undefined }
}

const explainFirsts = (
  event: Event,
  action: Action,
  firsts: readonly FirstEncounter[],
  learning: boolean,
): Detection => {
  const { user, address, host, target } = action
  const chance = Math.min(...firsts.map(({ newPair }) => newPair.chance))
  const service = textField(event, 'service.name')
  const did =
    target === undefined
      ? `${user} logged in${address === undefined ? '' : ` from ${address}`}`
      : `${user} acted as ${target}`
  const place = host === undefined ? '' : ` on ${host}`
  const entities: Entity[] = [
    ...(address === undefined ? [] : [{ type: /^[\d.]+$|:/.test(address) ? 'ip' : 'domain', value: address } as const]),
    { type: 'user', value: user },
    ...(host === undefined ? [] : [{ type: 'host', value: host } as const]),
    ...(service === undefined ? [] : [{ type: 'service', value: service } as const]),
  ]
  return toDetection({
    detector: name,
    type: 'anomaly',
    source: event.source,
    stream: event.stream,
    subject: `${user} ${address ?? ''} ${target ?? ''}`,
    start: event.time,
    from: event.time,
    to: event.time,
    score: toScore(chance),
    severity: firsts.length > 1 || target !== undefined ? 'low' : 'info',
    title: `First time: ${did}${place}`,
    sentence: `${did}${place}. ${firsts.map(describeFirst).join(' ')}`,
    value: 'first seen',
    usual: firsts.map(usualOf).join('; '),
    reasons: firsts.map(reasonOf),
    evidence: [toEvidence(event, target === undefined ? 'the login that succeeded' : 'the privileged action')],
    events: 1,
    entities,
    techniques: target === undefined ? ['T1078'] : ['T1548'],
    key: `first time ${did}${place}`,
    learning,
  })
}

const describeFirst = ({ kind, one, other, newPair: { count, others } }: FirstEncounter): string => {
  switch (kind) {
    case 'user':
      return `${other} is new in ${plural(count, 'earlier login')} by ${plural(others, 'user')}.`
    case 'address':
      return `${one} was seen in ${plural(count, 'earlier login')}, from ${plural(others, 'other address', 'other addresses')}.`
    case 'host':
      return `${one} was seen in ${plural(count, 'earlier login')}, on ${plural(others, 'other host')}.`
    case 'reach':
      return `${one} was reached in ${plural(count, 'earlier login')}, from ${plural(others, 'other address', 'other addresses')}.`
    case 'rights':
      return `This is new in ${plural(count, 'earlier privileged action')} of ${plural(others, 'kind')}.`
  }
}

const usualOf = ({ kind, newPair: { others, chance } }: FirstEncounter): string => {
  const [one, many] = nouns[kind]
  return `${others === 1 ? `the known ${one}` : plural(others, `known ${one}`, `known ${many}`)} (${percent(1 - chance)})`
}

const nouns: Readonly<Record<Kind, readonly [string, string]>> = {
  user: ['user', 'users'],
  address: ['address', 'addresses'],
  host: ['host', 'hosts'],
  reach: ['address', 'addresses'],
  rights: ['user with such rights', 'users with such rights'],
}

const features: Readonly<Record<Kind, string>> = {
  user: 'user never seen',
  address: 'address never used by this user',
  host: 'host never used by this user',
  reach: 'address never seen at this host',
  rights: 'rights never used by this user',
}

const reasonOf = (first: FirstEncounter): Reason => ({
  feature: features[first.kind],
  value: list([first.other]),
  usual: usualOf(first),
  pull: -Math.log10(first.newPair.chance),
})
