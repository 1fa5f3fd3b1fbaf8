import { describe, expect, it } from 'vitest'
import { createRandom } from '../random/random.ts'
import { createDrain } from './drain.ts'

const words =
  'again page very late customer asked call back later wrong picture rude twice moved thanks price shelf'.split(' ')
const users = ['ana', 'ben', 'cleo', 'dan', 'eve', 'finn']

/** Free text of one to nine words. */
const createRemarks = () => {
  const { below } = createRandom(7)
  return () => Array.from({ length: 1 + below(9) }, () => words[below(words.length)]).join(' ')
}
const remarks = (count: number): string[] => Array.from({ length: count }, createRemarks())

const learnAll = (lines: readonly string[]) => {
  const drain = createDrain()
  for (const line of lines) drain.learn(line)
  return { drain, texts: drain.templates().map(({ text }) => text) }
}

describe('free text at the end of lines', () => {
  it.each([
    ['behind a label', 'upload of report 7 failed, reason: ', 'upload of <*> <*> failed, reason: <*>'],
    ['behind a key', 'appeal 7 was closed comment=', 'appeal <*> was closed comment=<*>'],
    ['in brackets', 'the advancement was made [', 'the advancement was made <*>'],
  ])('%s becomes one value', (_name, beginning, template) => {
    const { texts } = learnAll(remarks(80).map((remark) => `${beginning}${remark}`))
    expect(texts).toEqual([template])
  })

  it('may follow words that vary', () => {
    const lines = remarks(200).map((remark, i) => `post ${i} removed by ${users[i % users.length]}: ${remark}`)
    const { drain, texts } = learnAll(lines)
    expect(texts).toEqual(['post <*> removed by <*> <*>'])
    const text = 'post 900 removed by gus: not seen before: at all'
    const template = drain.match(text)
    expect(template?.text).toBe(texts[0])
    expect(template && drain.parameters(template, text).map(({ value }) => value)).toEqual([
      '900',
      'gus:',
      'not seen before: at all',
    ])
  })

  it('is a value from the key on', () => {
    const { drain } = learnAll(remarks(80).map((remark) => `appeal 7 was closed comment=${remark}`))
    const text = 'appeal 9 was closed comment=call again'
    const template = drain.learn(text)
    expect(drain.parameters(template, text).map(({ value }) => value)).toEqual(['9', 'call again'])
  })

  it('is still known after a restart', () => {
    const lines = remarks(80).map((remark) => `user eve suspended today, reason: ${remark}`)
    const { drain } = learnAll(lines)
    const restored = createDrain()
    restored.restore(drain.save())
    expect(restored.save()).toEqual(drain.save())
    const { id, text } = restored.learn('user bob suspended today, reason: no words like these')
    expect({ id, text }).toEqual({ id: drain.templates()[0]?.id, text: 'user <*> suspended today, reason: <*>' })
  })

  it('is not what follows the head of many events', () => {
    for (const head of ['2031-04-01 10:00:00 INFO [main] com.acme.Engine: ', 'combo kernel: ']) {
      const { texts } = learnAll(remarks(80).map((remark) => head + remark))
      expect(texts.length).toBeGreaterThan(40)
    }
  })

  it('is not what comes again and again', () => {
    const causes = remarks(60)
    const lines = causes.flatMap((cause, i) =>
      [cause, ...causes.slice(0, i)].map((text) => `sync was stopped, error: ${text}`),
    )
    expect(learnAll(lines).texts.length).toBeGreaterThan(20)
  })
})
