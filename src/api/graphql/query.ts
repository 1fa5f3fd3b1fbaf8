import { z } from 'zod'

/** A request as the standard has it. */
export const query = z.strictObject({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
})
export type Query = z.infer<typeof query>

/** The limits of one query. */
export const queryLimits = {
  /** Words and signs of its text. */
  tokens: 2_000,
  /** Nested brackets of any type. */
  nesting: 60,
  /** Levels of fields below one another. */
  depth: 12,
  /** Fields at the top, aliases counted. */
  fields: 20,
  cost: 20_000,
  /** Limits the operations that run, whatever the estimate was: lists can be longer than assumed. */
  asks: 500,
} as const
