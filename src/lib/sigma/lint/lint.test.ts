import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cpuMs } from '../../../../test/cpu-clock.ts'
import { deepRun } from '../../../../test/depth.ts'
import { needs, sharedData } from '../../../../test/needs.ts'
import { readDocuments } from '../read/read.ts'
import { checks, type LintContext, lintDocument, lintFile } from './lint.ts'

type Parts = Readonly<Record<string, string>>

const rule: Parts = {
  title: 'title: Shadow Copy Deletion',
  id: 'id: 4f0e5f0c-8d6a-4c1e-9a57-0f6f0c1f7a11',
  status: 'status: test',
  description: 'description: Shadow copies are deleted before files are encrypted.',
  references: 'references: [https://example.com/shadow]',
  author: 'author: A. Nalyst',
  date: 'date: 2026-01-10',
  modified: 'modified: 2026-02-11',
  tags: 'tags: [attack.impact, attack.t1490]',
  logsource: 'logsource: { product: windows, category: process_creation }',
  detection: detect(String.raw`Image|endswith: '\vssadmin.exe'`, 'CommandLine|contains|all: [delete, shadows]'),
  falsepositives: 'falsepositives: [Backup software]',
  level: 'level: high',
}

const correlation: Parts = {
  ...rule,
  id: 'id: 4f0e5f0c-8d6a-4c1e-9a57-0f6f0c1f7a12',
  logsource: '',
  detection: '',
  correlation: 'correlation:',
  type: '  type: event_count',
  rules: '  rules: [failed, passed]',
  groupBy: '  group-by: [user]',
  timespan: '  timespan: 10m',
  aliases: '',
  condition: '  condition: { gte: 10 }',
}

const filter: Parts = {
  ...rule,
  id: 'id: 4f0e5f0c-8d6a-4c1e-9a57-0f6f0c1f7a13',
  status: '',
  level: '',
  detection: '',
  filter: 'filter:',
  rules: '  rules: [failed]',
  selection: '  selection: { User: backup }',
  condition: '  condition: not selection',
}

function detect(...items: readonly string[]): string {
  return ['detection:', '  selection:', ...items.map((item) => `    ${item}`), '  condition: selection'].join('\n')
}

const conditioned = (condition: string, ...selections: readonly string[]): string =>
  ['detection:', ...selections.map((selection) => `  ${selection}`), `  condition: ${condition}`].join('\n')

const others = readDocuments(
  [
    { ...rule, title: 'title: Failed login', id: 'id: 4f0e5f0c-8d6a-4c1e-9a57-0f6f0c1f7a01', name: 'name: failed' },
    { ...rule, title: 'title: Login', id: 'id: 4f0e5f0c-8d6a-4c1e-9a57-0f6f0c1f7a02', name: 'name: passed' },
    {
      ...rule,
      title: 'title: Other',
      id: 'id: 4f0e5f0c-8d6a-4c1e-9a57-0f6f0c1f7a03',
      name: 'name: other',
      logsource: 'logsource: { product: linux }',
    },
    { ...correlation, title: 'title: Many', id: 'id: 4f0e5f0c-8d6a-4c1e-9a57-0f6f0c1f7a04', name: 'name: many' },
  ]
    .map((parts) => Object.values(parts).join('\n'))
    .join('\n---\n'),
  'others.yml',
)

const context: LintContext = {
  documents: others.documents,
  fieldsSeen: new Set(['Image', 'CommandLine', 'User', 'EventID', 'ip', 'hour', 'Initiated', 'exe', 'new field']),
  taxonomy: {
    kinds: [
      {
        name: 'Sysmon',
        when: undefined,
        logsources: [{ product: 'windows', category: 'process_creation' }],
        fields: new Map(
          ['Image', 'CommandLine', 'User', 'EventID', 'ip', 'hour', 'Initiated', 'new field'].map((name) => [name, []]),
        ),
        prefixes: [],
      },
      {
        name: 'auditd',
        when: undefined,
        logsources: [{ product: 'linux', service: 'auditd' }],
        fields: new Map([['exe', []]]),
        prefixes: [],
      },
    ],
  },
}

/** The code, what differs from the clean document, and the line marked by `#<`. */
const cases: readonly (readonly [string, Parts, Parts])[] = [
  ['id-missing', rule, { title: 'title: Shadow Copy Deletion #<', id: '' }],
  ['id-form', rule, { id: 'id: 4F0E5F0C-8D6A-4C1E-9A57-0F6F0C1F7A11 #<' }],
  ['id-twice', rule, { id: 'id: 4f0e5f0c-8d6a-4c1e-9a57-0f6f0c1f7a01 #<' }],
  ['name-twice', rule, { id: `${rule.id}\nname: failed #<` }],
  ['title-twice', rule, { title: 'title: Failed login #<' }],
  ['name-with-blanks', rule, { id: `${rule.id}\nname: shadow copies #<` }],
  [
    'related-type',
    rule,
    { id: `${rule.id}\nrelated:\n  - id: 4f0e5f0c-8d6a-4c1e-9a57-0f6f0c1f7a01 #<\n    type: derived_from` },
  ],
  ['related-id', rule, { id: `${rule.id}\nrelated:\n  - id: abc #<\n    type: derived` }],
  [
    'related-to-itself',
    rule,
    { id: `${rule.id}\nrelated:\n  - id: 4f0e5f0c-8d6a-4c1e-9a57-0f6f0c1f7a11 #<\n    type: derived` },
  ],
  ['title-long', rule, { title: `title: ${'Long '.repeat(30)}Title #<` }],
  ['title-ends-with-dot', rule, { title: 'title: Shadow Copy Deletion. #<' }],
  ['title-starts-with-detects', rule, { title: 'title: Detects deletion of shadow copies #<' }],
  ['title-blanks', rule, { title: "title: ' Shadow Copy Deletion' #<" }],
  ['description-missing', rule, { title: 'title: Shadow Copy Deletion #<', description: '' }],
  ['description-short', rule, { description: 'description: Bad thing #<' }],
  ['author-missing', rule, { title: 'title: Shadow Copy Deletion #<', author: '' }],
  ['status-missing', rule, { title: 'title: Shadow Copy Deletion #<', status: '' }],
  ['level-missing', rule, { title: 'title: Shadow Copy Deletion #<', level: '' }],
  ['date-missing', rule, { title: 'title: Shadow Copy Deletion #<', date: '' }],
  ['date-not-iso', rule, { date: 'date: 2026/01/10 #<' }],
  ['modified-before-date', rule, { modified: 'modified: 2025-12-31 #<' }],
  ['reference-not-url', rule, { references: 'references:\n  - https://example.com\n  - example.com/shadow #<' }],
  ['reference-twice', rule, { references: 'references:\n  - https://example.com\n  - https://example.com #<' }],
  ['false-positive-trivial', rule, { falsepositives: 'falsepositives:\n  - Backup\n  - None #<' }],
  ['licence-unknown', rule, { author: `${rule.author}\nlicense: Apache2 #<` }],
  ['key-typo', rule, { falsepositives: 'falsepositive: [Backup software] #<' }],
  ['key-typo', rule, { logsource: 'logsource:\n  product: windows\n  categroy: process_creation #<' }],
  ['tag-form', rule, { tags: 'tags:\n  - attack.impact\n  - Attack.T1490 #<' }],
  ['tag-namespace', rule, { tags: 'tags:\n  - attack.impact\n  - atack.t1490 #<' }],
  ['tag-tactic', rule, { tags: 'tags:\n  - attack.t1490\n  - attack.inpact #<' }],
  ['tag-technique', rule, { tags: 'tags:\n  - attack.impact\n  - attack.t149 #<' }],
  ['tag-technique-without-tactic', rule, { tags: 'tags:\n  - cve.2024-1234\n  - attack.t1490 #<' }],
  ['tag-cve', rule, { tags: 'tags:\n  - cve.2024.1234 #<' }],
  ['tag-tlp', rule, { tags: 'tags:\n  - tlp.geen #<' }],
  ['tag-detection', rule, { tags: 'tags:\n  - detection.threat-hunt #<' }],
  ['tag-car', rule, { tags: 'tags:\n  - car.2013-5-9 #<' }],
  ['tag-twice', rule, { tags: 'tags:\n  - attack.impact\n  - attack.impact #<' }],
  ['logsource-unknown', rule, { logsource: 'logsource:\n  product: windws #<\n  category: process_creation' }],
  [
    'logsource-unknown',
    rule,
    { logsource: 'logsource:\n  product: linux #<\n  category: process_creation', detection: detect('exe: a.out') },
  ],
  ['field-of-another-source', rule, { detection: detect("exe|endswith: '/rm' #<") }],
  ['field-unseen', rule, { detection: detect("Imge|endswith: '/rm' #<") }],
  ['field-with-blanks', rule, { detection: detect("new field|endswith: '/rm' #<") }],
  ['all-of-them', rule, { detection: conditioned('all of them #<', 'a: { User: x }', 'b: { Image: y }') }],
  ['selection-unused', rule, { detection: conditioned('a', 'a: { User: x }', 'b: { Image: y } #<') }],
  [
    'selection-unused',
    rule,
    { detection: conditioned('1 of them', 'a: { User: x }', 'c: { User: y }', '_b: { Image: y } #<') },
  ],
  ['pattern-of-one', rule, { detection: conditioned('1 of a #<', 'a: { User: x }') }],
  ['condition-only-negative', rule, { detection: conditioned('not a #<', 'a: { User: x }') }],
  ['condition-only-negative', rule, { detection: conditioned('a #<', 'a: { User: null }') }],
  ['double-negation', rule, { detection: conditioned('not (not a) #<', 'a: { User: x }') }],
  ['selection-named-twice', rule, { detection: conditioned('a or b or a #<', 'a: { User: x }', 'b: { User: y }') }],
  ['condition-case', rule, { detection: conditioned('a AND b #<', 'a: { User: x }', 'b: { Image: y }') }],
  ['condition-number', rule, { detection: conditioned('2 of * #<', 'a: { User: x }', 'b: { Image: y }') }],
  [
    'condition-list',
    rule,
    { detection: 'detection:\n  a: { User: x }\n  b: { Image: y }\n  condition:\n    - a\n    - b #<' },
  ],
  ['null-in-list', rule, { detection: detect('User:', '  - x', '  - null #<') }],
  ['value-twice', rule, { detection: detect('User:', '  - x', '  - x #<') }],
  ['value-twice-but-case', rule, { detection: detect('User:', '  - x', '  - X #<') }],
  ['value-covered', rule, { detection: detect('User|contains:', '  - admin', '  - sysadmin #<') }],
  ['wildcards-around', rule, { detection: detect("User: '*admin*' #<") }],
  ['wildcard-in-front', rule, { detection: detect("User: '*admin' #<") }],
  ['wildcard-at-end', rule, { detection: detect("User: 'admin*' #<") }],
  ['wildcard-with-modifier', rule, { detection: detect("User|contains: 'admin*' #<") }],
  ['wildcard-with-modifier', rule, { detection: detect("User|endswith: '*admin' #<") }],
  ['wildcard-alone', rule, { detection: detect("User: '*' #<") }],
  ['wildcard-doubled', rule, { detection: detect("User: 'a**b' #<") }],
  ['wildcard-escaped', rule, { detection: detect(String.raw`Image: 'C:\Temp\*.exe' #<`) }],
  ['value-blanks', rule, { detection: detect("User: 'admin ' #<") }],
  ['value-empty', rule, { detection: detect("User|contains: '' #<") }],
  ['value-short', rule, { detection: detect('CommandLine|contains: ls #<') }],
  ['keyword-short', rule, { detection: conditioned('words', 'words:', '  - mimikatz', '  - ps #<') }],
  ['number-quoted', rule, { detection: detect("EventID: '4688' #<") }],
  ['re-literal', rule, { detection: detect("CommandLine|re: 'vssadmin' #<") }],
  ['re-anchored-literal', rule, { detection: detect("CommandLine|re: '^vssadmin' #<") }],
  ['re-outer-wildcard', rule, { detection: detect("CommandLine|re: 'a[0-9]+.*' #<") }],
  ['re-inline-flag', rule, { detection: detect("CommandLine|re: '(?i)a[0-9]+' #<") }],
  ['re-case-classes', rule, { detection: detect("CommandLine|re: '[Ii][Ee][Xx]' #<") }],
  ['re-plain-dot', rule, { detection: detect("CommandLine|re: 'vssadmin.exe +delete' #<") }],
  ['re-multiline-unused', rule, { detection: detect("CommandLine|re|m: 'a[0-9]+' #<") }],
  ['re-dot-all-unused', rule, { detection: detect("CommandLine|re|s: 'a[0-9]+' #<") }],
  ['re-empty-alternative', rule, { detection: detect("CommandLine|re: '(a[0-9]+)|' #<") }],
  ['all-of-one', rule, { detection: detect('CommandLine|contains|all: delete #<') }],
  ['all-of-equal', rule, { detection: detect('CommandLine|all: [delete, shadows] #<') }],
  ['modifier-twice', rule, { detection: detect('CommandLine|contains|all|all: [delete, shadows] #<') }],
  ['all-not-last', rule, { detection: detect('CommandLine|all|contains: [delete, shadows] #<') }],
  ['two-places', rule, { detection: detect('CommandLine|startswith|endswith: delete #<') }],
  ['windash-without-dash', rule, { detection: detect('CommandLine|windash|contains: delete #<') }],
  ['base64offset-without-contains', rule, { detection: detect('CommandLine|base64offset: delete #<') }],
  ['encoding-without-base64', rule, { detection: detect('CommandLine|wide|contains: delete #<') }],
  ['encoding-after-base64', rule, { detection: detect('CommandLine|base64|wide|contains: delete #<') }],
  ['cased-without-letters', rule, { detection: detect("CommandLine|cased: '123' #<") }],
  ['cidr-everything', rule, { detection: detect('ip|cidr: 0.0.0.0/0 #<') }],
  ['exists-and-value', rule, { detection: detect('User: root', 'User|exists: true #<') }],
  ['neq-list', rule, { detection: detect('Image: a.exe', 'User|neq: [root, toor] #<') }],
  ['time-range', rule, { detection: detect('hour|hour|gte: 24 #<') }],
  ['timespan-long', correlation, { timespan: '  timespan: 31d #<' }],
  ['counts-to-one', correlation, { condition: '  condition: { gte: 1 } #<' }],
  ['counts-below', correlation, { condition: '  condition: { lt: 10 } #<' }],
  ['range-empty', correlation, { condition: '  condition: { gt: 10, lt: 5 } #<' }],
  ['group-by-missing', correlation, { groupBy: '', correlation: 'correlation: #<' }],
  ['group-by-twice', correlation, { groupBy: '  group-by: [user, user] #<' }],
  ['alias-unused', correlation, { aliases: '  aliases:\n    ip: { failed: src, passed: dst } #<' }],
  [
    'alias-of-other-rule',
    correlation,
    { aliases: '  aliases:\n    user:\n      failed: src\n      passed: dst\n      other: x #<' },
  ],
  ['alias-incomplete', correlation, { aliases: '  aliases:\n    user: { failed: src } #<' }],
  ['rule-missing', correlation, { rules: '  rules:\n    - failed\n    - nothing #<' }],
  ['rule-twice', correlation, { rules: '  rules: [failed, failed] #<' }],
  ['temporal-of-one', correlation, { type: '  type: temporal', condition: '', rules: '  rules: [failed] #<' }],
  ['field-without-use', correlation, { condition: '  condition: { gte: 10, field: user } #<' }],
  ['filter-keeps', filter, { condition: '  condition: selection #<' }],
  ['filter-of-all', filter, { rules: '  rules: [] #<' }],
  ['filter-rule-missing', filter, { rules: '  rules: [nothing] #<' }],
  ['filter-logsource', filter, { rules: '  rules: [other] #<' }],
  ['filter-of-correlation', filter, { rules: '  rules: [many] #<' }],
  ['filter-level', filter, { level: 'level: low #<' }],
  ['field-spelt-twice', rule, { detection: detect('Image: a.exe', 'image: b.exe #<') }],
  ['logsource-case', rule, { logsource: 'logsource:\n  product: windows\n  category: Process_Creation #<' }],
]

/** Additional warnings, because one mistake is two. */
const besides = new Set(['field-unseen', 'logsource-unknown', 'value-short', 'condition-only-negative'])

const write = (parts: Parts): string => Object.values(parts).join('\n')
const linesWith = (text: string, mark: string): number[] =>
  text.split('\n').flatMap((line, index) => (line.includes(mark) ? [index + 1] : []))

describe('each check finds what it is for, at its line', () => {
  test.each(cases)('%s', (code, clean, change) => {
    const text = write({ ...clean, ...change })
    const faults = lintFile(text, 'case.yml', context)
    const lines = faults.filter((fault) => fault.code === code).map(({ line }) => line)
    expect(lines).toEqual(linesWith(text, '#<'))
    expect(faults.filter((fault) => fault.code !== code && !besides.has(fault.code))).toEqual([])
  })

  test('and each has a case', () => {
    expect(checks.map(({ code }) => code).filter((code) => !cases.some(([known]) => known === code))).toEqual([])
    expect(new Set(checks.map(({ code }) => code)).size).toBe(checks.length)
  })
})

describe('documents in order have no warning', () => {
  test.each([
    ['a rule', rule],
    ['a correlation', correlation],
    ['a filter', filter],
  ])('%s', (_, clean) => {
    expect(lintFile(write(clean), 'clean.yml', context)).toEqual([])
  })
})

describe('what the checks have to say', () => {
  const say = (change: Parts, code: string) =>
    lintFile(write({ ...rule, ...change }), 'case.yml', context).find((fault) => fault.code === code)

  test.each([
    [
      'a tactic with underscores',
      { tags: 'tags: [attack.initial_access]' },
      'tag-tactic',
      'Write "attack.initial-access".',
    ],
    ['a misspelt tactic', { tags: 'tags: [attack.presistence]' }, 'tag-tactic', 'Did you mean "persistence"?'],
    ['a misspelt field', { detection: detect('ComandLine: x') }, 'field-unseen', 'Did you mean "CommandLine"?'],
    [
      'a misspelt product',
      { logsource: 'logsource: { product: widnows }' },
      'logsource-unknown',
      'Did you mean "windows"?',
    ],
    ['a wildcard', { detection: detect("User: '*adm*'") }, 'wildcards-around', "Write User|contains: 'adm'."],
  ])('%s', (_, change, code, hint) => {
    expect(say(change, code)?.hint).toBe(hint)
  })

  test('lines count from the start of the file, whichever document it is', () => {
    const text = `# first\n${write(rule)}\n---\n# second\n${write({ ...rule, id: 'id: 4f0e5f0c-8d6a-4c1e-9a57-0f6f0c1f7a19', title: 'title: A dot. #<' })}`
    expect(lintFile(text, 'two.yml', context).map(({ code, line }) => [code, line])).toEqual([
      ['title-ends-with-dot', linesWith(text, '#<')[0]],
    ])
  })

  test('errors are included, and a document with one has no warnings', () => {
    const text = write({ ...rule, title: 'title: A dot.', level: 'level: hihg #<' })
    expect(lintFile(text, 'bad.yml', context).map(({ severity, line }) => [severity, line])).toEqual([
      ['error', linesWith(text, '#<')[0]],
    ])
  })
})

const corpus = sharedData('conformance/sigma/rules')

describe('the rules of the field', needs(corpus), () => {
  test(
    'no check is an opinion: none fires on more than a fifth of them, and all of it takes less than 2 s',
    needs(deepRun),
    () => {
      const files = readdirSync(corpus.path, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.yml'))
        .map((file) => ({ file, text: readFileSync(`${corpus.path}/${file}`, 'utf8') }))
      const documents = files.flatMap(({ file, text }) => readDocuments(text, file).documents)
      const counts = new Map<string, number>()
      const start = cpuMs()
      for (const document of documents) {
        for (const code of new Set(lintDocument(document, { documents }).map((fault) => fault.code))) {
          counts.set(code, (counts.get(code) ?? 0) + 1)
        }
      }
      const took = cpuMs() - start
      console.info(
        `${documents.length} rules in ${Math.round(took)} ms; rules a check fires on:`,
        Object.fromEntries(counts),
      )
      expect([...counts].filter(([, count]) => count > documents.length / 5)).toEqual([])
      expect(took).toBeLessThan(2_000)
    },
  )
})
