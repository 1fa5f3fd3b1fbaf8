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
  return {
    name,
    detect(facts) {
      for (const fact of facts) {
        if (fact.about === 'break-in') trails.follow(scopeOf(fact), loginOf(fact))
        else if (fact.about === 'intruder') trails.observe(fact)
      }
      return trails.changed().map(explainTrail)
    },
    wanted: (now) =>
      trails
        .all()
        .filter(({ last }) => now - last <= cold)
        .map((trail: Trail) => ({
          address: trail.who,
          since: trail.since,
          isNew: (event) => isPartOf(event, trail),
        })),
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
