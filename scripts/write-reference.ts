import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { apiSurface, breaksOf, readSurface, writeSurface } from './api-surface.ts'
import { compatibilityReference } from './compatibility.ts'
import { dashboardSchema } from './dashboard-schema.ts'
import { graphqlReference } from './graphql-reference.ts'
import { configReference } from './reference.ts'

const root = resolve(import.meta.dirname, '..')
writeFileSync(resolve(root, 'docs/reference/config.md'), configReference())
writeFileSync(resolve(root, 'docs/reference/schema.graphql'), graphqlReference())
writeFileSync(resolve(root, 'docs/compatibility.md'), compatibilityReference())
writeFileSync(resolve(root, 'web/src/api/schema.d.ts'), await dashboardSchema())

const apiFile = resolve(root, 'docs/reference/api.txt')
const api = await apiSurface()
const breaks = breaksOf(readSurface(readFileSync(apiFile, 'utf8')), api)
if (breaks.length === 0 || process.argv.includes('--break-api')) writeFileSync(apiFile, writeSurface(api))
else {
  console.error(`Clients of the REST API would break:\n${breaks.join('\n')}`)
  console.error(
    'Keep the old fields. To break compatibility, add a changelog.d/ entry and run: npm run reference -- --break-api',
  )
  process.exitCode = 1
}
