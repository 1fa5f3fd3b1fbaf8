import { createSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runs } from '../../../../test/depth.ts'
import { until } from '../../../../test/until.ts'
import { silentLog } from '../../../component.ts'
import type { RawRecord } from '../../../schema/record/record.ts'
import type { DropReason } from '../listen/dropped.ts'
import { freePort, openSocket } from '../listen/sockets.fake.ts'
import { describeSource } from '../source.conformance.ts'
import { gelfSource } from './gelf.ts'
import { createChunkJoiner } from './gelf-chunks.ts'
import { decompressGelf, readGelfStream } from './gelf-message.ts'

const { signal } = new AbortController()
const create = (options: object, dropped: (reason: DropReason, count: number) => void = () => {}) => {
  const component = gelfSource(dropped)
  const parsed = component.options.parse({ name: 'graylog', host: '127.0.0.1', ...options })
  return component.create(parsed, { now: Date.now, fetch, log: silentLog, signal })
}

describeSource('gelf', async () => {
  const port = await freePort()
  let socket: Socket | undefined
  return {
    source: create({ tcp: port }),
    async feed(bytes) {
      socket ??= await openSocket(() => connect(port, '127.0.0.1'))
      const lines = bytes.toString('utf8').trimEnd().split('\n')
      if (!lines.every((line) => line.startsWith('2026-'))) socket.write(Buffer.concat([bytes, Buffer.from([0])]))
      else socket.write(lines.map((line) => `${JSON.stringify({ host: 'a', short_message: line })}\0`).join(''))
    },
    lineOf: (text) => /"message":"([^"]*)"/.exec(text)?.[1] ?? text,
    async close() {
      socket?.destroy()
    },
  }
})

const chunksOf = (message: Buffer, size: number, id = 'abcdefgh'): readonly Buffer[] => {
  const count = Math.ceil(message.length / size)
  return Array.from({ length: count }, (_, i) =>
    Buffer.concat([
      Buffer.from([0x1e, 0x0f]),
      Buffer.from(id),
      Buffer.from([i, count]),
      message.subarray(i * size, (i + 1) * size),
    ]),
  )
}

describe('the chunks of GELF', () => {
  it('make a message in any order, also twice', () => {
    const message = Buffer.from(Array.from({ length: 500 }, (_, i) => i % 256))
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          chunksOf(message, 40).map((chunk) => chunk),
          { minLength: 13 },
        ),
        fc.nat(12),
        (chunks, again) => {
          const joiner = createChunkJoiner(() => 0)
          const repeated = chunks[again]
          const all = [...chunks.slice(0, 7), ...(repeated ? [repeated] : []), ...chunks.slice(7)].slice(0, 14)
          const whole = all.flatMap((chunk) => joiner.push(chunk, '10.0.0.1') ?? [])
          expect(whole[0]?.equals(message)).toBe(true)
        },
      ),
      { numRuns: runs(50) },
    )
  })

  it('of different senders stay apart', () => {
    const joiner = createChunkJoiner(() => 0)
    const [first, second] = chunksOf(Buffer.from('ab'), 1)
    if (!first || !second) throw new Error('There are two chunks.')
    expect(joiner.push(first, '10.0.0.1')).toBeUndefined()
    expect(joiner.push(second, '10.0.0.2')).toBeUndefined()
    expect(joiner.push(second, '10.0.0.1')?.toString()).toBe('ab')
  })

  it('are given up after five seconds, and when there are too many', () => {
    let time = 0
    const joiner = createChunkJoiner(() => time)
    const begin = (id: number) => {
      const [first] = chunksOf(Buffer.from('ab'), 1, String(id).padStart(8, '0'))
      if (first) joiner.push(first, '10.0.0.1')
    }
    begin(0)
    time = 6_000
    begin(1)
    expect(joiner.takeIncomplete()).toBe(1)
    for (let id = 2; id < 1_500; id++) begin(id)
    expect(joiner.takeIncomplete()).toBeGreaterThan(400)
  })

  it('never fail', () => {
    const joiner = createChunkJoiner(() => 0)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        joiner.push(Buffer.concat([Buffer.from([0x1e, 0x0f]), bytes]), '10.0.0.1')
      }),
      { numRuns: runs(300) },
    )
  })
})

describe('a connection of GELF', () => {
  const messages = ['{"short_message":"one\\n{"}', '{"short_message":"two","_user":"ana"}']
  const expected = ['{"message":"one\\n{"}', '{"message":"two","user":"ana"}']

  it.each(['\0', '\n', '\r\n', '\n\0'])('ends messages with %j', (end) => {
    const bytes = Buffer.from(messages.map((message) => message + end).join(''))
    for (const size of [1, 7, 1_000]) {
      const reader = readGelfStream()
      const texts: string[] = []
      for (let at = 0; at < bytes.length; at += size) texts.push(...reader.push(bytes.subarray(at, at + size)))
      expect([...texts, ...reader.flush()]).toEqual(expected)
    }
  })

  it('may send formatted JSON', () => {
    const pretty = messages.map((message) => `${JSON.stringify(JSON.parse(message), undefined, 2)}\0`).join('')
    const reader = readGelfStream()
    expect(reader.push(Buffer.from(pretty))).toEqual(expected)
  })

  it('keeps what is no message, and bounds it', () => {
    const reader = readGelfStream()
    expect(reader.push(Buffer.from('hello\0[1]\0'))).toEqual(['hello', '[1]'])
    for (let i = 0; i < 40; i++) expect(reader.push(Buffer.alloc(100_000, 'x'))).toEqual([])
    expect(reader.push(Buffer.from('\0'))[0]?.length).toBe(1_048_576)
  })
})

it('stops a decompression bomb', () => {
  expect(() => decompressGelf(gzipSync(Buffer.alloc(50_000_000)))).toThrow()
})

it('receives chunked and compressed datagrams', async () => {
  const udp = await freePort()
  const taken: RawRecord[] = []
  const drops: DropReason[] = []
  const stop = new AbortController()
  const done = create({ udp }, (reason) => drops.push(reason)).run(async (records) => {
    taken.push(...records)
  }, stop.signal)
  const socket = createSocket('udp4')
  onTestFinished(async () => {
    socket.close()
    stop.abort()
    await done
  })
  const message = gzipSync(
    JSON.stringify({ version: '1.1', host: 'web-01', short_message: 'hello', _user_name: 'ana' }),
  )
  await until(() => {
    for (const chunk of chunksOf(message, 30)) socket.send(chunk, udp, '127.0.0.1')
    return taken.length > 0
  })
  expect(taken[0]).toMatchObject({ text: '{"message":"hello","host":"web-01","user_name":"ana"}', peer: '127.0.0.1' })
  await until(() => {
    socket.send(message.subarray(0, 20), udp, '127.0.0.1')
    return drops.includes('not_decompressed')
  })
})
