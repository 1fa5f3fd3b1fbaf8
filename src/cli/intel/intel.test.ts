import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runFake } from '../cli.fake.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-intel-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'Mail team.txt')
writeFileSync(file, '203.0.113.9\n')

/** Runs a command against a fake server that records its requests. */
const run = async (argv: readonly string[], answer: (url: string) => unknown, input = '') => {
  const asked: unknown[] = []
  const result = await runFake(['intel', ...argv], {
    input,
    fetch: async (url, init) => {
      const path = String(url).replace(/^http:\/\/[^/]+\/api\/v1\/intel/, '')
      const body = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined
      asked.push([init?.method ?? 'GET', path, ...(body === undefined ? [] : [body])])
      return Response.json(answer(path))
    },
  })
  return { ...result, asked }
}

const source = (changes: object) => ({
  ...{
    name: 'drop',
    kind: 'feed',
    type: 'spamhaus-drop',
    summary: 'Ranges used by criminals.',
    licence: '',
    notice: '',
  },
  ...{ state: 'ok', entries: 1523, skipped: [], hits: 4, last_hit_at: null, last_attempt_at: null },
  ...{ last_success_at: '2026-01-05T08:00:00.000Z', last_change_at: null, failures: 0, last_error: null },
  ...{ next_pull_at: null, daily: null, used_today: null, resting_until: null, ...changes },
})
const report = {
  ...{ threat_level: 'high', confidence: 0.9, description: 'a\u001b[2Jmail', tags: ['tlp:red'] },
  ...{ first_seen: null, last_seen: null, valid_until: '2026-02-01T00:00:00.000Z' },
}
const indicator = {
  ...{ id: 'ab', ioc: 'evil.example.net', ioc_type: 'domain', sources: ['own'], positives: 1, total: 1, ...report },
  ...{ reports: { own: report }, updated_at: '2026-01-05T08:00:00.000Z' },
}

describe('vedette intel', () => {
  it('lists the sources of indicators', async () => {
    const lookup = { name: 'vt', kind: 'lookup', state: 'used_up', entries: null, daily: 500, used_today: 500 }
    const { out, code } = await run([], () => ({ data: [source({}), source(lookup)], next_cursor: null }))
    expect(code).toBe(0)
    expect(out).toMatch(/drop +feed +ok +1 523 +4 +2026-01-05 08:00 +Ranges used by criminals\./)
    expect(out).toMatch(/vt +lookup +used up +500 of 500 lookups used/)
  })

  it('pulls every feed even if one fails', async () => {
    const sources = [source({ name: 'a' }), source({ name: 'b' }), source({ name: 'vt', kind: 'lookup' })]
    const pulled: string[] = []
    const { out, err, code } = await runFake(['intel', 'update'], {
      fetch: async (url, init) => {
        if (init?.method !== 'POST') return Response.json({ data: sources, next_cursor: null })
        pulled.push(String(url).replace(/.*\/sources/, ''))
        if (String(url).includes('/a/')) {
          return Response.json({ code: 'SOURCE_FAILED', detail: 'The feed returned 503.' }, { status: 502 })
        }
        return Response.json({ done: true, source: sources[1] })
      },
    })
    expect([pulled, out, code]).toEqual([['/a/pull', '/b/pull'], 'b: 1 523 entries\n', 5])
    expect(err).toContain('a: The feed returned 503.')
  })

  it('looks up a value, or a text from stdin', async () => {
    const known = {
      ...{
        value: 'evil.example.net',
        type: 'domain',
        indicator,
        score: 85,
        asked: [],
        reported_by: ['own'],
        benign: [],
      },
      ...{ missing: [], tlp: 'red', stays_here: 'it is marked tlp:red' },
    }
    const answer = () => ({ data: [known], exploited: [] })
    const { out, asked } = await run(['lookup', 'evil[.]example.net', '--ask'], answer)
    expect(asked).toEqual([['POST', '/lookup', { value: 'evil[.]example.net', ask_others: true }]])
    expect(out).toBe(
      [
        '▲ evil.example.net  domain  85 of 100',
        '    own: high, 90 % sure, a\\x1b[2Jmail, until 2026-02-01 00:00',
        '    marked tlp:red',
        '    not shared: it is marked tlp:red\n',
      ].join('\n'),
    )
    const piped = await run(['lookup', '-'], () => ({ data: [], exploited: [] }), 'two words\n')
    expect(piped.asked).toEqual([['POST', '/lookup', { text: 'two words\n', ask_others: false }]])
    expect(piped.out).toBe('No source knows any value in it.\n')
  })

  it('previews a list, named after its file', async () => {
    const result = {
      ...{ preview: true, name: 'Mail-team', format: 'list', notice: '', entries: 1, added: 1, changed: 0 },
      ...{ withdrawn: 0, skipped: [{ reason: 'no value', count: 2, sample: 'x' }] },
      samples: [{ ...report, value: '203.0.113.9', type: 'ip' }],
    }
    const { out, err, asked } = await run(['import', file, '--preview', '--tlp', 'amber', '--days', '30'], () => result)
    expect(asked).toEqual([['POST', '/import?name=Mail-team&preview=true&tlp=amber&valid_days=30']])
    expect(out).toContain('Preview of Mail-team (list): 1 entry, 1 new, 0 changed, 0 withdrawn\n  203.0.113.9  ip')
    expect(err).toBe('skipped 2 rows: no value: x\n')
  })

  it('adds, expires and removes indicators', async () => {
    const added = await run(['add', 'evil[.]example.net', 'x', '--until', 'now+7d', '--tag', 'a', 'b'], () => ({
      data: [indicator],
      errors: [{ value: 'x', message: 'not an observable' }],
    }))
    expect(added.asked).toEqual([
      [
        'POST',
        '/indicators',
        { indicators: [{ value: 'evil[.]example.net' }, { value: 'x' }], tags: ['a', 'b'], valid_until: 'now+7d' },
      ],
    ])
    expect([added.out, added.err, added.code]).toEqual(['evil.example.net  domain\n', 'x: not an observable\n', 5])
    const ended = await run(['expire', 'http://a/b'], () => indicator)
    expect(ended.asked).toEqual([['POST', '/indicators/http%3A%2F%2Fa%2Fb/expire', {}]])
    expect(ended.out).toBe('evil.example.net  expires 2026-02-01 00:00\n')
    expect((await run(['remove', 'a.example.net'], () => ({}))).asked).toEqual([
      ['DELETE', '/indicators/a.example.net'],
    ])
    const forgotten = await run(['forget', 'mail'], () => ({ entries: 3 }))
    expect([forgotten.asked, forgotten.out]).toEqual([[['DELETE', '/sources/mail']], 'mail: 3 entries withdrawn\n'])
  })
})
