import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { until } from '../until.ts'
import { freePort, type Server, scratch, startServer } from './program.ts'

const letters = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      topic: z.string(),
      reason: z.string(),
      attempts: z.number(),
      sources: z.array(z.string()),
    }),
  ),
})
const events = z.object({ data: z.array(z.object({ message: z.string() })), next_cursor: z.string().nullable() })

let data: ReturnType<typeof scratch>
beforeEach(() => {
  data = scratch()
})
afterEach(() => data.remove())

const deadly = '{"message":"the deadly record"}'
const lines = Array.from({ length: 600 }, (_, index) => `line ${index} before a long silence`)

/** Node loads this file into each thread. The pipeline ends as soon as it reads the record. */
const probe = (end: string): string => {
  const file = join(data.path, 'deadly.cjs')
  writeFileSync(
    file,
    `const { isMainThread } = require('node:worker_threads')
    const { parse } = JSON
    // Lets ten minutes without a sign of life pass in five seconds.
    const { setInterval } = globalThis
    if (isMainThread) globalThis.setInterval = (run, ms, ...others) => setInterval(run, ms === 30_000 ? 250 : ms, ...others)
    if (!isMainThread) JSON.parse = (text, ...others) => text === ${JSON.stringify(deadly)} ? ${end} : parse(text, ...others)`,
  )
  return `--require ${file}`
}

const send = async (server: Server, texts: readonly string[]): Promise<void> => {
  const headers = { 'content-type': 'text/plain' }
  const answer = await server.ask('/api/v1/events', { method: 'POST', headers, body: texts.join('\n') })
  expect(answer.status).toBe(200)
}
const deadLetters = async (server: Server) =>
  letters.parse(await (await server.ask('/api/v1/dead-letters')).json()).data
const messages = async (server: Server): Promise<readonly string[]> => {
  const found: string[] = []
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({ limit: '500', ...(cursor && { cursor }) })
    const page = events.parse(await (await server.ask(`/api/v1/events?${query}`)).json())
    found.push(...page.data.map(({ message }) => message))
    cursor = page.next_cursor
  } while (cursor)
  return found.toSorted()
}
const expectOnlyTheDeadlyRecordAside = async (server: Server) => {
  expect(await deadLetters(server)).toEqual([
    {
      ...{ id: expect.stringMatching(/^part-\d+$/), topic: 'records', attempts: 3, sources: ['http'] },
      reason: 'Ended the pipeline 3 times while it was worked on alone.',
    },
  ])
  expect(await messages(server)).toEqual([...lines, 'a later line'].toSorted())
}

it('puts a record aside that ends the pipeline thread each time, and works on all others once', async () => {
  const env = { NODE_OPTIONS: probe('process.exit(7)') }
  const server = await startServer({ dataDir: data.path, port: await freePort(), env })
  try {
    await send(server, [...lines.slice(0, 300), deadly, ...lines.slice(300)])
    await until(async () => (await deadLetters(server)).length > 0, server.output)
    await send(server, ['a later line'])
    await server.settled()
    expect(server.output().match(/pipeline thread ended/g)).toHaveLength(6)
    await expectOnlyTheDeadlyRecordAside(server)

    // Without the fault, it can be retried.
    expect(await server.stop()).toBe(0)
    const repaired = await startServer({ dataDir: data.path, port: await freePort() })
    try {
      const [letter] = await deadLetters(repaired)
      const answer = await repaired.ask(`/api/v1/dead-letters/${letter?.id}/retry`, { method: 'POST' })
      expect(answer.status).toBe(200)
      await until(async () => (await messages(repaired)).includes('the deadly record'), 'the retried record')
      expect(await deadLetters(repaired)).toEqual([])
    } finally {
      await repaired.stop('SIGKILL')
    }
  } finally {
    await server.stop('SIGKILL')
  }
})

it('puts a record aside from which the pipeline thread never returns', async () => {
  const env = { NODE_OPTIONS: probe('(() => { for (;;); })()') }
  const server = await startServer({ dataDir: data.path, port: await freePort(), env })
  try {
    await send(server, [...lines.slice(0, 300), deadly, ...lines.slice(300)])
    await until(async () => (await deadLetters(server)).length > 0, server.output)
    await send(server, ['a later line'])
    await server.settled()
    expect(server.output().match(/has not returned from its work/g)).toHaveLength(6)
    await expectOnlyTheDeadlyRecordAside(server)
  } finally {
    await server.stop('SIGKILL')
  }
})

it('puts a record aside that ends the whole process each time', async () => {
  const env = { NODE_OPTIONS: probe("process.kill(process.pid, 'SIGKILL')") }
  const start = async () => startServer({ dataDir: data.path, port: await freePort(), env })
  const first = await start()
  await send(first, [...lines.slice(0, 300), deadly, ...lines.slice(300)])
  let ends = 0
  let server: Server | undefined = first
  const isOver = async () => server && (server.child.exitCode ?? server.child.signalCode) !== null
  while (ends < 12) {
    const current = server
    await until(
      async () => (await isOver()) || (current && (await deadLetters(current).catch(() => [])).length > 0),
      'an end of the process, or a dead letter',
    )
    if (current && !(await isOver())) break
    ends += 1
    server = undefined
    // It may end before it is ready.
    while (!server && ends < 12) {
      server = await start().catch(() => undefined)
      if (!server) ends += 1
    }
  }
  try {
    expect(ends).toBe(6)
    if (!server) return
    await send(server, ['a later line'])
    await server.settled()
    await expectOnlyTheDeadlyRecordAside(server)
  } finally {
    await server?.stop('SIGKILL')
  }
})
