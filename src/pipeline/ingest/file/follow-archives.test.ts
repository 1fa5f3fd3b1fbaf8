import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { packTar } from 'modern-tar'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../../../../test/until.ts'
import { encodeEvtx, fakeEvent } from '../../../lib/evtx/evtx.fake.ts'
import { block, createKeeper, numbers } from './file-keeper.fake.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-archives-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)

/** Writes a file as compressors do: with the time of the original. */
const put = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content)
  age(name)
}
const age = (name: string) => {
  const minutesAgo = Date.now() / 1000 - 300
  utimesSync(at(name), minutesAgo, minutesAgo)
}
const gzip = (name: string) => execFileSync('gzip', [at(name)])

describe('archives in followed folders', () => {
  const open = () => {
    const keeper = createKeeper(folder)
    // On a busy machine, the halves of a line may come late.
    const start = (from: 'start' | 'end' = 'start') => keeper.start({ paths: [folder], from, quietMs: 2_000 })
    return { keeper, start }
  }
  /** Follows until all lines have come, and for a while longer. */
  const expectOnce = async ({ texts }: { readonly texts: readonly string[] }, count: number) => {
    await until(() => texts.length >= count)
    await sleep(300)
    expect([...texts].sort()).toEqual(numbers(0, count).sort())
  }

  it('reads nothing again of a log that is rotated and compressed while it is followed', async () => {
    const { keeper, start } = open()
    put('a.log', block(0, 40))
    const run = start()
    await until(() => keeper.texts.length >= 39)
    appendFileSync(at('a.log'), `${block(40, 42)}line 4`)
    await sleep(30)
    appendFileSync(at('a.log'), '2\n')
    renameSync(at('a.log'), at('a.log.1'))
    gzip('a.log.1')
    writeFileSync(at('a.log'), block(43, 45))
    await expectOnce(keeper, 45)
    renameSync(at('a.log.1.gz'), at('a.log.2.gz'))
    appendFileSync(at('a.log'), block(45, 46))
    await expectOnce(keeper, 46)
    await run.kill()
    const again = start()
    appendFileSync(at('a.log'), block(46, 47))
    await expectOnce(keeper, 47)
    await again.kill()
    expect(keeper.complaints).toEqual([])
  })

  it('reads the new events of a Windows event log, also after a restart', async () => {
    const { keeper, start } = open()
    const shared = { provider: 'Eventlog', id: 1102, time: new Date(0), channel: 'Security', computer: 'pc', data: {} }
    const logOf = (chunks: readonly (readonly number[])[]) =>
      encodeEvtx(chunks.map((records) => records.map((record) => fakeEvent({ ...shared, record }))))
    const numbersOf = () => keeper.texts.map((text) => Number(/<EventRecordID>(\d+)</.exec(text)?.[1]))
    put('Security.evtx', logOf([[1, 2]]))
    const run = start()
    await until(() => keeper.texts.length >= 2)
    put('Security.evtx', logOf([[1, 2, 3], [4]]))
    await until(() => keeper.texts.length >= 4)
    await run.kill()
    put(
      'Security.evtx',
      logOf([
        [1, 2, 3],
        [4, 5],
      ]),
    )
    const again = start()
    await until(() => keeper.texts.length >= 5)
    await sleep(300)
    await again.kill()
    expect(numbersOf()).toEqual([1, 2, 3, 4, 5])
    expect(keeper.complaints).toEqual([])
  })

  it.each([
    ['the folder', ''],
    ['a pattern without them', '*.log'],
  ])('continues in what was rotated and compressed while it did not run: %s', async (_, pattern) => {
    const { keeper } = open()
    const start = () => keeper.start({ paths: [at(pattern)] })
    put('a.log', block(0, 400))
    const run = start()
    await until(() => keeper.texts.length >= 400)
    await run.kill()
    put('a.log.5.gz', gzipSync('history\n'))
    appendFileSync(at('a.log'), block(400, 410))
    renameSync(at('a.log'), at('a.log.2'))
    gzip('a.log.2')
    age('a.log.2.gz')
    put('a.log.1.zst', zstdCompressSync(block(410, 430)))
    put('a.log', block(430, 440))
    const again = start()
    await expectOnce(keeper, 440)
    await again.kill()
    expect(keeper.texts).toEqual(numbers(0, 440))
    const third = start()
    await expectOnce(keeper, 440)
    await third.kill()
  })

  it.each(['gzip', 'xz', 'bzip2'])('recognizes a log after copytruncate and %s', async (program) => {
    const { keeper, start } = open()
    put('a.log', block(0, 400))
    const run = start()
    await until(() => keeper.texts.length >= 399)
    await sleep(100)
    copyFileSync(at('a.log'), at('a.log.1'))
    truncateSync(at('a.log'))
    await sleep(50)
    appendFileSync(at('a.log'), block(400, 410))
    await expectOnce(keeper, 410)
    execFileSync(program, [at('a.log.1')])
    await expectOnce(keeper, 410)
    await run.kill()
    const again = start()
    await expectOnce(keeper, 410)
    await again.kill()
  })

  it('reads new archives once: tar, zip and compressed ones, each file of them', async () => {
    const { keeper, start } = open()
    const run = start()
    const tar = await packTar([
      { header: { name: 'x/b.log', size: Buffer.byteLength(block(0, 3)) }, body: block(0, 3) },
      { header: { name: 'x/c.log.gz', size: gzipSync(block(3, 5)).length }, body: gzipSync(block(3, 5)) },
    ])
    put('old.tar', tar)
    put('old.tar.gz', gzipSync(tar))
    put('more.zip', zipSync({ 'd.log': strToU8(block(5, 8)), 'e.log': strToU8(block(8, 9).trim()) }))
    await expectOnce(keeper, 9)
    expect(keeper.refs).toContain('more.zip:e.log:1')
    await run.kill()
    const again = start()
    put('f.log.gz', gzipSync(block(9, 10)))
    await expectOnce(keeper, 10)
    await again.kill()
  })

  it('loses and repeats nothing when killed within an archive', async () => {
    const { keeper, start } = open()
    put('a.log.2.gz', gzipSync(block(0, 20_000)))
    put('a.log.1.gz', gzipSync(block(20_000, 20_010)))
    put('a.log', block(20_010, 20_020))
    for (const enough of [1, 5_000, 11_000, 16_000]) {
      const run = start()
      await until(() => keeper.texts.length >= enough)
      await run.kill()
    }
    const run = start()
    await until(() => keeper.texts.length >= 20_020)
    await sleep(100)
    await run.kill()
    expect(keeper.texts).toEqual(numbers(0, 20_020))
  })

  it('reads a new archive without following', async () => {
    const keeper = createKeeper(folder)
    writeFileSync(at('a.log.1.gz'), gzipSync(block(0, 2)))
    await keeper.start({ paths: [folder], follow: false, scanMs: 60_000 }).done
    expect(keeper.texts).toEqual(numbers(0, 2))
  })

  it('reads only later ones if it starts at the end', async () => {
    const { keeper, start } = open()
    put('a.log.1.gz', gzipSync('history\n'))
    put('a.log', 'history, too\n')
    const run = start('end')
    await sleep(100)
    put('b.log.gz', gzipSync(block(0, 1)))
    await expectOnce(keeper, 1)
    await run.kill()
  })

  it('reads what is readable of a damaged archive, says so, and reads on when it is mended', async () => {
    const { keeper, start } = open()
    const whole = gzipSync(Buffer.from(block(0, 50_000)), { level: 0 })
    put('a.log.1.gz', whole.subarray(0, 300_000))
    put('a.log', block(50_000, 50_001))
    const run = start()
    await until(() => keeper.complaints.length > 0 && keeper.texts.includes('line 50000'))
    expect(keeper.complaints.join()).toContain(`${basename(at('a.log.1.gz'))}","reason":"The gzip data is incomplete`)
    expect(keeper.texts.length).toBeGreaterThan(20_000)
    put('a.log.1.gz', whole)
    unlinkSync(at('a.log'))
    await until(() => keeper.texts.length >= 50_001)
    await run.kill()
    expect([...keeper.texts].sort()).toEqual(numbers(0, 50_001).sort())
  })
})
