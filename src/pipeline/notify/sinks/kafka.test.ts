import { createServer as createTcp, type Socket } from 'node:net'
import { createServer as createTls } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { deepRun } from '../../../../test/depth.ts'
import { needs } from '../../../../test/needs.ts'
import { AppError, messageOf } from '../../../errors.ts'
import { makeCertificate } from '../certificate.fake.ts'
import { sinkRegistry } from '../registry.ts'
import { someNotification } from '../sink.conformance.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const end = new AbortController()
const create = (options: object) =>
  sinkRegistry.create('kafka', options, { now: Date.now, fetch, log, signal: end.signal })
const account = { sasl: 'plain', username: 'vedette', password: 'hush-hush' }
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

type Answer = (socket: Socket, bytes: Buffer) => void

/** Opens a port with a configurable reaction to each chunk. */
const openPort = async (answer: Answer, certificate?: ReturnType<typeof makeCertificate>): Promise<string> => {
  const sockets = new Set<Socket>()
  const take = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('data', (bytes) => answer(socket, Buffer.from(bytes)))
  }
  const server = certificate ? createTls(certificate, take).on('tlsClientError', () => {}) : createTcp(take)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closers.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => server.close(done))
  })
  const address = server.address()
  return `127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`
}

const failureOf = (work: Promise<void>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

const int16 = (...values: readonly number[]) =>
  Buffer.from(values.flatMap((value) => [(value >> 8) & 255, value & 255]))
const framed = (request: Buffer, body: Buffer): Buffer => {
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length + 4)
  return Buffer.concat([size, request.subarray(8, 12), body])
}

/** Speaks enough of the protocol to reject a password, and then sends garbage. */
const refuse =
  (heard: string[]): Answer =>
  (socket, request) => {
    const [versions, handshake, authenticate] = [18, 17, 36]
    const api = request.readInt16BE(4)
    if (api === versions) socket.write(framed(request, int16(0, 0, 1, authenticate, 0, 1, 0, 0)))
    if (api === handshake) {
      socket.write(framed(request, Buffer.concat([int16(0, 0, 1, 5), Buffer.from('PLAIN')])))
    }
    if (api !== authenticate) return
    heard.push(request.toString('latin1'))
    const failed = 58
    const refusal = Buffer.concat([int16(failed, 9), Buffer.from('hush-hush'), int16(0, 0, 0, 0, 0, 0)])
    const unasked = framed(Buffer.alloc(12, 255), refusal)
    socket.write(Buffer.concat([framed(request, refusal), unasked]))
  }

describe('the sink kafka', () => {
  const { signal } = new AbortController()

  it('retries unreachable brokers', needs(deepRun), async () => {
    const broker = await openPort(() => {})
    await closers.pop()?.()
    const error = await failureOf(create({ brokers: [broker], ...account }).send(someNotification(), signal))
    expect(error).toMatchObject({ code: 'SINK_REJECTED', retryable: true })
    expect(messageOf(error)).toBe(`Kafka at ${broker} rejected the message for security-anomalies: ECONNREFUSED.`)
  })

  it('signs in, and never leaks a rejected password', async () => {
    const heard: string[] = []
    const broker = await openPort(refuse(heard))
    const error = await failureOf(create({ brokers: [broker], ...account }).send(someNotification(), signal))
    expect(heard[0]).toContain('\0vedette\0hush-hush')
    expect(error).toMatchObject({ code: 'SINK_REJECTED', retryable: false })
    expect(messageOf(error)).toContain('SASL_AUTHENTICATION_FAILED')
    expect(error instanceof AppError && `${error.hint} ${error.stack} ${JSON.stringify(error)}`).not.toContain('hush')
    expect(error).not.toHaveProperty('cause.message')
  })

  it('speaks TLS only with brokers whose certificate is trusted', needs(deepRun), async () => {
    const certificate = makeCertificate()
    const heard: string[] = []
    const broker = await openPort(refuse(heard), certificate)
    const send = (trust: object) =>
      failureOf(create({ brokers: [broker], tls: true, ...account, ...trust }).send(someNotification(), signal))
    const stranger = await send({})
    expect(messageOf(stranger)).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(stranger).toMatchObject({ retryable: false, hint: expect.stringContaining('`ca`') })
    expect(heard).toEqual([])
    await send({ ca: certificate.cert })
    expect(heard[0]).toContain('\0vedette\0hush-hush')
  })

  it('stops when aborted, and closes the connection', async () => {
    const stop = new AbortController()
    const hungUp = Promise.withResolvers<void>()
    const broker = await openPort((socket) => {
      socket.once('close', () => hungUp.resolve())
      stop.abort()
    })
    const error = await failureOf(create({ brokers: [broker] }).send(someNotification(), stop.signal))
    expect(error).toMatchObject({ code: 'SINK_REJECTED', retryable: true })
    await hungUp.promise
  })

  it.each([
    ['no broker', { brokers: [] }],
    ['a broker without a port', { brokers: ['kafka-1'] }],
    ['a password in an address', { brokers: ['me:secret@kafka-1:9092'] }],
    ['a topic that Kafka does not allow', { topic: 'a b' }],
    ['a topic that is a folder', { topic: '..' }],
    ['a way to sign in without a password', { sasl: 'plain', username: 'vedette' }],
    ['a password without a way to sign in', { username: 'vedette', password: 'hush-hush' }],
    ['certificates to trust without TLS', { ca: 'PEM' }],
    ['an unknown option', { retries: 3 }],
  ])('rejects %s', (_name, options) => {
    expect(() => create(options)).toThrow(/not valid/)
  })
})
