import { hostname } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../../../../test/until.ts'
import type { Log } from '../../../component.ts'
import { syslog3164Parser } from '../../normalize/formats/syslog/syslog-3164.ts'
import { syslog5424Parser } from '../../normalize/formats/syslog/syslog-5424.ts'
import type { Parsed } from '../../normalize/parser.ts'
import { makeCertificate } from '../certificate.fake.ts'
import { sinkRegistry } from '../registry.ts'
import { someIncident, someNotification } from '../sink.conformance.ts'
import { type Manner, openStream, openUdp } from './syslog.fake.ts'
import { cutTo } from './syslog-message.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
const { signal } = new AbortController()
const create = (options: object) => sinkRegistry.create('syslog', options, { now: Date.now, fetch, log, signal })

const hostile = 'a "quoted" \\ ] text\u0000\u001b[31m \r\n<8>1 - - root - - - injected \u2028 \u0085 \u202e reversed'
const certificate = makeCertificate()

/** Opens a receiver that is closed after the test, once the sender has closed every connection. */
const open = async (protocol: 'udp' | 'tcp' | 'tls', manner?: Manner) => {
  const receiver =
    protocol === 'udp' ? await openUdp() : await openStream(manner, protocol === 'tls' ? certificate : undefined)
  onTestFinished(receiver.close)
  return receiver
}

/** Waits for messages to arrive: a datagram may come after its sender has finished. */
const arrival = async (protocol: 'udp' | 'tcp' | 'tls', received: readonly Buffer[]): Promise<string> => {
  await until(() => received.length > 0)
  const bytes = Buffer.concat(received)
  if (protocol === 'udp') return bytes.toString()
  const [length = ''] = /^\d+/.exec(bytes.toString()) ?? []
  expect(bytes.length).toBe(length.length + 1 + Number(length))
  return bytes.subarray(length.length + 1).toString()
}

const read = (format: 'rfc5424' | 'rfc3164', text: string): Parsed | undefined =>
  (format === 'rfc5424' ? syslog5424Parser : syslog3164Parser).parse({
    text,
    receivedAt: Date.parse('2024-12-10T07:00:01.000Z'),
    source: 'test',
    zoneMinutes: -new Date('2024-12-10T07:00:00.000Z').getTimezoneOffset(),
  })

const failure = (work: Promise<void>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

const bruteForce = someIncident({
  types: ['brute_force'],
  entities: [
    { type: 'user', value: 'jürgen' },
    { type: 'ip', value: '10.0.0.5' },
    { type: 'ip', value: '203.0.113.9' },
  ],
  address_roles: { source: [{ ip: '203.0.113.9', events: 286, internal: false }] },
})

describe.each(['udp', 'tcp', 'tls'] as const)('syslog over %s', (protocol) => {
  const extra = { host: '127.0.0.1', protocol, ...(protocol === 'tls' && { ca: certificate.cert }) }

  it.each(['rfc5424', 'rfc3164'] as const)('sends messages in %s that our parser reads', async (format) => {
    const { port, received } = await open(protocol)
    await create({ ...extra, port, format }).send(someNotification({ incident: bruteForce }), signal)
    const parsed = read(format, await arrival(protocol, received))
    expect(parsed).not.toHaveProperty('fault')
    expect(parsed).toMatchObject({
      format: `syslog/${format}`,
      time: Date.parse('2024-12-10T07:00:00.000Z'),
      message:
        'ANOMALY: brute_force | User=jürgen IP=203.0.113.9 Score=0.620 | 286 failed logins to sshd on web-01 from 203.0.113.9 within an hour.',
      fields: {
        'host.name': hostname(),
        'process.name': 'vedette',
        'log.syslog.facility.name': 'authpriv',
        'log.syslog.severity.code': 2,
        ...(format === 'rfc5424' && {
          'log.syslog.msgid': 'opened',
          'log.syslog.structured_data.vedette@32473.idempotency_key': 'i1/oncall/opened/1',
          'log.syslog.structured_data.vedette@32473.incident_id': 'i1',
          'log.syslog.structured_data.vedette@32473.incident': 'INC-1',
        }),
      },
    })
  })

  it.each(['rfc5424', 'rfc3164'] as const)('sanitizes a hostile incident in %s', async (format) => {
    const { port, received } = await open(protocol)
    const user = 'root IP=192.0.2.1 Score=0.001 | fine\nnext'
    const incident = someIncident({
      id: hostile,
      title: hostile,
      reason: hostile,
      entities: [{ type: 'user', value: user }],
    })
    await create({ ...extra, port, format }).send(someNotification({ incident, idempotencyKey: hostile }), signal)
    const text = await arrival(protocol, received)
    expect(text).not.toMatch(/[\p{Cc}\u2028\u202e]/u)
    const parsed = read(format, text)
    expect(parsed).not.toHaveProperty('fault')
    expect(parsed?.message).toContain(
      '| User=root_IP=192.0.2.1_Score=0.001_fine_next IP=- Score=0.620 | a "quoted" \\ ] text',
    )
    if (format === 'rfc3164') return
    const id = parsed?.fields['log.syslog.structured_data.vedette@32473.incident_id']
    expect(id).toMatch(/^a "quoted" \\ \] text \[31m {2}<8>1 - - root/)
  })

  it('cuts a long message over UDP, at a whole character, but not over a stream', async () => {
    const { port, received } = await open(protocol)
    const reason = '€'.repeat(5_000)
    await create({ ...extra, port }).send(someNotification({ incident: someIncident({ reason }) }), signal)
    const text = await arrival(protocol, received)
    expect(read('rfc5424', text)).not.toHaveProperty('fault')
    expect(text).toMatch(/€$/)
    const bytes = Buffer.byteLength(text)
    if (protocol === 'udp') expect(2_048 - bytes).toBeOneOf([0, 1, 2])
    else expect(bytes).toBeGreaterThan(15_000)
  })

  it('retries an unreachable receiver', async () => {
    const { port, close } = protocol === 'udp' ? await openUdp() : await openStream()
    await close()
    expect(await failure(create({ ...extra, port }).send(someNotification(), signal))).toMatchObject({
      code: 'SINK_REJECTED',
      message: `Could not send to 127.0.0.1:${port} (${protocol}): ECONNREFUSED.`,
      retryable: true,
    })
  })

  it('retries an unknown host name', async () => {
    const sink = create({ ...extra, host: 'nowhere.invalid' })
    expect(await failure(sink.send(someNotification(), signal))).toMatchObject({
      code: 'SINK_REJECTED',
      message: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
      retryable: true,
    })
  })

  it('sends nothing when aborted before', async () => {
    const { port, received } = await open(protocol)
    const sink = create({ ...extra, port })
    expect(await failure(sink.send(someNotification(), AbortSignal.abort()))).toMatchObject({ retryable: true })
    await sink.send(someNotification({ reason: 'resolved' }), signal)
    expect(await arrival(protocol, received)).toContain(' resolved [')
    expect(Buffer.concat(received).toString()).not.toContain(' opened [')
  })
})

describe('syslog over streams', () => {
  it('stops when aborted, and leaves no connection open', async () => {
    const { port, received, close } = await openStream('never closes')
    const stop = new AbortController()
    const sending = failure(create({ host: '127.0.0.1', port, protocol: 'tcp' }).send(someNotification(), stop.signal))
    await arrival('tcp', received)
    stop.abort()
    expect(await sending).toMatchObject({ code: 'SINK_REJECTED', retryable: true })
    await close()
  })

  it('accepts a receiver that keeps its side open', async () => {
    const { port, received, close } = await openStream('never closes')
    await create({ host: '127.0.0.1', port, protocol: 'tcp' }).send(someNotification(), signal)
    expect(await arrival('tcp', received)).toContain('ANOMALY')
    await close()
  })

  it('retries a connection that was reset', async () => {
    const { port } = await open('tcp', 'resets')
    const sink = create({ host: '127.0.0.1', port, protocol: 'tcp' })
    expect(await failure(sink.send(someNotification(), signal))).toMatchObject({
      code: 'SINK_REJECTED',
      retryable: true,
    })
  })

  it('sends nothing to a receiver with an untrusted certificate, and does not retry', async () => {
    const { port, received } = await open('tls')
    const sink = create({ host: '127.0.0.1', port, protocol: 'tls' })
    expect(await failure(sink.send(someNotification(), signal))).toMatchObject({
      message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
      hint: expect.stringContaining('`ca`'),
      retryable: false,
    })
    expect(received).toHaveLength(0)
  })

  it('does not retry TLS with a receiver that does not speak it', async () => {
    const { port } = await open('tcp', 'talks')
    const sink = create({ host: '127.0.0.1', port, protocol: 'tls' })
    expect(await failure(sink.send(someNotification(), signal))).toMatchObject({ retryable: false })
  })
})

describe('syslog messages', () => {
  it.each([
    ['info', 6],
    ['low', 5],
    ['medium', 4],
    ['high', 2],
    ['critical', 1],
  ] as const)('grades %s as %i', async (severity, code) => {
    const { port, received } = await open('udp')
    const sink = create({ host: '127.0.0.1', port, facility: 'local3', app_name: 'watch' })
    await sink.send(someNotification({ incident: someIncident({ severity }) }), signal)
    const text = await arrival('udp', received)
    expect(text).toMatch(new RegExp(`^<${19 * 8 + code}>1 `))
    expect(read('rfc5424', text)?.fields).toMatchObject({
      'log.syslog.facility.name': 'local3',
      'log.syslog.severity.code': code,
      'process.name': 'watch',
    })
  })

  it('lists several incidents in one message', async () => {
    const { port, received } = await open('udp')
    const others = [someIncident({ id: 'i2', display_id: 'INC-2' })]
    await create({ host: 'localhost', port }).send(someNotification({ others }), signal)
    expect(await arrival('udp', received)).toContain('INC-2')
  })

  it.each([
    [10, 'abc', 'abc'],
    [3, 'abc', 'abc'],
    [2, 'abc', 'ab'],
    [3, 'a€', 'a'],
    [4, 'a€', 'a€'],
    [3, '😀', ''],
  ])('cuts to %i bytes: %s', (bytes, text, cut) => {
    expect(cutTo(bytes, Buffer.from(text)).toString()).toBe(cut)
  })

  it.each([
    ['a port in the host', { host: 'siem:514/udp' }],
    ['a port that is none', { port: 0 }],
    ['certificates without TLS', { ca: 'PEM' }],
    ['a program that no header can carry', { app_name: 'a b' }],
    ['a facility that is none', { facility: 'local8' }],
    ['an unknown option', { retries: 3 }],
  ])('rejects %s', (_what, options) => {
    expect(() => create(options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})
