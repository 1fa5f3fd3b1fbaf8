import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')
const { bin, scripts } = z
  .object({ bin: z.object({ vedette: z.string() }), scripts: z.object({ start: z.string() }) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))

// The launcher sets limits of memory in the environment, which the command of a script cannot do on every system.
it('starts the server with the launcher of `vedette`', () => {
  expect(scripts.start).toBe(`node ${bin.vedette} serve`)
})
