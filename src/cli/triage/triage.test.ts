import { describe, expect, it } from 'vitest'
import { assessAlert } from '../../pipeline/triage/assess.ts'
import { someAlert, someSurroundings } from '../../pipeline/triage/triager.conformance.ts'
import { runFake } from '../cli.fake.ts'

const assessment = { risk_score: 43, risk_level: 'medium', confidence: 0.5, arithmetic: '80×30% … → 43' }

describe('vedette triage', () => {
  it('calculates a risk with changed inputs', async () => {
    const asked: unknown[] = []
    const answer = { before: assessment, after: { ...assessment, risk_score: 60 }, difference: 17 }
    const { code, out } = await runFake(
      [
        'triage',
        'preview',
        'a1',
        '--set',
        'similar=6',
        '--set',
        'threat_intel.sources=3',
        '--set',
        'weights.severity=40',
      ],
      {
        fetch: async (_url, init) => {
          asked.push(JSON.parse(String(init?.body)))
          return Response.json(answer)
        },
      },
    )
    expect(asked).toEqual([
      {
        alert_id: 'a1',
        inputs: { similar: 6, threat_intel: { aggregate_score: 0, sources: 3, detected_by: 0 } },
        risk: { weights: { severity: 40 } },
      },
    ])
    expect({ code, out }).toEqual({
      code: 0,
      out: 'now     43 medium  80×30% … → 43\nthen    60 medium  80×30% … → 43\nchange  +17\n',
    })
  })

  it('records a verdict and shows the whole card', async () => {
    const review = {
      reviewer: 'ana',
      verdict: 'benign',
      notes: 'ours',
      reviewed_at: '2026-01-15T10:00:00.000Z',
    } as const
    const attacker = [{ ip: '203.0.113.9', events: 286, internal: false }]
    const alert = someAlert({ address_roles: { attacker } })
    const triage = { ...assessAlert(alert, 0, someSurroundings()), review }
    const { code, out } = await runFake(['triage', 'review', 'a1', '--as', 'benign', '--note', 'ours'], {
      fetch: async () => Response.json(someAlert({ triage })),
    })
    expect(code).toBe(0)
    for (const text of [
      'Risk 72 (high), likely malicious',
      'ana says benign: ours',
      '+ 2 of 4 lists know 203.0.113.9 [i1] [e1]',
      '− people dismissed 1 of 5 similar alerts [a1]',
      'missing: whether a login on web-01 succeeded',
      '→ medium: Block 203.0.113.9',
      '~ 90 % like a0: the same last week (true positive)',
      '× 1.1 4 similar before = 72.27 → 72',
    ]) {
      expect(out.replaceAll(/\n +/g, ' ')).toContain(text)
    }
  })

  it('rejects invalid verdicts and inputs', async () => {
    expect(await runFake(['triage', 'review', 'a1', '--as', 'evil'])).toMatchObject({ code: 2 })
    expect(await runFake(['triage', 'preview', '--set', 'severity'])).toMatchObject({ code: 2 })
  })
})
