import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cpuMs } from '../../../test/cpu-clock.ts'
import { deepRun } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { createRule } from './create-rule.ts'
import { getRule } from './get-rule.ts'
import { lintRules } from './lint/lint-rules.ts'
import { listRules } from './list-rules.ts'
import { reloadRules } from './reload-rules.ts'
import { removeRule } from './remove-rule.ts'
import { ids, openRuleDeps, ruleTexts } from './rules.fake.ts'
import { backtestRule } from './trials/backtest-rule.ts'
import { explainRule } from './trials/explain-rule.ts'
import { updateRule } from './update-rule.ts'

let opened: Awaited<ReturnType<typeof openRuleDeps>>
beforeEach(async () => {
  opened = await openRuleDeps()
})
afterEach(() => opened.close())

const list = (wanted: object = {}) => listRules.run({ text: '', limit: 50, ...wanted }, opened.deps)
const titles = async (wanted: object) => (await list(wanted)).data.map(({ title }) => title)

describe('the list of rules', () => {
  it('reports which rules are active, which apply here, and which cannot', async () => {
    const { data, ...rest } = await list()
    expect(rest).toEqual({ next_cursor: null, total: 4, in_force: 4, revision: 1, sources: 2, faults: [] })
    expect(data.map(({ title, applies_to }) => [title, applies_to])).toEqual([
      ['Cleared log', []],
      ['Failed password', ['auth']],
      ['Failed password for root', ['auth']],
      ['Many failed passwords', ['auth']],
    ])
    expect(data[2]).toMatchObject({ pack: 'ours', file: 'ours/root.yml', techniques: ['T1110.001'], enabled: true })
  })

  it.each<[wanted: object, titles: readonly string[]]>([
    [{ text: 'password ROOT' }, ['Failed password for root']],
    [{ level: 'high' }, ['Cleared log', 'Many failed passwords']],
    [{ status: 'experimental' }, ['Failed password']],
    [{ tag: 't1110' }, ['Failed password for root']],
    [{ tag: 'attack.credential-access' }, ['Failed password for root']],
    [{ product: 'windows' }, ['Cleared log']],
    [{ applies: false }, ['Cleared log']],
    [{ enabled: false }, []],
    [{ pack: 'bundled' }, []],
  ])('filters by %o', async (wanted, found) => {
    expect(await titles(wanted)).toEqual(found)
  })

  it('comes page by page', async () => {
    const first = await list({ limit: 3 })
    expect(first.data).toHaveLength(3)
    const second = await list({ limit: 3, cursor: first.next_cursor })
    expect(second).toMatchObject({ data: [{ title: 'Many failed passwords' }], next_cursor: null, total: 4 })
    await expect(list({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })

  it('reports a broken file; its last valid rule stays active', async () => {
    opened.write('ours/root.yml', 'title: [')
    expect(await reloadRules.run({}, opened.deps)).toMatchObject({ changed: false, in_force: 4 })
    const { data, faults } = await list({ text: 'for root' })
    expect(data).toMatchObject([{ stale: true, enabled: true }])
    expect(faults).toMatchObject([{ file: 'ours/root.yml', code: 'yaml-syntax', line: 1 }])
  })
})

describe('a rule', () => {
  it('is shown with its text and in words', async () => {
    const { source, explanation, logsource } = await getRule.run({ id: ids.root }, opened.deps)
    expect(source).toBe(ruleTexts.root)
    expect(logsource).toEqual({ product: 'linux', service: 'sshd' })
    expect(explanation).toEqual([
      'An event of linux, sshd matches when:',
      '  all of:',
      '    failure: message contains "failed password"',
      '    root: message contains "for root"',
      '    not:',
      '      ours: message contains "192.0.2.1"',
    ])
    expect((await getRule.run({ id: 'root_failed' }, opened.deps)).id).toBe(ids.root)
    expect((await getRule.run({ id: ids.many }, opened.deps)).explanation).toEqual([
      'Within 10 minutes, the number of events is at least 4:',
      '  root_failed',
    ])
    await expect(getRule.run({ id: 'none' }, opened.deps)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is disabled and given another level, which is written down and outlives its next version', async () => {
    const { deps, write } = opened
    expect(await updateRule.run({ id: ids.root, enabled: false, note: 'Noise.' }, deps)).toMatchObject({
      enabled: false,
      setting: { enabled: false, level: null, note: 'Noise.', updated_by: 'ana' },
    })
    expect(await updateRule.run({ id: ids.guess, level: 'critical' }, deps)).toMatchObject({
      level: 'critical',
      own_level: 'low',
    })
    write('ours/root.yml', `${ruleTexts.root}modified: 2026-01-15\n`)
    await reloadRules.run({}, deps)
    expect(deps.rules.book.documents.map(({ id, level }) => [id, level])).toEqual([
      [ids.guess, 'critical'],
      [ids.many, 'high'],
      [ids.windows, 'high'],
    ])
    expect(await updateRule.run({ id: ids.root, enabled: null }, deps)).toMatchObject({
      enabled: true,
      setting: { note: 'Noise.' },
    })
    await expect(updateRule.run({ id: ids.root }, deps)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    const { items } = await deps.store.audit.list({ limit: 10, target_id: ids.root })
    expect(items).toMatchObject([
      { action: 'update_rule', old_values: { enabled: false }, new_values: { enabled: null } },
      { action: 'update_rule', old_values: null, new_values: { enabled: false, note: 'Noise.' } },
    ])
  })

  it('is added, replaced and taken away', async () => {
    const { deps } = opened
    const id = '22222222-0000-4000-8000-000000000001'
    const yaml = ruleTexts.guess.replace(ids.guess, id)
    expect(await createRule.run({ yaml }, deps)).toMatchObject({
      id,
      pack: 'own',
      enabled: true,
      applies_to: ['auth'],
    })
    expect(await createRule.run({ yaml: `${yaml}author: bo\n` }, deps)).toMatchObject({ id, author: 'bo' })
    await expect(createRule.run({ yaml: ruleTexts.guess }, deps)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(createRule.run({ yaml: yaml.replace(/id: .*\n/, '') }, deps)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    })
    await expect(createRule.run({ yaml: yaml.replace('keywords:', 'kewords:') }, deps)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ path: expect.stringMatching(/^yaml:\d+$/) }],
    })
    await expect(removeRule.run({ id: ids.guess }, deps)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await removeRule.run({ id }, deps)).toEqual({ id, removed: true })
    expect(deps.rules.get(id)).toBeUndefined()
    const { items } = await deps.store.audit.list({ limit: 10, target_id: id })
    expect(items.map(({ action }) => action)).toEqual(['remove_rule', 'create_rule', 'create_rule'])
  })

  it('is linted with its lines', async () => {
    const lint = (yaml: string) => lintRules.run({ yaml, file: 'mine.yml' }, opened.deps)
    expect(await lint(ruleTexts.root.replace('not ours', 'not theirs'))).toMatchObject({
      documents: 0,
      errors: 1,
      faults: [{ severity: 'error', file: 'mine.yml', line: 16 }],
    })
    expect(await lint(ruleTexts.windows)).toMatchObject({ documents: 1, errors: 0 })
  })
})

describe('a backtest', () => {
  it('says what a rule would have found, how often, and what else found it', async () => {
    const found = await backtestRule.run({ id: ids.root }, opened.deps)
    expect(found).toMatchObject({
      events: 90,
      cut: null,
      hits: 30,
      from: '2026-01-15T10:30:00.000Z',
      to: '2026-01-15T11:59:00.000Z',
      hits_by_hour: [
        { hour: '2026-01-15T10:00:00.000Z', hits: 10 },
        { hour: '2026-01-15T11:00:00.000Z', hits: 20 },
      ],
      overlap: {
        events: 30,
        rules: [{ id: ids.guess, title: 'Failed password', events: 30, share: 1 }],
        detectors: [],
      },
      applies_to: ['auth'],
      sources: 2,
      faults: [],
    })
    // two alerts, one an hour, within 89 minutes
    expect(found.expected_alerts.per_week).toBeCloseTo((2 * 7 * 24 * 60) / 89, 0)
    expect(found.samples).toHaveLength(10)
    expect(found.samples[0]).toMatchObject({
      time: '2026-01-15T10:30:00.000Z',
      source: 'auth',
      matched: [
        { selection: 'failure', field: 'message', wanted: 'contains "failed password"' },
        { selection: 'root', field: 'message', wanted: 'contains "for root"' },
      ],
    })
  })

  it('takes text, with what it refers to, and a span of time', async () => {
    const found = await backtestRule.run({ yaml: ruleTexts.many, from: 'now-30m', to: 'now' }, opened.deps)
    expect(found.events).toBe(30)
    expect(found.hits).toBeGreaterThan(0)
    expect(found.samples[0]).toMatchObject({ rule_id: ids.many, value: 4, event_count: 4 })
    expect(found.applies_to).toEqual(['auth'])
  })

  it('finds nothing where nothing is', async () => {
    const found = await backtestRule.run({ id: ids.windows, from: 'now-1h' }, opened.deps)
    expect(found).toMatchObject({ events: 60, hits: 0, samples: [], applies_to: [], expected_alerts: { per_week: 0 } })
    const none = await backtestRule.run({ id: ids.root, to: '2020-01-01' }, opened.deps)
    expect(none).toMatchObject({ events: 0, from: null, to: null, hits: 0 })
  })

  it('needs one rule, and a whole one', async () => {
    const { deps } = opened
    await expect(backtestRule.run({}, deps)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await expect(backtestRule.run({ id: ids.root, yaml: 'x' }, deps)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    })
    await expect(backtestRule.run({ yaml: 'title: x' }, deps)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })

  it('lets others have their turn', needs(deepRun), async () => {
    await opened.close()
    opened = await openRuleDeps(20_000)
    let longest = 0
    let last = cpuMs()
    const watch = setInterval(() => {
      longest = Math.max(longest, cpuMs() - last)
      last = cpuMs()
    }, 1)
    const began = cpuMs()
    const found = await backtestRule.run({ id: ids.guess, from: 'now-30d' }, opened.deps)
    const took = cpuMs() - began
    clearInterval(watch)
    expect(found).toMatchObject({ events: 20_000, hits: 20_000 })
    console.info(`20,000 events evaluated in ${Math.round(took)} ms; others waited ${Math.round(longest)} ms at most`)
    // Evaluating all of them at once would take longer than this.
    expect(longest).toBeLessThan(Math.max(300, took / 2))
  })
})

describe('an explanation', () => {
  const explain = (input: object) => explainRule.run({ id: ids.root, source: 'http', ...input }, opened.deps)
  const sent = '<38>1 2026-01-15T10:00:00Z web-01 sshd 42 - - Failed password for'

  it('names the part that fails, and what the event has there', async () => {
    expect(await explain({ event_id: '0-0' })).toMatchObject({ matches: true, applies: true, obstacles: [] })
    const other = await explain({ line: `${sent} bo from 203.0.113.9` })
    expect(other).toMatchObject({ matches: false, applies: true, kinds: ['OpenSSH server'] })
    expect(other.sentence).toBe(
      '"Failed password for root" does not match: what must hold does not: root: message contains "for root"; message is "Failed password for bo from 203.0.113.9".',
    )
    const ours = await explain({ line: `${sent} root from 192.0.2.1` })
    expect(ours.obstacles).toMatchObject([{ wants: 'ours: message contains "192.0.2.1"', holds: true }])
    expect(ours.sentence).toContain('what must not hold does')
  })

  it('says when the event is of another log source', async () => {
    const other = await explain({ line: 'Failed password for root' })
    expect(other).toMatchObject({ matches: false, applies: false, kinds: [] })
    expect(other.sentence).toContain('is about linux, sshd; this event has no log source')
  })

  it('needs one event and a rule about one', async () => {
    await expect(explain({})).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await expect(explain({ event_id: '0-99999' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(explain({ id: ids.many, event_id: '0-0' })).rejects.toMatchObject({
      hint: expect.stringContaining('root_failed'),
    })
  })
})
