import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitLines, type TextLine } from '../lines.ts'
import { joinContinuations } from './continuations.ts'

const texts = (lines: readonly TextLine[]): string[] => lines.map(({ text }) => text)

const split = (text: string): TextLine[] => {
  const splitter = splitLines()
  return [...splitter.push(Buffer.from(text)), ...splitter.flush()]
}
const join = (text: string): TextLine[] => {
  const joiner = joinContinuations()
  return [...joiner.push(split(text)), ...joiner.flush()]
}

describe('joinContinuations', () => {
  it.each([
    [
      'Java',
      'ERROR failed\njava.lang.Error: x\n\tat a.B(B.java:1)\n\t... 12 more\nCaused by: java.io.IOException: y\n\tat c.D(D.java:2)\nINFO next',
      ['ERROR failed', 5, 'INFO next'],
    ],
    [
      'Python',
      'ERROR x\nTraceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nValueError: bad\nINFO next',
      ['ERROR x', 4, 'INFO next'],
    ],
    ['Node', 'TypeError: x is not a function\n    at f (/a.js:1:2)\n    at g (/b.js:3:4)\nnext', [2, 'next']],
    [
      'Go',
      'panic: oh\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:3 +0x1\nexit status 2\nnext: line',
      [5, 'next: line'],
    ],
    [
      '.NET',
      'Unhandled: x\n   at A.B() in c.cs:line 1\n--- End of stack trace from previous location ---\n   at D.E()\nnext',
      [3, 'next'],
    ],
  ])('joins a trace of %s', (_, text) => {
    const records = join(text)
    expect(texts(records).at(-1)).toMatch(/^(?:INFO )?next/)
    expect(records.length).toBeLessThanOrEqual(3)
    expect(texts(records).join('\n')).toBe(text)
  })

  it.each([
    ['Java', 'ERROR 1 --- [main] a.B : failed\njava.lang.IllegalStateException: x\n\tat a.B(B.java:1)'],
    ['Java, without a message', '[ERROR] failed\na.b.NoStockException\n\tat a.B(B.java:1)'],
    ['.NET', '10:00:00 [ERR] failed\nSystem.NullReferenceException: x\n   at A.B() in c.cs:line 1'],
    [
      'PHP',
      'PHP Fatal error:  Uncaught E: x in /a.php:7\nStack trace:\n#0 /a.php(5): f()\n#1 {main}\n  thrown in /a.php',
    ],
    ['Laravel', 'ERROR: x {"exception":"[object] (E: x)\n[stacktrace]\n#0 /a.php(5): f()\n#1 {main}\n"} '],
    [
      'Laravel, nested',
      'ERROR: x (E: x)\n[stacktrace]\n#0 {main}\n\n[previous exception] [object] (F: y)\n[stacktrace]\n#0 {main}\n"} ',
    ],
  ])('joins a trace below a line with a level, as %s writes it', (_, text) => {
    expect(texts(join(`${text}\nINFO next`))).toEqual([text, 'INFO next'])
  })

  it.each([
    [
      'Spring Boot',
      '2026-12-10T09:32:20.123Z ERROR 1 --- [main] a.B : failed\n\njava.lang.IllegalStateException: x\n\tat a.B(B.java:1)',
    ],
    ['Sonarr', '2026-12-10 09:32:20.1|Error|Rss|failed\n\n[v4.0.5.1] System.ArgumentException: x\n   at A.B()'],
    ['Python', 'ERROR x\nTraceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: bad'],
    [
      'Python, chained',
      'ERROR x\nTraceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "a.py", line 2, in g\nValueError: bad\n\nThe above exception was the direct cause of the following exception:\n\nTraceback (most recent call last):\n  File "a.py", line 3, in h\na.Gone',
    ],
    [
      'Tomcat',
      'WARNING [main] X started a thread. Stack trace of thread:\n java.base@17.0.9/jdk.internal.misc.Unsafe.park(Native Method)\n java.base@17.0.9/java.lang.Thread.run(Thread.java:840)',
    ],
  ])('joins a trace behind the empty lines that %s writes', (_, text) => {
    const cri = (line: string) => `2026-03-03T09:00:00.123456789Z stdout F ${line}`
    expect(texts(join(`${text}\n\nINFO next`))).toEqual([text, '', 'INFO next'])
    const contained = `${text}\n\nINFO next`.split('\n').map(cri).join('\n')
    expect(texts(join(contained))).toEqual([cri(text), cri(''), cri('INFO next')])
  })

  it('does not join what else follows an empty line', () => {
    const lines = ['ERROR x', '', 'INFO next', '', 'java.lang.Error: x', '', 'ERROR y', '', 'Traceback is off']
    expect(texts(join(lines.join('\n')))).toEqual(lines)
    expect(texts(join('ERROR x\n'))).toEqual(['ERROR x'])
    const trace = 'ERROR x\nTraceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: 1'
    expect(texts(join(`${trace}\n\n${trace}`))).toEqual([trace, '', trace])
  })

  it('does not join an exception to a line about something else', () => {
    const exception = 'java.lang.Error: x\n\tat a.B(B.java:1)'
    expect(texts(join(`INFO order placed\n${exception}`))).toEqual(['INFO order placed', exception])
    expect(texts(join(`ERROR failed\n${exception}\n${exception}`))).toEqual([`ERROR failed\n${exception}`, exception])
    expect(texts(join('a\n#1 in the list\n"} \n\nb'))).toEqual(['a', '#1 in the list', '"} ', '', 'b'])
  })

  it('does not join ordinary lines, even with one space of indentation', () => {
    expect(texts(join('a: b\n c: d\ne'))).toEqual(['a: b', ' c: d', 'e'])
  })

  it.each([
    ['syslog', (i: number) => `Dec 10 09:32:2${i} web-1 app: message ${i}`],
    ['an ISO time', (i: number) => `2026-12-10 09:32:2${i} INFO message ${i}`],
    ['a time in brackets', (i: number) => `[2026-12-10T09:32:2${i}Z] message ${i}`],
    ['a level', (i: number) => `ERROR 2026-12-10 09:32:2${i} message ${i}`],
    ['an access log', (i: number) => `203.0.113.${i} - - [10/Dec/2026:09:32:20 +0000] "GET / HTTP/1.1" 200 1`],
    ['a priority', (i: number) => `<34>1 2026-12-10T09:32:2${i}Z web-1 app - - - message`],
  ])('does not join lines that are all indented alike: %s', (_name, line) => {
    for (const indent of ['    ', '  ', '\t', '\t  ']) {
      const lines = Array.from({ length: 5 }, (_, i) => `${indent}${line(i)}`)
      expect(texts(join(lines.join('\n')))).toEqual(lines)
    }
  })

  it('joins a trace in an indented text', () => {
    const trace =
      '    2026-12-10 09:32:20 ERROR failed\n    java.io.IOException: closed\n        at a.B(B.java:1)\n    Caused by: x\n        at c.D(D.java:2)'
    const next = '    2026-12-10 09:32:21 INFO next'
    expect(texts(join(`${trace}\n${next}\n${trace}`))).toEqual([trace, next, trace])
    const frames = '    at a.B(B.java:1)\n    at c.D(D.java:2)'
    expect(texts(join(frames))).toEqual([frames])
    const table = 'Dec 10 09:32:20 web-1 app: slow\n    2026-12-10 09:32:19 first\n    2026-12-10 09:32:20 second'
    expect(texts(join(table))).toEqual([table])
  })

  it('does not join a line whose level is padded, as AnyDesk writes it', () => {
    const lines = [
      '   info 2026-12-10 09:32:20.123       back   5208   8888    app - start',
      'warning 2026-12-10 09:32:21.123       back   5208   8888    app - slow',
      '  error 2026-12-10 09:32:22.123       back   5208   8888    app - gone',
    ]
    expect(texts(join(lines.join('\n')))).toEqual(lines)
    expect(texts(join('ERROR failed\n   info about it'))).toEqual(['ERROR failed\n   info about it'])
  })

  it('joins the paragraphs of Db2', () => {
    const paragraph = (second: string) =>
      `2026-12-10-09.32.${second}.123456+060 I4711E512         LEVEL: Severe\nPID     : 4711   PROC : db2sysc 0\nFUNCTION: DB2 UDB, bsu security, probe:20\nDATA #1 : String with size, 67 bytes\nPassword validation for user kim failed`
    expect(texts(join(`${paragraph('20')}\n\n${paragraph('21')}\n${paragraph('22')}`))).toEqual([
      paragraph('20'),
      '',
      paragraph('21'),
      paragraph('22'),
    ])
  })

  it('keeps the number of the first line', () => {
    expect(join('a\n\tat b\nc\n\tat d').map(({ number }) => number)).toEqual([1, 3])
  })

  it('returns a record when the next line arrives', () => {
    const joiner = joinContinuations()
    expect(joiner.push(split('a'))).toEqual([])
    expect(texts(joiner.push(split('\tat b\nc')))).toEqual(['a\n\tat b'])
    expect(texts(joiner.flush())).toEqual(['c'])
    expect(joiner.flush()).toEqual([])
  })

  it('joins the parts of a container’s line', () => {
    const head = '2026-03-03T09:00:00.123456789Z stdout'
    expect(texts(join(`${head} P one \n${head} P two \n${head} F three\n${head} F four`))).toEqual([
      `${head} F one two three`,
      `${head} F four`,
    ])
    const other = '2026-03-03T09:00:00.123456789Z stderr F five'
    expect(texts(join(`${head} P one\n${other}`))).toEqual([`${head} P one`, other])
    expect(join(`${head} P ${'x'.repeat(16_000)}\n`.repeat(40)).every(({ text }) => text.length <= 262_144)).toBe(true)
  })

  it('joins the lines of a trace in the logs of containers', () => {
    const cri = (text: string, stream = 'stderr') => `2026-03-03T09:00:00.123456789Z ${stream} F ${text}`
    const trace = ['ERROR failed', 'java.lang.Error: "x" <y>', '\tat a.B(B.java:1)']
    const panic = ['panic: oh', '', 'goroutine 1 [running]:', 'main.(*Store).Get(0x0, {0xc1, 0x24})', '\t/a.go:3 +0x1']
    const docker = (text: string, stream = 'stderr') =>
      JSON.stringify({ log: `${text}\n`, stream, time: '2026-03-03T09:00:00.1Z' })
    for (const [wrap, separator] of [
      [cri, '\n'],
      [docker, '\\n'],
    ] as const) {
      for (const lines of [trace, panic]) {
        const records = texts(join([...lines.map((line) => wrap(line)), wrap('INFO next')].join('\n')))
        expect(records).toEqual([wrap(lines.join('\n')), wrap('INFO next')])
        expect(records[0]).toContain(separator)
      }
      expect(texts(join(`${wrap('ERROR failed')}\n${wrap('\tat x', 'stdout')}`)).length).toBe(2)
      expect(texts(join(`${wrap('INFO a')}\n${wrap('INFO b')}`))).toEqual([wrap('INFO a'), wrap('INFO b')])
    }
    const half = (log: string) => `{"log":"${log}","stream":"stdout","time":"2026-03-03T09:00:00.1Z"}`
    expect(texts(join(`${half('one ')}\n${half('two\\n')}\n${half('three\\n')}`))).toEqual([
      half('one two\\n'),
      half('three\\n'),
    ])
    expect(join(`${cri('a')}\n${`${cri('\tat b')}\n`.repeat(1200)}`).length).toBe(3)
  })

  it('joins the two lines of java.util.logging', () => {
    const head = 'Mar 03, 2026 9:00:00 AM com.acme.App main'
    expect(texts(join(`${head}\nSEVERE: Disk full\nINFO: other`))).toEqual([
      `${head}\nSEVERE: Disk full`,
      'INFO: other',
    ])
  })

  it('joins a paragraph of fields to its date, up to an empty line or the next date of the same name', () => {
    const one = 'Start-Date: 2026-03-03  09:00:00\nCommandline: apt-get upgrade\nEnd-Date: 2026-03-03  09:00:04'
    expect(texts(join(`\n${one}\n\n${one}\nReading: done`))).toEqual(['', one, '', `${one}\nReading: done`])
    expect(texts(join('Time: 2026-03-03 09:00\nResult: ok\nTime: 2026-03-03 10:00\nplain text'))).toEqual([
      'Time: 2026-03-03 09:00\nResult: ok',
      'Time: 2026-03-03 10:00',
      'plain text',
    ])
  })

  it('limits lines and size', () => {
    expect(join(`a\n${'\tat b\n'.repeat(1200)}`).length).toBe(3)
    expect(join(`a\n${`\tat ${'b'.repeat(100_000)}\n`.repeat(5)}`).every(({ text }) => text.length <= 262_144)).toBe(
      true,
    )
  })

  it('loses no line and adds none', () => {
    const line = fc.constantFrom(
      'a',
      '',
      '\tat x',
      '  in y',
      'Caused by: z',
      'java.lang.Error: x',
      'During handling of the above exception',
      'Traceback (most recent call last):',
      'panic: p',
      'E: f',
    )
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n')
        expect(texts(join(text)).join('\n')).toBe(text.replace(/\n$/, ''))
      }),
    )
  })

  it('keeps apart lines whose clock of seconds is padded, as those of NUT', () => {
    const lines = [
      '   0.000000\t[D1] debug level is 1',
      '   0.006348\tlistening on 127.0.0.1',
      '  12.007919\tClient left',
    ]
    expect(texts(join(`${lines.join('\n')}\n`))).toEqual(lines)
  })

  it('keeps apart lines whose process id is padded before a date, as those of Zabbix', () => {
    const lines = ['  1234:20261210:093220.123 Starting Zabbix Agent', '     7:20261210:093220.124 agent #1 started']
    expect(texts(join(`${lines.join('\n')}\n`))).toEqual(lines)
  })

  const day = '261121  3:12:10'
  const start = 'mariadbd, Version: 10.11.19-MariaDB-log (Debian 12). started with:'
  const columns = 'Time\t\t    Id Command\tArgument'
  it.each([
    [
      'of one second, which MariaDB dates once',
      [
        start,
        columns,
        `${day}\t     4 Connect\tkim@h on  using TCP/IP`,
        '\t\t     4 Query\tselect 1',
        '\t\t     4 Quit\t',
      ],
      [
        start,
        columns,
        `${day}\t     4 Connect\tkim@h on  using TCP/IP`,
        `${day}\t     4 Query\tselect 1`,
        `${day}\t     4 Quit\t`,
      ],
    ],
    [
      'with several lines',
      [
        `${day}\t     4 Query\tselect *`,
        '\tfrom t',
        'where a in (1,',
        '2)',
        '\t\t     4 Query\tselect',
        '1',
        start,
        columns,
      ],
      [
        `${day}\t     4 Query\tselect *\n\tfrom t\nwhere a in (1,\n2)`,
        `${day}\t     4 Query\tselect\n1`,
        start,
        columns,
      ],
    ],
    [
      'of MySQL',
      ['2026-11-21T03:12:10.123456Z\t   14 Query\tselect', 'now()', '2026-11-21T03:12:10.123456Z\t   15 Quit\t'],
      ['2026-11-21T03:12:10.123456Z\t   14 Query\tselect\nnow()', '2026-11-21T03:12:10.123456Z\t   15 Quit\t'],
    ],
    [
      'whose time was before the first line',
      ['\t\t     4 Query\tselect 1', '\t\t     4 Quit\t', 'INFO x', '\t\t     4 Quit\t'],
      ['\t\t     4 Query\tselect 1', '\t\t     4 Quit\t', 'INFO x', '\t\t     4 Quit\t'],
    ],
  ])('keeps apart the statements in the log of a database %s', (_, lines, records) => {
    expect(texts(join(`${lines.join('\n')}\n`))).toEqual(records)
  })
})
