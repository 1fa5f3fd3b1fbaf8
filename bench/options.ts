import { parseArgs } from 'node:util'

/** Reads the command line of `npm run bench -- NAME… [--lines N] [--rounds N] [--seed N] [--json] [--write]`. */
export const readBenchOptions = () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      lines: { type: 'string' },
      rounds: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
      /** Whether to write the result into the documentation. */
      write: { type: 'boolean', default: false },
    },
  })
  return {
    names: positionals,
    /** The value of a numeric option, or `otherwise` without it. */
    number(name: 'lines' | 'rounds' | 'seed', otherwise: number): number {
      const number = Number(values[name] ?? otherwise)
      if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} must be a whole number.`)
      return number
    },
    json: values.json,
    write: values.write,
  }
}
