import { expect, it } from 'vitest'
import { freePort } from '../../test/e2e/program.ts'
import { openWaitingDoor } from './waiting-door.ts'

it('makes every client retry, also rsyslog, which drops its records at JSON', async () => {
  const port = await freePort()
  const door = await openWaitingDoor({ host: '127.0.0.1', port })
  const post = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: '{}' })
  for (const [path, type] of [
    ['/_bulk', 'text/plain; charset=utf-8'],
    ['/api/v1/events', 'application/problem+json'],
  ] as const) {
    const { status, headers } = await post(path)
    expect([status, headers.get('retry-after'), headers.get('content-type')]).toEqual([503, '5', type])
  }
  await door.close()
})
