import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { toFlatEvent } from '../../pipeline/detect/sigma/sigma-event.ts'
import { parseRecord } from '../../pipeline/normalize/parse-record.ts'
import { createEngine, joinTaxonomies, readDocuments, readTaxonomy } from '../sigma/sigma.ts'
import { convertWazuhRules } from './wazuh-rules.ts'

// Lines as programs write them, through the parsers and the taxonomy that the server uses: no line declares its log source.

const read = (folder: URL, end: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(end))
    .sort()
    .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }))
const taxonomies = read(new URL('../../../rules/taxonomy/', import.meta.url), '.yml').map(({ name, text }) =>
  readTaxonomy(text, name),
)
const { documents } = convertWazuhRules(read(new URL('./fixtures/', import.meta.url), '.xml'))
const rules = documents.flatMap(({ name, yaml }) => readDocuments(yaml, name).documents)
const receivedAt = Date.UTC(2026, 1, 3, 12)

const match = (lines: readonly string[]): string[] => {
  const engine = createEngine(rules, { taxonomy: joinTaxonomies(taxonomies) })
  const matches = lines.flatMap((text, index) => {
    const { kind, time = receivedAt, timeGuessed, message, fields } = parseRecord({ text, receivedAt, source: 'test' })
    const event = {
      id: `0-${index}`,
      kind,
      time,
      timeGuessed,
      receivedAt,
      source: 'test',
      stream: 'test',
      message,
      fields,
    }
    return engine.match(toFlatEvent({ ...event, original: text }))
  })
  return [...new Set(matches.map(({ rule }) => rule.name ?? ''))].sort()
}

const failed = (second: number, user = 'root'): string =>
  `<38>Feb  3 11:00:0${second} bastion-1 sshd[4711]: Failed password for ${user} from 192.0.2.9 port 4242 ssh2`
const asked = (url: string, status: number): string =>
  `192.0.2.9 - - [03/Feb/2026:11:00:00 +0000] "GET ${url} HTTP/1.1" ${status} 12 "-" "Mozilla/5.0"`
const windows = (event: object): string => JSON.stringify({ '@timestamp': '2026-02-03T11:00:00Z', winlog: event })

test.each([
  ['a failed login', [failed(1)], ['wazuh_100100']],
  ['a scanner’s account', [failed(1, 'invalid user postgres')], ['wazuh_100100', 'wazuh_100102']],
  [
    'brute force, then a login',
    [1, 2, 3, 4, 5]
      .map((second) => failed(second))
      .concat('<38>Feb  3 11:00:09 bastion-1 sshd[4711]: Accepted password for root from 192.0.2.9 port 4243 ssh2'),
    ['wazuh_100100', 'wazuh_100103', 'wazuh_100104', 'wazuh_100105', 'wazuh_100107'],
  ],
  [
    'a login at night',
    ['<38>Feb  3 03:00:00 bastion-1 sshd[4711]: Accepted password for ana from 192.0.2.5 port 4243 ssh2'],
    ['wazuh_100104', 'wazuh_100114'],
  ],
  ['an ordinary page', [asked('/', 200)], []],
  ['a page that is refused', [asked('/admin', 403)], ['wazuh_100201']],
  ['a picture that is missing', [asked('/a.png', 404)], []],
  [
    'leaving the web root, from outside',
    [asked('/?f=../../etc/passwd', 200)],
    ['wazuh_100204', 'wazuh_100205', 'wazuh_100209'],
  ],
  [
    'a logon fails',
    [windows({ channel: 'Security', event_id: '4625', event_data: { TargetUserName: 'ana', IpAddress: '8.8.8.8' } })],
    ['wazuh_100301', 'wazuh_100309'],
  ],
  [
    'a computer’s logon fails',
    [windows({ channel: 'Security', event_id: '4625', event_data: { TargetUserName: 'WS1$', IpAddress: '8.8.8.8' } })],
    [],
  ],
])('%s', (_, lines, expected) => {
  expect(match(lines)).toEqual(expected)
})
