import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../errors.ts'
import { guardQueryResults } from '../../operations/query-results/guard-query-results.ts'
import { readPluginRequest } from './plugin-request.ts'

const read = (body: unknown) => readPluginRequest({ 'x-hasura-role': 'user' }, async () => body)
const bodyOf = (response: unknown) => ({
  response,
  rawRequest: { query: '{ a }', variables: null, operationName: null },
})
const datasetsOf = async (response: unknown) => (await read(bodyOf(response))).datasets

describe('datasets of a response', () => {
  it.each([
    [{ data: { users: [{ id: 1 }] } }, { users: [{ id: 1 }] }],
    [{ users: [{ id: 1 }], errors: [{ message: 'x' }] }, { users: [{ id: 1 }] }],
    [{ data: null, errors: [{ message: 'x' }] }, {}],
    [{ data: { user: { id: 1, name: 'a' } } }, { user: [{ id: 1, name: 'a' }] }],
    [{ data: { users: null } }, { users: [] }],
    [{ data: { users: { nodes: [{ id: 1 }] } } }, { users: [{ id: 1 }] }],
    [{ data: { users: { edges: [{ cursor: 'x', node: { id: 1 } }] } } }, { users: [{ id: 1 }] }],
    [{ data: { users: [{ data: { id: 1 }, timestamp: 'now' }] } }, { users: [{ id: 1 }] }],
    [{ data: { users: [{ data: { id: 1 }, other: 1 }] } }, { users: [{ data: { id: 1 }, other: 1 }] }],
    [{ data: { count: 5, names: ['a'] } }, { count: [{ value: 5 }], names: [{ value: 'a' }] }],
  ])('%j', async (response, expected) => {
    expect(await datasetsOf(response)).toEqual(expected)
  })
})

it('is an input of the operation, or a fault in words, whatever is sent', async () => {
  const hostile = fc.oneof(
    fc.jsonValue(),
    fc.record({ response: fc.jsonValue(), rawRequest: fc.jsonValue() }),
    fc.jsonValue().map(bodyOf),
    fc.jsonValue().map((data) => bodyOf({ data })),
  )
  await fc.assert(
    fc.asyncProperty(hostile, async (body) => {
      const found = await read(body).catch((error: unknown) => error)
      if (found instanceof Error) {
        expect(found instanceof AppError && found.status).toBe(400)
        return
      }
      const parsed = guardQueryResults.input.safeParse(found)
      // The operation itself rejects a dataset with an empty or too long name.
      if (!parsed.success) expect(parsed.error.issues.every(({ path }) => path[0] === 'datasets')).toBe(true)
    }),
  )
})
