import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../../../test/until.ts'
import type { AnswerListener } from '../../operations/answer-listener.ts'
import { assessAlert } from '../../pipeline/triage/assess.ts'
import { someAlert } from '../../pipeline/triage/triager.conformance.ts'
import { as, fakeServer } from '../server.fake.ts'

const draft = { provider: 'local', model: 'm', summary: ['Somebody guessed'], claims: [] }

describe('POST /api/v1/alerts/:id/opinion', () => {
  let server: Awaited<ReturnType<typeof fakeServer>>
  let address = ''
  let work: (watcher: AnswerListener) => Promise<object>
  beforeEach(async () => {
    server = await fakeServer()
    const alert = someAlert({ status: 'triaged' })
    const judged = { ...alert, triage: assessAlert(alert, 0) }
    Object.assign(server.deps.store, { alerts: { get: async (id: string) => (id === 'a1' ? judged : undefined) } })
    Object.assign(server.deps, {
      languageModels: {
        configured: [{ name: 'local', model: 'm' }],
        ask: (_alert: object, _card: object, watcher: AnswerListener) => work(watcher),
      },
    })
    work = async ({ onDraft }) => {
      onDraft?.(draft)
      return { status: 'answered', provider: 'local', model: 'm' }
    }
    address = await server.app.listen({ port: 0, host: '127.0.0.1' })
  })
  afterEach(() => server.app.close())

  const ask = (headers: Record<string, string> = {}, id = 'a1', signal?: AbortSignal) =>
    fetch(`${address}/api/v1/alerts/${id}/opinion`, {
      method: 'POST',
      headers: { ...as('analyst'), ...headers },
      ...(signal && { signal }),
    })
  const events = { accept: 'text/event-stream' }

  it('shows the answer coming to who wants events, and answers others at once', async () => {
    const answer = await ask(events)
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const [first, last] = (await answer.text()).split('\n\n')
    expect(first).toBe(`event: draft\ndata: ${JSON.stringify(draft)}`)
    expect(last).toMatch(/^event: done\ndata: \{"opinion":\{"status":"answered"/)
    const whole = await ask()
    expect(whole.headers.get('content-type')).toContain('application/json')
    expect(await whole.json()).toMatchObject({ opinion: { status: 'answered' }, alert: { id: 'a1' } })
  })

  it('refuses as always what fails before anything has come', async () => {
    expect((await ask({ ...as('viewer'), ...events })).status).toBe(403)
    const missing = await ask(events, 'none')
    expect(missing.status).toBe(404)
    expect(missing.headers.get('content-type')).toContain('application/problem+json')
  })

  it('says in an event what goes wrong later, and nothing of our insides', async () => {
    work = async ({ onDraft }) => {
      onDraft?.(draft)
      throw new Error('SELECT secret')
    }
    const text = await (await ask(events)).text()
    expect(text).toMatch(/event: problem\ndata: \{.*"code":"internal"/)
    expect(text).not.toContain('SELECT')
  })

  it.each([[events], [{}]])('cancels the work when the client is gone: %j', async (headers) => {
    const { promise: called, resolve } = Promise.withResolvers<AbortSignal>()
    work = async ({ onDraft, signal }) => {
      onDraft?.(draft)
      resolve(signal)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    const leaving = new AbortController()
    const asked = ask(headers, 'a1', leaving.signal).then((answer) => answer.text())
    const signal = await called
    expect(signal.aborted).toBe(false)
    leaving.abort()
    await expect(asked).rejects.toThrow('aborted')
    await until(() => signal.aborted)
    expect(server.logged).toEqual([])
  })

  it('calls the work off when the server closes', async () => {
    const { promise: called, resolve } = Promise.withResolvers<AbortSignal>()
    work = async ({ onDraft, signal }) => {
      onDraft?.(draft)
      resolve(signal)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    const text = ask(events).then((answer) => answer.text())
    await called
    await server.app.close()
    expect(await text).toMatch(/event: problem\ndata: .*called off/)
  })
})
