import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { createProcess } from '../chaos/process.ts'
import { scratch, sleep } from '../e2e/program.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { createPostgresCluster, postgresPrograms } from './postgres-cluster.ts'
import { createRabbitmqNode, type RabbitmqNode, rabbitmqPrograms } from './rabbitmq-node.ts'
import { sendSteadily, stored } from './steady-sender.ts'

const leaders = z.array(z.object({ name: z.string(), leader: z.string(), members: z.array(z.string()) }))
const health = z.object({ queues: z.array(z.object({ ready: z.number(), running: z.number(), dead: z.number() })) })

it('stores each accepted record once while nodes of a RabbitMQ cluster are killed, move leaders and are cut off', {
  ...needs(postgresPrograms(), rabbitmqPrograms()),
  timeout: 900_000,
}, async () => {
  const data = scratch()
  const database = await createPostgresCluster()
  const first = await createRabbitmqNode()
  const nodes = [first, await createRabbitmqNode(first), await createRabbitmqNode(first)]
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`)
  const start = async (role: 'server' | 'worker') => {
    const one = await createProcess({
      ...{ name: role, role, database, broker: undefined, dataDir: join(data.path, role) },
      env: { VEDETTE_PARTITIONS: '4', VEDETTE_QUEUE_URL: `amqp://guest:guest@${addresses.join(',')}` },
    })
    one.start()
    onTestFinished(async () => {
      await one.stop('SIGKILL')
      await one.line.close()
    })
    return one
  }
  onTestFinished(async () => {
    for (const node of nodes) await node.remove()
    await database.remove()
    data.remove()
  })
  const [server, worker] = await Promise.all([start('server'), start('worker')])
  await until(async () => (await server.isReady()) && (await worker.isReady()), 'both processes being ready')
  const senders = ['one', 'two', 'three', 'four'].map((name) => sendSteadily(server, name, name))
  /** Waits until each sender has sent more than now. */
  const goOn = async (what: string) => {
    const before = senders.map(({ accepted }) => accepted.length)
    await until(
      () => senders.every(({ accepted }, index) => accepted.length > (before[index] ?? 0) + 5),
      () => `records being accepted ${what}\n${server.output()}`,
    )
  }
  const queues = async (from: RabbitmqNode) =>
    leaders.parse(JSON.parse(await from.control('list_queues', 'name', 'leader', 'members', '--formatter=json')))
  const other = (one: RabbitmqNode) => nodes.find((node) => node !== one) ?? first
  /** The node that leads most queues. */
  const leading = async (from: RabbitmqNode): Promise<RabbitmqNode> => {
    const counts = Map.groupBy(await queues(from), ({ leader }) => leader)
    const [most] = [...counts].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? []
    return nodes.find(({ name }) => name === most) ?? first
  }

  await goOn('by three nodes')
  for (const { members } of await queues(first)) expect(members).toHaveLength(3)

  const killed = await leading(first)
  await killed.stop('immediate')
  await goOn('without the node that led')
  await killed.start()
  await goOn('by three nodes again')

  // As `rabbitmq-upgrade drain` does. It also stops the replicas of the queues on this node.
  const drained = await leading(other(killed))
  await drained.control(
    'eval',
    'rabbit_maintenance:transfer_leadership_of_quorum_queues(rabbit_nodes:all_running() -- [node()]).',
  )
  await goOn('after leaders moved')

  const cut = await leading(drained)
  const names = nodes.filter((node) => node !== cut).map(({ name }) => `'${name}'`)
  // Without the secret of the cluster, the nodes refuse one another. One replica of three is left, long enough to take messages for lost.
  await cut.control('eval', `[begin erlang:set_cookie(N, wrong), erlang:disconnect_node(N) end || N <- [${names}]].`)
  await sleep(75_000)
  await cut.control('eval', `[erlang:set_cookie(N, erlang:get_cookie()) || N <- [${names}]].`)
  await goOn('after the queues have a majority again')

  await Promise.all(senders.map((sender) => sender.stop()))
  const depths = async () => health.parse(await (await server.ask('/health/ready')).json()).queues
  await until(async () => {
    const found = await depths()
    return found.length > 0 && found.every(({ ready, running }) => ready + running === 0)
  }, 'the queues being empty')
  expect((await depths()).filter(({ dead }) => dead > 0)).toEqual([])
  const refusals = senders.flatMap(({ refused }) => refused)
  expect(refusals.filter(({ status, retryAfter }) => status !== 503 || !(Number(retryAfter) > 0))).toEqual([])
  for (const [index, name] of ['one', 'two', 'three', 'four'].entries()) {
    const accepted = senders[index]?.accepted ?? []
    expect(accepted.length).toBeGreaterThan(30)
    expect((await stored(server, name)).toSorted()).toEqual(accepted.toSorted())
  }
})
