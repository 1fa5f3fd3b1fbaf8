import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server'
import type { z } from 'zod'

/**
 * A schema as it is listed with the tools, which every conversation pays for: without the name of its dialect, which is
 * the protocol's own, and with `true` for any value, which more clients support than `{}`.
 */
export const listedSchema = (schema: z.ZodObject): StandardSchemaWithJSON => {
  const { version, vendor, validate, jsonSchema } = schema['~standard']
  return {
    '~standard': {
      ...{ version, vendor, validate },
      jsonSchema: {
        input: (options) => terse(jsonSchema.input(options)),
        output: (options) => terse(jsonSchema.output(options)),
      },
    },
  }
}

const terse = ({ $schema: _, ...rest }: Record<string, unknown>): Record<string, unknown> => {
  // A copy, because zod caches the original.
  const copy = structuredClone(rest)
  openUp(copy)
  return copy
}

const openUp = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return
  for (const inner of Object.values(value)) openUp(inner)
  if ('additionalProperties' in value && isEmpty(value.additionalProperties)) value.additionalProperties = true
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0
