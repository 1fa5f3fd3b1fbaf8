import fc from 'fast-check'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../../test/any-character.ts'
import type { Log } from '../../../component.ts'
import { makeCertificate } from '../certificate.fake.ts'
import { toHtmlMessage } from '../html-message.ts'
import { toIncidentView } from '../incident-view.ts'
import { sinkRegistry } from '../registry.ts'
import { someIncident, someNotification } from '../sink.conformance.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
const { signal } = new AbortController()
const runtime = { now: () => 1_733_813_700_500, fetch, log, signal }
const certificate = makeCertificate()

interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly source: string
  readonly secure: boolean
  readonly user: string | undefined
}

/** Opens a mail server on loopback that offers STARTTLS and knows one user. */
const openMailServer = async (options: SMTPServerOptions = {}) => {
  const mails: Mail[] = []
  const server = new SMTPServer({
    ...certificate,
    onAuth: ({ username, password }, _session, done) =>
      username === 'vedette' && password === 'hush' ? done(null, { user: username }) : done(new Error('No such user')),
    onData(stream, session, done) {
      stream.toArray().then((chunks) => {
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString(),
          secure: session.secure,
          user: session.user,
        })
        done(null, 'OK queued')
      }, done)
    },
    ...options,
  })
  // A client that does not trust the certificate ends the connection.
  server.on('error', () => {})
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  const address = server.server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return { mails, port, close: () => new Promise<void>((resolve) => void server.close(() => resolve())) }
}

const addresses = { from: 'vedette@example.com', to: ['kim@example.com', 'lee@example.com'] }
const login = { username: 'vedette', password: 'hush' }
const headerOf = (mail: Mail | undefined, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'im').exec(mail?.source.split('\r\n\r\n')[0] ?? '')?.[1]

describe('the sink email', () => {
  const open: { close(): Promise<void> }[] = []
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close()))
  })
  const start = async (options: SMTPServerOptions = {}) => {
    const server = await openMailServer(options)
    open.push(server)
    return server
  }
  const create = (port: number, options: object = {}) =>
    sinkRegistry.create('email', { host: '127.0.0.1', port, ca: certificate.cert, ...addresses, ...options }, runtime)

  it('sends HTML and text over STARTTLS, signed in', async () => {
    const { mails, port } = await start()
    await create(port, login).send(someNotification({ publicUrl: 'https://vedette.example.com' }), signal)
    expect(mails).toMatchObject([{ from: addresses.from, to: addresses.to, secure: true, user: 'vedette' }])
    const [mail] = mails
    expect(headerOf(mail, 'Subject')).toContain('INC-1: SSH brute force')
    expect(headerOf(mail, 'Content-Type')).toMatch(/^multipart\/alternative/)
    expect(headerOf(mail, 'Auto-Submitted')).toBe('auto-generated')
    expect(mail?.source).toMatch(/Content-Type: text\/plain[\s\S]*Content-Type: text\/html/)
    expect(mail?.source).toContain('https://vedette.example.com/incidents/INC-1')
  })

  it('sends over TLS', async () => {
    const { mails, port } = await start({ secure: true })
    await create(port, { ...login, security: 'tls' }).send(someNotification(), signal)
    expect(mails).toMatchObject([{ secure: true }])
  })

  it('sends in plain text without a password only if asked to', async () => {
    const { mails, port } = await start({ authOptional: true, disabledCommands: ['STARTTLS'] })
    await expect(create(port).send(someNotification(), signal)).rejects.toMatchObject({ code: 'SINK_REJECTED' })
    await create(port, { security: 'none' }).send(someNotification(), signal)
    expect(mails).toMatchObject([{ secure: false }])
  })

  it('puts the mails about an incident in one thread, with the same id on every attempt', async () => {
    const { mails, port } = await start({ authOptional: true })
    const sink = create(port)
    await sink.send(someNotification(), signal)
    await sink.send(someNotification({ reason: 'severity_raised', idempotencyKey: 'i1/mail/raised/critical' }), signal)
    await sink.send(someNotification({ reason: 'resolved', idempotencyKey: 'i1/mail/resolved/1' }), signal)
    await sink.send(someNotification({ reason: 'resolved', idempotencyKey: 'i1/mail/resolved/1' }), signal)
    const ids = mails.map((mail) => headerOf(mail, 'Message-ID'))
    expect(ids[0]).toMatch(/^<[\da-f]{32}@example\.com>$/)
    expect(new Set(ids).size).toBe(3)
    expect(ids[3]).toBe(ids[2])
    expect(mails.map((mail) => headerOf(mail, 'References'))).toEqual([undefined, ids[0], ids[0], ids[0]])
    expect(mails.map((mail) => headerOf(mail, 'In-Reply-To'))).toEqual([undefined, ids[0], ids[0], ids[0]])
    expect(headerOf(mails[2], 'Subject')).toMatch(/^Re: Resolved INC-1/)
  })

  it.each([
    [550, false],
    [451, true],
  ])('reports whether a retry can help after %i', async (responseCode, retryable) => {
    const { port } = await start({
      authOptional: true,
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('Mailbox is away'), { responseCode })),
    })
    const error = await create(port)
      .send(someNotification(), signal)
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SINK_REJECTED', retryable })
    expect(String(error)).toContain(`${responseCode} Mailbox is away`)
  })

  it('retries no wrong password, and never shows it', async () => {
    const { port } = await start()
    const error = await create(port, { username: 'vedette', password: 'a-wrong-one' })
      .send(someNotification(), signal)
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SINK_REJECTED', retryable: false })
    expect(JSON.stringify(error) + String(error)).not.toContain('a-wrong-one')
  })

  it('rejects a certificate that it does not trust', async () => {
    const { port, mails } = await start({ authOptional: true })
    const sink = create(port, { ca: makeCertificate().cert })
    await expect(sink.send(someNotification(), signal)).rejects.toMatchObject({ retryable: false })
    expect(mails).toEqual([])
  })

  it('retries an unreachable server', async () => {
    const { port, close } = await start()
    open.splice(0)
    await close()
    await expect(create(port).send(someNotification(), signal)).rejects.toMatchObject({
      code: 'SINK_REJECTED',
      message: `Cannot send mail through 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}.`,
      retryable: true,
    })
  })

  it('says which security fits a server that speaks another one', async () => {
    const plain = await start({ authOptional: true, disabledCommands: ['STARTTLS'] })
    await expect(create(plain.port).send(someNotification(), signal)).rejects.toMatchObject({
      hint: expect.stringContaining('The server offers no STARTTLS. Set security: tls'),
      retryable: false,
    })
    await expect(create(plain.port, { security: 'tls' }).send(someNotification(), signal)).rejects.toMatchObject({
      message: `Cannot send mail through 127.0.0.1:${plain.port}: wrong version number.`,
      hint: expect.stringContaining('This port does not begin with TLS. Set security: starttls'),
    })
  })

  it('a title adds no header and no recipient', async () => {
    const { mails, port } = await start({ authOptional: true })
    const hostile = 'x\r\nBcc: eve@example.com\r\n\r\nSubject: y \u202e <script>alert(1)</script> =?utf-8?q?a?='
    await create(port).send(someNotification({ incident: someIncident({ title: hostile, reason: hostile }) }), signal)
    expect(mails[0]?.to).toEqual(addresses.to)
    expect(headerOf(mails[0], 'Bcc')).toBeUndefined()
    expect(mails[0]?.source.match(/^Subject:/gim)).toHaveLength(1)
    expect(headerOf(mails[0], 'Subject')).not.toContain('=?')
    expect(mails[0]?.source.split('Content-Type: text/html')[1]).not.toContain('<script')
  })

  it('HTML contains no tag from a log line', () => {
    const tags = (html: string) => html.match(/<\/?[a-z0-9!]+/gi)
    const render = (text: string) =>
      toHtmlMessage(toIncidentView(someNotification({ incident: someIncident({ title: text, reason: text }) })))
    const usual = tags(render('x'))
    fc.assert(fc.property(fc.string({ unit: anyCharacter }), (text) => void expect(tags(render(text))).toEqual(usual)))
    expect(tags(render('<img src=x onerror="alert(1)">'))).toEqual(usual)
  })

  it('renders as recorded', async () => {
    const incident = someIncident({ entities: [{ type: 'host', value: 'web-01' }] })
    const notification = someNotification({
      incident,
      publicUrl: 'https://vedette.example.com',
      verdict: 'likely_malicious',
      actions: ['Block 203.0.113.9'],
    })
    await expect(toHtmlMessage(toIncidentView(notification))).toMatchFileSnapshot('../fixtures/channels/email.html')
    expect(create(25).preview(notification)).toContain('Subject: INC-1: SSH brute force')
  })

  it.each([
    ['a password without encryption', { security: 'none', ...login }],
    ['no recipient', { to: [] }],
    ['a header in an address', { from: 'a@example.com\r\nBcc: b@example.com' }],
    ['a user without a password', { username: 'vedette' }],
  ])('rejects %s', (_name, options) => {
    expect(() => create(25, options)).toThrow(/not valid/)
  })
})
