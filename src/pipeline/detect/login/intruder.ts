import { z } from 'zod'
import type { Event } from '../../../schema/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import type { Login } from '../shared/episode.ts'
import { keepSample, type Sample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { readAttempt } from './attempt.ts'
import type { LoginScope } from './login-scope.ts'

const hour = 3_600_000
/** After so long without a deed a trail is cold, in ms. */
const cold = 24 * hour
const maxTrails = 20
const maxDeeds = 12
const maxStreams = 10

const sample = z.object({ id: z.string(), time: z.number(), original: z.string() })

const trail = z.object({
  /** Whether it follows an account on a host, or an address everywhere. */
  kind: z.enum(['user', 'address']),
  who: z.string(),
  /** The address that an account was used from, the account that an address got in with. */
  other: z.string(),
  host: z.string(),
  source: z.string(),
  /** Where the login was. */
  stream: z.string(),
  since: z.number(),
  first: z.number(),
  last: z.number(),
  deeds: z.array(z.object({ sample, words: z.string() })),
  /** In which streams it left something. */
  streams: z.array(z.string()),
  count: z.number(),
  /** How many of them were acts with another's rights. */
  asOther: z.number(),
  /** Whose rights those were, at first. */
  target: z.string(),
  /** How many bytes it was sent. */
  bytes: z.number(),
  changed: z.boolean(),
  usedAt: z.number(),
})

/** What somebody did who got in by guessing: an account with other people's rights, an address elsewhere. */
export type Trail = z.infer<typeof trail>

/** Follows those who got in. Nothing is looked at as long as nobody did. */
export interface Trails {
  /** Begins to follow a login that came of an attack; one that is followed already stays as it is. */
  follow(scope: LoginScope, login: Login): void
  /** Looks whether an event was done by somebody who is followed. */
  look(event: Event): void
  /** Those that have left something since they were last asked for. */
  changed(): readonly Trail[]
  pack(): string
  unpack(json: string): void
}

/** Makes a follower of intruders; memory is bounded by 20 trails of 12 lines each. */
export const createTrails = (): Trails => {
  const trails = new BoundedMap<Trail>(maxTrails)
  return {
    follow(scope, { user, address, sample: { time } }) {
      const start = (kind: Trail['kind'], who: string, other: string) => {
        const key = `${kind} ${who} ${kind === 'user' ? scope.stream : ''}`
        const known = trails.get(key)
        if (known && time - known.last <= cold) return
        trails.set(key, {
          ...{ kind, who, other, host: scope.host ?? '', source: scope.source, stream: scope.stream },
          ...{ since: time, first: time, last: time, usedAt: time, deeds: [], streams: [], changed: false },
          ...{ count: 0, asOther: 0, target: 'root', bytes: 0 },
        })
      }
      if (user !== undefined) start('user', user, address ?? '')
      if (address !== undefined) start('address', address, user ?? '')
    },

    look(event) {
      if (trails.size === 0) return
      for (const [key, one] of trails.entries()) {
        if (event.time - one.last > cold || isOwner(event, one)) trails.delete(key)
        else if (event.time >= one.since && isDeed(event, one)) note(one, event)
      }
    },

    changed() {
      const some = [...trails.values()].filter(({ changed }) => changed)
      for (const one of some) one.changed = false
      return some
    },

    pack: () =>
      JSON.stringify([...trails.entries()].map(([key, one]) => [key, { ...one, deeds: one.deeds.map(plain) }])),

    unpack(json) {
      trails.clear()
      for (const [key, one] of z.array(z.tuple([z.string(), trail])).parse(JSON.parse(json))) trails.set(key, one)
    },
  }
}

const plain = ({ sample: { id, time, original }, words }: Trail['deeds'][number]) => ({
  sample: { id, time, original },
  words,
})

/** The account's owner is back, from elsewhere: what the account does from now on is theirs again. */
const isOwner = (event: Event, { kind, who, other, stream }: Trail): boolean => {
  if (kind !== 'user' || event.stream !== stream) return false
  const attempt = readAttempt(event)
  return attempt?.success === true && attempt.user === who && attempt.address !== undefined && attempt.address !== other
}

const isDeed = ({ fields, stream, message }: Event, one: Trail): boolean => {
  if (stream === one.stream || fields['event.outcome'] === 'failure') return false
  if (one.kind === 'address') return fields['source.ip'] === one.who || names(message, one.who)
  return fields['user.name'] === one.who && fields['host.name'] === one.host && isAct(fields['event.action'])
}

/** Tells whether an address stands in a text as a word of its own. */
const names = (text: string, address: string): boolean => {
  const at = text.indexOf(address)
  return at >= 0 && !/[\d.:a-f]/.test(text[at + address.length] ?? '') && !/[\d.:a-f]/.test(text[at - 1] ?? '')
}

const isAct = (action: unknown): boolean => action === 'sudo' || action === 'su' || action === 'cron_command'

const note = (one: Trail, event: Event): void => {
  const { fields, time } = event
  if (one.count === 0) one.first = time
  one.last = Math.max(one.last, time)
  one.usedAt = one.last
  one.count += 1
  one.changed = true
  if (isAct(fields['event.action'])) {
    const target = fields['user.target.name']
    if (one.asOther === 0 && typeof target === 'string') one.target = flatText(target)
    one.asOther += 1
  }
  const bytes = fields['http.response.body.bytes']
  if (typeof bytes === 'number') one.bytes += bytes
  if (!one.streams.includes(event.stream) && one.streams.length < maxStreams) one.streams.push(flatText(event.stream))
  // The first lines begin the story, the last is how far it has come.
  const deed = { sample: keepSample(event) satisfies Sample, words: flatText(wordsOf(event), 80) }
  if (one.deeds.length < maxDeeds) one.deeds.push(deed)
  else one.deeds[maxDeeds - 1] = deed
}

const wordsOf = ({ fields, message }: Event): string => {
  const command = fields['process.command_line']
  if (typeof command === 'string') return command.replace(/^\/(?:[\w.-]+\/)*/, '')
  return message
}
