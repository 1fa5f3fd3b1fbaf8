import { ownCopy } from '../../own-copy/own-copy.ts'
import type { FlatEvent, Scalar } from '../event.ts'
import type { SourceRules } from './group.ts'
import { createOpenTests, type KnownField, type OpenTestsOptions } from './open-tests.ts'
import { type ConditionPlan, leavesOf } from './plan.ts'
import { createValueClasses, type ValueClass, type ValueClasses } from './value-classes.ts'
import { anywhere } from './view.ts'

interface VerdictsOptions extends OpenTestsOptions {
  readonly sources: readonly SourceRules[]
  readonly alike?: Alike | undefined
}

/** When events count as alike. */
export interface Alike {
  /** How many of them come before they are looked into; by default the more, the more rules there are. */
  readonly after?: number
  /** A field that has shown more values than this one varies. */
  readonly mostValues?: number
}

/** Events that no rule can distinguish. */
export interface EventLikeness<Verdict> {
  /** The answer for all of them; undefined until someone sets it. */
  verdict: Verdict | undefined
}

/** More places than these are forgotten all at once, and so are more classes of the values of one field. */
const mostPlaces = 5000
const mostFields = 100
/** Where more tests of one value are open, to try the rules costs less: the screen marks up to 16,384 bits, and an eighth of them still rules out most values. */
const mostTests = 2000
/** Where fewer than a quarter of so many events have a verdict, events are not compared for a while: each time twice as long. */
const trial = 4096
const longestPause = 32 * trial

/** A field that rules can read. */
interface Role {
  varies: boolean
  readonly classes: ValueClasses
  /** The values so far and their classes, while they are few. */
  readonly values: Map<Scalar, ValueClass>
  /** The classes of its values for some of the tests, by these. */
  readonly parts: Map<string, ValueClasses>
}

/** Counts the classes of the values of a field, for all its tests and for some. */
const countClasses = ({ classes, parts }: Role): number =>
  [...parts.values()].reduce((sum, { size }) => sum + size, classes.size)

/** A way on: by the name of a field, and then by the class of its value. */
interface Branch<Verdict> {
  /** Undefined for a field that no rule can read, or that came before: of a name that comes twice, the first one counts. */
  readonly role: Role | undefined
  /** Where all values lead whose class does not matter, or matters later. */
  readonly onward: Place<Verdict>
  readonly byClass: (Place<Verdict> | undefined)[]
  /** The value that came last and where it led: most values are the same as before. */
  lastValue: Scalar | undefined
  lastPlace: Place<Verdict> | undefined
}

/** A look at one of the values that vary. */
interface Step<Verdict> {
  readonly at: number
  readonly name: string
  readonly classes: ValueClasses
  readonly byClass: (Place<Verdict> | undefined)[]
}

/** The knowledge about an event so far. */
class Place<Verdict> implements EventLikeness<Verdict> {
  readonly branches = new Map<string, Branch<Verdict>>()
  /** The way that was taken last: most events take the same one. */
  lastName = ''
  last: Branch<Verdict> | undefined = undefined
  seen = 0
  /** The step after the fields; `end` when the rest does not matter, `open` when it costs less to try the rules. */
  next: Step<Verdict> | 'end' | 'open' | undefined = undefined
  verdict: Verdict | undefined = undefined
  readonly from: Place<Verdict> | undefined
  readonly field: KnownField | undefined

  constructor(from: Place<Verdict> | undefined, field: KnownField | undefined) {
    this.from = from
    this.field = field
  }

  /** The fields on the way here, in order. */
  fields(): KnownField[] {
    const fields: KnownField[] = []
    for (let place: Place<Verdict> | undefined = this; place; place = place.from) {
      if (place.field) fields.push(place.field)
    }
    return fields.reverse()
  }

  /** Whether the way here went by a field of this name. */
  passed(name: string): boolean {
    for (let place: Place<Verdict> | undefined = this; place; place = place.from) {
      if (place.field?.name === name) return true
    }
    return false
  }
}

/**
 * Finds events that rules cannot distinguish, so that rules are tried once for all of them. Events agree in their fields, and in the
 * classes of the values: which of the tests they pass. Values of fields that vary are only put to the tests that the other
 * fields leave open. O(fields) an event; memory is bounded whatever comes. Undefined for an event that is not worth comparing.
 */
export const createVerdicts = <Verdict>(
  options: VerdictsOptions,
): ((event: FlatEvent) => EventLikeness<Verdict> | undefined) => {
  const { plans, leaves, alike = {} } = options
  const { after = Math.max(4, plans.length >> 8), mostValues = 64 } = alike
  const testsOf = createTestsOf(options)
  const findOpen = createOpenTests(options)
  let roles = new Map<string, Role>()
  let root = new Place<Verdict>(undefined, undefined)
  let places = 0
  const varying: (string | number)[] = []
  let count = 0
  let asked = 0
  let answered = 0
  let resting = 0
  let pause = trial

  /** Forgets all places, and the classes only where there are as many: the screens of their texts take long to make. */
  const restart = (): void => {
    const classes = [...roles.values()].reduce((sum, role) => sum + countClasses(role), 0)
    if (classes > mostPlaces) {
      roles = new Map([...roles].map(([name, { varies }]) => [name, roleWith(testsOf(name) ?? [], varies)]))
    }
    root = new Place(undefined, undefined)
    places = 0
  }
  const roleOf = (name: string): Role | undefined => {
    const known = roles.get(name)
    if (known) return known
    const numbers = testsOf(name)
    if (numbers === undefined) return undefined
    const fresh = roleWith(numbers, false)
    roles.set(name, fresh)
    return fresh
  }
  const roleWith = (numbers: readonly number[], varies: boolean): Role => ({
    varies,
    classes: createValueClasses(leaves, numbers),
    values: new Map(),
    parts: new Map(),
  })
  const partOf = ({ parts }: Role, numbers: readonly number[]): ValueClasses => {
    const key = numbers.join()
    const known = parts.get(key) ?? createValueClasses(leaves, numbers)
    parts.set(key, known)
    return known
  }
  /** The class of a value of a field that does not vary. */
  const classOf = ({ values, classes }: Role, value: FlatEvent['fields'][string]): ValueClass => {
    if (typeof value === 'object' && value !== null) return classes.of(value)
    const known = values.get(value)
    if (known !== undefined) return known
    const fresh = classes.of(value)
    values.set(typeof value === 'string' ? ownCopy(value) : value, fresh)
    return fresh
  }
  const branchOf = (place: Place<Verdict>, name: string): Branch<Verdict> => {
    let branch = place.branches.get(name)
    if (branch === undefined) {
      const role = place.passed(name) ? undefined : roleOf(name)
      const onward = new Place(place, { name, reads: role !== undefined, class: undefined })
      branch = { role, onward, byClass: [], lastValue: undefined, lastPlace: undefined }
      place.branches.set(name, branch)
      places += 1
    }
    place.lastName = name
    place.last = branch
    return branch
  }
  const placeOf = (from: Place<Verdict>, name: string, classes: ValueClasses, of: ValueClass): Place<Verdict> => {
    places += 1
    return new Place(from, { name, reads: true, class: { tests: classes.tests, of } })
  }
  /** Follows some fields from a place; undefined where they lead nowhere. */
  const follow = (from: Place<Verdict>, fields: FlatEvent['fields']): Place<Verdict> | undefined => {
    let place = from
    let left = mostFields
    for (const name in fields) {
      const branch = place.lastName === name && place.last !== undefined ? place.last : branchOf(place, name)
      const { role } = branch
      left -= 1
      if (left < 0) return undefined
      if (role === undefined) {
        place = branch.onward
        continue
      }
      const value = fields[name]
      if (value === undefined) return undefined
      if (role.varies && (typeof value === 'string' || typeof value === 'number')) {
        varying[count] = value
        count += 1
        place = branch.onward
        continue
      }
      if (value === branch.lastValue && branch.lastPlace !== undefined) {
        place = branch.lastPlace
        continue
      }
      const of = classOf(role, value)
      if (role.values.size > mostValues && !role.varies) {
        // From now on its values lead onward, where no event has been, so what is known elsewhere remains true: of other sources, for example.
        role.varies = true
        role.values.clear()
        return undefined
      }
      let next = branch.byClass[of.number]
      if (next === undefined) {
        next = placeOf(place, name, role.classes, of)
        branch.byClass[of.number] = next
      }
      if (typeof value !== 'object') {
        branch.lastValue = value
        branch.lastPlace = next
      }
      place = next
    }
    return place
  }
  const stepFrom = (place: Place<Verdict>): NonNullable<Place<Verdict>['next']> => {
    const open = findOpen(place.fields())
    if (typeof open === 'string') return open
    if (open.tests.length > mostTests) return 'open'
    const role = roleOf(open.name)
    return role === undefined ? 'end' : { at: open.at, name: open.name, classes: partOf(role, open.tests), byClass: [] }
  }
  /** Looks at values that vary, as far as they matter. */
  const lookOn = (from: Place<Verdict>): Place<Verdict> | undefined => {
    let place = from
    for (;;) {
      if (place.next === undefined) {
        place.seen += 1
        if (place.seen <= (place === from ? after : after >> 3)) return undefined
        place.next = stepFrom(place)
      }
      const { next } = place
      if (next === 'end') return place
      if (next === 'open') return undefined
      const of = next.classes.of(varying[next.at] ?? '')
      let following = next.byClass[of.number]
      if (following === undefined) {
        following = placeOf(place, next.name, next.classes, of)
        next.byClass[of.number] = following
      }
      place = following
    }
  }
  const find = ({ fields, more }: FlatEvent): Place<Verdict> | undefined => {
    if (places > mostPlaces) restart()
    count = 0
    const first = follow(root, fields)
    const place = first === undefined || more === undefined ? first : follow(first, more)
    return place && lookOn(place)
  }
  return (event) => {
    if (resting > 0) {
      resting -= 1
      return undefined
    }
    const place = find(event)
    asked += 1
    if (place?.verdict !== undefined) answered += 1
    if (asked >= trial) {
      const isWorthIt = answered * 4 >= asked
      if (!isWorthIt) resting = pause
      pause = isWorthIt ? trial : Math.min(2 * pause, longestPause)
      asked = 0
      answered = 0
    }
    return place
  }
}

/**
 * Returns a function that lists the tests that may read a field of an event, by its name, whatever kinds the event is of; undefined if none
 * does. Events have few names, so that they are looked up when they come.
 */
const createTestsOf = ({ plans, leaves, names, kinds, sources }: VerdictsOptions) => {
  const numbers = [...sources.flatMap((source) => source.numbers), ...kinds.map(({ plan }) => plan)]
  const byField = new Map<string, number[]>()
  for (const leaf of new Set(numbers.flatMap((number) => leavesOf(plans[number] ?? nothing)))) {
    const tested = leaves.list[leaf]
    if (tested === undefined || tested.field === anywhere) continue
    addTo(byField, names.nameOf(tested.field), leaf)
    if (tested.test.type === 'field') addTo(byField, tested.test.other, leaf)
  }
  const fieldsOf = new Map<string, string[]>()
  for (const { kind } of kinds) {
    for (const [field, others] of kind.fields) {
      if (byField.has(field)) for (const other of others) addTo(fieldsOf, other, field)
    }
  }
  const prefixes = new Set(kinds.flatMap(({ kind }) => kind.prefixes))
  return (name: string): readonly number[] | undefined => {
    const fields = new Set([name, ...(fieldsOf.get(name) ?? [])])
    for (const prefix of prefixes) if (name.startsWith(prefix)) fields.add(name.slice(prefix.length))
    const found = new Set([...fields].flatMap((field) => byField.get(field) ?? []))
    return found.size === 0 ? undefined : [...found].sort((a, b) => a - b)
  }
}

const addTo = <Value>(lists: Map<string, Value[]>, name: string, value: Value): void => {
  const known = lists.get(name)
  if (known) known.push(value)
  else lists.set(name, [value])
}

const nothing: ConditionPlan = { op: 'any', of: [] }
