import { Resolver } from 'node:dns/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { Task } from './puppeteer.ts'

/** Runs in a test host and acts as a browser, a resolver or a mail client. Reads tasks as JSON lines and answers each. */
const visit = (task: Extract<Task, { kind: 'http' }>): Promise<number> =>
  new Promise((done) => {
    const { from, to, method = 'GET', path, agent, referrer } = task
    const headers = { host: 'shop.sample', 'user-agent': agent, ...(referrer && { referer: referrer }) }
    const sent = request(
      { host: to, port: 80, localAddress: from, method, path, headers, agent: false, timeout: 10_000 },
      (got) => {
        got
          .resume()
          .on('end', () => done(got.statusCode ?? 0))
          .on('error', () => done(0))
      },
    )
    sent
      .on('error', () => done(0))
      .on('timeout', () => sent.destroy())
      .end()
  })

const resolve = async ({ from, to, name, type }: Extract<Task, { kind: 'dns' }>): Promise<number> => {
  const resolver = new Resolver({ timeout: 300, tries: 1 })
  resolver.setServers([to])
  resolver.setLocalAddress(from)
  return resolver.resolve(name, type).then(
    () => 200,
    () => 0,
  )
}

/** A mail client that reads the responses of the server one by one. */
const mail = ({ from, to, sender, recipients, bytes }: Extract<Task, { kind: 'mail' }>): Promise<number> =>
  new Promise((done) => {
    const body = `From: ${sender}\r\nTo: ${recipients.join(', ')}\r\nMessage-ID: <${Date.now()}.${process.pid}@${sender.split('@')[1]}>\r\nSubject: hello\r\n\r\n${'words '.repeat(bytes / 6)}\r\n.`
    const words = [
      `EHLO [${from}]`,
      `MAIL FROM:<${sender}>`,
      ...recipients.map((one) => `RCPT TO:<${one}>`),
      'DATA',
      body,
      'QUIT',
    ]
    const socket = connect({ host: to, port: 25, localAddress: from, timeout: 10_000 })
    const lines = createInterface({ input: socket })
    let last = 0
    lines.on('line', (line) => {
      if (line[3] === '-') return
      last = Number(line.slice(0, 3))
      const next = last >= 500 ? 'QUIT' : words.shift()
      if (next === undefined) socket.end()
      else socket.write(`${next}\r\n`)
    })
    socket
      .on('error', () => done(0))
      .on('timeout', () => socket.destroy())
      .on('close', () => done(last))
  })

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, task }: { id: number; task: Task } = JSON.parse(line)
  const status = task.kind === 'http' ? await visit(task) : task.kind === 'dns' ? await resolve(task) : await mail(task)
  process.stdout.write(`${JSON.stringify({ id, status })}\n`)
})
