import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineOperation } from '../../operations/operation.ts'
import { mergeInput, queryReader } from './input.ts'

const operation = defineOperation({
  name: 'try_inputs',
  summary: 'Takes one input of each kind.',
  role: 'viewer',
  input: z.strictObject({
    q: z.string().default(''),
    limit: z.coerce.number().int().default(50),
    count: z.int().optional(),
    paused: z.boolean().optional(),
    status: z.array(z.string()).optional(),
    moment: z.union([z.string(), z.number()]).optional(),
  }),
  output: z.unknown(),
  run: async (input) => input,
})

describe('the input of an operation', () => {
  const read = queryReader(operation)

  it('is read from a query as the schema wants it', () => {
    expect(read({ q: '5', limit: '5', count: '-5', paused: '1', status: 'a,b', moment: '5' })).toEqual({
      q: '5',
      limit: 5,
      count: -5,
      paused: true,
      status: ['a', 'b'],
      moment: '5',
    })
  })

  it('leaves alone what older systems have no name for, where there is one for what it takes', () => {
    expect(queryReader(operation, true)({ count: '1', _: '1736078400', q: 'a' })).toEqual({ count: 1, q: 'a' })
    expect(read({ _: '1' })).toEqual({ _: '1' })
    const nothing = { ...operation, input: z.strictObject({}) }
    expect(queryReader(nothing, true)({ _: '1' })).toEqual({})
  })

  it('keeps what it cannot read, so that the schema refuses it', () => {
    for (const count of ['', '1;drop', '1e9', '٣', '99999999999999999999', 'NaN'])
      expect(read({ count })).toEqual({ count })
    expect(operation.input.safeParse(read({ count: ['1', '2'] })).success).toBe(false)
  })

  it('is put together from the parts, and never from two values of one name', () => {
    expect(mergeInput({ id: 'a' }, { x: 1 }, { id: 'a' })).toEqual({ id: 'a', x: 1 })
    expect(() => mergeInput({ id: 'a' }, { id: 'b' })).toThrow('given twice')
  })

  it('never throws on a query, nor pollutes a prototype', () => {
    const value = fc.oneof(fc.string(), fc.array(fc.string()))
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'count', 'status')), value),
        (query) => {
          mergeInput(read(query))
          expect(Object.keys(Object.prototype)).toEqual([])
        },
      ),
    )
  })
})
