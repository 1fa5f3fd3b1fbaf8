import { describe, expect, it } from 'vitest'
import { alertWords, textVector } from './alert-words.ts'
import { someAlert } from './triager.conformance.ts'

const wordsOf = (title: string) =>
  alertWords(someAlert({ title, sentence: '', techniques: [], entities: [], type: 'other' }))
const common = (one: string, other: string) => wordsOf(one).filter((feature) => wordsOf(other).includes(feature))
const cosine = (one: string, other: string) => {
  const [a, b] = [textVector(one), textVector(other)]
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
}

describe('the words of an alert', () => {
  it('are the same for forms of a word, and have the same meaning for words of the field', () => {
    expect(common('Exfiltrated 3 files', 'exfiltration of a file')).toEqual(
      expect.arrayContaining(['word:exfiltr', 'word:fil', 'meaning:exfiltration']),
    )
    expect(common('Trojan on web-01', 'A virus was found')).toEqual(['meaning:malware'])
    expect(common('Clock drift', 'Disk full')).toEqual([])
  })

  it('include the stages of its techniques', () => {
    const alert = someAlert({
      title: 'rundll32 started',
      sentence: '',
      techniques: ['T1003.001'],
      entities: [],
      type: 'other',
    })
    expect(alertWords(alert)).toEqual(expect.arrayContaining(['word:credential', 'technique:T1003.001']))
  })

  it('are a vector of length 1, whose cosine orders texts as people would', () => {
    const vector = textVector('Ransomware encrypted the share')
    expect(vector).toHaveLength(384)
    expect(Math.hypot(...vector)).toBeCloseTo(1)
    expect(cosine('Ransomware encrypted the share', 'A virus encrypts shares')).toBeGreaterThan(0.4)
    expect(cosine('Ransomware encrypted the share', 'The clock drifts')).toBeLessThan(0.2)
    expect(textVector('')).toEqual(Array(384).fill(0))
  })
})
