import { memoize } from '../lib/memoize/memoize.ts'
import type { Person } from '../schema/inventory/person.ts'

/** The users in memory, indexed for events and alerts. */
export interface PersonIndex {
  readonly size: number
  /** Finds by account name (with or without `DOMAIN\`), ID, email address or alias. */
  find(name: string): Person | undefined
  /** Replaces all users. */
  replace(people: readonly Person[]): void
}

/** Creates an empty index. Account names take precedence over IDs, and IDs over email addresses and aliases. */
export const createPersonIndex = (): PersonIndex => {
  let size = 0
  let names: ReadonlyMap<string, Person> = new Map()
  const findName = (text: string): Person | undefined => {
    const name = text.toLowerCase()
    const domain = name.lastIndexOf('\\')
    return names.get(name) ?? (domain < 0 ? undefined : names.get(name.slice(domain + 1)))
  }
  let recent = memoize(findName)
  return {
    get size() {
      return size
    },
    find: (name) => (size === 0 ? undefined : recent(name)),
    replace(people) {
      size = people.length
      // Write the names with precedence last: they overwrite the others.
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
      recent = memoize(findName)
    },
  }
}
