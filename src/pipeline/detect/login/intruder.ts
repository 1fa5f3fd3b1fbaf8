import { z } from 'zod'
import { day } from '../../../lib/units/time.ts'
import type { Event } from '../../../schema/event/event.ts'
import { parseEventId } from '../../../schema/record/record.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { type EventSample, keepSample, keptFields, savedFields } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { readAttempt } from './attempt.ts'
import type { Login } from './episode.ts'
import type { LoginScope } from './login-scope.ts'

/** How long without activity until a trail is dropped, in ms. */
export const cold = day
const maxTrails = 20
const maxActions = 12
const maxStreams = 10

const sample = z.object({ id: z.string(), time: z.number(), original: z.string(), fields: savedFields })

const trail = z.object({
  /** Whether to follow an account on a host, or an address everywhere. */
  kind: z.enum(['user', 'address']),
  who: z.string(),
  /** The address that used the account, or the account that the address used. */
  other: z.string(),
  host: z.string(),
  source: z.string(),
  /** The stream of the login. */
  stream: z.string(),
  since: z.number(),
  first: z.number(),
  last: z.number(),
  actions: z.array(z.object({ sample, text: z.string() })),
  /** The streams in which the account or address appeared. */
  streams: z.array(z.string()),
  count: z.number(),
  /** The number of privileged actions. */
  asOther: z.number(),
  /** The account of the first privileged action. */
  target: z.string(),
  /** The bytes sent to the address. */
  bytes: z.number(),
  /** The number of the newest event of each partition. */
  seen: z.array(z.tuple([z.number(), z.number()])).default([]),
  changed: z.boolean(),
  usedAt: z.number(),
})

/** The activity of an account or address after a probably guessed login. */
export type Trail = z.infer<typeof trail>

/** Follows intruders. Costs nothing while there are none. */
export interface Trails {
  /** Starts to follow a login that succeeded during an attack, unless it is followed already. */
  follow(scope: Pick<LoginScope, 'source' | 'stream' | 'host'>, login: Login): void
  /** Adds an event to the trails that it belongs to. */
  observe(event: Event): void
  /** Returns the trails that grew since the last call. */
  changed(): readonly Trail[]
  /** Returns all trails. */
  all(): readonly Trail[]
  pack(): string
  unpack(json: string): void
}

/** Creates a follower of intruders, by the given kinds of trails. Remembers at most 20 trails of 12 lines each. */
export const createTrails = (kinds: readonly Trail['kind'][]): Trails => {
  const trails = new BoundedMap<Trail>(maxTrails)
  return {
    follow(scope, { user, address, sample: { time } }) {
      const start = (kind: Trail['kind'], who: string, other: string) => {
        const key = `${kind} ${who} ${kind === 'user' ? scope.stream : ''}`
        const known = trails.get(key)
        if (known && time - known.last <= cold) return
        trails.set(key, {
          ...{ kind, who, other, host: scope.host ?? '', source: scope.source, stream: scope.stream },
          ...{ since: time, first: time, last: time, usedAt: time, actions: [], streams: [], changed: false },
          ...{ count: 0, asOther: 0, target: 'root', bytes: 0, seen: [] },
        })
      }
      if (user !== undefined && kinds.includes('user')) start('user', user, address ?? '')
      if (address !== undefined && kinds.includes('address')) start('address', address, user ?? '')
    },

    observe(event) {
      if (trails.size === 0) return
      // During an attack, most events are failures, which belong to no trail.
      const failed = event.fields['event.outcome'] === 'failure'
      for (const [key, one] of trails.entries()) {
        if (event.time - one.last > cold || (!failed && isOwner(event, one))) trails.delete(key)
        else if (!failed && isPartOf(event, one)) addAction(one, event)
      }
    },

    changed() {
      const some = [...trails.values()].filter(({ changed }) => changed)
      for (const one of some) one.changed = false
      return some
    },

    all: () => [...trails.values()],

    pack: () =>
      JSON.stringify([...trails.entries()].map(([key, one]) => [key, { ...one, actions: one.actions.map(plain) }])),

    unpack(json) {
      trails.clear()
      for (const [key, one] of z.array(z.tuple([z.string(), trail])).parse(JSON.parse(json))) trails.set(key, one)
    },
  }
}

const plain = ({ sample: one, text }: Trail['actions'][number]) => ({
  sample: { id: one.id, time: one.time, original: one.original, fields: keptFields(one) },
  text,
})

/** Whether the account's owner logged in from elsewhere. From then on, its activity counts as theirs. */
const isOwner = (event: Event, { kind, who, other, stream }: Trail): boolean => {
  if (kind !== 'user' || event.stream !== stream) return false
  const attempt = readAttempt(event)
  return attempt?.success === true && attempt.user === who && attempt.address !== undefined && attempt.address !== other
}

/** Whether an event belongs to a trail that does not have it yet. */
export const isPartOf = (event: Event, one: Trail): boolean =>
  event.time >= one.since && belongsTo(event, one) && !hasSeen(one, event)

/** An event may come twice: it is searched for again until it is known to have come. */
const hasSeen = ({ seen }: Trail, { id }: Event): boolean => {
  const place = parseEventId(id)
  return place !== undefined && seen.some(([of, number]) => of === place.partition && place.number <= number)
}

const belongsTo = ({ fields, stream, message }: Event, one: Trail): boolean => {
  if (stream === one.stream || fields['event.outcome'] === 'failure') return false
  if (one.kind === 'address') return fields['source.ip'] === one.who || containsAddress(message, one.who)
  return fields['user.name'] === one.who && fields['host.name'] === one.host && isAct(fields['event.action'])
}

/** Whether a text contains an address as a whole word. */
const containsAddress = (text: string, address: string): boolean => {
  const at = text.indexOf(address)
  return at >= 0 && !/[\d.:a-f]/.test(text[at + address.length] ?? '') && !/[\d.:a-f]/.test(text[at - 1] ?? '')
}

const isAct = (action: unknown): boolean => action === 'sudo' || action === 'su' || action === 'cron_command'

const addAction = (one: Trail, event: Event): void => {
  const { fields, time } = event
  if (one.count === 0) one.first = time
  one.last = Math.max(one.last, time)
  one.usedAt = one.last
  one.count += 1
  const place = parseEventId(event.id)
  if (place) one.seen = [...one.seen.filter(([of]) => of !== place.partition), [place.partition, place.number]]
  one.changed = true
  if (isAct(fields['event.action'])) {
    const target = fields['user.target.name']
    if (one.asOther === 0 && typeof target === 'string') one.target = flatText(target)
    one.asOther += 1
  }
  const bytes = fields['http.response.body.bytes']
  if (typeof bytes === 'number') one.bytes += bytes
  if (!one.streams.includes(event.stream) && one.streams.length < maxStreams) one.streams.push(flatText(event.stream))
  // Keep the first lines and the newest one.
  const action = { sample: keepSample(event) satisfies EventSample, text: flatText(textOf(event), 80) }
  if (one.actions.length < maxActions) one.actions.push(action)
  else one.actions[maxActions - 1] = action
}

const textOf = ({ fields, message }: Event): string => {
  const command = fields['process.command_line']
  if (typeof command === 'string') return command.replace(/^\/(?:[\w.-]+\/)*/, '')
  return message
}
