import { readdirSync } from 'node:fs'
import { join } from 'node:path'

// `npm run bench -- NAME…` runs bench/NAME.ts; without a name, all of them. Each prints JSON lines with ratios to a limit
// measured in the same run, because absolute times depend on the machine.
const available = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'bench.ts')
  .map((file) => file.slice(0, -3))
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !available.includes(name))
if (unknown.length > 0) {
  console.error(`Unknown benchmark "${unknown.join('", "')}". Use one of: ${available.join(', ')}.`)
  process.exit(2)
}
for (const name of wanted.length > 0 ? wanted : available) {
  console.error(`bench ${name}`)
  await import(join(import.meta.dirname, `${name}.ts`))
}
