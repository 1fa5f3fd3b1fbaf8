import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Logsource } from '../sigma/document.ts'
import { categories, decoders, familyFields, fieldOf, fields, levelOf } from './tables.ts'

const page = readFileSync(new URL('../../../docs/wazuh.md', import.meta.url), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('|'))
const rowOf = (name: string): string => rows.find((row) => row.startsWith(`| ${name}`)) ?? ''
const say = (logsource: Logsource): string =>
  Object.entries(logsource)
    .map((entry) => entry.join(': '))
    .join(', ')

test.each(Object.entries(fields))('the page says what %s becomes', (name, field) => {
  expect(rowOf(`\`${name}\` |`)).toContain(`\`${field}\``)
})

test('the page says where web servers, proxies and Windows differ', () => {
  for (const [name, field] of Object.entries(familyFields.web)) expect(rowOf(`\`${name}\` |`)).toContain(`\`${field}\``)
})

test.each(Object.entries(categories))('the page says what the category %s becomes', (name, logsource) => {
  const row = rows.find((one) => one.includes('category') && one.includes(`\`${name}\``)) ?? ''
  expect(row).toContain(Object.keys(logsource).length === 0 ? 'the first group' : say(logsource))
})

test.each(Object.entries(decoders))('the page says what the decoder %s becomes', (name, { logsource }) => {
  if (['syslog', 'windows', 'windows_eventlog'].includes(name)) return
  const row = rows.find((one) => one.startsWith('| decoder') && one.includes(`\`${name}\``)) ?? ''
  expect(row).toContain(Object.keys(logsource).length === 0 ? 'the first group' : say(logsource))
})

test('the page says the levels', () => {
  for (let level = 1; level <= 16; level++) {
    const row = rows.find((one) => {
      const [, from = '', to = ''] = /^\| (\d+)–(\d+) /.exec(one) ?? []
      return from !== '' && Number(from) <= level && level <= Number(to)
    })
    expect(row).toContain(`| ${levelOf(level)} |`)
  }
})

test.each([
  ['win.eventdata.commandLine', 'CommandLine'],
  ['win.eventdata.ipAddress', 'IpAddress'],
  ['win.eventdata.threat Name', 'Threat Name'],
  ['win.system.eventID', 'EventID'],
  ['win.system.providerName', 'Provider_Name'],
  ['win.system.processID', 'ProcessID'],
  ['aws.eventName', 'aws.eventName'],
  ['constructor', 'constructor'],
  ['__proto__', '_proto_'],
])('%s is %s', (name, field) => {
  expect(fieldOf(name, 'windows').field).toBe(field)
})
