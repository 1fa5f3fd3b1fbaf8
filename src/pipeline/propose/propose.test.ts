import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { runs } from '../../../test/depth.ts'
import { playbook } from '../../schema/action/playbook.ts'
import type { Entity } from '../../schema/detection/detection.ts'
import { openStore } from '../../store/open-store.ts'
import { sampleIncident } from '../../store/samples.conformance.ts'
import { readPlaybooks } from './playbooks.ts'
import { createPropose } from './propose.ts'
import { isMeantFor, proposeActions } from './propose-actions.ts'

const bundled = readPlaybooks([])
const context = { now: Date.UTC(2026, 2, 1), proposedBy: 'vedette' }
const entities: Entity[] = [
  { type: 'host', value: 'web-01' },
  { type: 'ip', value: '203.0.113.9' },
  { type: 'ip', value: '{host} $& evil' },
  { type: 'service', value: 'sshd' },
]
const attackers = entities
  .filter(({ type }) => type === 'ip')
  .map(({ value }) => ({ ip: value, events: 10, internal: false }))
const guessing = sampleIncident(3, {
  types: ['brute_force'],
  entities,
  address_roles: { attacker: attackers },
  severity: 'high',
})
const playbookOf = (step: string) =>
  playbook.parse(parse(`{ id: theirs, title: Theirs, steps: [{ id: each, type: containment, ${step} }] }`))
const inFolder = <Answer>(text: string, work: (folder: string) => Answer): Answer => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-playbooks-'))
  writeFileSync(join(folder, 'own.yaml'), text)
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('playbooks', () => {
  it('are bundled: six workflows for approval, and six proposed responses', () => {
    const steps = bundled.map(({ id, steps, when }) => `${id} ${steps.length}${when ? ' proposed' : ''}`)
    expect(steps).toEqual([
      'account-lockout-enforcement 4 proposed',
      'block-ip 3',
      'brute-force-rate-limit 3 proposed',
      'create-ticket 2',
      'data-exfiltration-containment 5 proposed',
      'enrich-context 6',
      'isolate-host 5',
      'malware-containment 6 proposed',
      'notify-team 3',
      'phishing-email-containment 5 proposed',
      'quarantine-file 4',
      'ransomware-response 6 proposed',
    ])
  })

  it('of your own replace ours, and say what is wrong with them', () => {
    const own = 'id: block-ip\ntitle: Ours\nsteps: [{ id: a, type: other, description: Call Bob. }]\n'
    const found = inFolder(own, (folder) => readPlaybooks([folder]))
    expect(found.find(({ id }) => id === 'block-ip')?.title).toBe('Ours')
    expect(() => inFolder('id: X\nsteps: []\n', (folder) => readPlaybooks([folder]))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
    expect(() => readPlaybooks(['/nowhere'])).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  it('are meant for types, techniques and severities', () => {
    const meantFor = (facts: Parameters<typeof sampleIncident>[1]) =>
      bundled.filter((one) => isMeantFor(one, sampleIncident(1, facts))).map(({ id }) => id)
    expect(meantFor({ types: ['brute_force'], severity: 'medium' })).toEqual(['brute-force-rate-limit'])
    expect(meantFor({ types: ['brute_force'], severity: 'low' })).toEqual([])
    expect(meantFor({ types: ['malware'], techniques: ['T1486.001'], severity: 'high' })).toEqual([
      'malware-containment',
      'ransomware-response',
    ])
  })

  it('propose a step for each value, and never read what a value contains', () => {
    const [playbook] = bundled.filter(({ id }) => id === 'brute-force-rate-limit')
    const actions = playbook ? proposeActions(playbook, guessing, context) : []
    expect(actions.map(({ priority, description, assignee }) => [priority, description, assignee])).toEqual([
      [2, 'Block 203.0.113.9, or rate-limit its attempts.', 'network team'],
      [2, 'Block {host} $& evil, or rate-limit its attempts.', 'network team'],
      [1, 'Check on web-01 whether any attempt succeeded.', null],
      [3, 'Limit login attempts at sshd, and require a second factor.', null],
    ])
    expect(actions[0]).toMatchObject({
      status: 'pending',
      approved_by: null,
      due_at: '2026-03-01T04:00:00.000Z',
      parameters: { attacker: '203.0.113.9', ip: '203.0.113.9', incident: 'INC-3' },
    })
  })

  it('propose to block attackers, and never an address of ours', () => {
    const own = { ip: '10.0.0.5', events: 300, internal: true }
    const attacked = {
      ...guessing,
      entities: [own.ip, '203.0.113.9'].map((value) => ({ type: 'ip', value }) as const),
      address_roles: { attacker: attackers.slice(0, 1), source: attackers.slice(0, 1), destination: [own] },
    }
    const theirs = playbookOf(
      "for_each: ip, description: 'Drop {ip}.' }, { id: all, type: containment, description: 'Block {ip}.'",
    )
    for (const playbook of [...bundled, theirs]) {
      const blocks = proposeActions(playbook, attacked, context).filter(
        ({ action_type }) => action_type === 'containment',
      )
      expect(blocks.filter(({ description }) => description.includes(own.ip))).toEqual([])
      const { address_roles: _unknown, ...unexplained } = attacked
      const guesses = proposeActions(playbook, unexplained, context).filter(
        ({ action_type }) => action_type === 'containment',
      )
      expect(guesses.filter(({ description }) => /\d+\.\d+\.\d+/.test(description))).toEqual([])
    }
    expect(proposeActions(theirs, attacked, context).map(({ description }) => description)).toEqual([
      'Drop 203.0.113.9.',
      'Block 203.0.113.9.',
    ])
  })

  it('propose nothing twice when an incident grows', async () => {
    const store = await openStore('sqlite::memory:', {
      now: () => context.now,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    })
    const propose = createPropose(bundled, store.remediationActions, () => context.now)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.subarray(entities), { minLength: 1, maxLength: 4 }), fc.nat(), async (growth, n) => {
        const seen = new Set<string>()
        for (const some of growth) {
          for (const { type, value } of some) if (type !== 'service' || value) seen.add(`${type} ${value}`)
          const grown = {
            ...guessing,
            id: `incident-${n}-${growth.length}`,
            entities: [...entities].filter((one) => seen.has(`${one.type} ${one.value}`)),
            address_roles: { attacker: attackers.filter(({ ip }) => seen.has(`ip ${ip}`)) },
          }
          const delivery = { id: '1', attempt: 1, signal: new AbortController().signal }
          await store.transaction(async (tx) => propose([grown, grown], { ...delivery, transaction: async () => tx }))
        }
        const { items } = await store.remediationActions.list({
          incident_id: `incident-${n}-${growth.length}`,
          limit: 100,
        })
        expect(items.length).toBeGreaterThanOrEqual(seen.size)
        expect(new Set(items.map(({ description }) => description)).size).toBe(items.length)
      }),
      { numRuns: runs(30) },
    )
    await store.close()
  })
})
