import { toName } from '../../../lib/json/nested-names.ts'
import { ownCopy } from '../../../lib/own-copy/own-copy.ts'
import { aliasOf } from './alias-table.ts'
import { bySide, type Claim, ofCreation } from './claim-roles.ts'

/** The decisions about a record that depend on the names of its values only. Positions are those of the entries. */
export interface NamePlan {
  /** The names, of which all records with this plan share one copy. */
  readonly names: readonly string[]
  /** The entries whose name is an alias, best rank first; those of one rank in their order. */
  readonly claims: readonly Claim[]
  /** The same, with the account that acts before the one that is acted upon. */
  readonly subjectClaims: readonly Claim[]
  /** The same for an event of a process that was created, if the names distinguish it from its creator. */
  readonly creationClaims: readonly Claim[] | undefined
  /** The same for a connection with a local and a remote end. */
  readonly sides: { readonly inbound: readonly Claim[]; readonly outbound: readonly Claim[] } | undefined
  /** The entry with the direction of the connection; -1 if there is none. */
  readonly direction: number
  /** The other entries, in their order. */
  readonly others: readonly number[]
  /** The entry with the zone of the other times; -1 if there is none. */
  readonly zone: number
  /** The entry with the user name of a Windows event's subject; -1 if there is none. */
  readonly subject: number
  /** The entry with the code of the event; -1 if there is none. */
  readonly code: number
  /** Whether one of the names means a date without a clock. */
  readonly hasDate: boolean
  /** Whether the record is a Zeek connection. */
  readonly connection: boolean
}

interface Step {
  /** A copy, because a name that is a part of its line would keep the line in memory. */
  readonly name: string
  readonly next: Map<string, Step>
  /** The step that was taken last: mostly the next one as well. */
  last: Step | undefined
  plan: NamePlan | undefined
}

/** Beyond so many steps, all are forgotten. */
const mostSteps = 20_000

/**
 * Creates a function that plans records by the sequence of their names. Records of one source have few sequences, so the names are looked up
 * and ranked once for each. O(names) a record; memory is bounded whatever comes.
 */
export const createNamePlans = (): ((names: readonly string[]) => NamePlan) => {
  let root = createStep('')
  let steps = 0
  const stepFrom = (from: Step, name: string): Step => {
    let step = from.next.get(name)
    if (step === undefined) {
      step = createStep(toName(ownCopy(name)))
      from.next.set(step.name, step)
      steps += 1
    }
    from.last = step
    return step
  }
  return (names) => {
    if (steps > mostSteps) {
      root = createStep('')
      steps = 0
    }
    let step = root
    for (const name of names) step = step.last?.name === name ? step.last : stepFrom(step, name)
    step.plan ??= planNames(names.map((name) => toName(ownCopy(name))))
    return step.plan
  }
}

const createStep = (name: string): Step => ({ name, next: new Map(), last: undefined, plan: undefined })

const planNames = (names: readonly string[]): NamePlan => {
  const claims = names
    .flatMap((name, at) => {
      const alias = aliasOf(name)
      return alias ? [{ alias, at }] : []
    })
    .sort((a, b) => a.alias.rank - b.alias.rank)
  const claimed = new Set(claims.map(({ at }) => at))
  const others = [...names.keys()].filter((at) => !claimed.has(at))
  const [inbound, outbound] = [bySide(claims, names, true), bySide(claims, names, false)]
  return {
    names,
    claims,
    creationClaims: ofCreation(claims, names),
    sides: inbound && outbound && { inbound, outbound },
    direction: names.findIndex((name) => /direction$/i.test(name)),
    subjectClaims: withSubjectFirst(claims),
    others,
    zone: others.find((at) => zoneNames.has((names[at] ?? '').toLowerCase())) ?? -1,
    subject: claims.findLast(({ alias }) => alias.role === 'subject')?.at ?? -1,
    code: names.findIndex((name) => /(?:^|[._])event[._]?(?:id|code)$/i.test(name)),
    hasDate: claims.some(({ alias }) => alias.role === 'date'),
    connection: claims.some(({ alias }) => alias.role === 'connection'),
  }
}

const subjects = [
  ['subjectusername', 'targetusername'],
  ['subjectdomainname', 'targetdomainname'],
] as const

const withSubjectFirst = (claims: readonly Claim[]): readonly Claim[] => {
  const order = [...claims]
  for (const [subject, target] of subjects) {
    const theirs = order.findIndex(({ alias }) => alias.plain === subject)
    const other = order.findIndex(({ alias }) => alias.plain === target)
    const [first, second] = [order[other], order[theirs]]
    if (first && second && other < theirs) [order[other], order[theirs]] = [second, first]
  }
  return order
}

/** Names of fields with the zone of the other times in a record: `tz=+0100`. */
const zoneNames = new Set(['tz', 'timezone', 'time_zone', 'utcoffset', 'utc_offset'])
