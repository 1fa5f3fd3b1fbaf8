import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { until } from '../until.ts'
import { freePort, scratch, startServer } from './program.ts'

it('starts without the modules of Node that a fresh server does not need', async () => {
  const data = scratch()
  const [probe, list] = [join(data.path, 'probe.cjs'), join(data.path, 'loaded.json')]
  // A thread has a list of its own.
  writeFileSync(
    probe,
    `if (require('node:worker_threads').isMainThread) process.on('SIGUSR2', () => {
      require('node:fs').writeFileSync(${JSON.stringify(list)}, JSON.stringify(process.moduleLoadList))
    })`,
  )
  const server = await startServer({
    dataDir: join(data.path, 'data'),
    port: await freePort(),
    env: { NODE_OPTIONS: `--require ${probe}` },
  })
  try {
    server.child.kill('SIGUSR2')
    await until(() => existsSync(list), 'the list of modules')
    const loaded = z.array(z.string()).parse(JSON.parse(readFileSync(list, 'utf8')))
    expect(loaded).toContain('NativeModule http')
    for (const late of ['internal/deps/undici/undici', 'https', 'http2', 'tls'])
      expect(loaded).not.toContain(`NativeModule ${late}`)
  } finally {
    await server.stop()
    data.remove()
  }
})
