import { describe, expect, it } from 'vitest'
import { person, personalFields, withoutPersonalData } from './person.ts'

/** Fields that triage and every reader of alerts need. Add a new field of a person here only if it identifies nobody beyond their account. */
const openFields = [
  'user_id',
  'username',
  'department',
  'title',
  'access_level',
  'is_active',
  'created_at',
  'updated_at',
]

const dana = {
  user_id: 'u1',
  username: 'dana',
  email: 'dana@example.com',
  phone: null,
  aliases: ['dr'],
  department: 'Operations',
}
const without = { ...dana, email: null, aliases: [], withheld: ['email', 'aliases'] }

describe('personal data', () => {
  it('is or is not in every field of a person', () => {
    expect([...personalFields, ...openFields].sort()).toEqual(Object.keys(person.shape).sort())
  })

  it('is cleared and named', () => {
    expect(withoutPersonalData(dana)).toEqual(without)
    expect(withoutPersonalData({ username: 'dana', email: null })).toEqual({ username: 'dana', email: null })
  })
})
