import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readDocuments } from '../sigma/sigma.ts'
import { convertWazuhRules, type ReportRow } from './wazuh-rules.ts'

const folder = new URL('./fixtures/', import.meta.url)
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.xml'))
  .sort()
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }))
const whole = convertWazuhRules(files)

const say = ({ id, line, outcome, reasons }: ReportRow): string =>
  [`${line}: ${id ?? '-'} ${outcome}`, ...reasons.map((reason) => `    ${reason}`)].join('\n')

test.each(files.map(({ name }) => name))('%s', async (name) => {
  const rows = whole.report.filter(({ file }) => file === name)
  const ids = new Set(rows.map(({ id }) => id))
  const yaml = whole.documents.filter(({ wazuhIds }) => wazuhIds.some((id) => ids.has(id))).map((one) => one.yaml)
  await expect(yaml.join('---\n')).toMatchFileSnapshot(`./fixtures/${name.replace('.xml', '.golden.yml')}`)
  await expect(`${rows.map(say).join('\n')}\n`).toMatchFileSnapshot(`./fixtures/${name.replace('.xml', '.report.txt')}`)
})

test('every document is valid Sigma, and every name that is referred to is there', () => {
  const placeholders = new Map(['blocked_addresses', 'known_bad_ip', 'ours', 'roles'].map((name) => [name, ['x']]))
  const read = whole.documents.map(({ name, yaml }) => readDocuments(yaml, name, { placeholders }))
  expect(read.flatMap(({ faults }) => faults)).toEqual([])
  const documents = read.flatMap((one) => one.documents)
  const names = new Set(documents.map(({ name }) => name))
  for (const document of documents)
    if (document.type === 'correlation') for (const name of document.rules) expect(names).toContain(name)
  expect(new Set(documents.map(({ id }) => id)).size).toBe(documents.length)
})

test('the summary adds up', () => {
  const { rules, converted, partly, notConverted } = whole.summary
  expect(rules).toBeGreaterThanOrEqual(60)
  expect(converted + partly + notConverted).toBe(whole.report.length)
  expect({ ...whole.summary, notes: whole.summary.notes.length }).toMatchInlineSnapshot(`
    {
      "converted": 59,
      "documents": 58,
      "notConverted": 20,
      "notes": 2,
      "partly": 18,
      "rules": 92,
    }
  `)
})

test('the fixtures use every element and attribute that is converted', () => {
  const text = files.map((file) => file.text).join('\n')
  const elements =
    'action category check_diff data decoded_as description different_dst_port different_field different_srcgeoip different_url dstip dstport extra_data field global_frequency group hostname id if_fts if_group if_level if_matched_group if_matched_sid if_sid info list location match mitre options program_name protocol regex rule same_dst_port same_field same_location same_source_ip same_srcip same_user srcgeoip srcip srcport status system_name time url user var weekday'
  for (const name of elements.split(' ')) expect(text, name).toMatch(new RegExp(`<${name}[ >/]`))
  for (const name of 'frequency ignore maxsize negate noalert overwrite timeframe lookup check_value'.split(' ')) {
    expect(text, name).toContain(` ${name}="`)
  }
})

const convert = (xml: string, options?: Parameters<typeof convertWazuhRules>[1]) =>
  convertWazuhRules([{ name: 'a.xml', text: xml }], options)

test('a rule keeps its id, wherever it stands and whatever else changes', () => {
  const id = (xml: string): string | undefined => /^id: (.*)$/m.exec(convert(xml).documents[0]?.yaml ?? '')?.[1]
  const one = id('<group name="a,"><rule id="100001" level="3"><match>a</match></rule></group>')
  expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(id('<group name="b,">\n<rule level="9" id="100001"><match>b</match></rule></group>')).toBe(one)
})

test('agents are distinguished when a field does that, and not with global_frequency', () => {
  const rule = (extra: string): string =>
    `<group name="a,"><rule id="1" level="3"><match>a</match></rule>
     <rule id="2" level="9" frequency="3"><if_matched_sid>1</if_matched_sid>${extra}</rule></group>`
  const last = (xml: string): string => convert(xml, { agentField: 'host.name' }).documents.at(-1)?.yaml ?? ''
  expect(last(rule(''))).toContain('  group-by:\n    - host.name\n')
  expect(last(rule('<global_frequency />'))).not.toContain('group-by')
})

test('of if_sid, if_level and if_group the first counts', () => {
  const { report, documents } = convert(
    `<group name="a,"><rule id="1" level="3"><match>a</match></rule><rule id="2" level="3"><match>b</match></rule>
     <rule id="3" level="3"><if_sid>2</if_sid><if_level>1</if_level><match>c</match></rule></group>`,
  )
  expect(report[2]?.reasons[0]).toContain('Wazuh takes if_sid alone')
  expect(documents[2]?.yaml).toContain('condition: rule_2 and rule_3')
})

test('rules whose ways multiply are refused, not written', () => {
  const rule = (id: number, above: string): string => `<rule id="${id}" level="3">${above}<match>m${id}</match></rule>`
  const levels = Array.from({ length: 40 }, (_, level) =>
    [1, 2].map((side) => {
      const id = level * 10 + side
      return rule(id, level === 0 ? '' : `<if_sid>${id - 10 - side + 1},${id - 10 - side + 2}</if_sid>`)
    }),
  )
  const { report } = convert(`<group name="a,">${levels.flat().join('')}</group>`)
  expect(report.at(-1)).toMatchObject({ outcome: 'not-converted' })
  expect(report.find(({ outcome }) => outcome === 'not-converted')?.reasons[0]).toContain('Too many rules lead to it')
})

test('a rule that never alerts can be counted, and is not reported', () => {
  const { documents, report } = convert(
    `<group name="a,"><rule id="1" level="0" noalert="1"><match>a</match></rule>
     <rule id="2" level="9" frequency="3"><if_matched_sid>1</if_matched_sid></rule></group>`,
  )
  expect(documents.map(({ name }) => name)).toEqual(['wazuh_1.yml', 'wazuh_2.yml'])
  expect(documents[1]?.yaml).not.toContain('generate')
  expect(report[1]).toMatchObject({ outcome: 'partly' })
  expect(report[1]?.reasons[0]).toContain('in Wazuh it is never counted')
})

test('what only silent rules count is not written', () => {
  const { documents } = convert(
    `<group name="a,"><rule id="1" level="3"><match>a</match><options>no_log</options></rule>
     <rule id="2" level="9" frequency="3"><if_matched_sid>1</if_matched_sid><options>no_log</options></rule></group>`,
  )
  expect(documents).toEqual([])
})

test('a rule of several log sources is several documents, and is counted as one', () => {
  const { documents } = convert(
    `<group name="a,"><rule id="1" level="0" noalert="1"><decoded_as>sshd</decoded_as></rule>
     <rule id="2" level="0" noalert="1"><decoded_as>sudo</decoded_as></rule>
     <rule id="3" level="3"><if_sid>1 2</if_sid><match>failed</match></rule>
     <rule id="4" level="9" frequency="3"><if_sid>3</if_sid><if_matched_sid>3</if_matched_sid><match>again</match></rule></group>`,
  )
  const named = documents.map(({ yaml }) => [...yaml.matchAll(/^name: (.*)$/gm)].map(([, name]) => name))
  expect(named).toEqual([
    ['wazuh_3_linux_sshd', 'wazuh_3_linux_sudo'],
    ['wazuh_4_event_linux_sshd', 'wazuh_4_event_linux_sudo', 'wazuh_4_before', 'wazuh_4_last', 'wazuh_4'],
  ])
  const { faults } = readDocuments(documents.map(({ yaml }) => yaml).join('---\n'), 'a.yml')
  expect(faults).toEqual([])
})

test.each([
  ['below each other', '<if_sid>2</if_sid><match>a</match>', '<if_sid>1</if_sid><match>b</match>'],
  ['counting each other', '<if_matched_sid>2</if_matched_sid>', '<if_matched_sid>1</if_matched_sid>'],
  ['counting themselves', '<if_matched_sid>1</if_matched_sid>', '<if_matched_sid>2</if_matched_sid>'],
])('rules that go round in a circle are refused: %s', (_, one, two) => {
  const { documents, report } = convert(
    `<group name="a,"><rule id="1" level="3">${one}</rule><rule id="2" level="3">${two}</rule></group>`,
  )
  expect(documents).toEqual([])
  expect(report.map(({ outcome }) => outcome)).toEqual(['not-converted', 'not-converted'])
})

test('a rule may refer to a later one, with a note that Wazuh would refuse it', () => {
  const { documents, report } = convert(
    '<group name="a,"><rule id="1" level="3"><if_sid>2</if_sid><match>a</match></rule><rule id="2" level="3"><match>b</match></rule></group>',
  )
  expect(documents[0]?.yaml).toContain('condition: rule_2 and rule_1')
  expect(report[0]?.reasons[0]).toContain('is read after it')
})

test('names from birth are fields like others', () => {
  const { documents } = convert(
    '<group name="constructor,"><rule id="1" level="3"><field name="__proto__">^a$</field><field name="toString">^b$</field></rule></group>',
  )
  expect(documents[0]?.yaml).toContain('_proto_: a\n    toString: b\n')
})
