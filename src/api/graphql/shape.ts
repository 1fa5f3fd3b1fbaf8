import type { z } from 'zod'

/** The JSON Schema of a zod schema. */
export type Shape = z.core.JSONSchema.JSONSchema

const reference = '#/$defs/'

/** Resolves references, and returns whether the value may be null. */
export const strip = (
  definitions: Readonly<Record<string, Shape>>,
  shape: Shape,
  name: string,
): { kind: Shape; nullable: boolean; own: string } => {
  if (shape.$ref?.startsWith(reference)) {
    const own = shape.$ref.slice(reference.length)
    return strip(definitions, definitions[own] ?? {}, own)
  }
  if (Array.isArray(shape.type)) {
    const [type, ...others] = shape.type.filter((one: string) => one !== 'null')
    return { kind: type && others.length === 0 ? { ...shape, type } : {}, nullable: true, own: name }
  }
  const either = shape.anyOf?.map(one)
  const [only, ...others] = either?.filter(({ type }) => type !== 'null') ?? []
  if (either && only && others.length === 0) return { ...strip(definitions, only, name), nullable: true }
  // Anything at all includes nothing.
  return { kind: shape, nullable: shape.type === undefined && !shape.enum, own: name }
}

/** JSON Schema allows booleans as schemas and lists for tuples. Our schemas are objects; anything else accepts any value. */
export const one = (shape: unknown): Shape =>
  typeof shape === 'object' && shape !== null && !Array.isArray(shape) ? (shape as Shape) : {}

/** `oldest_age_ms` as a part of a type's name. */
export const pascal = (name: string): string =>
  name
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
