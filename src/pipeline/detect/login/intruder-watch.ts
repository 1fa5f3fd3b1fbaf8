import { createWriter } from '../../../lib/bytes/codec.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Fact } from '../../../schema/event/fact.ts'
import type { Detector } from '../detector.ts'
import { readState } from '../shared/state.ts'
import type { Login } from './episode.ts'
import { cold, createTrails, isPartOf, type Trail } from './intruder.ts'
import { explainTrail } from './intruder-explanation.ts'
import type { LoginScope } from './login-scope.ts'

const name = 'sequence'
const version = 1

/** An address to search for. */
export interface FollowedAddress {
  readonly address: string
  /** The time of the login, in ms. */
  readonly since: number
  /** Whether the trail lacks an event. */
  isNew(event: Event): boolean
}

/** Follows the addresses of intruders over all partitions. */
export interface IntruderWatch extends Detector {
  /** Takes logins after which to follow an address, and events with such an address. */
  detect(facts: readonly Fact[]): ReturnType<Detector['detect']>
  /** The addresses that are followed. */
  wanted(now: number): readonly FollowedAddress[]
}

/** Creates the part of `sequenceDetector` that needs all partitions. */
export const createIntruderWatch = (): IntruderWatch => {
  const trails = createTrails(['address'])
  /** When each trail was first seen to have so many events. Records of past weeks have their times, so times of events do not show it. */
  const grown = new Map<string, { readonly count: number; readonly at: number }>()
  const isWarm = ({ who, count, last }: Trail, now: number): boolean => {
    const known = grown.get(who)
    const growth = known?.count === count ? known : { count, at: now }
    grown.set(who, growth)
    return now - Math.max(last, growth.at) <= cold
  }
  return {
    name,
    detect(facts) {
      for (const fact of facts) {
        if (fact.about === 'break-in') trails.follow(scopeOf(fact), loginOf(fact))
        else if (fact.about === 'intruder') trails.observe(fact)
      }
      return trails.changed().map(explainTrail)
    },
    wanted(now) {
      const all = trails.all()
      for (const who of grown.keys()) if (!all.some((trail) => trail.who === who)) grown.delete(who)
      return all
        .filter((trail) => isWarm(trail, now))
        .map((trail) => ({
          address: trail.who,
          since: trail.since,
          isNew: (event) => isPartOf(event, trail),
        }))
    },
    save: () => createWriter(name, version).text(trails.pack()).finish(),
    restore: (state) => readState(state, name, version, (reader) => trails.unpack(reader.text())),
  }
}

/** Writes a login after which to follow its address; nothing without an address. */
export const breakInFacts = (
  { source, stream, host }: LoginScope,
  { user, address, sample: { id, time, original } }: Login,
): readonly Fact[] => {
  if (address === undefined) return []
  const fields = {
    'source.ip': address,
    ...(user !== undefined && { 'user.name': user }),
    ...(host !== undefined && { 'host.name': host }),
  }
  const texts = { message: original, original }
  return [
    {
      id,
      kind: 'event',
      time,
      timeGuessed: false,
      receivedAt: time,
      source,
      stream,
      ...texts,
      fields,
      about: 'break-in',
    },
  ]
}

const scopeOf = ({ source, stream, fields: { 'host.name': host } }: Fact) => ({
  source,
  stream,
  host: typeof host === 'string' ? host : undefined,
})

const loginOf = ({ id, time, original, fields: { 'user.name': user, 'source.ip': address } }: Fact): Login => ({
  sample: { id, time, original },
  user: typeof user === 'string' ? user : undefined,
  address: typeof address === 'string' ? address : undefined,
})
