import { expect, it } from 'vitest'
import { z } from 'zod'
import { until } from '../until.ts'
import { freePort, scratch, startServer } from './program.ts'

const alerts = z.object({ data: z.array(z.object({ title: z.string(), incident_id: z.string().nullable() })) })
const events = z.object({ data: z.array(z.object({ id: z.string(), message: z.string() })) })

const incidents = z.object({
  data: z.array(z.object({ title: z.string(), first_seen: z.string(), last_seen: z.string() })),
})

const numberOf = (id: string): number => Number(id.split('-')[1])
const secondOf = (message: string): number => Number(/port (\d+)/.exec(message)?.[1])

it('follows an intruder also in records that arrived before the login, and on one partition', async () => {
  const data = scratch()
  const server = await startServer({ dataDir: data.path, port: await freePort(), env: {} })
  // Records of a past week, whose files are sent one after the other.
  const began = Math.floor(Date.now() / 1_000) * 1_000 - 7 * 86_400_000
  const at = (second: number) => new Date(began + second * 1_000).toISOString()
  const clf = (second: number) => {
    const [, day, month, year, time] = new Date(began + second * 1_000).toUTCString().split(' ')
    return `${day}/${month}/${year}:${time} +0000`
  }
  const send = async (lines: readonly string[]) => {
    const headers = { 'content-type': 'text/plain' }
    await server.ask('/api/v1/events', { method: 'POST', headers, body: lines.join('\n') })
    await server.settled()
  }
  const sshd = (second: number, text: string) =>
    `${at(second)} web-1 sshd[7]: ${text} for root from 203.0.113.9 port ${second + 1_000} ssh2`
  try {
    await send([`203.0.113.9 - - [${clf(700)}] "GET /dump.tgz HTTP/1.1" 200 40000000 "-" "curl"`])
    await send([
      ...Array.from({ length: 100 }, (_, second) => sshd(second, 'Failed password')),
      sshd(600, 'Accepted password'),
    ])
    await until(
      async () => {
        const { data: found } = incidents.parse(await (await server.ask('/api/v1/incidents')).json())
        return found.some(
          ({ title, first_seen, last_seen }) =>
            /root logged in from 203\.0\.113\.9 after 100 failed logins; then 40 MB went to 203\.0\.113\.9/.test(
              title,
            ) &&
            first_seen === at(0) &&
            last_seen === at(700),
        )
      },
      () => 'an incident that goes on after the login',
    )
    expect(await server.stop()).toBe(0)
  } finally {
    await server.stop('SIGKILL')
    data.remove()
  }
})

it('divides the records among threads on SQLite, each host in order, and remembers after a kill', async () => {
  const data = scratch()
  const hosts = Array.from({ length: 8 }, (_, host) => `web-${host}`)
  const env = { VEDETTE_WORKERS: '3', VEDETTE_PARTITIONS: '5' }
  const start = async () => startServer({ dataDir: data.path, port: await freePort(), env })
  const began = Date.now() - 600_000
  const line = (host: number, second: number, text: string) =>
    `${new Date(began + second * 1_000).toISOString()} ${hosts[host]} sshd[7]: ${text} for dana from 203.0.113.${host + 1} port ${second} ssh2`
  // One address looks for accounts: a few on each host, so that only all partitions together show it.
  const guess = (second: number) =>
    `${new Date(began + second * 1_000).toISOString()} ${hosts[second % hosts.length]} sshd[7]: Invalid user guest${second} from 198.51.100.7 port ${second}`
  const first = await start()
  let last = first
  const send = async (lines: readonly string[]) => {
    const body = lines.join('\n')
    const answer = await last.ask('/api/v1/events', { method: 'POST', headers: { 'content-type': 'text/plain' }, body })
    expect(answer.status).toBe(200)
  }
  const titled = async (title: RegExp) => {
    const found = alerts.parse(await (await last.ask('/api/v1/alerts?limit=200')).json()).data
    return found.filter((alert) => title.test(alert.title))
  }
  const count = async (title: RegExp) => (await titled(title)).length
  try {
    for (const from of [0, 12]) {
      await send(
        Array.from({ length: 12 }, (_, second) =>
          hosts.map((_name, host) => line(host, from + second, 'Failed password')),
        ).flat(),
      )
    }
    await send(Array.from({ length: 8 }, (_, second) => guess(second)))
    await first.settled()
    expect(await count(/user name enumeration/)).toBe(0)
    await first.stop('SIGKILL')
    last = await start()
    await send(hosts.map((_name, host) => line(host, 40, 'Accepted password')))
    await send(Array.from({ length: 8 }, (_, second) => guess(second + 8)))
    await until(
      async () => (await count(/^dana logged in .* after 24 failed/)) === hosts.length,
      `${hosts.length} logins after failures`,
    )
    await until(async () => (await count(/user name enumeration/)) === 1, 'an address that looked for accounts')

    // The address of an intruder appears on the hosts of other partitions, too.
    const fetched = (host: number) =>
      `${new Date(began + 60_000).toISOString()} ${hosts[host]} nginx[9]: 203.0.113.1 - - [20/Nov/2026:01:20:00 +0000] "GET /dump-${host}.tgz HTTP/1.1" 200 40000000 "-" "curl"`
    await send(hosts.map((_name, host) => fetched(host)))
    await until(
      async () => (await count(/^320 MB went to 203\.0\.113\.1 /)) === 1,
      'one alert about what the intruder did on all hosts',
    )
    await last.settled()
    const stages = [/^dana logged in from 203\.0\.113\.1 after 24 failed/, /^320 MB went to 203\.0\.113\.1 /]
    const incidents = (await Promise.all(stages.map(titled))).flat().map(({ incident_id }) => incident_id)
    expect(incidents).toEqual([expect.any(String), incidents[0]])

    const partitions = new Set<string>()
    for (const host of hosts) {
      const query = new URLSearchParams({ q: `host.name:${host} dana`, limit: '100' })
      const { data: found } = events.parse(await (await last.ask(`/api/v1/events?${query}`)).json())
      const own = new Set(found.map(({ id }) => id.split('-')[0] ?? ''))
      expect({ host, count: found.length, partitions: own.size }).toEqual({ host, count: 25, partitions: 1 })
      const inOrder = found.toSorted((a, b) => numberOf(a.id) - numberOf(b.id)).map(({ message }) => secondOf(message))
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b))
      for (const partition of own) partitions.add(partition)
    }
    expect(partitions.size).toBeGreaterThan(1)
    expect(await last.stop()).toBe(0)
  } finally {
    await last.stop('SIGKILL')
    data.remove()
  }
})
