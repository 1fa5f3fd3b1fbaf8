import { type Fields, textField } from '../../schema/event/event.ts'
import type { Person } from '../../schema/inventory/person.ts'
import type { Enricher } from './enricher.ts'

/** The imported users. */
export interface PersonTable {
  readonly size: number
  find(name: string): Person | undefined
}

/** Adds the role and department of an event's user. Leaves out names and contact data. */
export const userEnricher = (people: PersonTable): Enricher => ({
  name: 'user',
  enrich(event) {
    if (people.size === 0) return undefined
    const name = textField(event, 'user.name')
    const person = name === undefined ? undefined : people.find(name)
    return person && factsOf(person)
  },
})

const factsOf = ({ user_id, title, access_level, department, is_active }: Person): Fields => {
  const roles = [title, access_level].flatMap((role) => role ?? [])
  return {
    'user.person': user_id,
    'user.active': is_active,
    ...(roles.length > 0 && { 'user.roles': roles }),
    ...(department !== null && { 'user.department': department }),
  }
}
