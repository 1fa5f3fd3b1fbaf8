import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { packTar } from 'modern-tar'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { encodeEvtx, fakeEvent } from '../../../lib/evtx/evtx.fake.ts'
import { writeJournal } from '../../../lib/journal/journal-file.fake.ts'
import { number } from '../../../lib/units/number.ts'
import { encodeUtmp } from '../../../lib/utmp/utmp.fake.ts'
import { type FileReadOptions, readFiles } from './read-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-read-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const timeOf = (text: string): number | undefined => {
  const match = /^t=(\d+)/.exec(text)
  return match ? Number(match[1]) : undefined
}
const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content)

const read = async (paths: readonly string[], options: Partial<FileReadOptions> = {}) => {
  const { batches, report } = readFiles(paths, { now: () => 1, timeOf, ...options })
  const sizes: number[] = []
  const records = []
  for await (const batch of batches) {
    sizes.push(batch.length)
    records.push(...batch)
  }
  const texts = records.map(({ text }) => text)
  return { records, texts, sizes, report }
}

describe('readFiles', () => {
  it('reads a rotated log as one source, oldest first by content, including compressed parts', async () => {
    put('x.log', 't=5 e\nt=6 f\n')
    put('x.log.1', 't=3 c\nt=4 d')
    put('x.log.2.gz', gzipSync('t=1 a\n'))
    put('x.log.3.zst', zstdCompressSync('t=2 b\n'))
    const { records, report } = await read([folder])
    expect(records.map(({ text }) => text.slice(-1)).join('')).toBe('abcdef')
    expect(new Set(records.map(({ source }) => source))).toEqual(new Set(['x.log']))
    expect(records.at(-1)).toEqual({
      text: 't=6 f',
      source: 'x.log',
      receivedAt: 1,
      file: join(folder, 'x.log'),
      line: 2,
    })
    expect(report).toMatchObject({ files: 4, lines: 6, skipped: [], unreadable: [] })
    expect(report.bytes).toBe(report.totalBytes)
  })

  it('merges several logs by time, batch by batch', async () => {
    const lines = (from: number, count: number) => Array.from({ length: count }, (_, i) => `t=${from + i}\n`).join('')
    put('a.log', lines(0, 3000))
    put('b.log', lines(1500, 100))
    put('c.log', lines(9000, 1))
    const { records } = await read([join(folder, '*.log')])
    const order = records.map(({ source }) => source).filter((source, i, all) => source !== all[i - 1])
    expect(order).toEqual(['a.log', 'b.log', 'a.log', 'c.log'])
    expect(records.length).toBe(3101)
  })

  it('reads each file of folders, patterns, cyclic links and repeated names once', async () => {
    mkdirSync(join(folder, 'deep/er'), { recursive: true })
    put('deep/er/y.log', 'one\n')
    put('deep/.hidden', 'no\n')
    symlinkSync(folder, join(folder, 'deep/up'))
    symlinkSync(join(folder, 'nowhere'), join(folder, 'deep/broken'))
    const { texts, report } = await read([folder, join(folder, '**/*.log'), join(folder, 'deep/er/y.log')])
    expect(texts).toEqual(['one'])
    expect(report.unreadable).toEqual([])
  })

  it('leaves out binary files unless they are named, reports missing ones, and reads the rest', async () => {
    put('bin', Buffer.from([1, 0, 2, 0, 0, 3]))
    put('old.bz2', Buffer.from('BZh91AY&SY...'))
    put('empty.log', '')
    put('good.log', 'a line\n')
    put('cut.log.gz', gzipSync('x\n'.repeat(100_000)).subarray(0, 120))
    const { texts, report } = await read([folder, join(folder, 'none.log'), join(folder, '*.nothing')])
    expect(texts).toContain('a line')
    expect(texts.filter((text) => text === 'x').length).toBeGreaterThan(1000)
    expect(report.skipped).toEqual([])
    expect(report.leftOut).toEqual([{ path: join(folder, 'bin'), reason: 'Left out: it is binary data.' }])
    const named = await read([join(folder, 'bin')])
    expect(named.report.skipped.map(({ reason }) => reason)).toEqual([
      'It is binary data, which cannot be read. Send text: JSON, JSON lines or plain lines.',
    ])
    const lastLine = number(texts.length - 1)
    expect(report.unreadable.map(({ reason }) => reason).sort()).toEqual([
      'No file matches this pattern.',
      'No such file or folder. Check the path.',
      'The bzip2 data is incomplete or corrupt.',
      `The gzip data is incomplete or corrupt. The other lines were read, up to line ${lastLine}.`,
    ])
  })

  it('reads what comes before the fault in a file', async () => {
    const lines = Array.from({ length: 300 }, (_, index) => `t=1 line ${index} ${Math.sin(index)}\n`)
    const whole = gzipSync(lines.join(''))
    put('cut.log.gz', whole.subarray(0, whole.length / 2))
    const { texts, report } = await read([folder])
    expect(texts.length).toBeGreaterThan(100)
    expect(lines.join('').startsWith(texts.join('\n'))).toBe(true)
    expect(report.unreadable).toEqual([
      {
        path: join(folder, 'cut.log.gz'),
        reason: `The gzip data is incomplete or corrupt. The other lines were read, up to line ${texts.length}.`,
        lastLine: texts.length,
      },
    ])
  })

  it('reads the journal files of systemd as one source', async () => {
    put('system.journal', writeJournal([['MESSAGE=three', '_HOSTNAME=web1']]))
    const older = 'system@0123456789abcdef0123456789abcdef-000000000000a1b2-0006447d3f759c1e.journal'
    put(older, writeJournal([['MESSAGE=one'], ['MESSAGE=two', 'PRIORITY=3']]))
    const { records, report } = await read([folder])
    expect(records.map(({ source, line, text }) => [source, line, JSON.parse(text).MESSAGE])).toEqual([
      ['system.journal', 1, 'one'],
      ['system.journal', 2, 'two'],
      ['system.journal', 1, 'three'],
    ])
    expect(report).toMatchObject({ files: 2, skipped: [], unreadable: [] })
  })

  describe('login records', () => {
    const login = (type: number, second: number, user: string) =>
      ({ type, user, line: type === 6 ? 'ssh:notty' : 'pts/0', seconds: second }) as const
    const btmp = encodeUtmp([login(6, 10, 'one'), login(6, 30, 'three')])
    const wtmp = encodeUtmp([{ type: 2, seconds: 0 }, login(7, 20, 'two'), login(7, 40, 'four')])
    const usersOf = (texts: readonly string[]) =>
      texts.flatMap((text) => /\[(one|two|three|four) /.exec(text)?.[1] ?? [])
    const timeOf = (text: string) => {
      const date = /\[(1970[^\]]+)\]$/.exec(text)?.[1] ?? /^(1970\S+)/.exec(text)?.[1]
      return date === undefined ? undefined : Date.parse(date.replace(',', '.'))
    }

    it('are one log, in the order of their times', async () => {
      put('wtmp', wtmp)
      put('btmp.1.gz', gzipSync(btmp))
      const { texts, records, report } = await read([folder], { timeOf })
      expect(usersOf(texts)).toEqual(['one', 'two', 'three', 'four'])
      expect(new Set(records.map(({ source }) => source))).toEqual(new Set(['login-records']))
      expect(report).toMatchObject({ files: 2, skipped: [], leftOut: [], unreadable: [] })
    })

    it('are left out from when on another log has the same logins', async () => {
      put('wtmp', wtmp)
      put('btmp', btmp)
      put('auth.log', '1970-01-01T00:00:25.000Z web sshd[9]: Failed password for three from 192.0.2.1 port 9 ssh2\n')
      const { texts, report } = await read([folder], { timeOf })
      expect(usersOf(texts)).toEqual(['one', 'two'])
      expect(report.skipped).toEqual([])
      expect(report.leftOut.map(({ path, reason }) => [basename(path), reason])).toEqual([
        ['btmp', `Left out: ${join(folder, 'auth.log')} has the same logins since 1970-01-01.`],
        ['wtmp', `Left out: ${join(folder, 'auth.log')} has the same logins since 1970-01-01.`],
      ])
      put('secure', '1970-01-01T00:00:00.000Z web sshd[9]: Server listening on 0.0.0.0 port 22.\n')
      const all = await read([folder], { timeOf })
      expect(usersOf(all.texts)).toEqual([])
      expect(all.report.files).toBe(2)
      const alone = await read([join(folder, 'btmp')], { timeOf })
      expect(usersOf(alone.texts)).toEqual(['one', 'three'])
      expect(alone.report.leftOut).toEqual([])
    })

    it('are left out beside the journal, which begins with what the kernel says', async () => {
      put('btmp', btmp)
      mkdirSync(join(folder, 'journal'))
      put('journal/system.journal', writeJournal([['MESSAGE=Linux version 6.1', '_TRANSPORT=kernel']]))
      const timeOfEntry = (text: string) => (text.includes('__REALTIME_TIMESTAMP') ? 0 : timeOf(text))
      const { texts, report } = await read([folder], { timeOf: timeOfEntry })
      expect(usersOf(texts)).toEqual([])
      expect(report.leftOut).toHaveLength(1)
    })
  })

  it('reads Windows event logs, also compressed, and says what is damaged', async () => {
    const shared = { provider: 'Eventlog', id: 1102, time: new Date(0), channel: 'Security', computer: 'pc', data: {} }
    const chunkOf = (...records: number[]) => records.map((record) => fakeEvent({ ...shared, record }))
    const whole = encodeEvtx([chunkOf(1, 2), chunkOf(3)])
    put('Security.evtx', whole)
    put('Application.evtx.gz', gzipSync(whole))
    put('logs.zip', zipSync({ 'Logs/System.evtx': whole }))
    const damaged = Buffer.from(whole.subarray(0, -1_000))
    damaged.fill(0xee, 4_096, 4_104)
    put('damaged.evtx', damaged)
    const { records, report } = await read([folder])
    const recordsOf = (name: string) =>
      records.flatMap(({ source, text }) => (source === name ? [/<EventRecordID>(\d+)</.exec(text)?.[1]] : []))
    expect(recordsOf('Security.evtx')).toEqual(['1', '2', '3'])
    expect(recordsOf('Application.evtx')).toEqual(['1', '2', '3'])
    expect(recordsOf('System.evtx')).toEqual(['1', '2', '3'])
    expect(recordsOf('damaged.evtx')).toEqual(['3'])
    expect(report.skipped).toEqual([])
    expect(report.unreadable.map(({ reason }) => reason)).toEqual([
      'The Windows event log is damaged: 1 block and its end could not be read. The other lines were read, up to line 1.',
    ])
  })

  it('reads the logs in archives by time, the parts of a rotation together', async () => {
    const logs = zipSync({
      'var/log/x.log.1': strToU8('t=1 a\n'),
      'var/log/x.log': strToU8('t=4 d\n'),
      'other/x.log.2.gz': gzipSync('t=0 other\n'),
      '__MACOSX/._x.log': strToU8('t=9 hidden\n'),
    })
    put('bundle.zip', logs)
    put(
      'logs.tar.gz',
      gzipSync(
        await packTar([
          { header: { name: './y.log', size: 6 }, body: 't=2 b\n' },
          { header: { name: '../../y.log', size: 6 }, body: 't=3 c\n' },
          { header: { name: 'link.log', size: 0, type: 'symlink', linkname: '/etc/passwd' } },
        ]),
      ),
    )
    mkdirSync(join(folder, '.tmp'))
    vi.stubEnv('TMPDIR', join(folder, '.tmp'))
    const { texts, records, report } = await read([folder])
    expect(readdirSync(join(folder, '.tmp'))).toEqual([])
    expect(texts).toEqual(['t=0 other', 't=1 a', 't=2 b', 't=3 c', 't=4 d'])
    expect(records.map(({ source, file }) => [source, file?.slice(folder.length + 1)])).toEqual([
      ['other-x.log', 'bundle.zip:other/x.log.2.gz'],
      ['x.log', 'bundle.zip:var/log/x.log.1'],
      ['y.log', 'logs.tar.gz:y.log'],
      ['y.log', 'logs.tar.gz:y.log'],
      ['x.log', 'bundle.zip:var/log/x.log'],
    ])
    expect([report.files, report.skipped, report.unreadable]).toEqual([5, [], []])
  })

  it('reads an archive in an archive, but not endlessly', async () => {
    let nested = strToU8('innermost\n')
    for (const name of ['a.log', 'b.zip', 'c.zip', 'd.zip', 'e.zip']) {
      nested = zipSync({ [name]: nested })
      put(`${name}.zip`, nested)
    }
    const { texts, report } = await read([folder])
    expect(texts).toEqual(Array.from({ length: 3 }, () => 'innermost'))
    expect(report.skipped.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 2 }, () => expect.stringContaining('in an archive')),
    )
  })

  it('reports archives that are cut off or bombs, and reads what can be read', async () => {
    const logs = zipSync({ 'a.log': strToU8('one\n'), 'b.log': strToU8('two\n'.repeat(1_000)) })
    put('cut.zip', logs.subarray(0, logs.length - 150))
    put('bomb.zip', zipSync({ 'bomb.log': new Uint8Array(1 << 24) }))
    const { texts, report } = await read([folder], { limits: { ratio: 500, ratioFrom: 1 << 20, bytes: 1 << 30 } })
    expect(texts).toContain('one')
    expect(report.unreadable.map(({ path, reason }) => [path.slice(folder.length + 1), reason.slice(0, 30)])).toEqual([
      ['bomb.zip', expect.stringContaining('The file expands')],
      ['cut.zip', expect.stringContaining('The archive is incomplete')],
    ])
  })

  it('reads `-`, compressed or not, with the given source', async () => {
    const stdin = Readable.from([gzipSync('a\n\nb')])
    const { records } = await read(['-'], { stdin, source: 'mine', zoneMinutes: 60 })
    expect(records).toEqual([
      { text: 'a', source: 'mine', receivedAt: 1, line: 1, zoneMinutes: 60 },
      { text: 'b', source: 'mine', receivedAt: 1, line: 3, zoneMinutes: 60 },
    ])
  })

  it('stops at a decompression bomb', async () => {
    put('bomb.gz', gzipSync(Buffer.alloc(1 << 24, 'x')))
    const { report } = await read([folder], { limits: { ratio: 500, ratioFrom: 1 << 20, bytes: 1 << 30 } })
    expect(report.unreadable[0]?.reason).toContain('a decompression bomb')
  })

  it('gives all lines of a file one arrival time, however long reading takes', async () => {
    put('long.log', 't=1 x\n'.repeat(40_000))
    let clock = 0
    const now = () => {
      clock += 5_000
      return clock
    }
    const { records } = await read([join(folder, 'long.log')], { now })
    expect(new Set(records.map(({ receivedAt }) => receivedAt)).size).toBe(1)
  })

  it('limits batches by count and size', async () => {
    put('many.log', 'a\n'.repeat(10_000))
    expect((await read([folder])).sizes).toEqual([4096, 4096, 1808])
    put('many.log', `${'a'.repeat(100_000)}\n`.repeat(100))
    expect(Math.max(...(await read([folder])).sizes)).toBeLessThanOrEqual(43)
  })

  it('ends when aborted', async () => {
    put('x.log', 'a\n'.repeat(100_000))
    const stop = new AbortController()
    const { batches } = readFiles([folder], { now: () => 1, timeOf, signal: stop.signal })
    let taken = 0
    for await (const batch of batches) {
      taken += batch.length
      stop.abort()
    }
    expect(taken).toBeLessThan(100_000)
  })
})
