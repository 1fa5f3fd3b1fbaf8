import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { adminToken, freePort, root, type Server, scratch, startServer } from './program.ts'

const folder = scratch()
let server: Server
beforeAll(async () => {
  server = await startServer({ dataDir: join(folder.path, 'data'), port: await freePort() })
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** An auth.log as Splunk exports it, newest line first: a login, and five minutes later failed logins of the same user. */
const exportOfSplunk = (): string => {
  const start = Date.now() - 7_200_000
  const lines: readonly (readonly [second: number, message: string])[] = [
    ...Array.from(
      { length: 300 },
      (_, i) =>
        [i * 10, `CRON[${1_000 + i}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)`] as const,
    ),
    [3_100, 'sshd[312]: Accepted password for alice from 203.0.113.9 port 4711 ssh2'],
    ...Array.from(
      { length: 300 },
      (_, i) =>
        [3_400 + i, `sshd[${2_000 + i}]: Failed password for alice from 203.0.113.9 port ${5_000 + i} ssh2`] as const,
    ),
  ]
  const rows = lines.map(([second, message]) => {
    const date = new Date(start + second * 1_000)
    const time = date.toISOString()
    const day = String(date.getUTCDate()).padStart(2, ' ')
    const raw = `${months[date.getUTCMonth()]} ${day} ${time.slice(11, 19)} web-01 ${message}`
    return `"${time}",web-01,/var/log/auth.log,linux_secure,"${raw}"\n`
  })
  return `"_time",host,source,sourcetype,"_raw"\n${rows.reverse().join('')}`
}

const program = join(root, 'bin/vedette.cjs')
const listed = z.object({ data: z.array(z.object({ title: z.string() })) })
const analysed = z.object({ incidents: z.array(z.object({ title: z.string() })) })
const event = z.object({ message: z.string() })

/** The output of a command that ends with 0, or with 1 because it found something. */
const run = async (words: readonly string[]): Promise<string> => {
  const child = spawn(process.execPath, [program, ...words], {
    env: { ...process.env, VEDETTE_TOKEN: adminToken },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  expect([0, 1], output).toContain(code)
  return output
}

const messageOf = async (id: string) => event.parse(await (await server.ask(`/api/v1/events/${id}`)).json()).message

it('stores an export that begins with its newest line as analyze reads it, and opens no incident about an attack that ended in a login', async () => {
  const file = join(folder.path, 'splunk.csv')
  writeFileSync(file, exportOfSplunk())
  // The server counts during the attack, so its number may be lower.
  const attack = [expect.stringMatching(/^SSH brute force on web-01: \d+ failed logins from 203\.0\.113\.9$/)]
  const { incidents } = analysed.parse(JSON.parse(await run(['analyze', file, '--json'])))
  expect(incidents.map(({ title }) => title)).toEqual(attack)

  expect(await run(['ingest', file, '--url', server.url])).toMatch(/^601 records accepted from 601 lines/)
  await server.settled()
  const { data } = listed.parse(await (await server.ask('/api/v1/incidents')).json())
  expect(data.map(({ title }) => title)).toEqual(attack)
  // Events are numbered in their order of arrival.
  expect(await messageOf('0-0')).toContain('session opened for user root')
  expect(await messageOf('0-300')).toBe('Accepted password for alice from 203.0.113.9 port 4711 ssh2')
  expect(await messageOf('0-600')).toBe('Failed password for alice from 203.0.113.9 port 5299 ssh2')
})
