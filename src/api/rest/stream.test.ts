import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { as, fakeServer } from '../server.fake.ts'

describe('GET /api/v1/stream', () => {
  let server: Awaited<ReturnType<typeof fakeServer>>
  let address = ''
  beforeEach(async () => {
    server = await fakeServer()
    address = await server.app.listen({ port: 0, host: '127.0.0.1' })
  })
  afterEach(() => server.app.close())

  const change = (kind: 'alert' | 'incident', id: string, version: number, updated_at: number) =>
    server.changes.push({ kind, id, version, updated_at })

  /** Reads until `count` events came, and does something as soon as the first words of the stream are there. */
  const read = async (
    count: number,
    { query = '', headers = {}, opened = () => {} }: { query?: string; headers?: object; opened?: () => void } = {},
  ) => {
    const response = await fetch(`${address}/api/v1/stream${query}`, { headers: { ...as('viewer'), ...headers } })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    const next = async (text: string): Promise<string> => {
      if (text.split('event: ').length > count && text.endsWith('\n\n')) return text
      const { value, done } = (await reader?.read()) ?? { done: true }
      return done ? text : next(text + value)
    }
    const first = (await reader?.read())?.value ?? ''
    opened()
    const text = await next(first)
    await reader?.cancel()
    return text
  }

  it('reports changes while it is open', async () => {
    let time = 0
    const text = await read(1, {
      opened() {
        time = server.deps.now()
        change('incident', 'i1', 3, time)
      },
    })
    // It may come twice.
    const told = `id: ${time}\nevent: incident\ndata: {"id":"i1","version":3}\n\n`
    expect(text).toMatch(/^id: \d+\nretry: 2000\n\n/)
    expect([told, told + told]).toContain(text.slice(text.indexOf('\n\n') + 2))
  })

  it('goes on after the last event that was seen, with the topics that are asked for', async () => {
    change('incident', 'i1', 1, 10)
    change('alert', 'a1', 1, 11)
    change('incident', 'i2', 1, 12)
    const text = await read(1, { query: '?topics=incidents', headers: { 'last-event-id': '10' } })
    expect(text).toContain('"i2"')
    expect(text).not.toMatch(/"i1"|"a1"/)
  })

  it('says where a client continues that is cut off before the first change', async () => {
    const opened = server.deps.now()
    const [, id] = /^id: (\d+)\n/.exec(await read(0)) ?? []
    expect(Number(id)).toBeGreaterThanOrEqual(opened)
    change('incident', 'i3', 1, server.deps.now() + 1)
    expect(await read(1, { headers: { 'last-event-id': String(id) } })).toContain('"i3"')
  })

  it('is not for senders of logs, and knows its topics', async () => {
    expect((await fetch(`${address}/api/v1/stream`, { headers: as('ingest') })).status).toBe(403)
    expect((await fetch(`${address}/api/v1/stream?topics=secrets`, { headers: as('viewer') })).status).toBe(400)
  })

  it('ends when the server does', async () => {
    const closing = Promise.withResolvers<undefined>()
    const text = await read(1, { opened: () => server.app.close(() => closing.resolve(undefined)) })
    expect(text).toMatch(/^id: \d+\nretry: 2000\n\n$/)
    await closing.promise
  })
})
