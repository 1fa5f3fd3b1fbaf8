import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { configReference } from './reference.ts'

writeFileSync(resolve(import.meta.dirname, '../docs/reference/config.md'), configReference())
