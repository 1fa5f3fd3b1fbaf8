import { copyFile, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { minute } from '../../../lib/units/time.ts'
import { guessLogZone, guessWrittenZone, type WrittenFile, zoneOfWriting } from './written-zone.ts'

const noon = Date.UTC(2026, 6, 20, 12)

/** A log of 30 lines, one each 20 seconds, whose local time is `east` minutes ahead. */
const grown = (east: number, changes: Partial<WrittenFile> = {}): WrittenFile => {
  const last = Array.from({ length: 30 }, (_, i) => noon + i * 20_000 + east * minute)
  return { created: noon - 1_000, modified: noon + 29 * 20_000 + 400, first: last[0] ?? 0, last, ...changes }
}

describe('the zone of a file, from its last write', () => {
  it.each([120, -300, 345, 0, 840, -570])('is found for a log that grew in its place: %i minutes', (east) => {
    expect(zoneOfWriting(grown(east))).toBe(east)
  })

  it.each([
    ['was copied at once', { created: noon + 600_000, modified: noon + 600_000 }],
    ['was copied exactly an hour after its last line', { created: noon + 4_180_000, modified: noon + 4_180_000 }],
    ['was copied with its time', { created: noon + 86_400_000 }],
    ['was changed a minute after its last line', { modified: noon + 29 * 20_000 + 60_000 }],
    ['was changed before its last line', { modified: noon + 29 * 20_000 - 3_000 }],
    ['was changed days later', { modified: noon + 3 * 86_400_000 }],
    ['has no time of creation', { created: 0 }],
    ['has few lines', { last: grown(120).last.slice(-10) }],
    ['lies in no zone in use', { last: grown(135).last, first: grown(135).first }],
    ['is silent for an hour at times', { last: [noon + 60 * minute, ...grown(120).last.slice(1)] }],
  ])('is unknown if it %s', (_how, changes) => {
    expect(zoneOfWriting(grown(120, changes))).toBeUndefined()
  })

  it('is never guessed for a copy, whenever it was made', () => {
    fc.assert(
      fc.property(fc.integer({ min: -720, max: 840 }), fc.integer({ min: 0, max: 172_800_000 }), (east, later) => {
        const copied = noon + 600_000 + later
        expect(zoneOfWriting(grown(east, { created: copied, modified: copied + 20 }))).toBeUndefined()
      }),
    )
  })
})

describe('the zone of real files', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zone-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const timeOf = (text: string, zoneMinutes = 0): number | undefined => {
    const time = Date.parse(`${text.slice(0, 23)}Z`)
    return Number.isNaN(time) ? undefined : time - zoneMinutes * minute
  }
  /** Writes lines up to now, `east` minutes ahead, after the file was made. The file system knows only its own clock, so they lie ahead. */
  const write = async (name: string, east: number) => {
    const path = join(folder, name)
    await writeFile(path, '')
    const now = Date.now()
    const line = (i: number) => `${new Date(now + i * 20_000 + east * minute).toISOString().slice(0, -1)} up\n`
    await writeFile(path, Array.from({ length: 30 }, (_, i) => line(i)).join(''))
    const modified = new Date(now + 29 * 20_000 + 300)
    await utimes(path, modified, modified)
    return path
  }

  it('is found, also after a rotation, and for all parts of a log', async () => {
    const path = await write('app.log', 120)
    expect(await guessWrittenZone(path, timeOf)).toBe(120)
    await rename(path, join(folder, 'app.log.1'))
    const older = join(folder, 'app.log.2.gz')
    await writeFile(older, 'packed')
    expect(await guessLogZone([older, join(folder, 'app.log.1')], timeOf)).toBe(120)
    expect(await guessLogZone([await write('a', 120), await write('b', 60)], timeOf)).toBeUndefined()
  })

  it('is unknown for a copy, for lines with a zone, and for a missing file', async () => {
    const path = await write('app.log', 120)
    await copyFile(path, join(folder, 'copy.log'))
    expect(await guessWrittenZone(join(folder, 'copy.log'), timeOf)).toBeUndefined()
    const zoned = (text: string) => timeOf(text)
    expect(await guessWrittenZone(path, zoned)).toBeUndefined()
    expect(await guessWrittenZone(join(folder, 'none'), timeOf)).toBeUndefined()
  })
})
