import type { FlatEvent, Scalar } from '../event.ts'

/** The values of the events of an outline in a field: always the same, or one of many texts and numbers. */
export interface Trait {
  readonly name: string
  /** The constant value; undefined where it varies. */
  readonly value: Scalar | undefined
}

/** The events that have the same fields, and the same in those that rules look at and that have few values. */
export interface Outline<Verdict> {
  /** The traits that rules can see, in the order of the fields. */
  traits(): readonly Trait[]
  /** How many events had it. */
  seen: number
  verdict: Verdict | undefined
}

/** Finds events' outlines. */
export interface Outlines<Verdict> {
  /** The outline of an event; undefined for one that holds lists or much too many fields. */
  of(event: FlatEvent): Outline<Verdict> | undefined
  /** The varying field values of the last event, in the order of the outline's traits; the list is used again. */
  readonly varying: readonly (string | number)[]
}

/** More places than these are forgotten all at once. */
const mostPlaces = 5000
const mostFields = 100

/** The values so far of a field that rules look at. */
interface Role {
  varies: boolean
  /** Its values, each by itself: the first text is stored, and no line that a later one is a part of. */
  readonly values: Map<Scalar, Scalar>
}

/** A way on: by a field's name, and then by its value where that counts. */
interface Branch<Verdict> {
  /** Undefined for a field that no rule looks at. */
  readonly role: Role | undefined
  /** Where all values lead that do not count one by one. */
  readonly onward: Place<Verdict>
  readonly byValue: Map<Scalar, Place<Verdict>>
}

/** The traits of an event so far. */
class Place<Verdict> implements Outline<Verdict> {
  readonly branches = new Map<string, Branch<Verdict>>()
  /** The way that was taken last: most events take the same one. */
  lastName = ''
  last: Branch<Verdict> | undefined = undefined
  seen = 0
  verdict: Verdict | undefined = undefined
  readonly from: Place<Verdict> | undefined
  readonly name: string
  readonly trait: Trait | undefined

  constructor(from: Place<Verdict> | undefined, name: string, trait: Trait | undefined) {
    this.from = from
    this.name = name
    this.trait = trait
  }

  traits(): readonly Trait[] {
    const traits: Trait[] = []
    for (let place: Place<Verdict> | undefined = this; place; place = place.from) {
      if (place.trait) traits.push(place.trait)
    }
    return traits.reverse()
  }

  /** Whether the way here went by a field of this name. */
  passed(name: string): boolean {
    for (let place: Place<Verdict> | undefined = this; place; place = place.from) if (place.name === name) return true
    return false
  }
}

/**
 * Makes a book of outlines. Only fields that are `relevant` count by their values, as long as they
 * have no more than `mostValues`. O(fields) an event; memory is bounded whatever comes:
 * what has many values is soon taken to vary.
 */
export const createOutlines = <Verdict>(relevant: ReadonlySet<string>, mostValues = 64): Outlines<Verdict> => {
  const roles = new Map([...relevant].map((name): [string, Role] => [name, { varies: false, values: new Map() }]))
  const varying: (string | number)[] = []
  let root = new Place<Verdict>(undefined, '', undefined)
  let places = 0
  let count = 0

  const restart = (): void => {
    root = new Place(undefined, '', undefined)
    places = 0
  }
  /** When there are too many places, the field with the most values is to blame. */
  const makeRoom = (): void => {
    const known = [...roles.values()].filter(({ varies }) => !varies)
    const widest = known.reduce<Role | undefined>((a, b) => (a && a.values.size >= b.values.size ? a : b), undefined)
    if (widest && widest.values.size > 1) letVary(widest)
    restart()
  }
  const letVary = (role: Role): void => {
    role.varies = true
    role.values.clear()
  }
  const branchOf = (place: Place<Verdict>, name: string): Branch<Verdict> => {
    let branch = place.branches.get(name)
    if (branch === undefined) {
      // Of a name that comes twice, the first one counts.
      const role = place.passed(name) ? undefined : roles.get(name)
      const onward = new Place(place, name, role && { name, value: undefined })
      branch = { role, onward, byValue: new Map() }
      place.branches.set(name, branch)
      places += 1
    }
    place.lastName = name
    place.last = branch
    return branch
  }
  const placeOf = (place: Place<Verdict>, name: string, branch: Branch<Verdict>, value: Scalar): Place<Verdict> => {
    const text = branch.role?.values.get(value) ?? value
    const fresh = new Place(place, name, { name, value: text })
    branch.byValue.set(text, fresh)
    places += 1
    return fresh
  }
  /** Follows some fields from a place; undefined where they lead nowhere. */
  const follow = (from: Place<Verdict>, fields: FlatEvent['fields']): Place<Verdict> | undefined => {
    let place = from
    let left = mostFields
    for (const name in fields) {
      const branch = place.lastName === name && place.last !== undefined ? place.last : branchOf(place, name)
      const { role } = branch
      left -= 1
      if (role === undefined) {
        if (left < 0) return undefined
        place = branch.onward
        continue
      }
      const value = fields[name]
      if (typeof value === 'object' && value !== null) return undefined
      if (value === undefined || left < 0) return undefined
      if (role.varies && (typeof value === 'string' || typeof value === 'number')) {
        varying[count] = value
        count += 1
        place = branch.onward
        continue
      }
      let next = branch.byValue.get(value)
      if (next === undefined) {
        if (!role.values.has(value)) {
          role.values.set(value, value)
          if (role.values.size > mostValues) {
            letVary(role)
            restart()
            return undefined
          }
        }
        next = placeOf(place, name, branch, value)
      }
      place = next
    }
    return place
  }
  return {
    of({ fields, more }) {
      if (places > mostPlaces) makeRoom()
      count = 0
      const place = follow(root, fields)
      return place === undefined || more === undefined ? place : follow(place, more)
    },
    varying,
  }
}
