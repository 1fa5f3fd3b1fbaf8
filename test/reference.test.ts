import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { apiSurface, breaksOf, readSurface, writeSurface } from '../scripts/api-surface.ts'
import { compatibilityReference } from '../scripts/compatibility.ts'
import { dashboardSchema } from '../scripts/dashboard-schema.ts'
import { graphqlReference } from '../scripts/graphql-reference.ts'
import { configReference } from '../scripts/reference.ts'
import { keeps } from './keeps.ts'

it('the configuration reference matches the schemas; `npm run reference` updates it', () => {
  const written = readFileSync(resolve(import.meta.dirname, '../docs/reference/config.md'), 'utf8')
  expect(written).toBe(configReference())
})

it('the API types of the dashboard match the server; `npm run reference` updates them', async () => {
  const written = readFileSync(resolve(import.meta.dirname, '../web/src/api/schema.d.ts'), 'utf8')
  expect(written).toBe(await dashboardSchema())
})

it('the compatibility page matches the promises; `npm run reference` updates it', () => {
  const written = readFileSync(resolve(import.meta.dirname, '../docs/compatibility.md'), 'utf8')
  expect(written).toBe(compatibilityReference())
})

it('the GraphQL schema file matches the server; `npm run reference` updates it', () => {
  const written = readFileSync(resolve(import.meta.dirname, '../docs/reference/schema.graphql'), 'utf8')
  expect(written).toBe(graphqlReference())
})

it(`the REST API stays compatible (${keeps('vedette.api-stable')})`, async () => {
  const written = readFileSync(resolve(import.meta.dirname, '../docs/reference/api.txt'), 'utf8')
  const now = await apiSurface()
  expect(breaksOf(readSurface(written), now)).toEqual([])
  expect(written, '`npm run reference` adds what is new').toBe(writeSurface(now))
})

it.each([
  ['GET /things: ?limit', 'GET /others:', ['GET /things is gone']],
  ['GET /things: ?limit', 'GET /things: ?max', ['GET /things has no ?limit']],
  ['GET /things: ?limit', 'GET /things: ?limit!', ['GET /things needs ?limit!']],
  ['POST /things: body.name', 'POST /things: body.name body.size!', ['POST /things needs body.size!']],
  ['GET /things 200: .data!', 'GET /things 200: .data', ['GET /things 200 has no .data!']],
  ['POST /things: body.name!', 'POST /things: body.name body.size', []],
  ['GET /things 200: .data!', 'GET /things 200: .data! .size!', []],
  ['GET /things 200: =Thing\nThing: .a', 'GET /things 200: =Item\nItem: .a .b', []],
  ['GET /things 200: =Thing\nThing: .a', 'GET /things 200: =Item\nItem: .b', ['Thing has no .a']],
])('a client of "%s" uses "%s"', (before, now, breaks) => {
  expect(breaksOf(readSurface(before), readSurface(now))).toEqual(breaks)
})
