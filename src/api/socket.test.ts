import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fakeServer } from './server.fake.ts'

describe('a socket', () => {
  let server: Awaited<ReturnType<typeof fakeServer>>
  let port = 0
  beforeAll(async () => {
    server = await fakeServer()
    port = Number(new URL(await server.app.listen({ port: 0, host: '127.0.0.1' })).port)
  })
  afterAll(() => server.app.close())

  const send = (text: string) =>
    new Promise<{ status: number; type: string | undefined; body: string }>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text))
      let answer = ''
      socket.setEncoding('utf8').on('error', reject)
      socket.on('data', (data) => {
        answer += data
        const [head = '', body] = answer.split('\r\n\r\n')
        if (!body?.endsWith('}')) return
        socket.destroy()
        resolve({ status: Number(head.split(' ')[1]), type: /content-type: (.*)/i.exec(head)?.[1], body })
      })
      socket.on('close', () => resolve({ status: 0, type: undefined, body: answer }))
    })
  const auth = 'Authorization: Bearer the-admin-secret\r\n'

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['an unknown method', 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a negative length', `POST /api/v1/events HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: -1\r\n\r\n`, 400],
    [
      'two lengths',
      `POST /api/v1/events HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: 1\r\nContent-Length: 2\r\n\r\na`,
      400,
    ],
    [
      'a length and chunks',
      `POST /api/v1/events HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'an unknown transfer encoding',
      `POST /api/v1/events HTTP/1.1\r\nHost: x\r\n${auth}Transfer-Encoding: xchunked\r\n\r\n`,
      400,
    ],
    ['huge headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', 405],
  ])('with %s is answered in words', async (_name, text, status) => {
    const answer = await send(text)
    expect([answer.status, answer.type]).toEqual([status, expect.stringContaining('application/problem+json')])
    expect(JSON.parse(answer.body)).toMatchObject({ status, code: expect.any(String) })
  })

  it('leaves the server well', async () => {
    expect((await server.app.inject('/health/live')).statusCode).toBe(200)
  })
})
