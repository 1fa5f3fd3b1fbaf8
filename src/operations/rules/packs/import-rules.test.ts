import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { strToU8, zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deepRun, runs } from '../../../../test/depth.ts'
import { needs } from '../../../../test/needs.ts'
import { openRuleDeps, ruleTexts } from '../rules.fake.ts'
import { updateRule } from '../update-rule.ts'
import { importRules } from './import-rules.ts'
import { removeImport } from './remove-import.ts'
import { readArchive } from './rule-archive.ts'
import { recoverImports } from './rule-imports.ts'

const zip = (files: Readonly<Record<string, string>>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])))

/** One entry of a tar: a header of 512 bytes, then the content in blocks of 512. */
const tarEntry = (path: string, content: string, type = '0', prefix = ''): Buffer => {
  const bytes = Buffer.from(content)
  const header = Buffer.alloc(512)
  header.write(path, 0)
  header.write('0000644\0', 100)
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('        ', 148)
  header.write(type, 156)
  header.write('ustar\x0000', 257, 'latin1')
  header.write(prefix, 345)
  const sum = header.reduce((all, byte) => all + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}
const tar = (...entries: readonly Buffer[]): Buffer => Buffer.concat([...entries, Buffer.alloc(1024)])

describe('an archive', () => {
  const paths = async (bytes: Uint8Array) => (await readArchive(bytes)).map(({ path }) => path)

  it('is a zip or a tar, gzipped or not; only YAML counts', async () => {
    const files = {
      'sigma/rules/a.yml': 'a: 1',
      'sigma/b.YAML': 'b: 1',
      'sigma/README.md': '#',
      '.github/c.yml': 'c: 1',
    }
    const expected = [
      { path: 'sigma/b.YAML', text: 'b: 1' },
      { path: 'sigma/rules/a.yml', text: 'a: 1' },
    ]
    const packed = tar(...Object.entries(files).map(([path, text]) => tarEntry(path, text)))
    for (const bytes of [zip(files), packed, gzipSync(packed)]) expect(await readArchive(bytes)).toEqual(expected)
  })

  it('knows the three ways in which tar writes long paths', async () => {
    const long = `${'a-folder-with-a-long-name/'.repeat(8)}rule.yml`
    const record = (length: number): string => `${length} path=${long}\n`
    const pax = record(record(100).length)
    expect(await paths(tar(tarEntry('x', pax, 'x'), tarEntry('cut.yml', 'a: 1')))).toEqual([long])
    expect(await paths(tar(tarEntry('././@LongLink', `${long}\0`, 'L'), tarEntry('cut.yml', 'a: 1')))).toEqual([long])
    expect(await paths(tar(tarEntry('rule.yml', 'a: 1', '0', 'a/long/prefix')))).toEqual(['a/long/prefix/rule.yml'])
    expect(await paths(tar(tarEntry('link.yml', '', '2'), tarEntry('folder/', '', '5')))).toEqual([])
  })

  it.each(['../out.yml', '/etc/out.yml', 'a/../../out.yml', 'C:\\out.yml', 'a\\..\\..\\out.yml'])(
    'may not lead out: %s',
    async (path) => {
      const refused = { code: 'INVALID_REQUEST', message: expect.stringContaining('unsafe path') }
      await expect(readArchive(tar(tarEntry(path, 'a: 1')))).rejects.toMatchObject(refused)
      await expect(readArchive(zip({ [path]: 'a: 1' }))).rejects.toMatchObject(refused)
    },
  )

  it('may not hold what is too large', async () => {
    const large = 'a'.repeat(1_000_001)
    await expect(readArchive(zip({ 'a.yml': large }))).rejects.toMatchObject({ code: 'TOO_LARGE' })
    await expect(readArchive(gzipSync(tar(tarEntry('a.yml', large))))).rejects.toMatchObject({ code: 'TOO_LARGE' })
    expect(await paths(zip({ 'a.bin': large, 'b.yml': 'b: 1' }))).toEqual(['b.yml'])
  })

  it('may not be cut off', async () => {
    const whole = zip({ 'a.yml': 'a: 1', 'b.yml': 'b: 1' })
    for (const bytes of [
      whole.subarray(0, 60),
      whole.subarray(0, -10),
      gzipSync(tar(tarEntry('a.yml', 'a: 1'))).subarray(0, 40),
    ]) {
      await expect(readArchive(bytes)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    }
  })

  it('may be any bytes, and is refused in words', async () => {
    const whole = [zip({ 'a.yml': 'a: 1' }), gzipSync(tar(tarEntry('a.yml', 'a: 1')))]
    const cut = fc.tuple(fc.constantFrom(...whole), fc.nat(2_000)).map(([bytes, at]) => bytes.subarray(0, at))
    const damaged = fc.tuple(fc.constantFrom(...whole), fc.nat(2_000), fc.nat(255)).map(([bytes, at, byte]) => {
      const copy = Uint8Array.from(bytes)
      copy[at % copy.length] = byte
      return copy
    })
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), cut, damaged), async (bytes) => {
        const answer = await readArchive(bytes).catch((error: unknown) => error)
        if (Array.isArray(answer)) return
        expect(answer).toMatchObject({ code: expect.stringMatching(/INVALID_REQUEST|TOO_LARGE/) })
      }),
      { numRuns: runs(300) },
    )
  })
})

describe('an import', () => {
  let opened: Awaited<ReturnType<typeof openRuleDeps>>
  beforeEach(async () => {
    opened = await openRuleDeps(3)
  })
  afterEach(() => opened.close())

  const id = (number: number): string => `33333333-0000-4000-8000-00000000000${number}`
  const guess = (number: number, more = ''): string =>
    `${ruleTexts.guess.replace(/id: .*/, `id: ${id(number)}`).replace('Failed', `Failed ${number}`)}${more}`
  const windows = ruleTexts.windows.replace(/id: .*/, `id: ${id(9)}`)
  const take = (files: Readonly<Record<string, string>>) =>
    importRules.run({ name: 'theirs', archive: zip(files) }, opened.deps)

  it('reports the imported rules, which of them apply here, and the faulty ones', async () => {
    const answer = await take({
      'x/1.yml': guess(1),
      'x/2.yml': guess(2, 'level: serious\n').replace('level: low\n', ''),
      'x/9.yml': windows,
      'x/workflow.yml': 'on: push\n',
    })
    expect(answer).toMatchObject({
      name: 'theirs',
      files: 3,
      passed_over: 1,
      rules: 2,
      new: 2,
      changed: 0,
      unchanged: 0,
      gone: 0,
      in_force: 2,
      by_level: { informational: 0, low: 1, medium: 0, high: 1, critical: 0 },
      apply_here: 1,
      faulty: 1,
      faults: [{ file: 'theirs/x/2.yml', severity: 'error' }],
    })
    expect(opened.deps.rules.get(id(1))).toMatchObject({ pack: 'theirs', inForce: true })
  })

  it('takes the place of the one before as a whole, and keeps what was said', needs(deepRun), async () => {
    await take({ '1.yml': guess(1), '2.yml': guess(2), '9.yml': windows })
    await updateRule.run({ id: id(2), enabled: false }, opened.deps)
    expect(await take({ '1.yml': guess(1), 'moved/2.yml': guess(2, 'author: x\n'), '3.yml': guess(3) })).toMatchObject({
      rules: 3,
      new: 1,
      changed: 1,
      unchanged: 1,
      gone: 1,
      in_force: 2,
    })
    expect(opened.deps.rules.get(id(2))).toMatchObject({ inForce: false, document: { author: 'x' } })
    expect(opened.deps.rules.get(id(9))).toBeUndefined()
    expect(readdirSync(opened.deps.rulesFolder)).toEqual(['theirs'])
  })

  it('without one good rule changes nothing', async () => {
    await take({ '1.yml': guess(1) })
    const { revision } = opened.deps.rules.book
    await expect(take({ '1.yml': 'title: x\ndetection: y\n' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await expect(take({ 'readme.md': 'x' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    expect(opened.deps.rules.book.revision).toBe(revision)
    expect(opened.deps.rules.get(id(1))).toBeDefined()
  })

  it('is taken away again, and both are written down', async () => {
    await take({ '1.yml': guess(1) })
    const { deps } = opened
    expect(await removeImport.run({ name: 'theirs' }, deps)).toEqual({ name: 'theirs', removed: true, rules: 1 })
    expect(deps.rules.get(id(1))).toBeUndefined()
    await expect(removeImport.run({ name: 'theirs' }, deps)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const { items } = await deps.store.audit.list({ limit: 10, target_id: 'theirs' })
    expect(items.map(({ action, actor }) => `${actor} ${action}`)).toEqual(['ana remove_import', 'ana import_rules'])
    expect(() => removeImport.input.parse({ name: '../x' })).toThrow('letters')
    expect(() => removeImport.input.parse({ name: 'own' })).toThrow('reserved')
  })

  it('that a crash interrupted ends well at the next start', async () => {
    const { rulesFolder } = opened.deps
    const make = (name: string) => {
      mkdirSync(join(rulesFolder, name), { recursive: true })
      writeFileSync(join(rulesFolder, name, 'a.yml'), name)
    }
    for (const name of ['.one.old', '.one.new', '.two.old', 'two', '.three.gone', '.four.new']) make(name)
    await recoverImports(rulesFolder)
    expect(readdirSync(rulesFolder).sort()).toEqual(['one', 'two'])
    await recoverImports(join(rulesFolder, 'nowhere'))
    expect(existsSync(join(rulesFolder, 'nowhere'))).toBe(false)
  })
})
