const time = (second: number) => `2026-01-05T10:00:${String(second).padStart(2, '0')}Z`
const seconds = Array.from({ length: 12 }, (_, i) => i)
const event = (second: number) =>
  `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>4625</EventID><TimeCreated SystemTime='${time(second)}'/></System><Message>An account\r\n\r\nfailed to log on ${second}.</Message></Event>`
const json = (second: number) => JSON.stringify({ time: time(second), message: `request ${second}` })
const indented = (value: unknown) => JSON.stringify(value, undefined, 2)
const docker = (second: number, text: string) => `{"log":"${text}\\n","stream":"stdout","time":"${time(second)}"}`
const plain = (second: number) => `${time(second)} web-01 app[7]: request ${second}, done`
const trace = (second: number) =>
  `${time(second)} ERROR request ${second} failed\njava.io.IOException: closed\n\tat com.acme.Pool.take(Pool.java:${second})\nCaused by: java.io.EOFException\n\tat com.acme.Pool.read(Pool.java:1)`

/** A log as some tool writes it, and its records. */
interface WrittenLog {
  readonly text: string
  readonly records: readonly string[]
}

const rows = (of: (second: number) => object) => seconds.map((second) => JSON.stringify(of(second)))
const written = (of: (second: number) => string, records: readonly string[] = seconds.map(of)): WrittenLog => ({
  text: `${seconds.map(of).join('\n')}\n`,
  records,
})

/** Logs of each kind that inputs read, oldest record first, by name. */
export const logs: Readonly<Record<string, WrittenLog>> = {
  'plain lines': written(plain),
  'lines with commas': written((second) => `time, level, message ${second}`),
  'stack traces': written(trace),
  'JSON lines': written(json),
  'a log of Docker': {
    text: seconds
      .map((second) => `${docker(second, `request ${second} failed`)}\n${docker(second, '\\tat com.acme.Pool')}\n`)
      .join(''),
    records: seconds.map((second) => docker(second, `request ${second} failed\\n\\tat com.acme.Pool`)),
  },
  'a JSON document': {
    text: `${indented({ Records: seconds.map((second) => JSON.parse(json(second))) })}\n`,
    records: seconds.map(json),
  },
  'JSON documents in a row': {
    text: seconds.map((second) => indented(JSON.parse(json(second)))).join('\n'),
    records: seconds.map(json),
  },
  'an export of Splunk': {
    text: `"_time",host,"_raw"\n${seconds.map((second) => `"${time(second)}",web-01,"a ""quoted"",\nline ${second}"\n`).join('')}`,
    records: rows((second) => ({ _time: time(second), host: 'web-01', _raw: `a "quoted",\nline ${second}` })),
  },
  'a table with a column of containers': {
    text: `log,stream,time\n${seconds.map((second) => `\tat line ${second},stdout,${time(second)}\n`).join('')}`,
    records: rows((second) => ({ log: `\tat line ${second}`, stream: 'stdout', time: time(second) })),
  },
  'a spreadsheet': {
    text: `sep=;\r\nZeit;Meldung\r\n${seconds.map((second) => `${time(second)};a, ${second}\r\n`).join('')}`,
    records: rows((second) => ({ time: time(second), message: `a, ${second}` })),
  },
  'journalctl -o export': {
    text: seconds.map((second) => `__CURSOR=s=${second}\n_HOSTNAME=web-1\nMESSAGE=a=${second}\n\n`).join(''),
    records: rows((second) => ({ __CURSOR: `s=${second}`, _HOSTNAME: 'web-1', MESSAGE: `a=${second}` })),
  },
  'Get-WinEvent | Format-List': {
    text: seconds
      .map(
        (second) => `TimeCreated : ${time(second)}\nId          : 4625\nMessage     : a\n              b ${second}\n\n`,
      )
      .join(''),
    records: rows((second) => ({ TimeCreated: time(second), Id: '4625', Message: `a\nb ${second}` })),
  },
  'the audit log of ModSecurity': {
    text: seconds
      .map(
        (second) =>
          `--0a1b2c3${second % 10}-A--\n[05/Jan/2026:10:00:${String(second).padStart(2, '0')} +0000] id${second} 203.0.113.9 4711 192.0.2.1 80\n--0a1b2c3${second % 10}-B--\nGET /${second} HTTP/1.1\n\n--0a1b2c3${second % 10}-H--\nMessage: a\n\n--0a1b2c3${second % 10}-Z--\n\n`,
      )
      .join(''),
    records: rows((second) => ({
      transaction: {
        time: `05/Jan/2026:10:00:${String(second).padStart(2, '0')} +0000`,
        transaction_id: `id${second}`,
        remote_address: '203.0.113.9',
        remote_port: 4711,
        local_address: '192.0.2.1',
        local_port: 80,
      },
      request: { request_line: `GET /${second} HTTP/1.1`, headers: {} },
      audit_data: { messages: ['a'] },
    })),
  },
  'the slow query log of MySQL': {
    text: seconds
      .map(
        (second) =>
          `# Time: ${time(second)}\n# User@Host: kim[kim] @  [203.0.113.9]  Id:    12\n# Query_time: 2.500000  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: ${second}\nSET timestamp=1767607200;\nselect a\n  from b;\n`,
      )
      .join(''),
    records: rows((second) => ({
      '@timestamp': time(second),
      message: 'select a\n  from b',
      'event.category': 'database',
      'event.action': 'slow_query',
      'event.duration': 2_500_000_000,
      'user.name': 'kim',
      'source.ip': '203.0.113.9',
      mysql: { slowlog: { lock_time: 0, rows_sent: 1, rows_examined: second } },
    })),
  },
  'events as XML on one line': {
    text: `<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<Events>${seconds.map(event).join('')}</Events>\n`,
    records: seconds.map((second) => event(second).replaceAll('\r\n', '\n')),
  },
  'events as XML': {
    text: `${seconds.map((second) => event(second).replaceAll('\r\n', '')).join('\n')}\n`,
    records: seconds.map((second) => event(second).replaceAll('\r\n', '')),
  },
  'plain lines, a document, blocks and a trace': {
    text: `${plain(0)}\n${indented([JSON.parse(json(1)), JSON.parse(json(2))])}\n${plain(3)}\n__CURSOR=s=4\nMESSAGE=a\n__CURSOR=s=5\nMESSAGE=b\n\n<Event>\n<Id>6</Id>\n</Event>\n${trace(7)}\n\nCaused by: nothing\n${plain(8)}\n`,
    records: [
      plain(0),
      json(1),
      json(2),
      plain(3),
      '{"__CURSOR":"s=4","MESSAGE":"a"}',
      '{"__CURSOR":"s=5","MESSAGE":"b"}',
      '<Event>\n<Id>6</Id>\n</Event>',
      trace(7),
      '\nCaused by: nothing',
      plain(8),
    ],
  },
}

/** Lines that begin, continue or end a record of several lines, or only look like it: any order of them is a text that inputs must read alike. */
export const boundaryLines: readonly string[] = [
  ...['', ' ', 'a', '  at b', '\tat c', 'Caused by: d', 'ERROR failed', 'java.io.IOException: closed'],
  ...['time,message', '1,"a', 'b",2'],
  ...['{"time":1,"message":"a"}', '{"index":{}}', '[', '{', '  "a": [1],', '}', '},', ']', '] {"a":1}'],
  ...['{"log":"a\\n","stream":"stdout","time":"x"}', '{"log":"\\tat b\\n","stream":"stdout","time":"x"}'],
  ...['__CURSOR=s', 'A=b', 'Id : 1', 'Message : y', 'TimeCreated : x', 'Event[0]:', '  Log Name: x'],
  ...['<Event>', '</Event>', '<Events>', '</Events>', '<Event>a</Event>', '<?xml version="1.0"?>'],
  ...['panic: x', 'goroutine 1 [running]:'],
  ...[
    '# Time: 2026-01-05T10:00:00Z',
    '# User@Host: a[a] @ b []',
    '# Query_time: 1.5',
    'SET timestamp=1767607200;',
    'select 1;',
  ],
]
