import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { AnyOperation } from '../ask.ts'

type Inputs = Readonly<Record<string, unknown>>

/** Converts the plain texts of a query by the operation's schema. */
export type QueryReader = (query: Inputs) => Record<string, unknown>

/**
 * Creates a parser of queries for an operation: `limit=5` is a number and `learning=true` a boolean if the schema says so. Unknown
 * parameters (`?_=1736078400`) are rejected by the operation; with `lenient`, they are ignored, as the older systems do.
 */
export const queryReader = (operation: AnyOperation, lenient = false): QueryReader => {
  // Derived at the first query: deriving the schemas of all operations takes a third of the time that a server needs to start.
  let schema: { readonly kinds: ReturnType<typeof kindsOf> } | undefined
  return (query) => {
    schema ??= { kinds: kindsOf(operation) }
    const { kinds } = schema
    const isWanted = (name: string) => !lenient || kinds === undefined || kinds.has(name)
    return Object.fromEntries(
      Object.entries(query).flatMap(([name, value]) =>
        isWanted(name) ? [[name, readValue(kinds?.get(name), value)]] : [],
      ),
    )
  }
}

/** The members of a body that an operation uses; the whole body if it takes no plain object. Older systems ignore the rest. */
export const knownTo = ({ input }: AnyOperation, body: Inputs): Inputs =>
  input instanceof z.ZodObject
    ? Object.fromEntries(Object.entries(body).filter(([name]) => Object.hasOwn(input.shape, name)))
    : body

/** Merges the parts of a request. A name with two different values is rejected, because either choice would be a guess. */
export const mergeInput = (...parts: readonly Inputs[]): Record<string, unknown> => {
  const input = new Map<string, unknown>()
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) {
      if (value === undefined) continue
      const known = input.get(name)
      if (known !== undefined && known !== value) {
        throw new AppError('INVALID_REQUEST', `"${name}" is given twice, with different values.`, {
          hint: 'Leave one of them out.',
          errors: [{ path: name, message: 'given twice' }],
        })
      }
      input.set(name, value)
    }
  }
  return Object.fromEntries(input)
}

/** Checks that a JSON body is an object; no body is an empty one. */
export const bodyInputs = (body: unknown): Inputs => {
  if (body === undefined) return {}
  const parsed = inputs.safeParse(body)
  if (!parsed.success) throw new AppError('INVALID_REQUEST', 'The body must be a JSON object.')
  return parsed.data
}

const inputs = z.record(z.string(), z.unknown())

type Kind = 'number' | 'boolean' | 'list' | 'text'

const property = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  anyOf: z.array(z.object({ type: z.string().optional() })).optional(),
})
const objectSchema = z.object({ properties: z.record(z.string(), property).default({}) })

/** The schema of each name; undefined if the operation takes no plain object. */
const kindsOf = (operation: AnyOperation): ReadonlyMap<string, Kind> | undefined => {
  const schema = objectSchema.safeParse(z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' }))
  if (!schema.success || !(operation.input instanceof z.ZodObject)) return undefined
  return new Map(Object.entries(schema.data.properties).map(([name, found]) => [name, kindOf(found)]))
}

const kindOf = ({ type, anyOf = [] }: z.infer<typeof property>): Kind => {
  const types = [type ?? [], ...anyOf.map((one) => one.type ?? [])].flat()
  if (types.includes('array')) return 'list'
  // If the schema accepts text, keep it as text: the operation parses it.
  if (types.includes('string')) return 'text'
  if (types.includes('integer') || types.includes('number')) return 'number'
  return types.includes('boolean') ? 'boolean' : 'text'
}

const readValue = (kind: Kind | undefined, value: unknown): unknown => {
  if (kind === 'list') return typeof value === 'string' ? value.split(',') : value
  if (typeof value !== 'string') return value
  if (kind === 'number') return /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : value
  if (kind === 'boolean')
    return value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value
  return value
}
