import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitLines, type TextLine } from '../lines.ts'
import { joinContinuations } from './continuations.ts'
import { joinDocuments } from './documents.ts'
import { asTheyAre } from './line-joiner.ts'
import { joinRows } from './rows.ts'

const read = (text: string, size = 65_536): TextLine[] => {
  const splitter = splitLines({ inParts: true })
  const joiner = joinRows(joinDocuments(joinContinuations()))
  const bytes = Buffer.from(text)
  const found: TextLine[] = []
  for (let at = 0; at < bytes.length; at += size)
    found.push(...joiner.push(splitter.push(bytes.subarray(at, at + size))))
  return [...found, ...joiner.push(splitter.flush()), ...joiner.flush()]
}
const objects = (text: string, size?: number): unknown[] => read(text, size).map((line) => JSON.parse(line.text))
const time = '2026-01-05T10:00:00Z'

describe('joinRows', () => {
  it.each([
    ['Splunk', `"_raw","_time",host\n"a ""b"", c","${time}",web-1\n`, { _raw: 'a "b", c', _time: time, host: 'web-1' }],
    [
      'Kibana',
      `"@timestamp",message,"log.level"\n${time},a,-\n`,
      { '@timestamp': time, message: 'a', 'log.level': '-' },
    ],
    ['Graylog', `timestamp,source,message\n${time},web-1,a\n`, { timestamp: time, host: 'web-1', message: 'a' }],
    [
      'Log Analytics',
      `"TimeGenerated [UTC]",Computer\n"1/5/2026, 10:00:00.000 AM",a\n`,
      { TimeGenerated: '1/5/2026, 10:00:00.000 AM', Computer: 'a' },
    ],
    [
      'a spreadsheet',
      `\ufeffsep=;\r\nZeit;Meldung\r\n05.01.2026 10:00:00;a, b\r\n`,
      { time: '05.01.2026 10:00:00', message: 'a, b' },
    ],
    ['tabs', `time\tlevel\tmessage\n${time}\tinfo\ta\n`, { time, level: 'info', message: 'a' }],
    ['a data frame', `,time,message\n0,${time},a\n`, { time, message: 'a' }],
    [
      'PowerShell',
      `#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\r\n"Id","TimeCreated"\r\n"4625","${time}"\r\n`,
      { Id: '4625', TimeCreated: time },
    ],
    ['a text with unquoted separators', `time,message\n${time},a, b, c\n`, { time, message: 'a, b, c' }],
    ['a row without its last cells', `time,message,user,ip\n${time},a,,\n`, { time, message: 'a' }],
    [
      'the Event Viewer, whose descriptions have no column',
      `Keywords,Date and Time,Source,Event ID,Task Category\r\nAudit Failure,1/5/2026 10:00:00 AM,Security,4625,Logon,"An account\r\nfailed"\r\n`,
      {
        Keywords: 'Audit Failure',
        TimeCreated: '1/5/2026 10:00:00 AM',
        ProviderName: 'Security',
        EventID: '4625',
        TaskCategory: 'Logon',
        message: 'An account\nfailed',
      },
    ],
    [
      'the Event Viewer in German',
      `Ebene\tDatum und Uhrzeit\tQuelle\tEreignis-ID\tAufgabenkategorie\r\nFehler\t05.01.2026 10:00:00\tDisk\t7\tKeine\ta\r\n`,
      {
        Level: 'Fehler',
        TimeCreated: '05.01.2026 10:00:00',
        ProviderName: 'Disk',
        EventID: '7',
        TaskCategory: 'Keine',
        message: 'a',
      },
    ],
  ])('names the cells of an export: %s', (_name, text, object) => {
    expect(objects(text)).toEqual([object])
    expect(objects(text, 3)).toEqual([object])
  })

  it('numbers rows by their first lines, and skips empty lines and repeated headers', () => {
    const text = `time,message\n1,"a\nb"\n\n2,c\ntime,message\n3,d\n`
    expect(read(text).map(({ text: row, number }) => [number, JSON.parse(row).message])).toEqual([
      [2, 'a\nb'],
      [5, 'c'],
      [7, 'd'],
    ])
  })

  it.each([
    ['words', 'time, place and message\nof the meeting\n'],
    ['a log', `${time} a, b\n${time} c, d\n`],
    ['rows without a header', `${time},a,b\n${time},c,d\n`],
    ['a table without times', 'name,age\nada,36\n'],
    ['fewer cells than names', 'time,message,user\nnothing\n'],
    ['words with commas in each line', 'time, level, first\ntime, level, second\ntime, level, third\n'],
    ['a header alone', 'time,message\n'],
    ['JSON', '{"time":1,"message":"a"}\n'],
    ['nothing', '\n\n\n\n\n'],
  ])('passes other texts on: %s', (_name, text) => {
    const lines = text.split('\n').slice(0, -1)
    expect(read(text).map((line) => line.text)).toEqual(lines)
  })

  it('reads on after a quote that nothing closes', () => {
    const rows = Array.from({ length: 1_200 }, (_, i) => `${i},"broken`)
    const found = read(`time,message\n1,good\n${rows.slice(0, 601).join('\n')}\n`)
    expect(found.length).toBeGreaterThan(1)
    expect(found.map((line) => line.text).join('\n')).toContain('600,"broken')
  })

  it('loses no line of any text, cut anywhere', () => {
    const cell = fc.constantFrom('time', 'message', '"', '""', 'a', '1', '', ' ')
    const text = fc
      .array(fc.array(cell, { maxLength: 4 }).map((cells) => cells.join(',')))
      .map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, (given) => {
        const joiner = joinRows(asTheyAre)
        const lines = given.split('\n').map((line, i) => ({ text: line, number: i + 1, cut: false }))
        const whole = [...joiner.push(lines), ...joiner.flush()]
        const again = joinRows(asTheyAre)
        const parts = [...lines.flatMap((line) => again.push([line])), ...again.flush()]
        expect(parts).toEqual(whole)
        const numbers = whole.map((line) => line.number)
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
      }),
    )
  })
})
