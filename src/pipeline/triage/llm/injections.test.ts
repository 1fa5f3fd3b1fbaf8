import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { casesOf } from '../../../../test/depth.ts'
import { needs, sharedData } from '../../../../test/needs.ts'
import { alertTypes } from '../../../schema/detection/detection.ts'
import { applyOpinion } from '../../../schema/triage/apply-opinion.ts'
import { assessAlert } from '../assess.ts'
import { someAlert, someSurroundings } from '../triager.conformance.ts'
import { caseOf } from './case.ts'
import { addressesModel } from './injection.ts'
import { masking } from './models.fake.ts'
import { injected, obey, opinionFrom, ownInjections } from './obedient.fake.ts'
import { expectHarmless, expectMasked, expectUnmoved } from './unmoved.conformance.ts'

const pack = sharedData('conformance/badinput/cases.jsonl')
const known =
  pack.missing === undefined
    ? readFileSync(pack.path, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"group": "prompt-injection"'))
        .map((line) => String(JSON.parse(line).inject))
    : []

/** The card of an alert after a model has obeyed the injection in it. */
const triageWith = (text: string, type: (typeof alertTypes)[number] = 'brute_force') => {
  const alert = injected(someAlert({ type }), text)
  const before = assessAlert(alert, 0, someSurroundings())
  const asked = caseOf(alert, before, masking)
  const opinion = opinionFrom(obey(type, text), asked, alert, before)
  return { before, asked, after: applyOpinion(before, opinion) }
}

it('the public pack of bad input has its injections', needs(pack), () => {
  expect(known.length).toBeGreaterThanOrEqual(10)
})

describe.each([['of our own', ownInjections], ...(known.length > 0 ? [['of the pack', known] as const] : [])] as const)(
  'a model that obeys the injections %s',
  (_which, injections) => {
    it.each(injections.map((text) => [text.slice(0, 60), text]))('lowers nothing: %s', (_name, text) => {
      const { before, after } = triageWith(text)
      expectUnmoved(before, after)
      expectHarmless(after.model && { ...after.model, dropped: [] })
    })

    it.each(injections.map((text) => [text.slice(0, 60), text]))('learns no secret and no name: %s', (_name, text) => {
      const { asked } = triageWith(text)
      expectMasked(asked.data)
    })
  },
)

it('lowers nothing for any type of alert', () => {
  for (const type of alertTypes) {
    for (const text of casesOf(ownInjections, 5)) {
      const { before, after } = triageWith(text, type)
      expect(after.risk_score).toBeGreaterThanOrEqual(before.risk_score)
      expect(after.verdict).toBe(before.verdict)
    }
  }
})

it('most injections are seen for what they are, and ordinary lines are not', () => {
  const seen = [...ownInjections, ...known].filter((text) => addressesModel(text)).length
  expect(seen / (ownInjections.length + known.length)).toBeGreaterThan(0.6)
  for (const line of [
    'Failed password for root from 203.0.113.9 port 22 ssh2',
    'GET /index.php?id=1 HTTP/1.1 200 "Mozilla/5.0 (compatible; Googlebot/2.1)"',
    'systemd[1]: Started Session 12 of user dana.',
    'user agent: ClaudeBot/1.0; +claudebot@anthropic.com',
    'CRON[991]: (root) CMD (test -x /usr/sbin/anacron)',
  ]) {
    expect(addressesModel(line)).toBe(false)
  }
})
