import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cpuMs } from '../../../../test/cpu-clock.ts'
import { needs, sharedData } from '../../../../test/needs.ts'
import { parseDocuments } from '../../../lib/sigma/read/read.ts'
import type { RuleSetting, RuleStatus } from '../../../schema/rule/rule.ts'
import { createRuleLibrary } from './rule-library.ts'

const rule = (id: string, more = '') => `title: Rule ${id}
name: ${id}
status: test
level: medium
logsource: { product: linux, service: sshd }
detection:
  selection:
    message|contains: ${id}
  condition: selection
${more}`

let folder: string
const write = (name: string, text: string) => {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
const remove = (name: string) => rmSync(join(folder, name), { recursive: true })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-rules-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Opening {
  readonly folders?: readonly string[]
  readonly bundled?: string
  readonly minStatus?: RuleStatus
  readonly parsed?: ReadonlyMap<string, unknown>
  readonly beforeActive?: () => Promise<void>
}

const open = (changes: Opening = {}) => {
  let settings: readonly RuleSetting[] = []
  const logged: { readonly level: string; readonly message: string; readonly facts: object }[] = []
  const write = (level: string) => (facts: object, message: string) => void logged.push({ level, message, facts })
  const library = createRuleLibrary({
    folders: async () =>
      (changes.folders ?? ['own']).map((name) => ({
        name,
        path: join(folder, name),
        without: ['taxonomy'],
        isBundled: name === changes.bundled,
      })),
    taxonomies: [{ name: 'taxonomy', path: join(folder, 'own/taxonomy'), isBundled: changes.bundled !== undefined }],
    placeholders: new Map(),
    minStatus: changes.minStatus ?? 'experimental',
    settings: async () => settings,
    parsed: async () => changes.parsed ?? new Map(),
    ...(changes.beforeActive && { beforeActive: changes.beforeActive }),
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
  })
  return {
    library,
    logged,
    ids: () => library.book.documents.map(({ id }) => id),
    override(rule_id: string, values: Partial<RuleSetting>) {
      const at = '2026-01-01T00:00:00.000Z'
      settings = [
        ...settings.filter((one) => one.rule_id !== rule_id),
        { rule_id, enabled: null, level: null, note: null, updated_by: 'ana', updated_at: at, ...values },
      ]
    },
  }
}

const taxonomy = `name: linux
kinds:
  - name: OpenSSH server
    when: { process.name: sshd }
    logsources: [{ product: linux, service: sshd }]
`

describe('the rule library', () => {
  beforeEach(() => {
    write('own/a.yml', rule('a'))
    write('own/deep/down/b.yaml', rule('b'))
    write('own/taxonomy/linux.yml', taxonomy)
    write('own/README.md', 'no rule')
    write('own/.git/c.yml', rule('c'))
  })

  it('reads nested folders, and rereads only what changed', async () => {
    const { library, ids, logged } = open()
    expect(ids()).toEqual([])
    expect(await library.refresh()).toEqual({ revision: 1, changed: true, documents: 2, inForce: 2, faults: [] })
    expect(ids()).toEqual(['a', 'b'])
    expect(library.book.taxonomy.kinds.map(({ name }) => name)).toEqual(['OpenSSH server'])
    const { documents } = library.book
    expect(await library.refresh()).toMatchObject({ revision: 1, changed: false })
    expect(library.book.documents.every((document, i) => document === documents[i])).toBe(true)
    expect(logged.map(({ message }) => message)).toEqual(['Rules loaded.'])
  })

  it('takes the values that the build parsed of unchanged documents', async () => {
    const values = parseDocuments(rule('a').replace('Rule a', 'Parsed before')).map(([, value]) => value)
    const { library } = open({ parsed: new Map(parseDocuments(rule('a')).map(([text], i) => [text, values[i]])) })
    await library.refresh()
    expect(library.entries.map(({ document }) => document.title)).toEqual(['Parsed before', 'Rule b'])
    write('own/a.yml', `${rule('a')}# changed`)
    await library.refresh()
    expect(library.entries.map(({ document }) => document.title)).toEqual(['Rule a', 'Rule b'])
  })

  it('sees added, changed and deleted rules', async () => {
    const { library, ids } = open()
    await library.refresh()
    write('own/new.yml', rule('new'))
    write('own/a.yml', rule('a2', 'tags: [attack.t1110]\n'))
    expect(await library.refresh()).toMatchObject({ revision: 2, changed: true })
    expect(ids()).toEqual(['a2', 'b', 'new'])
    remove('own/deep')
    await library.refresh()
    expect(ids()).toEqual(['a2', 'new'])
    expect(library.get('a2')?.document.techniques).toEqual(['T1110'])
  })

  it('polls the folders of users, and leaves those that come with the program to a refresh', async () => {
    const { library, ids } = open({ folders: ['bundled', 'own'], bundled: 'bundled' })
    write('bundled/a.yml', rule('a'))
    write('own/b.yml', rule('b'))
    await library.poll()
    expect(ids()).toEqual(['a', 'b'])
    write('bundled/c.yml', rule('c'))
    write('own/d.yml', rule('d'))
    await library.poll()
    expect(ids()).toEqual(['a', 'b', 'd'])
    await library.refresh()
    expect(ids()).toEqual(['a', 'c', 'b', 'd'])
  })

  it('reads bundled files once for all libraries of a process, until one changes', async () => {
    const openBundled = () => open({ folders: ['bundled'], bundled: 'bundled' })
    write('bundled/a.yml', rule('a'))
    write('bundled/b.yml', rule('b'))
    const first = openBundled()
    await first.library.refresh()
    const second = openBundled()
    expect(await second.library.refresh()).toMatchObject({ revision: 1, changed: true, documents: 2 })
    // An engine of the same list need not be prepared again.
    expect(second.library.book.documents).toBe(first.library.book.documents)
    expect(second.library.book.taxonomy).toBe(first.library.book.taxonomy)
    write('bundled/b.yml', rule('b').replace('level: medium', 'level: extreme'))
    write('bundled/c.yml', rule('c'))
    const third = openBundled()
    await third.library.refresh()
    // Without rules from before, as in a process of its own.
    expect(third.ids()).toEqual(['a', 'c'])
    expect(third.library.faults).toHaveLength(1)
    expect(third.library.get('a')?.document).toBe(first.library.get('a')?.document)
    expect(first.ids()).toEqual(['a', 'b'])
  })

  it('keeps the rules of a broken file, logs it once, and rereads the file when it is fixed', async () => {
    const { library, ids, logged } = open()
    await library.refresh()
    const before = library.get('a')?.document
    const broken: readonly [text: string, why: string][] = [
      [rule('a').replace('condition: selection', 'condition: selction'), 'it names no selection'],
      ['title: [', 'it is not YAML'],
      ['', 'it is being written'],
      [`${rule('a').replace('level: medium', 'level: extreme')}`, 'the level is none'],
    ]
    for (const [text, why] of broken) {
      write('own/a.yml', text)
      const { changed, faults } = await library.refresh()
      expect(changed, why).toBe(false)
      expect(faults, why).toMatchObject([{ severity: 'error', file: 'own/a.yml' }])
      expect(library.get('a'), why).toMatchObject({ document: before, stale: true, inForce: true })
      await library.refresh()
    }
    expect(logged.filter(({ level }) => level === 'warn')).toHaveLength(broken.length)
    write('own/a.yml', rule('a', 'author: ana\n'))
    expect(await library.refresh()).toMatchObject({ revision: 2, faults: [] })
    expect(library.get('a')).toMatchObject({ document: { author: 'ana' }, stale: false })
    expect(ids()).toEqual(['a', 'b'])
  })

  it('reads the valid documents of a file, but keeps all old ones if one is lost', async () => {
    const { library, ids } = open()
    await library.refresh()
    write('own/a.yml', `${rule('a', 'author: ana\n')}---\ntitle: half\n`)
    expect((await library.refresh()).faults).toHaveLength(1)
    expect(library.get('a')).toMatchObject({ document: { author: 'ana' }, stale: false })
    write('own/a.yml', `title: half\n---\n${rule('other')}`)
    await library.refresh()
    expect(ids()).toEqual(['a', 'b'])
  })

  it('keeps the rules of an unreadable folder', async () => {
    const { library, ids } = open()
    await library.refresh()
    renameSync(join(folder, 'own'), join(folder, 'away'))
    expect((await library.refresh()).faults.map(({ code }) => code)).toEqual(['unreadable-folder', 'unreadable-folder'])
    expect(ids()).toEqual(['a', 'b'])
    expect(library.book.taxonomy.kinds).toHaveLength(1)
    renameSync(join(folder, 'away'), join(folder, 'own'))
    expect(await library.refresh()).toMatchObject({ revision: 1, faults: [] })
  })

  it('keeps the rules of an unreadable file', async () => {
    const { library, ids } = open()
    await library.refresh()
    remove('own/a.yml')
    // Root may read any file but this one.
    symlinkSync('/proc/self/mem', join(folder, 'own/a.yml'))
    expect((await library.refresh()).faults).toMatchObject([{ code: 'unreadable' }])
    expect(ids()).toEqual(['a', 'b'])
  })

  it('follows links, but not in circles', async () => {
    symlinkSync('..', join(folder, 'own/deep/up'))
    symlinkSync('down/b.yaml', join(folder, 'own/deep/link.yml'))
    symlinkSync('nowhere.yml', join(folder, 'own/dangling.yml'))
    const { library, ids } = open()
    const { faults } = await library.refresh()
    expect(ids().sort()).toEqual(['a', 'b'])
    expect(faults.map(({ code }) => code)).toEqual(['duplicate-id'])
  })

  it('prefers the later folder of two with the same id, and reports it', async () => {
    write('theirs/x.yml', rule('a', 'author: them\n'))
    const { library } = open({ folders: ['theirs', 'own'] })
    const { faults } = await library.refresh()
    expect(library.get('a')).toMatchObject({ pack: 'own', document: { author: undefined } })
    expect(faults).toMatchObject([{ code: 'duplicate-id', severity: 'warning', file: 'theirs/x.yml', rule: 'a' }])
  })

  it('activates mature rules unless a setting says otherwise, across versions', async () => {
    write('own/old.yml', rule('old').replace('status: test', 'status: deprecated'))
    write('own/none.yml', rule('none').replace('status: test\n', ''))
    const { library, ids, override } = open({ minStatus: 'test' })
    await library.refresh()
    expect(ids().sort()).toEqual(['a', 'b', 'none'])
    override('old', { enabled: true })
    override('a', { enabled: false })
    override('b', { level: 'critical' })
    expect(await library.refresh()).toMatchObject({ revision: 2, changed: true, documents: 4, inForce: 3 })
    write('own/a.yml', rule('a', 'author: a later version\n'))
    write('own/deep/down/b.yaml', rule('b', 'author: a later version\n'))
    await library.refresh()
    expect(ids().sort()).toEqual(['b', 'none', 'old'])
    expect(library.book.documents.find(({ id }) => id === 'b')).toMatchObject({ level: 'critical' })
    expect(library.get('b')).toMatchObject({ level: 'critical', document: { level: 'medium' } })
  })

  it('reports active rules that cannot match', async () => {
    write('own/open.yml', rule('open').replace('message|contains: open', 'user.name|expand: "%admins%"'))
    const many = `title: Many
name: many
correlation: { type: event_count, rules: [a], group-by: [user.name], timespan: 1m, condition: { gte: 3 } }
`
    write('own/many.yml', many)
    const { library, override } = open()
    const idle = async () => (await library.refresh()).faults.map(({ rule, code, severity }) => [rule, code, severity])
    expect(await idle()).toEqual([['open', 'unresolved-placeholder', 'warning']])
    override('a', { enabled: false })
    expect(await idle()).toContainEqual(['many', 'unknown-rule', 'warning'])
  })

  it('shows what it read only after others have it, also when that failed at first', async () => {
    const seenBefore: string[][] = []
    let fails = false
    const { library, ids } = open({
      async beforeActive() {
        seenBefore.push(library.entries.map(({ document }) => document.id))
        if (fails) throw new Error('The others are busy.')
      },
    })
    await library.refresh()
    fails = true
    write('own/a.yml', rule('c'))
    await expect(library.refresh()).rejects.toThrow('busy')
    expect(ids()).toEqual(['a', 'b'])
    fails = false
    expect(await library.refresh()).toMatchObject({ changed: true, revision: 2 })
    expect(ids()).toEqual(['c', 'b'])
    expect(seenBefore).toEqual([[], ['a', 'b'], ['a', 'b']])
  })

  it('runs refreshes one after another', async () => {
    const { library } = open()
    const all = await Promise.all([library.refresh(), library.refresh(), library.refresh()])
    expect(all.map(({ changed }) => changed)).toEqual([true, false, false])
  })
})

const corpus = sharedData('conformance/sigma/rules')
it('reads 920 rules in well under a second, and then only stats the files', needs(corpus), async () => {
  const { library } = open({ folders: [] })
  await library.refresh()
  const many = createRuleLibrary({
    folders: async () => [{ name: 'sigma', path: corpus.path }],
    taxonomies: [],
    placeholders: new Map(),
    minStatus: 'unsupported',
    settings: async () => [],
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  const times: number[] = []
  for (let i = 0; i < 3; i++) {
    const began = cpuMs()
    await many.refresh()
    times.push(Math.round(cpuMs() - began))
  }
  console.info(`${many.entries.length} rules read in ${times[0]} ms, looked at again in ${times[1]} and ${times[2]} ms`)
  expect(many.entries.length).toBeGreaterThan(900)
  expect(times[0]).toBeLessThan(5_000)
  expect(times[2]).toBeLessThan(500)
})
