import { PassThrough } from 'node:stream'
import type { JSONRPCMessage } from '@modelcontextprotocol/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { until } from '../../../test/until.ts'
import { createPipe } from './pipe.ts'

const ask = (id: number, changes: object = {}) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method: 'ping', ...changes })}\n`
const answer = (id: number): JSONRPCMessage => ({ jsonrpc: '2.0', id, result: {} })

const open = async (bounds: { patienceMs?: number; mostBytes?: number } = {}) => {
  const input = new PassThrough()
  const abort = new AbortController()
  const written: unknown[] = []
  const write = (text: string) => void written.push(JSON.parse(text))
  const pipe = createPipe({ input, write, signal: abort.signal, ...bounds })
  const read: unknown[] = []
  pipe.onmessage = (message) => void read.push(message)
  const state = { drained: false }
  void pipe.drained.then(() => {
    state.drained = true
  })
  await pipe.start()
  const end = async (text: string) => {
    input.end(text)
    await until(() => input.readableEnded)
  }
  return { input, pipe, read, written, state, abort, end }
}

describe('a pipe', () => {
  it('answers what was asked before its input ended, however long that takes', async () => {
    const { pipe, state, written, end } = await open()
    await end(ask(1) + ask(2))
    await pipe.send(answer(2))
    expect(state.drained).toBe(false)
    await pipe.send(answer(1))
    await pipe.drained
    expect(written).toEqual([answer(2), answer(1)])
  })

  it('reads an unterminated last line, and chunks that end within a letter', async () => {
    const { input, read, end } = await open()
    const bytes = Buffer.from(ask(1, { params: { text: 'ä\u2028ö' } }).trimEnd())
    for (const byte of bytes) input.write(Buffer.from([byte]))
    await end('')
    expect(read).toEqual([{ jsonrpc: '2.0', id: 1, method: 'ping', params: { text: 'ä\u2028ö' } }])
  })

  it('does not wait for what was cancelled, nor for a subscription', async () => {
    const { pipe, end } = await open()
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }
    await end(`${ask(1)}${ask(2, { method: 'subscriptions/listen' })}${JSON.stringify(cancel)}\n`)
    await pipe.drained
  })

  it('reports an invalid message, and continues', async () => {
    const { read, written, end } = await open({ mostBytes: 200 })
    await end(`rubbish\n\r\n{"id":7}\n[]\n${'x'.repeat(300)}\n${ask(1)}`)
    expect(written).toMatchObject([
      { id: null, error: { code: -32_700 } },
      { id: 7, error: { code: -32_600 } },
      { id: null, error: { code: -32_600 } },
      { id: null, error: { code: -32_600, message: expect.stringContaining('200 bytes') } },
    ])
    expect(read).toHaveLength(1)
  })

  it('ends immediately on request', async () => {
    const { pipe, input, abort } = await open()
    input.write(ask(1))
    abort.abort()
    await pipe.drained
  })

  describe('whose answer never comes', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
    afterEach(() => void vi.useRealTimers())

    it('waits no longer than it may', async () => {
      const { pipe, input, state } = await open({ patienceMs: 1_000 })
      const ended = new Promise<void>((done) => input.once('end', done))
      input.end(ask(1))
      await ended
      await vi.advanceTimersByTimeAsync(999)
      expect(state.drained).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      await pipe.drained
    })
  })
})
