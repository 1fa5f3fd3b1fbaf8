import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ruleTexts } from '../../operations/rules/rules.fake.ts'
import { runFake } from '../cli.fake.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-sigma-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

/** A fake server that gives the same response to every request, and records the requests. */
const answering = (answer: unknown, status = 200) => {
  const asked: { readonly method: string; readonly url: string; readonly body: unknown }[] = []
  const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : init?.body
    asked.push({ method: init?.method ?? 'GET', url: String(url).replace(/^.*:8787/, ''), body })
    return Response.json(answer, { status })
  }
  return { asked, fetch }
}

const rule = {
  id: 'r1',
  type: 'rule',
  title: 'Failed \u001b[31mpassword',
  description: null,
  author: null,
  license: null,
  status: 'test',
  level: 'low',
  own_level: 'medium',
  logsource: { product: 'linux' },
  tags: [],
  techniques: [],
  pack: 'bundled',
  file: 'bundled/a.yml',
  line: 1,
  enabled: true,
  stale: true,
  setting: null,
  applies_to: [],
  hits_7d: 3,
}

describe('vedette sigma lint', () => {
  it('lists faults by line, and exits with 1 if there are errors', async () => {
    const good = write('good.yml', ruleTexts.root)
    const bad = write('bad.yml', ruleTexts.root.replace('and root', 'and rot'))
    const one = await runFake(['sigma', 'lint', good])
    expect(one).toMatchObject({ code: 0 })
    expect(one.err).toMatch(/^1 rule in 1 file: 0 errors, \d+ warnings?\n$/)
    const both = await runFake(['sigma', 'lint', folder])
    expect(both.code).toBe(1)
    expect(both.out).toContain(`${bad}:16: error: `)
    const json = await runFake(['sigma', 'lint', '--json', bad])
    expect(JSON.parse(json.out)).toMatchObject({ files: 1, documents: 0, errors: 1, faults: [{ line: 16 }] })
    expect((await runFake(['sigma', 'lint', '--strict', good])).code).toBe(one.err.includes(' 0 warnings') ? 0 : 1)
  })

  it('exits with 3 if there is nothing to read', async () => {
    expect((await runFake(['sigma', 'lint', join(folder, 'none.yml')])).code).toBe(3)
    mkdirSync(join(folder, 'empty'))
    expect((await runFake(['sigma', 'lint', join(folder, 'empty')])).code).toBe(3)
  })
})

describe('vedette sigma backtest', () => {
  const lines = Array.from(
    { length: 30 },
    (_, i) =>
      `Dec 10 06:${String(i).padStart(2, '0')}:00 web-01 sshd[${4000 + i}]: Failed password for ${i % 3 === 0 ? 'root' : 'bo'} from 203.0.113.9 port ${40000 + i} ssh2`,
  )

  it('backtests a rule on files without a server', async () => {
    const file = write('rule.yml', ruleTexts.root)
    const log = write('auth.log', `${lines.join('\n')}\n`)
    const { code, out } = await runFake(['sigma', 'backtest', file, '--input', log])
    expect(code).toBe(0)
    expect(out).toContain('10 hits in 30 events')
    expect(out).toContain('applies to 1 of 1 source: auth.log')
    expect(out).toContain('root: message contains "for root"')
    const json = await runFake(['sigma', 'backtest', file, '--input', log, '--json'])
    expect(JSON.parse(json.out)).toMatchObject({ hits: 10, events: 30, cut: null, applies_to: ['auth.log'] })
  })

  it('reports a faulty rule and missing input', async () => {
    const bad = write('bad.yml', 'title: x')
    const log = write('auth.log', lines.join('\n'))
    const refused = await runFake(['sigma', 'backtest', bad, '--input', log])
    expect(refused).toMatchObject({ code: 2 })
    expect(refused.err).toContain('yaml:1')
    expect((await runFake(['sigma', 'backtest', write('r.yml', ruleTexts.root), '--input', `${folder}/x`])).code).toBe(
      3,
    )
  })

  it('backtests on a server by id or with the text of a rule', async () => {
    const { asked, fetch } = answering({})
    await runFake(['sigma', 'backtest', 'r1', '--from', 'now-7d'], { fetch })
    await runFake(['sigma', 'backtest', write('rule.yml', 'title: x')], { fetch })
    expect(asked).toEqual([
      { method: 'POST', url: '/api/v1/rules/backtest', body: { id: 'r1', from: 'now-7d' } },
      { method: 'POST', url: '/api/v1/rules/backtest', body: { yaml: 'title: x' } },
    ])
  })
})

describe('vedette sigma convert', () => {
  const xml = (level: number, rest = '') => `<group name="sshd,">
  <rule id="100100" level="${level}"><match>Failed password</match><description>Failed</description></rule>
  ${rest}
</group>`
  const convert = (...more: string[]) =>
    runFake(['sigma', 'convert', '--from', 'wazuh', folder, '--output', join(folder, 'out'), ...more])

  it('writes one file per rule and reports the outcome of each', async () => {
    write('local.xml', xml(5, '<rule id="100101" level="5"><match>Accepted</match><description>x</description></rule>'))
    const { code, err } = await convert()
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringMatching(/2 rules: .*2 files in/) })
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['report.json', 'wazuh_100100.yml', 'wazuh_100101.yml'])
    expect((await runFake(['sigma', 'lint', join(folder, 'out')])).code).toBe(0)
    write('local.xml', xml(5))
    writeFileSync(join(folder, 'out', 'mine.yml'), ruleTexts.root)
    expect(JSON.parse((await convert('--json')).out)).toMatchObject({ summary: { rules: 1, documents: 1 }, faults: 0 })
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['mine.yml', 'report.json', 'wazuh_100100.yml'])
  })

  it('exits with 3 without rules, 5 if part of the input is unreadable, 2 for an unknown system', async () => {
    expect((await convert()).code).toBe(3)
    write('a.xml', xml(5))
    write('b.xml', '<!DOCTYPE x [<!ENTITY a "b">]><group/>')
    expect((await convert()).code).toBe(5)
    expect((await runFake(['sigma', 'convert', '--from', 'splunk', folder, '--output', folder])).code).toBe(2)
    expect((await runFake(['sigma', 'convert', '--from', 'wazuh', 'none', '--output', folder])).code).toBe(3)
  })
})

describe('the rules of a server', () => {
  it('are listed with control characters escaped', async () => {
    const { asked, fetch } = answering({ data: [rule], next_cursor: null })
    const { out } = await runFake(['sigma', 'list', 'failed', 'password', '--level', 'low', '--disabled'], { fetch })
    expect(asked[0]?.url).toBe('/api/v1/rules?text=failed+password&level=low&enabled=false&limit=50')
    expect(out.split('\n')[1]).toMatch(/^low +yes, old +3 +no source +r1 +Failed \\x1b\[31mpassword$/)
    expect((await runFake(['sigma', '--json'], { fetch })).out).toContain('"r1"')
  })

  it.each<[argv: readonly string[], method: string, url: string, body: unknown]>([
    [['enable', 'r1'], 'PATCH', '/api/v1/rules/r1', { enabled: true }],
    [['disable', 'a/b', '--note', 'noise'], 'PATCH', '/api/v1/rules/a%2Fb', { enabled: false, note: 'noise' }],
    [['set-level', 'r1', 'critical'], 'PATCH', '/api/v1/rules/r1', { level: 'critical' }],
    [['set-level', 'r1', 'own'], 'PATCH', '/api/v1/rules/r1', { level: null }],
  ])('change: %j', async (argv, method, url, body) => {
    const { asked, fetch } = answering(rule)
    expect(await runFake(['sigma', ...argv], { fetch })).toMatchObject({ code: 0 })
    expect(asked).toEqual([{ method, url, body }])
  })

  it('are imported as an archive, even from a folder', async () => {
    const counts = { files: 1, passed_over: 2, rules: 1, new: 1, changed: 0, unchanged: 0, gone: 0, in_force: 1 }
    const { asked, fetch } = answering({
      name: 'x',
      ...counts,
      by_level: { low: 1 },
      apply_here: 0,
      faulty: 0,
      faults: [],
    })
    write('a.yml', ruleTexts.root)
    const { out, code } = await runFake(['sigma', 'import', folder, '--name', 'ours'], { fetch })
    expect(code).toBe(0)
    expect(out).toContain('ours: 1 rule (1 new')
    expect(asked[0]).toMatchObject({ method: 'POST', url: '/api/v1/rules/import?name=ours' })
    expect(Buffer.from(asked[0]?.body instanceof Uint8Array ? asked[0].body : []).toString('latin1')).toMatch(/^PK/)
    await runFake(['sigma', 'import', write('sigma_core++ r2026.zip', 'PK')], { fetch })
    expect(asked[1]?.url).toBe('/api/v1/rules/import?name=sigma_core-r2026')
    expect((await runFake(['sigma', 'import', join(folder, 'none.zip')], { fetch })).code).toBe(3)
  })
})
