import { describe, expect, it } from 'vitest'
import type { Log } from '../../component.ts'
import { triageResult } from '../../schema/triage/triage-result.ts'
import { assessAlert } from './assess.ts'
import type { Neighbours } from './gather.ts'
import { triagerRegistry } from './registry.ts'
import { riskOptions } from './risk.ts'
import { createTriage, keepTriage } from './triage.ts'
import { describeTriager, someAlert, someSurroundings } from './triager.conformance.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
const runtime = { now: () => 0, fetch, log, signal: new AbortController().signal }
const delivery = { id: 'job', attempt: 1, signal: runtime.signal, transaction: async () => 'tx' }
const never = () => new Promise<never>(() => {})

describeTriager('risk', () => triagerRegistry.create('risk', {}, runtime))

describe('the triage stage', () => {
  const options = {
    triager: triagerRegistry.create('risk', {}, runtime),
    neighbours: {},
    risk: riskOptions.parse({}),
    now: () => 0,
    log,
    patience: { neighbours: 20, triager: 20 },
  }

  it('runs all lookups and adds their answers to the result', async () => {
    const { context, intelligence, history } = someSurroundings()
    if (!context || !intelligence || !history) throw new Error('the sample is not complete')
    const neighbours: Neighbours = {
      context: () => context,
      intelligence: async () => intelligence,
      history: async () => history,
    }
    const [triaged] = await createTriage({ ...options, neighbours })([someAlert()], delivery)
    expect(triaged?.triage).toEqual(assessAlert(someAlert(), 0, someSurroundings()))
    expect(triaged?.found).toEqual(someSurroundings())
  })

  it.each<[string, Neighbours]>([
    [
      'fail',
      {
        context: () => {
          throw new Error('the table is broken')
        },
        intelligence: () => Promise.reject(new Error('it is away')),
        history: () => Promise.reject(new Error('the store is busy')),
      },
    ],
    ['hang', { intelligence: never, history: never }],
  ])('answers in time when all neighbours %s, and says what is missing', async (_how, neighbours) => {
    const alerts = Array.from({ length: 50 }, (_, i) => someAlert({ id: `a${i}` }))
    const triaged = await createTriage({ ...options, neighbours })(alerts, delivery)
    expect(triaged).toHaveLength(50)
    for (const { triage } of triaged) {
      expect(triageResult.safeParse(triage).error).toBeUndefined()
      expect(triage.risk_score).toBe(assessAlert(someAlert(), 0).risk_score)
      expect(
        triage.missing.filter((text) =>
          /^(?:asset, user and network context|threat intelligence|similar earlier alerts): /.test(text),
        ),
      ).toHaveLength(Object.keys(neighbours).length)
    }
  })

  it.each([
    ['fails', () => Promise.reject(new Error('no answer'))],
    ['hangs', never],
  ])('answers by the formula, with what is known, when the triager %s', async (_how, assess) => {
    const context = someSurroundings().context
    const stage = createTriage({
      ...options,
      triager: { name: 'model', assess },
      neighbours: { ...(context && { context: () => context }) },
    })
    const [triaged] = await stage([someAlert()], delivery)
    const alone = assessAlert(someAlert(), 0, { ...(context && { context }) })
    expect(triaged?.triage).toMatchObject({ risk_score: alone.risk_score, requires_human_review: true })
    expect(triaged?.triage.review_reasons.at(-1)).toMatch(/^triage failed: no answer/)
  })

  it('ends when the delivery is aborted', async () => {
    const stop = new AbortController()
    const stage = createTriage({
      ...options,
      neighbours: { intelligence: never },
      patience: { neighbours: 60_000, triager: 1 },
    })
    const judging = Promise.resolve(stage([someAlert()], { ...delivery, signal: stop.signal }))
    const said = judging.then(
      () => 'triaged',
      () => 'ended',
    )
    stop.abort(new Error('stopping'))
    expect(await said).toBe('ended')
  })

  it('keeps the review by a person', async () => {
    const review = {
      reviewer: 'ana',
      verdict: 'benign',
      notes: 'ours',
      reviewed_at: '2024-12-10T08:00:00.000Z',
    } as const
    const triage = { ...assessAlert(someAlert(), 0), review }
    const [triaged] = await createTriage(options)([someAlert({ triage })], delivery)
    expect(triaged?.triage.review).toEqual(review)
  })

  it('stores results and contexts by alert id, in one transaction', async () => {
    const kept: unknown[] = []
    const keeper = (name: string) => ({
      save: async (rows: readonly unknown[], tx: string) => void kept.push([tx, name, rows]),
    })
    const found = someSurroundings()
    const triaged = { ...someAlert(), triage: assessAlert(someAlert(), 0), found }
    const store = { results: keeper('results'), contexts: keeper('contexts') }
    await keepTriage(store).save([triaged, { ...triaged, id: 'a2', found: {} }], 'tx')
    expect(kept).toEqual([
      [
        'tx',
        'results',
        [
          { alertId: 'a1', result: triaged.triage },
          { alertId: 'a2', result: triaged.triage },
        ],
      ],
      ['tx', 'contexts', [{ alertId: 'a1', contexts: found.context?.contexts }]],
    ])
  })
})
