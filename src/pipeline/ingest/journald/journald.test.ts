import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { program } from '../../../../test/e2e/clients.ts'
import { needs } from '../../../../test/needs.ts'
import { until } from '../../../../test/until.ts'
import { silentLog } from '../../../component.ts'
import { describeSource } from '../source.conformance.ts'
import { journaldSource } from './journald.ts'

const journalRemote = '/lib/systemd/systemd-journal-remote'
const both = [program('/usr/bin/journalctl', 'systemd'), program(journalRemote, 'systemd-journal-remote')] as const

/** A journal that systemd-journal-remote writes. */
const openJournal = () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-journal-'))
  let written = 0
  return {
    folder,
    async write(messages: readonly (string | Buffer)[], unit = 'app.service') {
      const child = spawn(journalRemote, ['-o', join(folder, 'some.journal'), '-'], {
        stdio: ['pipe', 'ignore', 'ignore'],
      })
      for (const message of messages) {
        const at = ++written
        const bytes = Buffer.from(message)
        const length = Buffer.alloc(8)
        length.writeBigUInt64LE(BigInt(bytes.length))
        child.stdin.write(
          `__REALTIME_TIMESTAMP=${1_767_607_200_000_000 + at}\n__MONOTONIC_TIMESTAMP=${at}\n_BOOT_ID=aabbccddeeff00112233445566778899\n_SYSTEMD_UNIT=${unit}\nMESSAGE\n`,
        )
        child.stdin.write(Buffer.concat([length, bytes, Buffer.from('\n\n')]))
      }
      child.stdin.end()
      await once(child, 'close')
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const runtime = { now: Date.now, fetch, log: silentLog, signal: new AbortController().signal }
const create = (cursors: Map<string, string>, options: object, outages = { began() {}, ended() {} }) => {
  const { options: shape, create: make } = journaldSource(
    { read: async (_, key) => cursors.get(key), list: async () => [...cursors.values()] },
    outages,
  )
  return make(shape.parse({ name: 'journal', ...options }), runtime)
}
const messageOf = (text: string): string => JSON.parse(text).MESSAGE

describe('with systemd', needs(...both), () => {
  describeSource('journald', async () => {
    const journal = openJournal()
    await journal.write(['x'], 'other.service')
    return {
      source: create(new Map(), { directory: journal.folder, units: ['app.service'] }),
      feed: (bytes) => journal.write(bytes.toString('latin1').split('\n').slice(0, -1)),
      lineOf: (text) => messageOf(text).trim() || 'an empty message',
      close: async () => journal.close(),
    }
  })

  describe('following the journal', () => {
    let journal: ReturnType<typeof openJournal>
    beforeEach(() => {
      journal = openJournal()
    })
    afterEach(() => {
      vi.unstubAllEnvs()
      journal.close()
    })
    const follow = (cursors: Map<string, string>, options: object = {}) => {
      const stop = new AbortController()
      const texts: string[] = []
      const running = create(cursors, { directory: journal.folder, ...options }).run(async (records, cursor) => {
        texts.push(...records.map(({ text }) => messageOf(text)))
        if (cursor) cursors.set(cursor.key, cursor.position)
      }, stop.signal)
      return {
        texts,
        running,
        async end() {
          stop.abort()
          await running
        },
      }
    }

    it('continues after its cursor, also with what came while it did not run, in another boot', async () => {
      const cursors = new Map<string, string>()
      await journal.write(['one', 'two\nlines', Buffer.alloc(9_000, 'x')])
      const first = follow(cursors)
      await until(() => first.texts.length === 3)
      await journal.write(['four'])
      await until(() => first.texts.length === 4)
      await first.end()
      await journal.write(['five'])
      const second = follow(cursors)
      await journal.write(['six'])
      await until(() => second.texts.length === 2)
      await second.end()
      expect(first.texts).toEqual(['one', 'two\nlines', 'x'.repeat(9_000), 'four'])
      expect(second.texts).toEqual(['five', 'six'])
    })

    it('starts at the end if configured, and stays there when it restarts', async () => {
      const cursors = new Map<string, string>()
      await journal.write(['history'])
      const first = follow(cursors, { from: 'end' })
      await until(() => cursors.size === 1)
      await first.end()
      await journal.write(['new'])
      const second = follow(cursors, { from: 'end' })
      await until(() => second.texts.length === 1)
      await second.end()
      expect([...first.texts, ...second.texts]).toEqual(['new'])
    })

    it('explains that there is no journal, or no journalctl', async () => {
      const empty = join(journal.folder, 'empty')
      mkdirSync(empty)
      await expect(follow(new Map(), { directory: empty }).running).rejects.toThrow('There is no journal')
      await expect(follow(new Map(), { directory: join(empty, 'no') }).running).rejects.toThrow('No such file')
      vi.stubEnv('PATH', empty)
      await expect(follow(new Map()).running).rejects.toThrow('journalctl cannot be run on this machine.')
    })
  })
})
