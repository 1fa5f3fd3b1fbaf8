import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TestHost } from './test-host.ts'

/** A task of a client: one request from one address. */
export type Task =
  | {
      readonly kind: 'http'
      readonly from: string
      readonly to: string
      readonly path: string
      readonly agent: string
      readonly method?: string
      readonly referrer?: string
    }
  | {
      readonly kind: 'dns'
      readonly from: string
      readonly to: string
      readonly name: string
      readonly type: 'A' | 'AAAA' | 'MX' | 'TXT'
    }
  | {
      readonly kind: 'mail'
      readonly from: string
      readonly to: string
      readonly sender: string
      readonly recipients: readonly string[]
      readonly bytes: number
    }

export interface Puppet {
  /** Runs a task and returns the last status of the server, or 0. */
  do(task: Task): Promise<number>
}

/** Starts the puppet of a host. */
export const startPuppet = (host: TestHost): Puppet => {
  const child = host.spawnOutside([process.execPath, fileURLToPath(new URL('./puppet.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const waiting = new Map<number, (status: number) => void>()
  if (!child.stdin || !child.stdout) throw new Error('The puppet has no pipes.')
  const { stdin } = child
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, status }: { id: number; status: number } = JSON.parse(line)
    waiting.get(id)?.(status)
    waiting.delete(id)
  })
  let last = 0
  return {
    do(task) {
      last += 1
      const { promise, resolve } = Promise.withResolvers<number>()
      waiting.set(last, resolve)
      stdin.write(`${JSON.stringify({ id: last, task })}\n`)
      return promise
    },
  }
}
