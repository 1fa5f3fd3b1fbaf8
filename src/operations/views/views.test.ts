import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Actor } from '../../schema/account/role.ts'
import { openStore } from '../../store/open-store.ts'
import { at, begin, sampleAlert } from '../../store/samples.conformance.ts'
import { createView } from './create-view.ts'
import { listViews } from './list-views.ts'
import { removeView } from './remove-view.ts'
import { updateView } from './update-view.ts'

const now = () => begin + 86_400_000
const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }

it('views keep what was asked and how it is shown, and say how much is open in each', async () => {
  const store = await openStore('sqlite::memory:', { now, log })
  const as = (name: string, role: Actor['role'] = 'analyst') => ({
    store,
    now,
    newId: randomUUID,
    actor: { name, role },
  })
  const viewsOf = async (name: string) =>
    Object.fromEntries(
      (await listViews.run({ counted: true }, as(name))).data.map((one) => [one.name, [one.total, one.open]]),
    )
  const create = (input: object, name = 'noor') => createView.run(createView.input.parse(input), as(name))
  const alerts = [
    sampleAlert(1, { assignee: 'noor', status: 'investigating' }),
    sampleAlert(2),
    sampleAlert(3, { status: 'resolved' }),
    sampleAlert(600, { status: 'suppressed', last_seen: at(600) }),
  ]
  await store.transaction((tx) => store.alerts.save(alerts, tx))
  expect(await viewsOf('noor')).toEqual({
    'All open': [2, 2],
    Mine: [1, 1],
    Unassigned: [1, 1],
    'Needs review': [0, 0],
    Snoozed: [0, 0],
    Closed: [1, 0],
    Suppressed: [1, 0],
  })

  const uncounted = await listViews.run({ counted: false }, as('noor'))
  expect(uncounted.data.map(({ total, open }) => total ?? open)).toEqual(Array(7).fill(null))

  const kept = {
    name: 'Lately',
    from: 'now-16h',
    sort: '-last_seen',
    columns: ['severity', 'title'],
    density: 'compact',
  }
  const made = await create({ ...kept, shared: false })
  expect(made).toMatchObject({ ...kept, filter: '', owner: 'noor' })
  expect(await viewsOf('noor')).toMatchObject({ Lately: [1, 0] })
  expect(await viewsOf('sam')).not.toHaveProperty('Lately')
  await expect(updateView.run({ id: made.id, name: 'Mine now' }, as('sam'))).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
  await updateView.run({ id: made.id, filter: 'ip:203.0.113.2', from: null, shared: true }, as('noor'))
  expect(await viewsOf('sam')).toMatchObject({ Lately: [1, 1] })
  await expect(removeView.run({ id: made.id }, as('sam'))).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await removeView.run({ id: made.id }, as('root', 'admin'))
  expect(await viewsOf('noor')).not.toHaveProperty('Lately')

  await expect(create({ name: 'Odd', filter: 'severity:(' })).rejects.toMatchObject({ code: 'FILTER_SYNTAX' })
  await expect(create({ name: 'Odd', sort: 'colour' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  await expect(create({ name: 'Odd', from: 'whenever' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  await store.close()
})
