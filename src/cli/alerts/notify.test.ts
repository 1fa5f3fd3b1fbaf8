import { expect, it } from 'vitest'
import { runFake } from '../cli.fake.ts'

const answering = (body: object) => {
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    asked.push(`${init?.method ?? 'GET'} ${new URL(String(input)).pathname}${new URL(String(input)).search}`)
    return Response.json(body)
  }
  return { asked, fetch }
}

it('notify test shows the answer of the receiver', async () => {
  const { asked, fetch } = answering({ receiver: 'on call', delivered: true, answer: '200 ok' })
  const { code, out } = await runFake(['notify', 'test', 'on call'], { fetch })
  expect({ code, out, asked }).toEqual({
    code: 0,
    out: 'Test message delivered to on call. Answer: 200 ok\n',
    asked: ['POST /api/v1/receivers/on%20call/test'],
  })
})

it('notify test fails when the receiver refuses', async () => {
  const { fetch } = answering({
    receiver: 'oncall',
    delivered: false,
    answer: '401 {"message":"bad key"}',
    error: 'https://x returned status 401: bad key.',
    hint: 'Check the key.',
  })
  const { code, out, err } = await runFake(['notify', 'test', 'oncall'], { fetch })
  expect({ code, out }).toEqual({ code: 4, out: '' })
  expect(err).toBe(
    'Test message not delivered to oncall: https://x returned status 401: bad key.\nAnswer: 401 {"message":"bad key"}\nCheck the key.\n',
  )
})

it('notify preview prints the message', async () => {
  const { asked, fetch } = answering({ receiver: 'oncall', incident: 'INC-6', message: '{\n  "a": "\u001b[31m"\n}' })
  const { code, out } = await runFake(['notify', 'preview', 'INC-6', '--to', 'oncall'], { fetch })
  expect(code).toBe(0)
  expect(out.split('\n')).toHaveLength(4)
  expect(out).not.toContain('\u001b')
  expect(asked).toEqual(['GET /api/v1/receivers/oncall/preview?incident=INC-6'])
})
