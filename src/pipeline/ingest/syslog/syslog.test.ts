import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../../../../test/until.ts'
import { silentLog } from '../../../component.ts'
import type { RawRecord } from '../../../schema/record/record.ts'
import { makeCertificate } from '../../notify/certificate.fake.ts'
import type { DropReason } from '../listen/dropped.ts'
import { freePort, openSocket } from '../listen/sockets.fake.ts'
import { describeSource } from '../source.conformance.ts'
import { syslogSource } from './syslog.ts'

const { signal } = new AbortController()
const defaults = { name: 'network', host: '127.0.0.1', max_bytes: 65_536 }

const create = (options: object, dropped = (_reason: DropReason, _count: number) => {}) =>
  syslogSource(dropped).create(syslogSource(dropped).options.parse({ ...defaults, ...options }), {
    ...{ now: Date.now, fetch, log: silentLog, signal },
  })

describeSource('syslog', async () => {
  const port = await freePort()
  let socket: Socket | undefined
  return {
    source: create({ tcp: port }),
    async feed(bytes) {
      socket ??= await openSocket(() => connect(port, '127.0.0.1'))
      socket.write(bytes)
    },
    async close() {
      socket?.destroy()
    },
  }
})

/** Runs a source until the test ends. */
const run = (options: object, store: (records: readonly RawRecord[]) => Promise<void> = async () => {}) => {
  const taken: RawRecord[] = []
  const drops: [DropReason, number][] = []
  const stop = new AbortController()
  const done = create(options, (reason, count) => drops.push([reason, count])).run(async (records) => {
    await store(records)
    taken.push(...records)
  }, stop.signal)
  const end = async () => {
    stop.abort()
    await done
  }
  onTestFinished(() => end().catch(() => undefined))
  return { taken, drops, end, done }
}

describe('the source syslog', () => {
  it('receives datagrams, with the address of their sender', async () => {
    const udp = await freePort()
    const { taken } = run({ udp, zone: '+02:00' })
    const socket = createSocket('udp4')
    await until(() => {
      socket.send('<34>1 - web-01 su - - - hello\n', udp, '127.0.0.1')
      return taken.length > 0
    })
    socket.close()
    expect(taken[0]).toMatchObject({ text: '<34>1 - web-01 su - - - hello', peer: '127.0.0.1', zoneMinutes: 120 })
  })

  it('reads both framings beside each other', async () => {
    const tcp = await freePort()
    const { taken } = run({ tcp })
    const lines = await openSocket(() => connect(tcp, '127.0.0.1'))
    const counted = await openSocket(() => connect(tcp, '127.0.0.1'))
    lines.end('<34>Jan  5 10:00:00 web-01 su: by line\n<34>Jan  5 10:00:00 web-01 su: without an end')
    counted.end('25 <34>1 - - - - - - counted25 <34>1 - - - - - - another')
    await until(() => taken.length === 4)
    expect(taken.map(({ text }) => text.split(' ').at(-1)).sort()).toEqual(['another', 'counted', 'end', 'line'])
  })

  it('stores what arrived before the stop', async () => {
    const tcp = await freePort()
    const { promise: blocked, resolve: free } = Promise.withResolvers<void>()
    const { taken, end } = run({ tcp }, () => blocked)
    const socket = await openSocket(() => connect(tcp, '127.0.0.1'))
    socket.write('<34>first\n<34>second\n<34>third')
    await sleep(50)
    const ended = end()
    free()
    await ended
    expect(taken.map(({ text }) => text)).toEqual(['<34>first', '<34>second', '<34>third'])
  })

  it('makes the senders of TCP wait while records cannot be stored, and loses none', async () => {
    const tcp = await freePort()
    const { promise: blocked, resolve: free } = Promise.withResolvers<void>()
    const { taken } = run({ tcp }, () => blocked)
    const socket = await openSocket(() => connect(tcp, '127.0.0.1'))
    const count = 10_000
    const line = (i: number) => `<34>${'x'.repeat(4_000)} ${i}\n`
    let sent = 0
    const send = async () => {
      while (sent < count) {
        if (!socket.write(line(sent++))) await once(socket, 'drain')
      }
    }
    const sending = send()
    // 40 MB do not fit into the inbox and the buffers of the sockets.
    let before = -1
    await until(async () => {
      await sleep(300)
      const stopped = sent === before
      before = sent
      return stopped
    })
    expect(sent).toBeLessThan(count)
    free()
    await sending
    await until(() => taken.length === count)
    expect(taken.every(({ text }, i) => text.endsWith(` ${i}`))).toBe(true)
    socket.destroy()
  })

  it('counts datagrams for which there is no room', async () => {
    const udp = await freePort()
    const { promise: blocked, resolve: free } = Promise.withResolvers<void>()
    const { drops } = run({ udp }, () => blocked)
    const socket = createSocket('udp4')
    const datagram = Buffer.from(`<34>${'x'.repeat(60_000)}`)
    await until(() => {
      for (let i = 0; i < 20; i++) socket.send(datagram, udp, '127.0.0.1')
      return drops.some(([reason]) => reason === 'udp_queue_full')
    })
    free()
    socket.close()
  })

  it('ignores senders that are not allowed', async () => {
    const [tcp, udp] = [await freePort(), await freePort()]
    const { taken, drops } = run({ tcp, udp, allow: ['192.0.2.0/24'] })
    const socket = await openSocket(() => connect(tcp, '127.0.0.1'))
    socket.write('<34>hello\n')
    await once(socket, 'close')
    const sender = createSocket('udp4')
    await until(() => {
      sender.send('<34>hello', udp, '127.0.0.1')
      return drops.length > 1
    })
    sender.close()
    expect(new Set(drops.map(([reason]) => reason))).toEqual(new Set(['sender_not_allowed']))
    expect(taken).toEqual([])
  })

  it('receives TLS, and asks for a certificate if authorities are given', async () => {
    const { cert, key } = makeCertificate()
    const [open1, closed] = [await freePort(), await freePort()]
    const { taken } = run({ tls: open1, cert, key })
    run({ tls: closed, cert, key, client_ca: cert })
    const dial = (port: number, own: object) => connectTls({ port, host: '127.0.0.1', ca: cert, ...own })
    const socket = await openSocket(() => dial(open1, {}), 'secureConnect')
    socket.end('25 <34>1 - - - - - - counted')
    await until(() => taken.length === 1)

    const known = await openSocket(() => dial(closed, { cert, key }), 'secureConnect')
    known.destroy()
    const stranger = await openSocket(() => dial(closed, {}), 'secureConnect')
    // With TLS 1.3 the refusal comes after the client's handshake.
    const refused = once(stranger, 'close')
    stranger.resume()
    await expect(refused).rejects.toThrow('certificate required')
  })

  it('fails if the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const { done } = run({ tcp: typeof address === 'object' ? address?.port : 0, udp: await freePort() })
    await expect(done).rejects.toThrow('EADDRINUSE')
    taken.close()
  })
})
