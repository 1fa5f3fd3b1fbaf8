import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { needs, sharedData } from '../../../test/needs.ts'
import { rankingOf } from '../../lib/quality/ranking.ts'
import { parseRecord } from '../../pipeline/normalize/parse-record.ts'
import { scoreLines } from './score-lines.ts'

const log = sharedData('data/loghub/BGL/BGL_2k.log')

describe('lines of a supercomputer that its operators labelled', needs(log), () => {
  it('finds the alerts better than the level alone', async () => {
    const labelled = readFileSync(log.path, 'utf8').split('\n').filter(Boolean)
    const odd = labelled.map((line) => !line.startsWith('- '))
    const blind = labelled.map((line) => line.replace(/^\S+/, '-'))
    const { lines } = scoreLines({
      paths: ['-'],
      stdin: Readable.from([Buffer.from(`${blind.join('\n')}\n`)]),
      now: Date.now,
      signal: new AbortController().signal,
    })
    const scores: number[] = []
    for await (const { score } of lines) scores.push(score)
    const ranks = ['debug', 'info', 'notice', 'warning', 'error', 'crit', 'alert', 'emerg']
    const levels = blind.map((text) =>
      ranks.indexOf(String(parseRecord({ text, source: '', receivedAt: 0 }).fields['log.level'])),
    )
    expect(rankingOf(odd, scores).auc).toBeGreaterThan(rankingOf(odd, levels).auc)
    expect(rankingOf(odd, scores).auc).toBeGreaterThan(0.945)
  })
})
