import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSensitive, queryConcerns } from './query-concerns.ts'

const typesOf = (query: string, name: string | null) => queryConcerns(query, name).map(({ type }) => type)

describe('a query that is not what it calls itself', () => {
  it.each([
    ['query GetUsers { users { id } }', 'GetUsers', []],
    ['{ users { id } }', null, []],
    ['{ users { id } }', 'GetUsers', []],
    ['query GetUsers { __schema { types { name } } }', 'GetUsers', ['disguised_introspection']],
    ['query A { __type(name: "User") { name } }', 'A', ['disguised_introspection']],
    ['query A { users(name: "__schema {") { id __typename } }', 'A', []],
    ['mutation GetUsers { delete_users { affected } }', 'GetUsers', ['disguised_mutation']],
    ['mutation Getaway { delete_users { affected } }', 'Getaway', []],
    ['mutation DeleteUsers { delete_users { affected } }', 'DeleteUsers', []],
    ['query A { users { id } }', 'B', ['unknown_operation']],
    ['query A { a } query B { b }', 'B', []],
  ])('%s as %s', (query, name, expected) => {
    expect(typesOf(query, name)).toEqual(expected)
  })

  it('says nothing worse than words of any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string()), (query, name) => {
        for (const { sentence } of queryConcerns(query, name)) expect(sentence).not.toBe('')
      }),
    )
  })
})

it.each([
  ['password', true],
  ['userPassword', true],
  ['SSN', true],
  ['card-number', true],
  ['creditCard', true],
  ['api_key', true],
  ['pinned', false],
  ['shipping', false],
  ['token_count', true],
  ['name', false],
])('%s is sensitive: %s', (field, expected) => {
  expect(isSensitive(field)).toBe(expected)
})
