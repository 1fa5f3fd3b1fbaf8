import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/bytes/codec.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import type { EventSample } from '../shared/evidence.ts'
import { readSampleFields, writeSampleFields } from '../shared/sample-state.ts'
import { readState } from '../shared/state.ts'
import { type Action, type EncounterKind, encounterKinds, type FirstEncounter, readAction } from './first-encounter.ts'
import {
  type LoginCountries,
  type NewCountry,
  observeCountry,
  readLoginCountries,
  startLoginCountries,
  writeLoginCountries,
} from './login-countries.ts'
import {
  type LoginSpread,
  type LoginSpreads,
  observeReach,
  readLoginSpreads,
  startLoginSpreads,
  writeLoginSpreads,
} from './login-spread.ts'
import { explainSpread } from './login-spread-explanation.ts'
import { observePair, type PairHistory, readPairHistory, startPairHistory, writePairHistory } from './pair-history.ts'
import { explainFirsts } from './rarity-explanation.ts'

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

interface Source {
  readonly known: Readonly<Record<EncounterKind, PairHistory>>
  countries: LoginCountries
  spreads: LoginSpreads
  logins: number
  usedAt: number
}

const none: readonly FirstEncounter[] = []

/**
 * Finds first encounters of users, addresses and hosts in successful logins and privileged actions. Scores each by how often the same user
 * has first encounters, so that frequent travellers are not reported. Also finds logins from a country that is new for a user who does not
 * travel, and a user who suddenly reaches several hosts from one address. Not for failed logins: in an attack, all of them are new.
 */
export const rarity: Component<typeof options, Detector> = {
  name,
  summary: 'Finds first-time combinations of users, addresses, countries and hosts in successful logins.',
  options,
  create(given) {
    let sources = new BoundedMap<Source>(given.max_sources)

    const startSource = (time: number): Source => {
      const fresh = () => startPairHistory(given.max_pairs)
      const known = { user: fresh(), address: fresh(), host: fresh(), reach: fresh(), rights: fresh() }
      return {
        ...{ known, countries: startLoginCountries(given.max_pairs), spreads: startLoginSpreads() },
        ...{ logins: 0, usedAt: time },
      }
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
      kind: EncounterKind,
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

    const detectIn = (event: Event, found: Map<string, Detection>): void => {
      const action = readAction(event)
      if (!action) return
      const source = sourceOf(event)
      const firsts = observeAll(source, action, event.time)
      const newCountry = observeCountryOf(source, action, event.time, firsts)
      const spread = observeSpread(source, action, event, firsts)
      const learning = source.logins < given.warmup
      source.logins++
      const rare = rareOf(firsts)
      if (spread) add(found, explainSpread(event, spread, learning))
      if (rare.length > 0 || newCountry) add(found, explainFirsts(event, action, rare, newCountry, learning))
    }
    const observeCountryOf = (
      { countries }: Source,
      { user, address, country }: Action,
      time: number,
      firsts: readonly FirstEncounter[],
    ): NewCountry | undefined => {
      if (country === undefined) return undefined
      const found = observeCountry(countries, user, country, time)
      // An address that the user came from before did not move: somebody placed it elsewhere, or the record says no place this time.
      return address === undefined || firsts.some(({ kind }) => kind === 'address') ? found : undefined
    }
    const rareOf = (all: readonly FirstEncounter[]): readonly FirstEncounter[] => {
      const isNewUser = all.some(({ kind }) => kind === 'user')
      return all.filter(
        ({ kind, newPair }) =>
          newPair.count > 0 && newPair.chance <= given.chance && (kind === 'user' || kind === 'reach' || !isNewUser),
      )
    }
    const observeSpread = (
      source: Source,
      { user, address, host, isSsh }: Action,
      event: Event,
      firsts: readonly FirstEncounter[],
    ): LoginSpread | undefined => {
      const newOf = (kind: EncounterKind) => firsts.find((first) => first.kind === kind)?.newPair
      if (!isSsh || address === undefined || host === undefined || !newOf('reach')) return undefined
      const reach = { user, address, host, newAddress: newOf('address'), newHost: newOf('host') }
      return observeReach(source.spreads, reach, event, given.chance)
    }

    const detect = (events: readonly Event[]): Detection[] => {
      const found = new Map<string, Detection>()
      for (const event of events) detectIn(event, found)
      return [...found.values()]
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
          for (const kind of encounterKinds) writePairHistory(writer, source.known[kind])
        }
        const samples: EventSample[] = []
        for (const { countries, spreads } of sources.values()) {
          writeLoginCountries(writer, countries)
          writeLoginSpreads(writer, spreads, samples)
        }
        writeSampleFields(writer, samples)
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
            const fresh = { countries: startLoginCountries(given.max_pairs), spreads: startLoginSpreads() }
            restored.set(key, { known, ...fresh, logins, usedAt })
          }
          // A state of an earlier release has no countries.
          if (!reader.ended) {
            const samples: EventSample[] = []
            for (const source of restored.values()) {
              source.countries = readLoginCountries(reader, given.max_pairs)
              source.spreads = readLoginSpreads(reader, samples)
            }
            readSampleFields(reader, samples)
          }
          sources = restored
        })
      },
    }
  },
}

const add = (found: Map<string, Detection>, detection: Detection): void => {
  found.set(detection.id, detection)
}
