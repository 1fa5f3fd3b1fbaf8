import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clauseAsSubject, patterns } from './language/patterns.ts'
import { readTexts, type Text } from './language/texts.ts'

const root = join(import.meta.dirname, '..')

const faultOf = ({ text }: Text): string | undefined => {
  const found = patterns.find((pattern) => pattern.not.test(text))
  if (found) return `say “${found.say}”, not “${found.not.exec(text)?.[0]}”`
  return clauseAsSubject.test(text) ? 'name the subject of the sentence' : undefined
}

describe('the language', () => {
  it('follows docs/glossary.md', () => {
    const faults = readTexts(root).flatMap((one) => {
      const fault = faultOf(one)
      return fault ? [`${one.place}: ${fault}: ${one.text.slice(0, 160)}`] : []
    })
    expect(faults).toEqual([])
  })

  it('has every replacement in the glossary', () => {
    const glossary = readFileSync(join(root, 'docs/glossary.md'), 'utf8')
    expect(patterns.map(({ say }) => say).filter((say) => !glossary.includes(`**${say}`))).toEqual([])
  })

  it.each([
    ['Alerts that nobody was told of.', true],
    ['What is older goes.', true],
    ['What is a stream?', false],
    ['Removes alerts older than `retention.alerts`.', false],
  ])('checks “%s”', (text, faulty) => {
    expect(faultOf({ place: '', text }) !== undefined).toBe(faulty)
  })
})
