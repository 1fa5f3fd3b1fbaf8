import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/codec/codec.ts'
import type { Detection, Entity } from '../../../schema/detection.ts'
import type { Event } from '../../../schema/event.ts'
import { textField } from '../../../schema/event.ts'
import type { Detector } from '../detector.ts'
import { readAttempt } from '../login/attempt.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { toEvidence } from '../shared/evidence.ts'
import { list, percent, plural, type Reason } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import { toScore } from '../shared/score.ts'
import { readState } from '../shared/state.ts'
import {
  type Acquaintance,
  type Meeting,
  meet,
  readAcquaintance,
  startAcquaintance,
  writeAcquaintance,
} from './acquaintance.ts'

const name = 'rarity'
const version = 1

const options = z.strictObject({
  warmup: z
    .int()
    .min(1)
    .default(50)
    .describe('How many logins of a source must be known before its findings may be graver than low.'),
  chance: z
    .number()
    .positive()
    .max(0.5)
    .default(0.02)
    .describe('How likely a first encounter may be and still be told.'),
  max_sources: z.int().min(1).default(50).describe('For how many sources logins are remembered.'),
  max_pairs: z.int().min(1).default(5000).describe('How many pairs are remembered of each kind and source.'),
})

/** What one can be new to, and how it is said. */
const kinds = ['user', 'address', 'host', 'reach', 'rights'] as const
type Kind = (typeof kinds)[number]

interface Source {
  readonly known: Readonly<Record<Kind, Acquaintance>>
  logins: number
  usedAt: number
}

/** A first encounter. */
interface First {
  readonly kind: Kind
  readonly one: string
  readonly other: string
  readonly meeting: Meeting
}

const none: readonly First[] = []

/**
 * Finds first encounters of users, addresses and hosts, in logins that succeeded and in acts with more rights. Each is judged by how
 * often the same user meets somebody new, so that who travels is no news. Not for failed logins: those of an attack are all new.
 */
export const rarity: Component<typeof options, Detector> = {
  name,
  summary: 'Finds logins by users, from addresses or on hosts that were never seen together.',
  options,
  create(given) {
    let sources = new BoundedMap<Source>(given.max_sources)

    const startSource = (time: number): Source => {
      const fresh = () => startAcquaintance(given.max_pairs)
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

    const take = (
      { known }: Source,
      kind: Kind,
      one: string,
      other: string,
      time: number,
      news: readonly First[],
    ): readonly First[] => {
      const meeting = meet(known[kind], one, other, time)
      return meeting ? [...news, { kind, one, other, meeting }] : news
    }
    const meetAll = (source: Source, { user, address, host, target }: Act, time: number): readonly First[] => {
      // Everybody is new to "anybody", so those tell of users never seen, or never seen to do this.
      if (target !== undefined) {
        if (user === target) return none
        return take(
          source,
          'rights',
          'anybody',
          `${user} as ${target}${host === undefined ? '' : ` on ${host}`}`,
          time,
          none,
        )
      }
      let news = take(source, 'user', 'anybody', user, time, none)
      if (address !== undefined) news = take(source, 'address', user, address, time, news)
      if (host !== undefined) news = take(source, 'host', user, host, time, news)
      if (address !== undefined && host !== undefined) news = take(source, 'reach', host, address, time, news)
      return news
    }

    const judge = (event: Event): Detection | undefined => {
      const act = readAct(event)
      if (!act) return undefined
      const source = sourceOf(event)
      const news = meetAll(source, act, event.time)
      const learning = source.logins < given.warmup
      source.logins++
      return news.length === 0 ? undefined : judgeNews(event, act, news, learning)
    }
    const judgeNews = (event: Event, act: Act, news: readonly First[], learning: boolean): Detection | undefined => {
      const isNewUser = news.some(({ kind }) => kind === 'user')
      const firsts = news.filter(
        ({ kind, meeting }) =>
          meeting.count > 0 && meeting.chance <= given.chance && (kind === 'user' || kind === 'reach' || !isNewUser),
      )
      return firsts.length > 0 ? tell(event, act, firsts, learning) : undefined
    }

    const detect = (events: readonly Event[]): Detection[] => {
      const found: Detection[] = []
      for (const event of events) {
        const detection = judge(event)
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
          for (const kind of kinds) writeAcquaintance(writer, source.known[kind])
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
            const next = () => readAcquaintance(reader, given.max_pairs)
            const known = { user: next(), address: next(), host: next(), reach: next(), rights: next() }
            restored.set(key, { known, logins, usedAt })
          }
          sources = restored
        })
      },
    }
  },
}

/** A login that succeeded, or an act with another's rights. */
interface Act {
  readonly user: string
  readonly address: string | undefined
  readonly host: string | undefined
  /** Whose rights were used, when it was no login. */
  readonly target: string | undefined
}

const readAct = (event: Event): Act | undefined => {
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

const tell = (event: Event, act: Act, firsts: readonly First[], learning: boolean): Detection => {
  const { user, address, host, target } = act
  const chance = Math.min(...firsts.map(({ meeting }) => meeting.chance))
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
    sentence: `${did}${place}. ${firsts.map(said).join(' ')}`,
    value: 'first seen',
    usual: firsts.map(usualOf).join('; '),
    reasons: firsts.map(reasonOf),
    evidence: [toEvidence(event, target === undefined ? 'the login that succeeded' : 'the act')],
    events: 1,
    entities,
    techniques: target === undefined ? ['T1078'] : ['T1548'],
    key: `first time ${did}${place}`,
    learning,
  })
}

const said = ({ kind, one, other, meeting: { count, others } }: First): string => {
  switch (kind) {
    case 'user':
      return `${other} was not seen in ${plural(count, 'earlier login')} by ${plural(others, 'user')}.`
    case 'address':
      return `${one} was seen in ${plural(count, 'earlier login')}, from ${plural(others, 'other address', 'other addresses')}.`
    case 'host':
      return `${one} was seen in ${plural(count, 'earlier login')}, on ${plural(others, 'other host')}.`
    case 'reach':
      return `${one} was reached in ${plural(count, 'earlier login')}, from ${plural(others, 'other address', 'other addresses')}.`
    case 'rights':
      return `That was not seen in ${plural(count, 'earlier act')} with another's rights, of ${plural(others, 'kind')}.`
  }
}

const usualOf = ({ kind, meeting: { others, chance } }: First): string => {
  const [one, many] = words[kind]
  return `${others === 1 ? `the known ${one}` : plural(others, `known ${one}`, `known ${many}`)} (${percent(1 - chance)})`
}

const words: Readonly<Record<Kind, readonly [string, string]>> = {
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

const reasonOf = (first: First): Reason => ({
  feature: features[first.kind],
  value: list([first.other]),
  usual: usualOf(first),
  pull: -Math.log10(first.meeting.chance),
})
