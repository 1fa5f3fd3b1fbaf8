import type { z } from 'zod'
import { AppError } from '../errors.ts'

/** Parses JSON with a schema. Throws SOURCE_FAILED with a description of the expected content. */
export const parseFeedJson = <Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  expected: string,
): z.output<Schema> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('SOURCE_FAILED', `The content is not JSON: ${quoteStart(text)}`, {
      hint: `Expected ${expected}.`,
      cause,
    })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue && issue.path.length > 0 ? ` (${issue.path.join('.')}: ${issue.message})` : ''
  throw new AppError('SOURCE_FAILED', `Unexpected JSON${where}: ${quoteStart(text)}`, {
    hint: `Expected ${expected}.`,
  })
}

const quoteStart = (text: string): string => JSON.stringify(text.slice(0, 60))
