import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RawRecord } from '../../../../schema/record/record.ts'
import { fileSource } from '../file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-places-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const header = (host: string) =>
  `Dec 10 09:32:20 ${host} sshd[312]: Failed password for root from 203.0.113.9 port 1 ssh2\n`
const request = '198.51.100.1 - - [10/Dec/2026:09:32:20 +0000] "GET / HTTP/1.1" 200 512\n'
const put = (name: string, text: string) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  appendFileSync(join(folder, name), text)
}

/** A server that can be restarted. Each run returns the sources and hosts of the files with new records. */
const createServer = (each_file = true) => {
  const positions = new Map<string, string>()
  const cursors = {
    read: async (source: string, key: string) => positions.get(`${source} ${key}`),
    list: async (source: string) =>
      [...positions].flatMap(([key, position]) => (key.startsWith(`${source} `) ? [position] : [])),
  }
  return async (rename: (source: string) => string = (source) => source) => {
    const stop = new AbortController().signal
    const found: Record<string, [source: string, host: string | undefined, records: number]> = {}
    const source = fileSource(cursors, () => undefined).create(
      { name: 'watch', paths: [folder], follow: false, from: 'start', each_file, zone: undefined },
      { now: Date.now, fetch, log: silent, signal: stop },
    )
    await source.run(async (records: readonly RawRecord[], cursor) => {
      const [first] = records
      if (!first) return
      const name = (first.file ?? '').slice(folder.length + 1)
      found[name] = [first.source, first.host, records.length]
      if (cursor) positions.set(`${rename(first.source)} ${cursor.key}`, cursor.position)
    }, stop)
    return found
  }
}

it('distinguishes logs of one name, and takes the host of a folder for lines that name none', async () => {
  put('web01/auth.log', header('web01'))
  put('web01/nginx/access.log', request)
  put('proxy01/auth.log', header('proxy01'))
  put('proxy01/squid/access.log', request)
  expect(await createServer()()).toEqual({
    'web01/auth.log': ['auth.log', 'web01', 1],
    'web01/nginx/access.log': ['nginx-access.log', 'web01', 1],
    'proxy01/auth.log': ['auth.log', 'proxy01', 1],
    'proxy01/squid/access.log': ['squid-access.log', 'proxy01', 1],
  })
  expect((await createServer(false)())['web01/nginx/access.log']).toEqual(['watch', 'web01', 1])
})

it('keeps the names of logs that were read by a version that named them after their files', async () => {
  put('nginx/access.log', request)
  put('squid/access.log', request)
  const run = createServer()
  await run(() => 'access.log')
  put('nginx/access.log', request)
  // Rotated while nothing ran.
  renameSync(join(folder, 'squid/access.log'), join(folder, 'squid/access.log.1'))
  put('squid/access.log', request)
  put('apache/access.log', request)
  expect(await run()).toEqual({
    'nginx/access.log': ['access.log', undefined, 1],
    'squid/access.log': ['access.log', undefined, 1],
    'apache/access.log': ['apache-access.log', undefined, 1],
  })
})

it('reads no log again whose name was changed by another one, or is the only one left', async () => {
  put('nginx/access.log', request)
  const run = createServer()
  expect(await run()).toEqual({ 'nginx/access.log': ['access.log', undefined, 1] })
  put('squid/access.log', request)
  expect(await run()).toEqual({ 'squid/access.log': ['squid-access.log', undefined, 1] })
  rmSync(join(folder, 'nginx'), { recursive: true })
  put('squid/access.log', request)
  expect(await run()).toEqual({ 'squid/access.log': ['squid-access.log', undefined, 1] })
})

it('takes the host as soon as a log of its folder names it', async () => {
  put('web01/access.log', request)
  writeFileSync(join(folder, 'web01/auth.log'), '')
  const run = createServer()
  expect(await run()).toEqual({ 'web01/access.log': ['access.log', undefined, 1] })
  put('web01/auth.log', header('web01'))
  put('web01/access.log', request)
  expect(await run()).toEqual({
    'web01/auth.log': ['auth.log', 'web01', 1],
    'web01/access.log': ['access.log', 'web01', 1],
  })
})
