import type { Server } from '../test/e2e/program.ts'

/** Sends bodies of NDJSON one after another; throws if one is refused. */
export const sendBodies = async (server: Pick<Server, 'ask'>, bodies: readonly string[]): Promise<void> => {
  for (const body of bodies) {
    const answer = await server.ask('/api/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body,
    })
    if (!answer.ok) throw new Error(`The server answered ${answer.status}: ${await answer.text()}`)
    await answer.body?.cancel()
  }
}

/** Reads how many records wait. */
export const waitingRecords = async (server: Pick<Server, 'ask'>): Promise<number> => {
  const metrics = await (await server.ask('/metrics')).text()
  return Number(/^vedette_queue_ready\{queue="records"\} (\d+)/m.exec(metrics)?.[1] ?? 0)
}
