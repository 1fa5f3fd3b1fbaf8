import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runs } from '../../../../test/depth.ts'
import { until } from '../../../../test/until.ts'
import type { Log } from '../../../component.ts'
import { writeJournal } from '../../../lib/journal/journal-file.fake.ts'
import { sourceRegistry } from '../registry.ts'
import { describeSource } from '../source.conformance.ts'
import { fileSource } from './file.ts'
import { block, createKeeper, numbers, quick } from './file-keeper.fake.ts'
import { followFiles } from './follow-files.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

const scratch = () => mkdtempSync(join(tmpdir(), 'vedette-follow-'))
let folder: string
beforeEach(() => {
  folder = scratch()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)
/** Counts the files of the folder that this process has open. */
const openFiles = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).startsWith(folder)).length
const linkOf = (fd: string) => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

describeSource('file', async () => {
  const place = scratch()
  // A file that begins with garbage is not followed.
  writeFileSync(join(place, 'x.log'), '\n'.repeat(300))
  return {
    source: followFiles(
      { ...quick, paths: [place], sourceOf: () => 'x' },
      { read: async () => undefined, list: async () => [] },
    ),
    async feed(bytes) {
      appendFileSync(join(place, 'x.log'), bytes)
    },
    async close() {
      rmSync(place, { recursive: true, force: true })
    },
  }
})

/** A clock that advances only on demand. */
const createClock = () => {
  let time = Date.now()
  return {
    now: () => time,
    pass(ms: number) {
      time += ms
      return true
    },
  }
}
describe('following files', () => {
  it('continues through rename and create, and finds new files', async () => {
    const keeper = createKeeper(folder)
    writeFileSync(at('a.log'), block(0, 3))
    const run = keeper.start()
    await until(() => keeper.texts.length >= 2)
    appendFileSync(at('a.log'), block(3, 5))
    renameSync(at('a.log'), at('a.log.1'))
    appendFileSync(at('a.log.1'), block(5, 7))
    writeFileSync(at('a.log'), block(7, 9))
    writeFileSync(at('b.log'), block(9, 10))
    await until(() => keeper.texts.length === 10)
    expect([...keeper.texts].sort()).toEqual(numbers(0, 10))
    expect(keeper.refs).toEqual(expect.arrayContaining(['a.log:1', 'a.log:2', 'b.log:1']))
    await run.kill()
  })

  it('reads files that were rotated more than once while nothing was accepted', async () => {
    const keeper = createKeeper(folder)
    writeFileSync(at('a.log'), block(0, 3))
    writeFileSync(at('a.log.1'), 'older than the first start\n')
    const run = keeper.start()
    await until(() => keeper.texts.length === 3)
    keeper.refuse(true)
    appendFileSync(at('a.log'), block(3, 5))
    await sleep(50)
    for (const from of [5, 10, 15]) {
      for (const number of [3, 2, 1]) {
        if (existsSync(at(`a.log.${number}`))) renameSync(at(`a.log.${number}`), at(`a.log.${number + 1}`))
      }
      renameSync(at('a.log'), at('a.log.1'))
      writeFileSync(at('a.log'), block(from, from + 5))
    }
    keeper.refuse(false)
    await until(() => keeper.texts.length === 20)
    expect(keeper.texts.toSorted()).toEqual(numbers(0, 20).toSorted())
    await run.kill()
  })

  it('continues through copy and truncate', async () => {
    const keeper = createKeeper(folder)
    writeFileSync(at('a.log'), block(0, 50))
    const run = keeper.start()
    await until(() => keeper.texts.length >= 49)
    copyFileSync(at('a.log'), at('a.log.1'))
    truncateSync(at('a.log'))
    appendFileSync(at('a.log'), block(50, 53))
    await until(() => keeper.texts.length === 53)
    expect(keeper.texts).toEqual(numbers(0, 53))
    expect(keeper.refs.at(-1)).toBe('a.log:3')
    await run.kill()
  })

  it('reads a file again that was replaced in place by a longer one', async () => {
    const keeper = createKeeper(folder)
    writeFileSync(at('a.log'), block(0, 3))
    const run = keeper.start()
    await until(() => keeper.texts.length === 3)
    writeFileSync(at('a.log'), block(100, 110))
    await until(() => keeper.texts.length === 13)
    expect(keeper.texts.slice(3)).toEqual(numbers(100, 110))
    await run.kill()
  })

  it('leaves binary files out, also if they grow, and says so once', async () => {
    const keeper = createKeeper(folder)
    writeFileSync(at('system.log'), writeJournal([['MESSAGE=first']]))
    writeFileSync(at('lastlog.log'), Buffer.alloc(2_000))
    writeFileSync(at('later.log'), '')
    writeFileSync(at('x.log'), block(0, 1))
    const run = keeper.start()
    await until(() => keeper.complaints.length === 2)
    appendFileSync(at('system.log'), 'MESSAGE=second\n')
    appendFileSync(at('later.log'), Buffer.from([1, 0, 2, 0, 0, 3, 10, 0, 0, 10]))
    appendFileSync(at('x.log'), block(1, 2))
    await until(() => keeper.complaints.length === 3 && keeper.texts.length > 1)
    await run.kill()
    const late = createKeeper(folder)
    const { kill } = late.start({ from: 'end' })
    await until(() => late.complaints.length === 2)
    appendFileSync(at('system.log'), 'MESSAGE=third\n')
    appendFileSync(at('x.log'), block(2, 3))
    await until(() => late.texts.length > 0)
    await kill()
    expect([...keeper.texts, ...late.texts]).toEqual(numbers(0, 3))
    expect(keeper.complaints.join()).toContain('a systemd journal, and no text. Add a source of the type journald.')
  })

  it('follows a log on that begins with zeros, because its writer kept the offset over a truncation', async () => {
    const keeper = createKeeper(folder)
    writeFileSync(at('x.log'), block(0, 2_000))
    const { size } = statSync(at('x.log'))
    const run = keeper.start()
    await until(() => keeper.texts.length === 2_000)
    truncateSync(at('x.log'))
    const writer = openSync(at('x.log'), 'r+')
    writeSync(writer, block(2_000, 2_001), size)
    closeSync(writer)
    await until(() => keeper.texts.length > 2_000)
    await run.kill()
    expect(keeper.texts.at(-1)?.replaceAll('\0', '')).toBe('line 2000')
    expect(keeper.complaints).toEqual([])
  })

  it('holds an incomplete line until it is finished, or until a timeout', async () => {
    const keeper = createKeeper(folder)
    writeFileSync(at('a.log'), 'one\ntw')
    const clock = createClock()
    const run = keeper.start({ quietMs: 300, steady: clock.now })
    await sleep(30)
    appendFileSync(at('a.log'), 'o\n')
    await until(() => keeper.texts.length === 1)
    await until(() => clock.pass(100) && keeper.texts.length === 2)
    appendFileSync(at('a.log'), 'thr')
    await until(() => clock.pass(100) && keeper.texts.length === 3)
    appendFileSync(at('a.log'), 'ee\nfour\n')
    await until(() => clock.pass(100) && keeper.texts.length === 5)
    expect(keeper.texts).toEqual(['one', 'two', 'thr', 'ee', 'four'])
    expect(keeper.refs).toEqual(['a.log:1', 'a.log:2', 'a.log:3', 'a.log:3', 'a.log:4'])
    await run.kill()
  })

  it('continues when the clock is set back by an hour', async () => {
    const keeper = createKeeper(folder)
    let now = Date.now()
    writeFileSync(at('a.log'), 'one\ntw')
    const run = keeper.start({ now: () => now })
    await sleep(30)
    now -= 3_600_000
    writeFileSync(at('b.log'), 'three\n')
    await until(() => keeper.texts.length === 3)
    expect([...keeper.texts].sort()).toEqual(['one', 'three', 'tw'])
    await run.kill()
  })

  it('joins a stack trace that arrives in chunks', async () => {
    const keeper = createKeeper(folder)
    writeFileSync(at('a.log'), 'java.lang.Oops: no\n')
    const clock = createClock()
    const run = keeper.start({ quietMs: 200, steady: clock.now })
    await sleep(30)
    appendFileSync(at('a.log'), '\tat a.b(C.java:1)\n')
    await sleep(30)
    appendFileSync(at('a.log'), '\tat d.e(F.java:2)\n')
    await sleep(30)
    await until(() => clock.pass(100) && keeper.texts.length === 1)
    expect(keeper.texts).toEqual(['java.lang.Oops: no\n\tat a.b(C.java:1)\n\tat d.e(F.java:2)'])
    await run.kill()
  })

  it.each([
    ['held open', {}],
    ['opened again for each read', { mostOpen: 0, restMs: 0 }],
  ])('loses and repeats nothing when killed again and again, and rotated in the meantime: %s', async (_, options) => {
    const keeper = createKeeper(folder)
    let written = 0
    const write = (count: number, cut = 0) => {
      const text = block(written, written + count)
      written += count
      appendFileSync(at('a.log'), text.slice(0, text.length - cut))
      return text.slice(text.length - cut)
    }
    write(10)
    const before = keeper.start(options)
    await until(() => keeper.texts.length === 10)
    await before.kill()
    for (let round = 0; round < 12; round++) {
      const run = keeper.start(options)
      const rest = write(200, 4)
      await sleep(round % 4 === 0 ? 25 : 3)
      keeper.refuse(round % 3 === 1)
      await run.kill()
      keeper.refuse(false)
      appendFileSync(at('a.log'), rest)
      write(50)
      if (round % 3 === 2) {
        renameSync(at('a.log'), at(`a.log.${20 - round}`))
        writeFileSync(at('a.log'), '')
      }
    }
    const run = keeper.start(options)
    await until(() => keeper.texts.length >= written)
    await sleep(100)
    expect(keeper.texts.length).toBe(written)
    expect(new Set(keeper.texts)).toEqual(new Set(numbers(0, written)))
    await run.kill()
  })

  it('splits documents, and repeats none of their records when killed within one', async () => {
    const count = runs(12_000)
    const records = Array.from({ length: count }, (_, i) => ({
      eventTime: '2026-01-05T10:00:00Z',
      i,
      x: 'y'.repeat(150),
    }))
    const document = { Records: records }
    writeFileSync(
      at('a.log'),
      `before\n${JSON.stringify(document)}\nbetween\n${JSON.stringify(document, null, 1)}\nafter\n`,
    )
    const keeper = createKeeper(folder)
    for (let most = count / 4; keeper.texts.length < 2 * count + 3; most += count / 4) {
      const follower = keeper.start()
      await until(() => keeper.texts.length >= Math.min(most, 2 * count + 3))
      await follower.kill()
    }
    const wanted = records.map((record) => JSON.stringify(record))
    expect(keeper.texts).toEqual(['before', ...wanted, 'between', ...wanted, 'after'])
  })

  it('waits for the rest of a slowly written document', async () => {
    writeFileSync(at('a.log'), '{\n "Records": [\n  {"eventTime":"2026-01-05T10:00:00Z"},\n')
    const keeper = createKeeper(folder)
    const follower = keeper.start({ lingerMs: 5_000 })
    await sleep(200)
    appendFileSync(at('a.log'), '  {"eventTime":"2026-01-05T10:00:01Z"}\n ]\n}\n')
    await until(() => keeper.texts.length === 2)
    await follower.kill()
    expect(keeper.refs).toEqual(['a.log:3', 'a.log:4'])
  })

  it('starts at the end if configured, and at the beginning of later files', async () => {
    const keeper = createKeeper(folder)
    writeFileSync(at('a.log'), block(0, 3))
    const run = keeper.start({ from: 'end' })
    // The source reaches the end at some point, so add lines until one arrives.
    let next = 3
    await until(() => {
      if (keeper.texts.length === 0) appendFileSync(at('a.log'), block(next, ++next))
      return keeper.texts.length > 0
    })
    writeFileSync(at('b.log'), block(next, next + 2))
    const last = numbers(next - 1, next + 2)
    await until(() => last.every((line) => keeper.texts.includes(line)))
    expect(keeper.texts).toEqual(expect.arrayContaining(last))
    for (const line of numbers(0, 3)) expect(keeper.texts).not.toContain(line)
    await run.kill()
  })

  it('ends at the end without `follow`, and does not restart', async () => {
    const keeper = createKeeper(folder)
    writeFileSync(at('a.log'), `${block(0, 3)}last`)
    await keeper.start({ follow: false }).done
    expect(keeper.texts).toEqual([...numbers(0, 3), 'last'])
    await keeper.start({ follow: false }).done
    expect(keeper.texts.length).toBe(4)
  })

  it('reads the parts of a rotated log in order', async () => {
    const keeper = createKeeper(folder)
    writeFileSync(at('a.log'), block(6_000, 6_010))
    writeFileSync(at('a.log.1'), block(5_000, 6_000))
    writeFileSync(at('a.log.2'), block(0, 5_000))
    const hourAgo = Date.now() / 1000 - 3600
    for (const name of ['a.log', 'a.log.1', 'a.log.2']) utimesSync(at(name), hourAgo, hourAgo)
    await keeper.start({ paths: [folder], follow: false }).done
    expect(keeper.texts).toEqual(numbers(0, 6_010))
  })

  it('reads what is still written to a silent file after it was renamed', async () => {
    const keeper = createKeeper(folder)
    writeFileSync(at('a.log'), block(0, 1))
    const run = keeper.start({ lingerMs: 500 })
    await until(() => keeper.texts.length === 1)
    await sleep(550)
    renameSync(at('a.log'), at('a.log.1'))
    writeFileSync(at('a.log'), block(1, 2))
    await until(() => keeper.texts.length === 2)
    appendFileSync(at('a.log.1'), block(2, 3))
    await until(() => keeper.texts.length === 3)
    await run.kill()
    expect(keeper.texts).toEqual(numbers(0, 3))
  })

  it.each([
    ['active', 60_000],
    ['resting', 0],
  ])('follows more files than it may hold open: %s ones', async (_, restMs) => {
    const count = 40
    const keeper = createKeeper(folder)
    const numberOf = (file: number, line: number) => line * count + file
    const write = (line: number) => {
      for (let i = 0; i < count; i++) appendFileSync(at(`${i}.log`), block(numberOf(i, line), numberOf(i, line) + 1))
    }
    write(0)
    const options = { mostOpen: 3, restMs }
    const first = keeper.start(options)
    await until(() => keeper.texts.length === count)
    expect(openFiles()).toBeLessThanOrEqual(3)
    write(1)
    await until(() => keeper.texts.length === 2 * count)
    await first.kill()
    expect(openFiles()).toBe(0)
    write(2)
    const second = keeper.start(options)
    await until(() => keeper.texts.length === 3 * count)
    for (let i = 0; i < count; i++) {
      renameSync(at(`${i}.log`), at(`${i}.log.1`))
      if (i % 2 === 0) appendFileSync(at(`${i}.log.1`), block(numberOf(i, 3), numberOf(i, 3) + 1))
      else appendFileSync(at(`${i}.log`), block(numberOf(i, 3), numberOf(i, 3) + 1))
    }
    write(4)
    await until(() => keeper.texts.length >= 5 * count)
    await second.kill()
    expect(keeper.texts.toSorted()).toEqual(numbers(0, 5 * count).toSorted())
    expect(keeper.complaints).toEqual([])
  })

  it('survives vanishing files, folders and broken archives', async () => {
    const keeper = createKeeper(folder)
    mkdirSync(at('dir.log'))
    writeFileSync(at('dir.log/deep'), block(0, 1))
    writeFileSync(at('a.log'), block(1, 2))
    writeFileSync(at('old.log.gz'), Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]))
    const run = keeper.start({ paths: [folder] })
    await until(() => keeper.texts.length === 2)
    unlinkSync(at('a.log'))
    await sleep(150)
    writeFileSync(at('c.log'), block(2, 3))
    await until(() => keeper.texts.length === 3)
    expect([...keeper.texts].sort()).toEqual(numbers(0, 3))
    await run.kill()
  })
})

describe('the zone of a followed file', () => {
  const timeOf = (text: string, zoneMinutes = 0) => Date.parse(`${text.slice(0, 23)}Z`) - zoneMinutes * 60_000
  const zonesOf = async (zoneMinutes?: number) => {
    const zones = new Set<number | undefined>()
    const options = { ...quick, follow: false, paths: [folder], sourceOf: () => 'x', timeOf, zoneMinutes }
    const cursors = { read: async () => undefined, list: async () => [] }
    await followFiles(options, cursors).run(async (records) => {
      for (const { fileZone } of records) zones.add(fileZone)
    }, new AbortController().signal)
    return [...zones]
  }

  it('is guessed from its last write, unless it is configured', async () => {
    const now = Date.now()
    const lines = Array.from({ length: 30 }, (_, i) =>
      new Date(now + i * 20_000 - 18_000_000).toISOString().slice(0, -1),
    )
    writeFileSync(at('x.log'), lines.map((line) => `${line} up\n`).join(''))
    const written = new Date(now + 29 * 20_000 + 300)
    utimesSync(at('x.log'), written, written)
    expect(await zonesOf()).toEqual([-300])
    expect(await zonesOf(60)).toEqual([undefined])
  })
})

describe('the registry', () => {
  const runtime = { now: Date.now, fetch, log: silent, signal: new AbortController().signal }
  const registry = sourceRegistry({
    cursors: { read: async () => undefined, list: async () => [] },
    outages: { began() {}, ended() {} },
    stdin: process.stdin,
    readAlerts: () => [],
    dropped() {},
    timeOf: () => undefined,
  })

  it('continues the log of a container whose source was named after its file', async () => {
    const log = join(folder, 'shop_web-7c9_0b6a1c1e-5d0b-4a55-9d0e-2f6f0c9a7b11', 'nginx', '0.log')
    mkdirSync(join(log, '..'), { recursive: true })
    writeFileSync(log, block(0, 1))
    const positions = new Map<string, string>()
    const runOnce = async (nameOf: (source: string) => string) => {
      const cursors = {
        read: async (source: string, key: string) => positions.get(`${source} ${key}`),
        list: async () => [...positions.values()],
      }
      const found: [source: string, text: string][] = []
      const source = fileSource(cursors, () => undefined).create(
        { name: 'pods', paths: [folder], follow: false, from: 'start', each_file: true, zone: undefined },
        runtime,
      )
      await source.run(async (records, cursor) => {
        found.push(...records.map(({ source, text }): [string, string] => [source, text]))
        const [first] = records
        if (cursor && first) positions.set(`${nameOf(first.source)} ${cursor.key}`, cursor.position)
      }, new AbortController().signal)
      return found
    }
    expect(await runOnce(() => '0.log')).toEqual([['shop_nginx', 'line 0']])
    appendFileSync(log, block(1, 2))
    expect(await runOnce((source) => source)).toEqual([['shop_nginx', 'line 1']])
  })

  it('validates options', () => {
    expect(registry.names).toContain('file')
    expect(() => registry.create('file', { name: 'a', paths: ['/x'], zone: '+02:00' }, runtime)).not.toThrow()
    expect(() => registry.create('file', { name: 'a', paths: [], zone: 'Mars' }, runtime)).toThrow('not valid')
    expect(() => registry.create('files', {}, runtime)).toThrow('Unknown source "files".')
  })
})
