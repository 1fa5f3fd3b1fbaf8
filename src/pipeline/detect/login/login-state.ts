import { z } from 'zod'
import { BoundedMap } from '../shared/bounded-map.ts'
import { BoundedPairs } from '../shared/bounded-pairs.ts'
import { type EventSample, keptFields, savedFields } from '../shared/evidence.ts'
import type { Episode, Login } from './episode.ts'
import { type LoginScope, maxSlow, type NewLogins } from './login-scope.ts'

const savedSample = z.tuple([z.string(), z.number(), z.string()])
const pairs = z.array(z.tuple([z.string(), z.number()])).transform((list) => new Map(list))
const text = z
  .string()
  .nullable()
  .transform((value) => value ?? undefined)
const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN)

/** The shape of saved scopes. Samples are saved once, because an episode may show one line in several roles; scopes have their places. */
const scopesWith = (samples: readonly EventSample[]) => {
  const sample = z.int().transform((place, context) => {
    const found = samples[place]
    if (found) return found
    context.addIssue({ code: 'custom', message: `There is no sample ${place}.` })
    return z.NEVER
  })
  const login = z
    .object({ sample, user: z.string().optional(), address: z.string().optional() })
    .transform((value) => ({
      sample: value.sample,
      user: value.user,
      address: value.address,
    }))
  const tally = z.object({
    count: z.number(),
    lines: z.number(),
    firsts: z.array(sample),
    last: sample,
    minute: number,
    minuteCount: z.number(),
    minuteFirst: sample,
    peak: z.number(),
    peakFirst: sample,
  })

  const episode = z.object({
    who: z.string(),
    byAddress: z.boolean(),
    start: z.number(),
    last: z.number(),
    tallies: z.array(z.tuple([z.string(), tally])).transform((list) => new Map(list)),
    tries: z.number(),
    users: pairs,
    own: z.array(login),
    ownCount: z.number(),
    others: z.array(login),
    otherCount: z.number(),
    before: login.optional(),
    reported: z.boolean(),
    nextTries: z.number(),
    changed: z.boolean(),
    usedAt: z.number(),
  })

  const newLogins = z.object({
    start: z.number(),
    last: z.number(),
    logins: z.array(login),
    count: z.number(),
    attackers: pairs,
    nextCount: z.number(),
    changed: z.boolean(),
  })

  return z.array(
    z.object({
      source: z.string(),
      stream: z.string(),
      host: text,
      service: text,
      episodes: z.array(episode),
      swarm: episode.optional(),
      swarmAddresses: pairs,
      recent: z.array(z.number()),
      burstAt: z.number(),
      newLogins: newLogins.optional(),
      known: z.array(z.tuple([z.string(), z.number()])),
      lastLogin: login.optional(),
      namesAddresses: z.boolean(),
      past: z.array(z.object({ end: z.number(), tries: z.number() })),
      newest: z.number(),
      sweptAt: z.number(),
      usedAt: z.number(),
      // Earlier releases did not save them.
      slow: z.array(episode).default([]),
    }),
  )
}

/** Saves samples once each. */
type Place = (sample: EventSample) => number

/** Serializes scopes as JSON. */
export const packScopes = (scopes: BoundedMap<LoginScope>): string => {
  const samples: z.infer<typeof savedSample>[] = []
  const fields: (EventSample['fields'] | null)[] = []
  const places = new Map<string, number>()
  const place: Place = (sample) => {
    const known = places.get(sample.id)
    if (known !== undefined) return known
    places.set(sample.id, samples.length)
    fields.push(keptFields(sample) ?? null)
    return samples.push([sample.id, sample.time, sample.original]) - 1
  }
  const packed = Array.from(scopes.values(), (item) => ({
    ...item,
    host: item.host ?? null,
    service: item.service ?? null,
    episodes: Array.from(item.episodes.values(), (one) => packEpisode(one, place)),
    attacks: undefined,
    slow: Array.from(item.slow.values(), (one) => packEpisode(one, place)),
    swarm: item.swarm && packEpisode(item.swarm, place),
    swarmAddresses: [...item.swarmAddresses],
    newLogins: item.newLogins && packNewLogins(item.newLogins, place),
    known: [...item.known.lines()],
    lastLogin: item.lastLogin && packLogin(item.lastLogin, place),
  }))
  return JSON.stringify({ samples, fields, scopes: packed })
}

const packLogin = (item: Login, place: Place) => ({ ...item, sample: place(item.sample) })

const packEpisode = (item: Episode, place: Place) => ({
  ...item,
  tallies: Array.from(item.tallies, ([action, one]) => [
    action,
    {
      ...one,
      firsts: one.firsts.map(place),
      last: place(one.last),
      minuteFirst: place(one.minuteFirst),
      peakFirst: place(one.peakFirst),
    },
  ]),
  users: [...item.users],
  own: item.own.map((one) => packLogin(one, place)),
  others: item.others.map((one) => packLogin(one, place)),
  before: item.before && packLogin(item.before, place),
})

const packNewLogins = (item: NewLogins, place: Place) => ({
  ...item,
  logins: item.logins.map((one) => packLogin(one, place)),
  attackers: [...item.attackers],
})

const saved = z.object({
  samples: z.array(savedSample),
  fields: z.array(savedFields.nullable()).default([]),
  scopes: z.unknown(),
})

/** Parses saved scopes. */
export const unpackScopes = (json: string, maxAddresses: number): LoginScope[] => {
  const { samples, fields, scopes } = saved.parse(JSON.parse(json))
  return scopesWith(
    samples.map(([id, time, original], at) => ({ id, time, original, fields: fields[at] ?? undefined })),
  )
    .parse(scopes)
    .map((item) => {
      const episodes = new BoundedMap<Episode>(maxAddresses)
      for (const one of item.episodes) episodes.set(one.who, { ...one, before: one.before })
      const slow = new BoundedMap<Episode>(maxSlow)
      for (const one of item.slow) slow.set(one.who, { ...one, before: one.before })
      const known = new BoundedPairs(1000)
      for (const [pair, usedAt] of item.known) known.addLines(pair, usedAt)
      return {
        ...item,
        episodes,
        attacks: undefined,
        slow,
        known,
        swarm: item.swarm && { ...item.swarm, before: item.swarm.before },
        newLogins: item.newLogins,
        lastLogin: item.lastLogin,
      }
    })
}
