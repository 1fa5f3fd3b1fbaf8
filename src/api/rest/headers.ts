import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { AnyOperation } from '../ask.ts'

/** Headers that are inputs of every operation that has such an input. */
const inputs = [
  ['idempotency-key', 'idempotency_key'],
  ['if-match', 'version'],
] as const

/** Lists the headers of an operation, and the input that each becomes. */
export const headersOf = ({ input }: AnyOperation): readonly (typeof inputs)[number][] => {
  const shape = input instanceof z.ZodObject ? input.shape : {}
  return inputs.filter(([, name]) => name in shape)
}

/** Reads the inputs from headers. */
export const headerInputs = (operation: AnyOperation, headers: IncomingHttpHeaders): Record<string, unknown> =>
  Object.fromEntries(
    headersOf(operation).flatMap(([header, name]) => {
      const value = headers[header]
      if (typeof value !== 'string' || value === '*') return []
      return [[name, header === 'if-match' ? versionOf(value) : value]]
    }),
  )

const versionOf = (tag: string): number => {
  const version = /^"(\d{1,9})"$/.exec(tag)?.[1]
  if (version !== undefined) return Number(version)
  throw new AppError('INVALID_REQUEST', 'The If-Match header is no ETag of ours.', {
    hint: 'Send back the ETag that came with the thing: "3".',
  })
}
