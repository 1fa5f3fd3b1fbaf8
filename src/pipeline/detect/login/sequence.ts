import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/bytes/codec.ts'
import { hour, minute } from '../../../lib/units/time.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Fact } from '../../../schema/event/fact.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import type { EventSample } from '../shared/evidence.ts'
import { readState } from '../shared/state.ts'
import { type Attempt, readAttempt } from './attempt.ts'
import type { WebAttempt } from './guess-run.ts'
import { createTrails } from './intruder.ts'
import { explainTrail } from './intruder-explanation.ts'
import { breakInFacts } from './intruder-watch.ts'
import { explainAttack, explainBreakIn, explainNewLogins, explainSwarm } from './login-explanation.ts'
import { type Listener, type LoginRules, type LoginScope, startScope } from './login-scope.ts'
import { packScopes, unpackScopes } from './login-state.ts'
import { reportAllChanges, sweep, takeAcceptedPassword, takeAttempt } from './login-watch.ts'
import { readAcceptedPassword } from './password-check.ts'
import { RedirectedLogins } from './redirected-logins.ts'
import { RefusedRequests } from './refused-requests.ts'
import { SlowForms } from './slow-forms.ts'
import { readWebRequest } from './web-request.ts'

const name = 'sequence'
const version = 4
/** How many scopes with failures a new one passes over to find one that it may replace. */
const mostSpared = 8

const options = z.strictObject({
  failures: z.int().min(3).default(10).describe('How many failed logins from one address to report.'),
  failures_before_success: z
    .int()
    .min(3)
    .default(6)
    .describe('How many failures from one address make a following success suspicious.'),
  addresses: z
    .int()
    .min(2)
    .default(8)
    .describe('How many addresses with too few failures to be reported alone are reported together.'),
  quiet_minutes: z.number().positive().default(60).describe('Minutes without a failure after which an attack is over.'),
  longest_hours: z
    .number()
    .positive()
    .default(24)
    .describe('Hours after which an attack without a pause is reported again.'),
  max_scopes: z.int().min(1).default(200).describe('How many services of hosts to track.'),
  max_addresses: z.int().min(1).default(500).describe('How many addresses to track for each of them.'),
})

/**
 * Finds attacks on logins, per service and host: many failures from one address or from many, a success after them, and what the account and
 * address do next. Learns nothing: a user who knows the password fails about one time in four, so the probability of n failures in N
 * attempts is a binomial tail. Not for retries of other protocols, where failing is normal.
 *
 * @param isPart whether the detector sees one of several partitions; it leaves the addresses of intruders to `createIntruderWatch`
 */
export const sequenceDetector = (isPart = false): Component<typeof options, Detector> => ({
  name,
  summary: 'Finds many failed logins, successful logins during or after them, and the activity that follows.',
  options,
  create(given, { now }) {
    const rules: LoginRules = {
      failures: given.failures,
      failuresBeforeSuccess: given.failures_before_success,
      addresses: given.addresses,
      quiet: given.quiet_minutes * minute,
      longest: given.longest_hours * hour,
      maxAddresses: given.max_addresses,
    }
    let scopes = new BoundedMap<LoginScope>(given.max_scopes)
    const trails = createTrails(isPart ? ['user'] : ['user', 'address'])
    const redirects = new RedirectedLogins()
    const forms = new SlowForms()
    const webGuesses = [new RefusedRequests(), redirects, forms]
    let facts: Fact[] = []

    /** Adds a scope. In a full map it replaces one without recent failures, so that logins at many hosts hide no attack on one of them. */
    const addScope = (event: Event, listener: Listener): LoginScope => {
      const scope = startScope(event, rules.maxAddresses)
      let gone = scopes.set(event.stream, scope)
      for (let spared = 0; gone && spared < mostSpared && hasFailures(gone.value, event.time); spared++)
        gone = scopes.set(gone.key, gone.value)
      if (gone) reportAllChanges(gone.value, listener)
      return scope
    }
    const scopeOf = (event: Event, listener: Listener): LoginScope =>
      scopes.get(event.stream) ?? addScope(event, listener)
    const hasFailures = ({ episodes, usedAt }: LoginScope, time: number): boolean =>
      episodes.size > 0 && time - usedAt <= rules.quiet

    return {
      name,
      detect(events) {
        const found = new Map<string, Detection>()
        const add = (detection: Detection) => void found.set(detection.id, detection)
        const listener: Listener = {
          attack: (scope, episode) => add(explainAttack(scope, episode)),
          swarm: (scope, episode) => add(explainSwarm(scope, episode)),
          breakIn(scope, episode) {
            add(explainBreakIn(scope, episode))
            for (const login of episode.own) {
              trails.follow(scope, login)
              if (isPart) facts.push(...breakInFacts(scope, login))
            }
          },
          newLogins: (scope, newLogins) => add(explainNewLogins(scope, newLogins)),
        }
        const takeOne = (event: Event, sample: EventSample, attempt: Attempt): void =>
          takeAttempt(scopeOf(event, listener), sample, attempt, rules, listener)
        const take = (event: Event, attempts: readonly WebAttempt[]): void => {
          for (const { sample, attempt } of attempts) takeOne(event, sample, attempt)
        }
        for (const event of events) {
          trails.observe(event)
          const attempt = readAttempt(event)
          const request = readWebRequest(event)
          const spray = attempt && request?.sendsLogin ? forms.takeLogin(request, attempt.success) : undefined
          const accepted = attempt ? undefined : readAcceptedPassword(event)
          if (accepted) takeAcceptedPassword(scopeOf(event, listener), event, accepted, rules, listener)
          if (attempt) takeOne(event, event, spray ? { ...attempt, counts: 'alone' } : attempt)
          if (spray) take(event, spray)
          else if (request) for (const guesses of webGuesses) take(event, guesses.follow(request))
        }
        if (events.length === 0) {
          for (const [event, attempts] of redirects.settle(now())) take(event, attempts)
          for (const scope of scopes.values()) {
            reportAllChanges(scope, listener)
            sweep(scope, Math.max(scope.newest, now()), rules, listener)
          }
        }
        for (const trail of trails.changed()) add(explainTrail(trail))
        return [...found.values()]
      },
      takeFacts() {
        const taken = facts
        facts = []
        return taken
      },
      save: () => createWriter(name, version).text(packScopes(scopes)).text(trails.pack()).text(forms.pack()).finish(),
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = new BoundedMap<LoginScope>(given.max_scopes)
          for (const scope of unpackScopes(reader.text(), rules.maxAddresses)) restored.set(scope.stream, scope)
          scopes = restored
          trails.unpack(reader.text())
          // A state of an earlier release does not say how many clients login pages refuse.
          if (!reader.ended) forms.unpack(reader.text())
        })
      },
    }
  },
})
