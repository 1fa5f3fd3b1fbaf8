import type { Person } from '../schema/person.ts'
import { remember } from './recent.ts'

/** The people in memory, as events and alerts ask for them. */
export interface PersonBook {
  readonly size: number
  /** By the name of an account (with or without its domain before a backslash), an id, an address of mail or another name. */
  find(name: string): Person | undefined
  /** Takes these in place of all that there were. */
  replace(people: readonly Person[]): void
}

/** Makes an empty book. A name of an account counts before an id, and that before mail and other names. */
export const createPersonBook = (): PersonBook => {
  let size = 0
  let names: ReadonlyMap<string, Person> = new Map()
  const look = (text: string): Person | undefined => {
    const name = text.toLowerCase()
    const domain = name.lastIndexOf('\\')
    return names.get(name) ?? (domain < 0 ? undefined : names.get(name.slice(domain + 1)))
  }
  let recent = remember(look)
  return {
    get size() {
      return size
    },
    find: (name) => (size === 0 ? undefined : recent(name)),
    replace(people) {
      size = people.length
      // Write the strongest names last: they overwrite the others.
      const spellings: readonly ((person: Person) => readonly (string | null)[])[] = [
        ({ aliases }) => aliases,
        ({ email }) => [email],
        ({ user_id }) => [user_id],
        ({ username }) => [username],
      ]
      const found = new Map<string, Person>()
      const sorted = people.toSorted((a, b) => Number(a.is_active) - Number(b.is_active))
      for (const spelling of spellings) {
        for (const person of sorted) {
          for (const name of spelling(person)) if (name !== null && name !== '') found.set(name.toLowerCase(), person)
        }
      }
      names = found
      recent = remember(look)
    },
  }
}
