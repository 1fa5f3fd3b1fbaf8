import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TextLine } from '../lines.ts'
import { joinBlocks } from './blocks.ts'
import { asTheyAre } from './line-joiner.ts'

const read = (text: string, together = true): TextLine[] => {
  const joiner = joinBlocks(asTheyAre)
  const lines = text.split('\n').map((line, i) => ({ text: line, number: i + 1, cut: false }))
  const found = together ? joiner.push(lines) : lines.flatMap((line) => joiner.push([line]))
  return [...found, ...joiner.flush()]
}
const records = (text: string): unknown[] =>
  read(text).flatMap((line) =>
    line.text.startsWith('{') ? [JSON.parse(line.text)] : line.text === '' ? [] : [line.text],
  )
const twice = (block: string) => `${block}\n${block}`

const text = 'An account failed to log on.\n\nSubject:\n\tAccount Name:\t\t-'
const cases: readonly (readonly [string, string, unknown])[] = [
  [
    'journalctl -o export',
    '__CURSOR=s=1\n__REALTIME_TIMESTAMP=1765349746000000\n_HOSTNAME=web-1\nMESSAGE=a=b\n',
    { __CURSOR: 's=1', __REALTIME_TIMESTAMP: '1765349746000000', _HOSTNAME: 'web-1', MESSAGE: 'a=b' },
  ],
  [
    'journalctl -o verbose',
    'Wed 2025-12-10 06:55:46.000000 UTC [s=1f;i=2;b=3;m=4;t=64593fcae9c80;x=5]\n    PRIORITY=6\n    _HOSTNAME=web-1\n    MESSAGE=a',
    { __REALTIME_TIMESTAMP: '1765351762074752', PRIORITY: '6', _HOSTNAME: 'web-1', MESSAGE: 'a' },
  ],
  [
    'wevtutil',
    `Event[0]:\n  Log Name: Security\n  Source: Audit\n  Date: 2025-12-10T06:55:46.123\n  Event ID: 4625\n  Computer: dc-1\n  Description: \n${text}\n`,
    {
      LogName: 'Security',
      ProviderName: 'Audit',
      TimeCreated: '2025-12-10T06:55:46.123',
      Id: '4625',
      MachineName: 'dc-1',
      Message: text,
    },
  ],
  [
    'Format-List',
    `TimeCreated  : 12/10/2025 6:55:46 AM\nProviderName : Audit\nId           : 4625\nMessage      : ${text.replaceAll('\n', '\n               ')}\n\n`,
    { TimeCreated: '12/10/2025 6:55:46 AM', ProviderName: 'Audit', Id: '4625', Message: text },
  ],
  [
    'Splunk',
    `12/10/2025 06:55:46 AM\nLogName=Security\nEventCode=4625\nComputerName=dc-1\nMessage=${text}`,
    { LogName: 'Security', Id: '4625', MachineName: 'dc-1', Message: text, TimeCreated: '12/10/2025 06:55:46 AM' },
  ],
  [
    'a slow query of MariaDB',
    '# Time: 261210 09:32:20\n# User@Host: shop[shop] @ localhost []\n# Thread_id: 3  Schema:   QC_hit: No\n# Query_time: 1.5  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0\nSET timestamp=1796895140;\n# administrator command: Ping;',
    {
      '@timestamp': '2026-12-10T09:32:20.000Z',
      message: 'administrator command: Ping',
      'event.category': 'database',
      'event.action': 'slow_query',
      'event.duration': 1_500_000_000,
      'user.name': 'shop',
      'source.domain': 'localhost',
      mysql: { slowlog: { thread_id: 3, lock_time: 0, rows_sent: 1, rows_examined: 0 } },
    },
  ],
  [
    'a slow query of MariaDB in the second of another one',
    '# User@Host: shop[shop] @ web1.example.org []\n# Thread_id: 3  Schema: shop  QC_hit: No\n# Query_time: 1.000235  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0\n# Rows_affected: 0  Bytes_sent: 65\nuse shop;\nSET timestamp=1796895140;\nselect sleep(1);',
    {
      '@timestamp': '2026-12-10T09:32:20.000Z',
      message: 'select sleep(1)',
      'event.category': 'database',
      'event.action': 'slow_query',
      'event.duration': 1_000_235_000,
      'user.name': 'shop',
      'source.domain': 'web1.example.org',
      'db.name': 'shop',
      mysql: {
        slowlog: { thread_id: 3, lock_time: 0, rows_sent: 1, rows_examined: 0, rows_affected: 0, bytes_sent: 65 },
      },
    },
  ],
  [
    "Logstash's rubydebug",
    [
      '{',
      '       "message" => "said \\"a\\" \\#{b}\\nand left",',
      '    "@timestamp" => 2026-12-10T09:32:20.123Z,',
      '          "tags" => [',
      '        [0] "a",',
      '        [1] "_jsonparsefailure"',
      '    ],',
      '          "host" => {',
      '        "name" => "web-1"',
      '    },',
      '           "geo" => {},',
      '         "error" => nil,',
      '          "port" => 443',
      '}',
    ].join('\n'),
    {
      message: 'said "a" #{b}\nand left',
      '@timestamp': '2026-12-10T09:32:20.123Z',
      tags: ['a', '_jsonparsefailure'],
      host: { name: 'web-1' },
      geo: {},
      error: null,
      port: 443,
    },
  ],
  [
    'gcloud',
    [
      '---',
      'insertId: a1',
      'labels:',
      '  compute.googleapis.com/resource_name: web-1',
      'logName: projects/shop/logs/syslog',
      'resource:',
      '  labels:',
      "    instance_id: '471'",
      '  type: gce_instance',
      'severity: ERROR',
      'textPayload: |-',
      '  first line',
      '    at a.B(C.java:1)',
      "timestamp: '2026-12-10T09:32:20.123Z'",
    ].join('\n'),
    {
      insertId: 'a1',
      labels: { 'compute.googleapis.com/resource_name': 'web-1' },
      logName: 'projects/shop/logs/syslog',
      resource: { labels: { instance_id: '471' }, type: 'gce_instance' },
      severity: 'ERROR',
      textPayload: 'first line\n  at a.B(C.java:1)',
      timestamp: '2026-12-10T09:32:20.123Z',
    },
  ],
  [
    'the audit log of ModSecurity',
    [
      '--7f1c22aa-A--',
      '[26/Nov/2026:15:29:38.757973 +0000] awhQYj8ieoQk 203.0.113.9 55620 192.0.2.1 443',
      '--7f1c22aa-B--',
      'POST /login HTTP/1.1',
      'Host: shop.example',
      '',
      '--7f1c22aa-C--',
      'user=1&text=--7f1c22ab-Z--',
      '--7f1c22ab-Z--',
      '--7f1c22aa-F--',
      'HTTP/1.1 403 Forbidden',
      'Content-Type: text/html',
      '',
      '--7f1c22aa-E--',
      ...Array<string>(600).fill('<p>A page</p>'),
      '--7f1c22aa-H--',
      'Message: Access denied with code 403 (phase 2). [id "949110"] [msg "Inbound Anomaly Score Exceeded"]',
      'Apache-Error: [file "apache2_util.c"] [client 203.0.113.9] ModSecurity: Access denied',
      'Action: Intercepted (phase 2)',
      '',
      '--7f1c22aa-Z--',
      '',
    ].join('\n'),
    {
      transaction: {
        time: '26/Nov/2026:15:29:38.757973 +0000',
        transaction_id: 'awhQYj8ieoQk',
        remote_address: '203.0.113.9',
        remote_port: 55620,
        local_address: '192.0.2.1',
        local_port: 443,
      },
      request: {
        request_line: 'POST /login HTTP/1.1',
        headers: { Host: 'shop.example' },
        body: ['user=1&text=--7f1c22ab-Z--\n--7f1c22ab-Z--'],
      },
      response: { protocol: 'HTTP/1.1', status: 403, headers: { 'Content-Type': 'text/html' } },
      audit_data: {
        messages: ['Access denied with code 403 (phase 2). [id "949110"] [msg "Inbound Anomaly Score Exceeded"]'],
        action: { intercepted: true },
      },
    },
  ],
  [
    'the audit log of ModSecurity 3',
    [
      '---aB3dE6gH---A--',
      '[26/Nov/2026:15:29:38 +0000] 179570697817.294000 203.0.113.9 55620 192.0.2.1 80',
      '---aB3dE6gH---B--',
      'GET /?q=1 HTTP/1.1',
      'Host: shop.example',
      '',
      '---aB3dE6gH---F--',
      'HTTP/1.1 200',
      '---aB3dE6gH---H--',
      'ModSecurity: Warning. Matched "Operator" [id "941100"] [msg "XSS"]',
      '',
      '---aB3dE6gH---Z--',
      '',
    ].join('\n'),
    {
      transaction: {
        time: '26/Nov/2026:15:29:38 +0000',
        transaction_id: '179570697817.294000',
        remote_address: '203.0.113.9',
        remote_port: 55620,
        local_address: '192.0.2.1',
        local_port: 80,
      },
      request: { request_line: 'GET /?q=1 HTTP/1.1', headers: { Host: 'shop.example' } },
      response: { protocol: 'HTTP/1.1', status: 200, headers: {} },
      audit_data: { messages: ['Warning. Matched "Operator" [id "941100"] [msg "XSS"]'] },
    },
  ],
  [
    "rsyslog's debug format",
    [
      'Debug line with all properties:',
      "FROMHOST: 'web-1', fromhost-ip: '10.0.0.1', HOSTNAME: 'web-1', PRI: 84,",
      "syslogtag 'sshd[4711]:', programname: 'sshd', APP-NAME: 'sshd', PROCID: '4711', MSGID: '-',",
      "TIMESTAMP: 'Dec 10 09:32:20', STRUCTURED-DATA: '-',",
      "msg: ' Invalid user 'x' from 203.0.113.9'",
      "escaped msg: ' Invalid user 'x' from 203.0.113.9'",
      "inputname: imuxsock rawmsg: '<84>Dec 10 09:32:20 sshd[4711]: Invalid user 'x' from 203.0.113.9'",
      '$!:',
      '$.:',
      '$/:',
    ].join('\n'),
    {
      time: 'Dec 10 09:32:20',
      host: 'web-1',
      programname: 'sshd',
      procid: '4711',
      severity: 'warning',
      message: " Invalid user 'x' from 203.0.113.9",
    },
  ],
]

describe('joinBlocks', () => {
  it.each([
    ['JSON over several lines', '{\n  "a": 1\n}'],
    ['YAML of something else', '---\nname: x\nlogName: y'],
    ['a log entry without its log', '---\ninsertId: a\ntextPayload: b'],
    ['broken rubydebug', '{\n  "a" => {\n}'],
    ['a debug line without properties', "Debug line with all properties:\nFROMHOST: 'web-1'\n$/:"],
  ])('leaves the lines of %s', (_name, lines) =>
    expect(read(lines).map((line) => line.text)).toEqual(lines.split('\n')),
  )

  it('reads what follows the end of a block', () =>
    expect(records('{\n  "a" => 1\n}\nanother line')).toEqual([{ a: 1 }, 'another line']))

  it.each(cases)('reads records of %s', (_name, block, object) => {
    expect(records(twice(block))).toEqual([object, object])
    expect(records(`one\ntwo\n${block}`)).toEqual(['one', 'two', object])
    expect(read(twice(block), false)).toEqual(read(twice(block)))
  })

  it.each([
    ['a list of something else', 'Id : 7\nName : a\n\nId : 8\nName : b'],
    ['a date alone', '12/10/2025 06:55:46 AM\nbackup finished'],
    ['an event of another program', 'Event[0]: started\nEvent[1]: stopped'],
    ['words', 'Message : hello\nTimeCreated'],
    ['a candidate at the end', 'one\n__CURSOR=s=1'.replace('__CURSOR', 'Event[0]:')],
  ])('passes other lines on: %s', (_name, lines) =>
    expect(read(lines).map((line) => line.text)).toEqual(lines.split('\n')),
  )

  it('bounds a record', () => {
    const found = read(`__CURSOR=s=1\n${'A=b\n'.repeat(2_000)}`)
    expect(found.length).toBeGreaterThan(1)
  })

  it('gives the same, however the lines arrive', () => {
    const line = fc.constantFrom(
      '',
      'a',
      'Event[0]:',
      '  Log Name: x',
      '__CURSOR=s',
      'A=b',
      'Id : 1',
      'TimeCreated : x',
      'Message : y',
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        expect(read(lines.join('\n'), false)).toEqual(read(lines.join('\n')))
      }),
    )
  })
})
