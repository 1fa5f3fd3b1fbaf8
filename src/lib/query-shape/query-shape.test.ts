import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { queryShape } from './query-shape.ts'

describe('the shape of a query', () => {
  it.each([
    // an operation with a variable, an alias, arguments and a nested selection
    [
      'query GetOrders($limit: Int!) { orders(limit: $limit, where: { total: { _gt: 5 } }) { id total: amount customer { name } } }',
      {
        depth: 3,
        fields: 5,
        arguments: 2,
        variables: 1,
        has_pagination: true,
        has_filtering: true,
        has_sorting: false,
      },
    ],
    ['{ a }', { depth: 1, fields: 1, arguments: 0, variables: 0, complexity: 5 }],
    // fragments, directives, comments and texts are no fields
    [
      '{ a # b c {\n ...F ... on User { b @include(if: true) } c(order_by: "x { y }") } fragment F on A { d }',
      { depth: 2, fields: 4, arguments: 2, has_sorting: true },
    ],
    ['', { query_length: 0, depth: 0, fields: 0, complexity: 0 }],
  ])('of %s', (query, shape) => {
    expect(queryShape(query)).toMatchObject(shape)
  })

  it('is there for any text, in time linear in it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '(', ')', '"', '#', '\\', 'a', ' ', ':', '$', '\n', '.') }),
        (text) => {
          const shape = queryShape(text)
          expect(shape.complexity).toBe(2 * shape.fields + 3 * shape.depth + 1.5 * shape.arguments)
        },
      ),
    )
    const started = process.cpuUsage()
    for (const text of ['{', '"', '"""', '(a:', '#', '\\"']) queryShape(text.repeat(100_000))
    expect(process.cpuUsage(started).user).toBeLessThan(5e6)
  })
})
