import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { clashingNames } from './names/clashing-names.ts'

/** Fails if two files of the program export different things under one name. */
const root = resolve(import.meta.dirname, '..')
const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => !/\.(test|fake|conformance|d)\.ts$/.test(file))
const clashes = clashingNames(new Map(files.map((file) => [file, readFileSync(resolve(root, file), 'utf8')])))

for (const [name, places] of clashes) console.error(`${name} is declared in ${places.join(', ')}.`)
if (clashes.length > 0) {
  console.error('Give each of them a specific name.')
  process.exit(1)
}
console.log(`Checked the exported names of ${files.length} files: no clashes.`)
