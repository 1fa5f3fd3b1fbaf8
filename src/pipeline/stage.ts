/** What comes with one delivery of a job: its transaction, which opens at the first call and commits with the end of the job. */
export interface Delivery<Tx = unknown> {
  /** The same on every redelivery of the same jobs. */
  readonly id: string
  /** 1 at the first try. */
  readonly attempt: number
  readonly signal: AbortSignal
  /** Whatever is written through it becomes visible together with the end of the job, or not at all. Keep what follows short. */
  transaction(): Promise<Tx>
}

/** A step of the road: a batch in, a batch out, in order. It knows neither its neighbours nor the queue. */
export type Stage<In, Out, Tx = unknown> = (
  batch: readonly In[],
  delivery: Delivery<Tx>,
) => Promise<readonly Out[]> | readonly Out[]

/** Counts what passes a stage; the only thing between stages besides the batch. */
export interface Meter {
  passed(stage: string, received: number, emitted: number, seconds: number): void
  failed(stage: string, received: number): void
}

/** Something that can store a batch within the delivery's transaction; doing it twice changes nothing. */
export interface Keeper<Item, Tx> {
  save(items: readonly Item[], tx: Tx): Promise<void>
}

/** A stage with the name under which it is counted. */
export interface NamedStage<In, Out, Tx> {
  readonly name: string
  readonly run: Stage<In, Out, Tx>
}

export const stage = <In, Out, Tx = unknown>(name: string, run: Stage<In, Out, Tx>): NamedStage<In, Out, Tx> => ({
  name,
  run,
})

/** Stores what passes and lets it pass. */
export const keep = <Item, Tx>(name: string, keeper: Keeper<Item, Tx>): NamedStage<Item, Item, Tx> =>
  stage(`keep ${name}`, async (items, delivery) => {
    if (items.length > 0) await keeper.save(items, await delivery.transaction())
    return items
  })

/** Fetches by id what the doorbell rang for; what is gone by now is left out. */
export const load = <Item, Tx>(
  name: string,
  loader: { load(ids: readonly string[], tx: Tx): Promise<readonly Item[]> },
): NamedStage<string, Item, Tx> =>
  stage(`load ${name}`, async (ids, delivery) => loader.load([...new Set(ids)], await delivery.transaction()))

/**
 * Joins stages into one handler, first to last, metering each. It stops early on an empty batch.
 *
 * @example chain(meter, stage('normalize', normalize), keep('events', store.events), stage('detect', detect))
 */
export function chain<A, B, Tx>(meter: Meter, a: NamedStage<A, B, Tx>): Stage<A, B, Tx>
export function chain<A, B, C, Tx>(meter: Meter, a: NamedStage<A, B, Tx>, b: NamedStage<B, C, Tx>): Stage<A, C, Tx>
export function chain<A, B, C, D, Tx>(
  meter: Meter,
  a: NamedStage<A, B, Tx>,
  b: NamedStage<B, C, Tx>,
  c: NamedStage<C, D, Tx>,
): Stage<A, D, Tx>
export function chain<A, B, C, D, E, Tx>(
  meter: Meter,
  a: NamedStage<A, B, Tx>,
  b: NamedStage<B, C, Tx>,
  c: NamedStage<C, D, Tx>,
  d: NamedStage<D, E, Tx>,
): Stage<A, E, Tx>
export function chain<A, B, C, D, E, F, Tx>(
  meter: Meter,
  a: NamedStage<A, B, Tx>,
  b: NamedStage<B, C, Tx>,
  c: NamedStage<C, D, Tx>,
  d: NamedStage<D, E, Tx>,
  e: NamedStage<E, F, Tx>,
): Stage<A, F, Tx>
export function chain<A, B, C, D, E, F, G, H, I, Tx>(
  meter: Meter,
  a: NamedStage<A, B, Tx>,
  b: NamedStage<B, C, Tx>,
  c: NamedStage<C, D, Tx>,
  d: NamedStage<D, E, Tx>,
  e: NamedStage<E, F, Tx>,
  f: NamedStage<F, G, Tx>,
  g: NamedStage<G, H, Tx>,
  h: NamedStage<H, I, Tx>,
): Stage<A, I, Tx>
export function chain(meter: Meter, ...stages: NamedStage<never, unknown, never>[]): Stage<never, unknown, never> {
  return async (batch, delivery) => {
    let items: readonly unknown[] = batch
    for (const { name, run } of stages) {
      const started = performance.now()
      const received = items.length
      try {
        items = await (run as Stage<unknown, unknown, never>)(items, delivery)
      } catch (error) {
        meter.failed(name, received)
        throw error
      }
      meter.passed(name, received, items.length, (performance.now() - started) / 1000)
      if (items.length === 0) break
    }
    return items
  }
}
