import { z } from 'zod'

const roles = ['time', 'message', 'level', 'host', 'user', 'service', 'ip'] as const

/** Which field of a record has its time, message, and so on: `{ time: 'when_happened' }`. Nested names have dots: `meta.when`. */
export const fieldMap = z.partialRecord(z.enum(roles), z.string().min(1))
export type FieldMap = Readonly<z.infer<typeof fieldMap>>
