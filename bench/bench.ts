import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readBenchOptions } from './options.ts'

// `npm run bench -- NAME…` runs bench/NAME.ts; without a name, all of them. They print ratios to a limit measured in the same
// run, because absolute times depend on the machine.
const inputs = new Set([
  'bench',
  'cluster-run',
  'corpora',
  'many-alerts',
  'median',
  'mixed-lines',
  'options',
  'sizing',
  'stopwatch',
])
const available = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))
  .filter((name) => !inputs.has(name))
const { names: wanted } = readBenchOptions()
const unknown = wanted.filter((name) => !available.includes(name))
if (unknown.length > 0) {
  console.error(`Unknown benchmark "${unknown.join('", "')}". Use one of: ${available.join(', ')}.`)
  process.exit(2)
}
for (const name of wanted.length > 0 ? wanted : available) {
  console.error(`bench ${name}`)
  await import(join(import.meta.dirname, `${name}.ts`))
}
