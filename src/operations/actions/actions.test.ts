import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readPlaybooks } from '../../pipeline/propose/playbooks.ts'
import type { Actor } from '../../schema/account/role.ts'
import { openStore } from '../../store/open-store.ts'
import { sampleIncident } from '../../store/samples.conformance.ts'
import { describeIncident } from '../incidents/describe-incident.ts'
import { createCarryOut } from './carry-out.ts'
import { dryRunAction, executeAction } from './execute-action.ts'
import { listActions } from './list-actions.ts'
import { proposeAction } from './propose-action.ts'
import { approveAction, updateAction } from './update-action.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const actor: Actor = { name: 'noor', role: 'analyst' }
const secret = 'a secret of sixteen or more'

interface Heard {
  readonly dry_run: boolean
  readonly key: string
  readonly parameters: unknown
}

describe('remediation actions', () => {
  let deps: Awaited<ReturnType<typeof open>>
  let server: Server
  let heard: Heard[]
  let status: number

  /** Starts a webhook receiver that verifies signatures. */
  const listen = () =>
    new Promise<string>((done) => {
      server = createServer(async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(Buffer.from(chunk))
        const body = Buffer.concat(chunks).toString()
        const [, time = '', given = ''] =
          /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request.headers['x-vedette-signature'])) ?? []
        const expected = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
        if (given !== expected) return response.writeHead(401).end('wrong signature')
        const { dry_run, parameters } = JSON.parse(body)
        heard.push({ dry_run, parameters, key: String(request.headers['idempotency-key']) })
        return response.writeHead(status).end(dry_run ? 'would block it' : 'blocked it')
      }).listen(0, '127.0.0.1', () => {
        const address = server.address()
        done(address && typeof address === 'object' ? `http://127.0.0.1:${address.port}/do?token=abc` : '')
      })
    })

  const open = async (url: string) => {
    let time = Date.UTC(2026, 2, 2)
    const now = () => {
      time += 1
      return time
    }
    const store = await openStore('sqlite::memory:', { now, log })
    await store.transaction((tx) => store.incidents.save([sampleIncident(3)], tx))
    const carryOut = createCarryOut({
      webhooks: [{ name: 'firewall', url, secret, timeout: 1_000 }],
      fetch,
      now,
      signal: new AbortController().signal,
    })
    let ids = 0
    const newId = () => {
      ids += 1
      return `00000000-${ids}`
    }
    return {
      store,
      now,
      actor,
      newId,
      playbooks: readPlaybooks([]),
      carryOut,
      wait: (ms: number) => (time += ms),
    }
  }

  beforeEach(async () => {
    heard = []
    status = 200
    deps = await open(await listen())
  })
  afterEach(async () => {
    server.closeAllConnections()
    server.close()
    await deps.store.close()
  })

  const propose = async (more: { webhook?: string; playbook?: string; description?: string }) => {
    const { data } = await proposeAction.run(
      { incident: 'INC-3', action_type: 'containment', priority: 2, ...more },
      deps,
    )
    return data
  }
  const one = async (webhook?: string) =>
    (await propose({ description: 'Block {host} 203.0.113.9', ...(webhook && { webhook }) }))[0]?.id ?? ''

  it('is proposed once by a playbook or in free text', async () => {
    const steps = await propose({ playbook: 'block-ip' })
    expect(steps.map(({ description }) => description)).toContain(
      'Block 203.0.113.9 at the network edge in both directions for 30 days.',
    )
    expect(await propose({ playbook: 'block-ip' })).toEqual([])
    const [own] = await propose({ description: 'Block {host} 203.0.113.9' })
    expect(own).toMatchObject({ description: 'Block {host} 203.0.113.9', playbook: null, proposed_by: 'noor' })
    expect((await listActions.run({ incident: 'INC-3', limit: 50 }, deps)).data).toHaveLength(4)
    await expect(propose({})).rejects.toThrow('Give either')
    await expect(propose({ playbook: 'none' })).rejects.toThrow('Playbook "none" not found')
  })

  it('runs only after approval and a successful dry run', async () => {
    const id = await one('firewall')
    await expect(executeAction.run({ id }, deps)).rejects.toThrow('not approved')
    await approveAction.run({ id }, deps)
    await expect(executeAction.run({ id }, deps)).rejects.toThrow('dry run')
    status = 500
    expect((await dryRunAction.run({ id }, deps)).runs).toMatchObject([{ ok: false }])
    await expect(executeAction.run({ id }, deps)).rejects.toThrow('dry run')
    status = 200
    expect((await dryRunAction.run({ id }, deps)).runs[1]).toMatchObject({ ok: true, answer: '200 would block it' })
    expect(heard.every(({ dry_run }) => dry_run)).toBe(true)

    const done = await executeAction.run({ id }, deps)
    expect(done).toMatchObject({ status: 'completed', approved_by: 'noor' })
    expect(done.runs.at(-1)).toMatchObject({ kind: 'execution', ok: true, answer: '200 blocked it' })
    expect(heard.at(-1)).toMatchObject({ dry_run: false, key: `${id}:execute`, parameters: { ip: '203.0.113.9' } })
    await expect(executeAction.run({ id }, deps)).rejects.toThrow('is completed')
    await expect(approveAction.run({ id }, deps)).rejects.toThrow('was approved by noor')

    const { items } = await deps.store.audit.list({ target_id: id, limit: 50 })
    expect(items.map(({ action }) => action)).toEqual([
      'execution',
      'execute',
      'dry_run',
      'dry_run',
      'approve',
      'propose',
    ])
  })

  it('runs once under concurrent requests, and retries a failure under the same key', async () => {
    const id = await one('firewall')
    await approveAction.run({ id }, deps)
    await dryRunAction.run({ id }, deps)
    status = 503
    const both = await Promise.allSettled([executeAction.run({ id }, deps), executeAction.run({ id }, deps)])
    expect(both.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await listActions.run({ limit: 5 }, deps)).data[0]).toMatchObject({ status: 'failed' })
    status = 200
    expect((await executeAction.run({ id }, deps)).status).toBe('completed')
    expect(new Set(heard.filter(({ dry_run }) => !dry_run).map(({ key }) => key)).size).toBe(1)
  })

  it('does not reveal the URL of a webhook that does not answer', async () => {
    const id = await one('firewall')
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
    const { runs } = await dryRunAction.run({ id }, deps)
    expect(runs).toMatchObject([{ ok: false, answer: 'Webhook "firewall" did not answer.' }])
  })

  it('is done by hand without a webhook', async () => {
    const id = await one()
    await expect(dryRunAction.run({ id }, deps)).rejects.toThrow('no webhook')
    const unknown = await one('nobody')
    await expect(dryRunAction.run({ id: unknown }, deps)).rejects.toThrow('Webhook "nobody" is not configured')
    const done = await updateAction.run({ id, status: 'completed', notes: 'by hand', assignee: 'ana' }, deps)
    expect(done).toMatchObject({ status: 'completed', notes: 'by hand', assignee: 'ana', version: 2 })
    expect(done.completed_at).not.toBeNull()
    expect((await updateAction.run({ id, status: 'pending' }, deps)).completed_at).toBeNull()
    await expect(updateAction.run({ id, version: 1 }, deps)).rejects.toThrow('version 3, not 1')
    await expect(updateAction.run({ id: 'none' }, deps)).rejects.toThrow('Action "none" not found')
  })

  it('closes with lessons learned', async () => {
    await describeIncident.run({ id: 'INC-3', root_cause: 'a weak password', lessons_learned: 'keys only' }, deps)
    const after = await describeIncident.run({ id: 'INC-3', lessons_learned: '' }, deps)
    expect(after.root_cause).toBe('a weak password')
    expect(after.lessons_learned).toBeUndefined()
    const row = await deps.store.connections.read.selectFrom('incidents').selectAll().executeTakeFirst()
    expect(row).toMatchObject({ root_cause: 'a weak password', lessons_learned: null })
  })
})
