import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { compatibilityReference } from './compatibility.ts'
import { dashboardSchema } from './dashboard-schema.ts'
import { graphqlReference } from './graphql-reference.ts'
import { configReference } from './reference.ts'

const root = resolve(import.meta.dirname, '..')
writeFileSync(resolve(root, 'docs/reference/config.md'), configReference())
writeFileSync(resolve(root, 'docs/reference/schema.graphql'), graphqlReference())
writeFileSync(resolve(root, 'docs/compatibility.md'), compatibilityReference())
writeFileSync(resolve(root, 'web/src/api/schema.d.ts'), await dashboardSchema())
