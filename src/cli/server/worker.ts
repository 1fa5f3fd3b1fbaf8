import type { Command } from 'commander'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { CommandContext } from '../cli.ts'
import { loadWithFlags } from './app-flags.ts'

const shape = z.object({ healthPort: z.coerce.number().int().min(1).max(65_535).optional() })

/** `vedette worker`: works topics on a shared database, without API and dashboard, until it is stopped. */
export const define = (command: Command, context: CommandContext): void => {
  command
    .option('--config <file>', 'configuration file; ./vedette.yaml or a standard location by default')
    .option('--topics <list>', 'topics to work: records,facts,detections,alerts,incidents; all by default')
    .option('--workers <number>', 'threads that divide the partitions of the records')
    .option('--health-port <number>', 'port of /health/live, /health/ready and /metrics; none by default')
    .option('--host <address>', 'address of the health port')
    .option('--data-dir <folder>', 'folder for imported rules and other files')
    .option('--log-level <level>', 'log level')
    .action((options: unknown) => work(options, context))
}

const work = async (options: unknown, context: CommandContext): Promise<void> => {
  const { err, out, signal } = context
  const { config, warnings } = loadWithFlags(options, context)
  const { checkComponents } = await import('../../app/check-components.ts')
  checkComponents(config)
  for (const warning of warnings) err.write(`${warning}\n`)
  const parsed = shape.safeParse(options)
  if (!parsed.success) {
    throw new AppError('CONFIG_INVALID', 'The health port is no port.', { hint: 'Use a number from 1 to 65535.' })
  }
  const { startWorker } = await import('../../app/worker.ts')
  const { healthPort } = parsed.data
  const worker = await startWorker({ config, healthPort, print: (line) => out.write(`${line}\n`), signal })
  if (!worker) return
  await new Promise<void>((done) => {
    if (signal.aborted) done()
    signal.addEventListener('abort', () => done(), { once: true })
  })
  await worker.stop()
}
