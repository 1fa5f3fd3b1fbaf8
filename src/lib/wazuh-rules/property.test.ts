import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyCharacter } from '../../../test/any-character.ts'
import { cpuMs } from '../../../test/cpu-clock.ts'
import { deepRun, runs } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { readDocuments } from '../sigma/sigma.ts'
import { patternTypes, translatePattern } from './patterns.ts'
import { convertWazuhRules } from './wazuh-rules.ts'

const anyText = fc.string({
  unit: fc.constantFrom(...'ab1^$|!\\.*+?()[]{}<>&%"\'= \n\t\u0000é/-:,wWdDsSpti'),
  maxLength: 20,
})

/** Converts within a second, and what comes out is Sigma. */
const check = (text: string): void => {
  const started = cpuMs()
  const { documents, report } = convertWazuhRules([{ name: 'a.xml', text }])
  expect(cpuMs() - started).toBeLessThan(1000)
  for (const { reasons } of report) for (const reason of reasons) expect(reason).not.toMatch(/undefined|NaN|\[object/)
  for (const { name, yaml } of documents) {
    const { faults } = readDocuments(yaml, name)
    expect(faults.filter(({ severity }) => severity === 'error')).toEqual([])
  }
}

test('no text makes it throw', () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: anyCharacter, maxLength: 200 }), anyText), check), {
    numRuns: runs(300),
  })
})

const names =
  'match regex field srcip dstip srcport dstport data user id url time weekday list if_sid if_level if_group if_matched_sid if_matched_group same_srcip same_field different_url different_field decoded_as category program_name mitre options description info group status rule var'.split(
    ' ',
  )
const values = fc.oneof(
  anyText,
  fc.constantFrom(
    '1',
    '2',
    '3',
    '1,2',
    '2 3',
    'a',
    'sshd',
    'syslog',
    'web-log',
    '10.0.0.0/8',
    '!10.0.0.1',
    '$V',
    '$',
    '8-18',
    'json',
    'a|b',
  ),
)
/** Without what would end the element; what is no XML at all is tried above. */
const inside = (text: string): string => text.replace(/[&<>"]/g, ' ').replaceAll('\0', ' ')
const element = fc
  .tuple(
    fc.constantFrom(...names),
    values,
    fc.constantFrom('', ' type="pcre2"', ' type="osregex"', ' negate="yes"', ' name="f"', ' field="srcip"'),
  )
  .map(([name, value, attribute]) => `<${name}${attribute}>${inside(value)}</${name}>`)
const rule = fc
  .tuple(
    fc.nat(6),
    fc.nat(17),
    fc.array(element, { maxLength: 6 }),
    fc.constantFrom(
      '',
      ' noalert="1"',
      ' overwrite="yes"',
      ' frequency="3" timeframe="60"',
      ' maxsize="3000"',
      ' frequency="x"',
    ),
  )
  .map(
    ([id, level, elements, attributes]) => `<rule id="${id}" level="${level}"${attributes}>${elements.join('')}</rule>`,
  )
const rules = fc
  .tuple(values, fc.array(rule, { maxLength: 8 }))
  .map(([group, all]) => `<var name="V">x|y</var><group name="${inside(group)}">${all.join('\n')}</group>`)

test('no rules make it throw, and what it writes is Sigma', () => {
  fc.assert(fc.property(rules, check), { numRuns: runs(800) })
}, 20_000)

test('no pattern makes it throw', () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom(...patternTypes), (pattern, type) => {
      const read = translatePattern(pattern, type)
      if ('reason' in read) expect(read.reason.length).toBeGreaterThan(10)
    }),
    { numRuns: runs(2000) },
  )
})

test('thousands of rules below each other end soon', needs(deepRun), () => {
  const chain = Array.from(
    { length: runs(5000) },
    (_, n) => `<rule id="${n + 1}" level="3"><if_sid>${n}</if_sid><match>a</match></rule>`,
  )
  chain[0] = '<rule id="1" level="3"><match>a</match></rule>'
  const started = cpuMs()
  const { report } = convertWazuhRules([{ name: 'a.xml', text: `<group name="g,">${chain.join('')}</group>` }])
  expect(report).toHaveLength(runs(5000))
  expect(report.at(-1)?.outcome).toBe('not-converted')
  expect(cpuMs() - started).toBeLessThan(5000)
})

test('thousands of rules of one group end soon', () => {
  const crowd = Array.from(
    { length: runs(3000) },
    (_, n) => `<rule id="${n + 1}" level="${n % 9}"><if_group>g</if_group><match>a</match></rule>`,
  )
  const started = cpuMs()
  expect(
    convertWazuhRules([{ name: 'a.xml', text: `<group name="g,">${crowd.join('')}</group>` }]).report,
  ).toHaveLength(runs(3000))
  expect(cpuMs() - started).toBeLessThan(5000)
})
