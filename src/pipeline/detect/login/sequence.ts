import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/codec/codec.ts'
import type { Detection } from '../../../schema/detection.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { readState } from '../shared/state.ts'
import { readAttempt } from './attempt.ts'
import { createTrails } from './intruder.ts'
import { tellTrail } from './intruder-story.ts'
import { type Listener, type LoginRules, type LoginScope, startScope } from './login-scope.ts'
import { packScopes, unpackScopes } from './login-state.ts'
import { tellAttack, tellBreakIn, tellGuests, tellSwarm } from './login-story.ts'
import { retellAll, sweep, takeAttempt } from './login-watch.ts'

const name = 'sequence'
const version = 2
const minute = 60_000

const options = z.strictObject({
  failures: z.int().min(3).default(10).describe('From how many failed logins of one address on they are reported.'),
  failures_before_success: z
    .int()
    .min(3)
    .default(6)
    .describe('After how many failures of the same address a login that succeeds is reported.'),
  addresses: z
    .int()
    .min(2)
    .default(8)
    .describe('From how many addresses on, each failing too seldom to be reported alone, they are reported together.'),
  quiet_minutes: z.number().positive().default(60).describe('After how long without a failure an attack is over.'),
  longest_hours: z
    .number()
    .positive()
    .default(24)
    .describe('After how long an attack that never rests is reported anew.'),
  max_scopes: z.int().min(1).default(200).describe('For how many services of hosts logins are followed.'),
  max_addresses: z.int().min(1).default(500).describe('How many addresses are followed for each of them.'),
})

/**
 * Tells stories of logins, per service and host: many failures of one address or of many, a login that succeeds after them, and what the
 * account and the address do from then on. Needs no
 * learning: somebody who knows a password gets it wrong about once in four times, so the chance of n failures among N tries is a binomial
 * tail. Not for other protocols' retries, where failing is ordinary.
 */
export const sequence: Component<typeof options, Detector> = {
  name,
  summary: 'Finds many failed logins, logins that succeed after or amid them, and what is done then.',
  options,
  create(given, { now }) {
    const rules: LoginRules = {
      failures: given.failures,
      failuresBeforeSuccess: given.failures_before_success,
      addresses: given.addresses,
      quiet: given.quiet_minutes * minute,
      longest: given.longest_hours * 60 * minute,
      maxAddresses: given.max_addresses,
    }
    let scopes = new BoundedMap<LoginScope>(given.max_scopes)
    const trails = createTrails()

    return {
      name,
      detect(events) {
        const found = new Map<string, Detection>()
        const add = (detection: Detection) => void found.set(detection.id, detection)
        const listener: Listener = {
          attack: (scope, episode) => add(tellAttack(scope, episode)),
          swarm: (scope, episode) => add(tellSwarm(scope, episode)),
          breakIn(scope, episode) {
            add(tellBreakIn(scope, episode))
            for (const login of episode.own) trails.follow(scope, login)
          },
          guests: (scope, guests) => add(tellGuests(scope, guests)),
        }
        for (const event of events) {
          trails.look(event)
          const attempt = readAttempt(event)
          if (!attempt) continue
          let scope = scopes.get(event.stream)
          if (!scope) {
            scope = startScope(event, rules.maxAddresses)
            const gone = scopes.set(event.stream, scope)
            if (gone) retellAll(gone.value, listener)
          }
          takeAttempt(scope, event, attempt, rules, listener)
        }
        if (events.length === 0) {
          for (const scope of scopes.values()) {
            retellAll(scope, listener)
            sweep(scope, Math.max(scope.newest, now()), rules, listener)
          }
        }
        for (const trail of trails.changed()) add(tellTrail(trail))
        return [...found.values()]
      },
      save: () => createWriter(name, version).text(packScopes(scopes)).text(trails.pack()).finish(),
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = new BoundedMap<LoginScope>(given.max_scopes)
          for (const scope of unpackScopes(reader.text(), rules.maxAddresses)) restored.set(scope.stream, scope)
          scopes = restored
          trails.unpack(reader.text())
        })
      },
    }
  },
}
