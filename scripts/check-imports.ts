import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { readDrawing, refuseImport } from './imports/drawing.ts'
import { cyclesOf, readImports } from './imports/read-imports.ts'

/** Compares the imports of the program with the table in docs/architecture.md, and fails on a violation or a cycle. */
const root = resolve(import.meta.dirname, '..')
const drawing = readDrawing(readFileSync(resolve(root, 'docs/architecture.md'), 'utf8'))
const imports = readImports(root)

const breaches = [...imports].flatMap(([file, imported]) =>
  imported.flatMap((one) => {
    const reason = refuseImport(drawing, file, one)
    return reason === undefined ? [] : [`${file} imports ${one}: ${reason}.`]
  }),
)
const cycles = cyclesOf(imports).map((cycle) => `These files import each other: ${cycle.join(', ')}.`)

for (const line of [...breaches, ...cycles]) console.error(line)
if (breaches.length + cycles.length > 0) {
  console.error('Change the code, or the table in docs/architecture.md with a decision record.')
  process.exit(1)
}
console.log(`Checked the imports of ${imports.size} files: no violations, no cycles.`)
