import { statfs } from 'node:fs/promises'
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os'
import { z } from 'zod'
import type { Deps } from '../../../operations/deps.ts'
import { defineOperation } from '../../../operations/operation.ts'

/** Shows the load of the machine now; no history of it is stored. Bytes, and percent of the whole. */
export const getMachine = defineOperation({
  name: 'get_machine',
  summary: 'Shows the processor, memory and disk of the machine.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({
    timestamp: z.iso.datetime(),
    cpu: z.object({ percent: z.number(), count: z.int() }),
    memory: z.object({
      total: z.number(),
      available: z.number(),
      used: z.number(),
      free: z.number(),
      percent: z.number(),
    }),
    disk: z.object({ total: z.number(), used: z.number(), free: z.number(), percent: z.number() }),
  }),
  async run(_input, { now }: Pick<Deps, 'now'>) {
    const cores = availableParallelism()
    const { bsize, blocks, bavail } = await statfs('.')
    const part = (total: number, free: number) => ({
      total,
      used: total - free,
      free,
      percent: percentOf(total - free, total),
    })
    return {
      timestamp: new Date(now()).toISOString(),
      cpu: { percent: Math.min(100, percentOf(loadavg()[0] ?? 0, cores)), count: cores },
      memory: { ...part(totalmem(), freemem()), available: freemem() },
      disk: part(bsize * blocks, bsize * bavail),
    }
  },
})

const percentOf = (some: number, whole: number): number => (whole === 0 ? 0 : Math.round((1_000 * some) / whole) / 10)
