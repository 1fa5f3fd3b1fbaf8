import { z } from 'zod'

/** The fields that a mapping can name. */
const roles = ['time', 'message', 'level', 'host', 'user', 'service', 'ip'] as const

/** Which field of a record has its time, message, and so on: `{ time: 'when_happened' }`. Nested names have dots: `meta.when`. */
export const fieldMap = z.partialRecord(z.enum(roles), z.string().min(1))
export type FieldMap = Readonly<z.infer<typeof fieldMap>>

/** The probable names of a source's fields, best first, guessed from the values of its first records. */
export type LikelyFields = Readonly<Record<'time' | 'message' | 'level' | 'host' | 'user', readonly string[]>>

/** A mapping as a list of pairs, as in a URL: `time=when_happened,message=meta.text`. */
export const fieldMapInput = z.array(z.string()).transform((pairs, context): FieldMap => {
  const map: Record<string, string> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const field = pair.slice(0, Math.max(at, 0))
    const fault = faultOf(field, pair.slice(at + 1), map)
    if (fault !== undefined) context.addIssue({ code: 'custom', message: `"${pair.slice(0, 200)}" ${fault}` })
    map[field] = pair.slice(at + 1)
  }
  const found = fieldMap.safeParse(map)
  return found.success ? found.data : z.NEVER
})

const faultOf = (field: string, name: string, known: Readonly<Record<string, string>>): string | undefined => {
  if (!roles.some((role) => role === field)) return `maps no field. Write FIELD=NAME with one of: ${roles.join(', ')}.`
  if (name === '') return 'names no field of the record. Write its name after the "=".'
  return Object.hasOwn(known, field) ? 'maps a field that is mapped before. Leave one of them out.' : undefined
}
