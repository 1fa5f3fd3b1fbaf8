import { z } from 'zod'

const text = z.string().nullable()

/** A user that alerts may concern, as imported from a directory. This is not an account to sign in with. */
export const person = z
  .object({
    user_id: z.string(),
    username: z.string(),
    /** Other names of the same account: `CORP\dana`, `dana@corp.example`. */
    aliases: z.array(z.string()),
    email: text,
    full_name: text,
    phone: text,
    department: text,
    /** The job title: `Domain Admin`. */
    title: text,
    access_level: text,
    manager: text,
    location: text,
    is_active: z.boolean(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'User' })
export type Person = z.infer<typeof person>

/** The fields that only `personalDataRole` may read, in every answer. Anyone who reads alerts may read the other fields. */
export const personalFields = [
  'aliases',
  'email',
  'full_name',
  'phone',
  'manager',
  'location',
] as const satisfies readonly (keyof Person)[]

/** Whether a field of a person is personal data. */
export const isPersonalField = (name: string): boolean => personalFields.some((field) => field === name)

/** Clears the personal fields of a user, and lists the fields that had a value in `withheld`. */
export const withoutPersonalData = <Facts extends object>(
  facts: Facts,
): Facts & { readonly withheld?: readonly string[] } => {
  const withheld = Object.entries(facts)
    .filter(([name, value]) => isPersonalField(name) && !isEmpty(value))
    .map(([name]) => name)
  if (withheld.length === 0) return facts
  const empty = Object.entries(facts).map(([name, value]) => [name, isPersonalField(name) ? emptied(value) : value])
  return Object.assign({}, facts, Object.fromEntries(empty), { withheld })
}

const isEmpty = (value: unknown): boolean => value == null || (Array.isArray(value) && value.length === 0)

const emptied = (value: unknown): unknown => (Array.isArray(value) ? [] : null)
