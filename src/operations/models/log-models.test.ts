import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { portOf } from '../../api/compat-ports.ts'
import { as, fakeServer } from '../../api/server.fake.ts'
import { createLogDetection } from '../../compat/log-detection/log-detection.ts'
import { readLogEvent } from '../../lib/log-events/log-event.ts'
import { LogModel } from '../../lib/log-events/log-events.ts'
import type { Role } from '../../schema/account/role.ts'
import { saveModelFile } from './log-model-file.ts'
import { createLogModels } from './log-models.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const entries = Array.from({ length: 30 }, (_, i) => ({
  timestamp: `2026-01-08T11:${10 + i}:00Z`,
  user: 'ana',
  source_ip: '10.0.0.100',
  event_type: 'login',
  action: 'success',
  message: 'Logged in',
}))
const model = LogModel.fit(
  entries.flatMap((entry) => readLogEvent(entry) ?? []),
  { trainedAt: 0 },
)

describe('loading a model for log events', () => {
  let folder = ''
  const at = (...names: readonly string[]) => join(folder, ...names)
  let main: Awaited<ReturnType<typeof fakeServer>>
  let port: Awaited<ReturnType<typeof fakeServer>>

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vedette-models-'))
    for (const name of ['root/own', 'root/own/deep', 'root/empty', 'root/linked-file', 'outside']) {
      mkdirSync(at(name), { recursive: true })
    }
    await Promise.all([at('root/own'), at('root/own/deep'), at('outside')].map((path) => saveModelFile(model, path)))
    symlinkSync(at('outside'), at('root/linked-folder'))
    symlinkSync(at('outside/model.vedette'), at('root/linked-file/model.vedette'))
    symlinkSync(at('root/own'), at('root/current'))
    writeFileSync(at('outside/secret'), 'a secret')
    main = await fakeServer()
    port = await fakeServer({ only: portOf(createLogDetection([]), { presets: [] }) })
    for (const { deps } of [main, port]) {
      const logModels = await createLogModels({ model_dir: at('root/own'), root: at('root') }, { now: Date.now, log })
      Object.assign(deps, { logModels })
    }
  })
  afterEach(async () => {
    await Promise.all([main.app.close(), port.app.close()])
    rmSync(folder, { recursive: true })
  })

  const load = (server: typeof main, model_dir: string, headers: Record<string, string> = {}) =>
    server.app.inject({ method: 'POST', url: '/models/load', headers, payload: { model_dir } })
  const written = ({ audit }: typeof main) =>
    audit.map(({ actor, action, error }) => [actor, action, error === undefined])

  it.each(['ingest', 'viewer', 'auditor', 'analyst'] satisfies Role[])('is refused to the role %s', async (name) => {
    expect((await load(main, 'own', as(name))).statusCode).toBe(403)
    expect(written(main)).toEqual([[name, 'denied', false]])
    expect((await load(main, 'own')).statusCode).toBe(401)
  })

  it('is done for an admin, and audited with the model that it replaces', async () => {
    expect((await load(main, 'current', as('admin'))).statusCode).toBe(200)
    expect(main.audit).toMatchObject([
      {
        actor: 'admin',
        action: 'load_log_model',
        target_type: 'model',
        old_values: { folder: at('root/own') },
        new_values: { folder: 'current' },
        ip_address: '127.0.0.1',
      },
    ])
  })

  it('is done for clients of the older service on its own port, below the root, and audited', async () => {
    for (const name of ['own', 'own/deep', 'current', at('root/own')]) {
      expect((await load(port, name)).json()).toMatchObject({ status: 'success' })
    }
    expect(written(port)).toEqual(Array.from({ length: 4 }, () => ['compat:log-detection', 'load_log_model', true]))
  })

  it.each([
    '../outside',
    'own/../../outside',
    'linked-folder',
    'linked-file',
    '/etc',
    '/proc/self',
    '..',
    '../root-of-another',
  ])('never leaves the root: %s', async (name) => {
    for (const [server, headers] of [
      [port, {}],
      [main, as('admin')],
    ] as const) {
      const answer = await load(server, name, headers)
      expect(answer.statusCode).toBe(403)
      expect(answer.body).not.toContain(folder)
      expect(server.audit).toMatchObject([{ action: 'denied', error: expect.stringContaining('outside') }])
    }
  })

  it('treats a folder without a model like a missing one', async () => {
    const answers = await Promise.all(
      ['empty', 'nowhere', 'own/nowhere', 'linked-folder/../outside'].map((name) => load(port, name)),
    )
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404])
    for (const { body } of answers) expect(body).not.toContain(folder)
  })
})
