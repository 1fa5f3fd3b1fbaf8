import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TextLine } from '../lines.ts'
import { asTheyAre } from './line-joiner.ts'
import { joinXmlEvents } from './xml-events.ts'

const read = (text: string, together = true): TextLine[] => {
  const joiner = joinXmlEvents(asTheyAre)
  const lines = text.split('\n').map((line, i) => ({ text: line, number: i + 1, cut: false }))
  const found = together ? joiner.push(lines) : lines.flatMap((line) => joiner.push([line]))
  return [...found, ...joiner.flush()].filter((line) => line.text !== '')
}
const event = (id: number, message = 'a') =>
  `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><EventID>${id}</EventID><Message>${message}</Message></Event>`
const declaration = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>'

describe('joinXmlEvents', () => {
  it.each([
    ['a document on one line', `${declaration}<Events>${event(1)}${event(2)}</Events>`],
    ['a declaration on a line of its own', `${declaration}\n<Events>${event(1)}${event(2)}</Events>\n`],
    ['events on lines of their own', `${event(1)}\n${event(2)}`],
    ['events without anything between them', event(1) + event(2)],
    ['an element a line', `<Events>\n${event(1)}\n${event(2)}\n</Events>`],
  ])('cuts %s', (_name, text) => {
    expect(read(text).map((line) => line.text)).toEqual([event(1), event(2)])
    expect(read(text, false)).toEqual(read(text))
  })

  it('keeps the line breaks of messages, and numbers events by their first lines', () => {
    const text = `${declaration}\n<Events>${event(1, 'a\n\nb')}${event(2)}\n${event(3)}</Events>\nafterwards`
    expect(read(text).map((line) => [line.number, line.text])).toEqual([
      [2, event(1, 'a\n\nb')],
      [4, event(2)],
      [5, event(3)],
      [6, 'afterwards'],
    ])
  })

  it.each([
    ['priorities', '<34>Jan 10 06:55:46 web-1 su: a\n<34>Jan 10 06:55:46 web-1 su: b'],
    ['another document', `${declaration}\n<html>\n<b>a</b>`],
    ['an element without content', '<Event id="1"/>\n<Event id="2" />\nafterwards'],
    ['elements of other names', '<EventLog a="b">\n<Eventual>'],
  ])('passes other lines on: %s', (_name, text) =>
    expect(read(text).map((line) => line.text)).toEqual(text.split('\n')),
  )

  it('returns an event that never ends', () => {
    expect(read(`<Event>\n<EventID>1\nlast`).map((line) => line.text)).toEqual(['<Event>', '<EventID>1', 'last'])
    expect(read(`<Event>${'a'.repeat(1_100_000)}\nb`).length).toBeGreaterThan(1)
  })

  it('takes time in proportion to the size, whatever it is that never ends', () => {
    const started = process.cpuUsage()
    for (const line of ['<x>', '</Events>', '', '<Events>', '<Event ']) read(`<Events>\n${`${line}\n`.repeat(50_000)}`)
    read(`<Event>${'\n<x>'.repeat(100_000)}`)
    expect(process.cpuUsage(started).user / 1_000_000).toBeLessThan(10)
  })

  it('gives the same, however the lines arrive', () => {
    const line = fc.constantFrom('', 'a', '<Events>', '</Events>', '<Event>', '</Event>', event(1), declaration)
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), (lines) => {
        expect(read(lines.join('\n'), false)).toEqual(read(lines.join('\n')))
      }),
    )
  })
})
