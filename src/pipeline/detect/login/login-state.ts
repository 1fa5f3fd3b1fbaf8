import { z } from 'zod'
import { BoundedMap } from '../shared/bounded-map.ts'
import { BoundedPairs } from '../shared/bounded-pairs.ts'
import type { EventSample } from '../shared/evidence.ts'
import type { Episode } from './episode.ts'
import type { LoginScope, NewLogins } from './login-scope.ts'

const sample = z.object({ id: z.string(), time: z.number(), original: z.string() })
const login = z.object({ sample, user: z.string().optional(), address: z.string().optional() }).transform((value) => ({
  sample: value.sample,
  user: value.user,
  address: value.address,
}))
const pairs = z.array(z.tuple([z.string(), z.number()])).transform((list) => new Map(list))
const text = z
  .string()
  .nullable()
  .transform((value) => value ?? undefined)
const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN)

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

const scope = z.object({
  source: z.string(),
  stream: z.string(),
  host: text,
  service: text,
  episodes: z.array(episode),
  swarm: episode.optional(),
  swarmAddresses: pairs,
  newLogins: newLogins.optional(),
  known: z.array(z.tuple([z.string(), z.number()])),
  lastLogin: login.optional(),
  namesAddresses: z.boolean(),
  past: z.array(z.object({ end: z.number(), tries: z.number() })),
  newest: z.number(),
  sweptAt: z.number(),
  usedAt: z.number(),
})

/** Serializes scopes as JSON. */
export const packScopes = (scopes: BoundedMap<LoginScope>): string =>
  JSON.stringify(
    [...scopes.values()].map((item) => ({
      ...item,
      host: item.host ?? null,
      service: item.service ?? null,
      episodes: [...item.episodes.values()].map(packEpisode),
      swarm: item.swarm && packEpisode(item.swarm),
      swarmAddresses: [...item.swarmAddresses],
      newLogins: item.newLogins && packNewLogins(item.newLogins),
      known: [...item.known.lines()],
      lastLogin: item.lastLogin && { ...item.lastLogin, sample: packSample(item.lastLogin.sample) },
    })),
  )

const packSample = ({ id, time, original }: EventSample): EventSample => ({ id, time, original })

const packLogins = (logins: Episode['own']) => logins.map((item) => ({ ...item, sample: packSample(item.sample) }))

const packEpisode = (item: Episode) => ({
  ...item,
  tallies: [...item.tallies].map(([action, one]) => [
    action,
    {
      ...one,
      firsts: one.firsts.map(packSample),
      last: packSample(one.last),
      minuteFirst: packSample(one.minuteFirst),
      peakFirst: packSample(one.peakFirst),
    },
  ]),
  users: [...item.users],
  own: packLogins(item.own),
  others: packLogins(item.others),
  before: item.before && packLogins([item.before])[0],
})

const packNewLogins = (item: NewLogins) => ({
  ...item,
  logins: packLogins(item.logins),
  attackers: [...item.attackers],
})

/** Parses saved scopes. */
export const unpackScopes = (json: string, maxAddresses: number): LoginScope[] =>
  z
    .array(scope)
    .parse(JSON.parse(json))
    .map((item) => {
      const episodes = new BoundedMap<Episode>(maxAddresses)
      for (const one of item.episodes) episodes.set(one.who, { ...one, before: one.before })
      const known = new BoundedPairs(1000)
      for (const [pair, usedAt] of item.known) known.addLines(pair, usedAt)
      return {
        ...item,
        episodes,
        known,
        swarm: item.swarm && { ...item.swarm, before: item.swarm.before },
        newLogins: item.newLogins,
        lastLogin: item.lastLogin,
      }
    })
