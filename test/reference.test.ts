import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { compatibilityReference } from '../scripts/compatibility.ts'
import { dashboardSchema } from '../scripts/dashboard-schema.ts'
import { graphqlReference } from '../scripts/graphql-reference.ts'
import { configReference } from '../scripts/reference.ts'

it('the reference of the configuration says what the schemas check; `npm run reference` writes it anew', () => {
  const written = readFileSync(resolve(import.meta.dirname, '../docs/reference/config.md'), 'utf8')
  expect(written).toBe(configReference())
})

it('the dashboard knows the API that the server serves; `npm run reference` writes its types anew', async () => {
  const written = readFileSync(resolve(import.meta.dirname, '../web/src/api/schema.d.ts'), 'utf8')
  expect(written).toBe(await dashboardSchema())
})

it('the page on compatibility lists the promises that tests keep; `npm run reference` writes it anew', () => {
  const written = readFileSync(resolve(import.meta.dirname, '../docs/compatibility.md'), 'utf8')
  expect(written).toBe(compatibilityReference())
})

it('the graph is written down as it is served; `npm run reference` writes it anew', () => {
  const written = readFileSync(resolve(import.meta.dirname, '../docs/reference/schema.graphql'), 'utf8')
  expect(written).toBe(graphqlReference())
})
