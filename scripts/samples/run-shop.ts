import { mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { memoryGroups as memory, type TestHost } from './test-host.ts'

/** The memory limit of the shop in bytes, as on a small machine. */
const limit = 200 * 1024 * 1024

/** The shop as a service of the web host, in its own memory control group. */
export const startShop = (host: TestHost, database: string) => {
  const group = `shop-${process.pid}`
  const program = fileURLToPath(new URL('./shop.ts', import.meta.url))
  return {
    async start({ bug }: { readonly bug: boolean }): Promise<void> {
      mkdirSync(`${memory}/${group}`, { recursive: true })
      writeFileSync(`${memory}/${group}/memory.limit_in_bytes`, String(limit))
      const command = `echo 0 > ${memory}/${group}/cgroup.procs; exec ${process.execPath} ${program}`
      host.spawnOutside(['/bin/sh', '-c', command], {
        env: { ...process.env, SHOP_DATABASE: database, ...(bug && { SHOP_BUG: '1' }) },
      })
      for (let i = 0; i < 400; i++) {
        await sleep(50)
        if (host.run('ss -Hltn sport = :3000').includes(':3000')) return
      }
      throw new Error('The shop did not open its port within 20 s.')
    },
    async stop(): Promise<void> {
      host.run(`pkill -f "samples/[s]hop.ts" || :`)
      await sleep(200)
    },
  }
}
