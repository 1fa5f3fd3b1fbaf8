import { setImmediate } from 'node:timers/promises'

/** One delivery of a job, with its transaction, which opens at the first call and commits when the job ends. */
export interface Delivery<Tx = unknown> {
  /** The same on every redelivery of the same jobs. */
  readonly id: string
  /** 1 on the first attempt. */
  readonly attempt: number
  readonly signal: AbortSignal
  /** Writes through it become visible when the job ends, or not at all. Do little work after opening it. */
  transaction(): Promise<Tx>
  /** Rejects while the database cannot be written to. Unlike `transaction`, it blocks no other writer. */
  verify?(): Promise<void>
  /** Set if a delivery passes in chunks, each with its own id: the whole delivery, and whether this is the last chunk. */
  readonly chunk?: { readonly of: Delivery<Tx>; readonly last: boolean }
}

/** A step of the pipeline: a batch in, a batch out, in order. It knows neither its neighbours nor the queue. */
export type Stage<In, Out, Tx = unknown> = (
  batch: readonly In[],
  delivery: Delivery<Tx>,
) => Promise<readonly Out[]> | readonly Out[]

/** Counts the items of each stage. Besides the batch, the only connection between stages. */
export interface Meter {
  passed(stage: string, received: number, emitted: number, seconds: number): void
  failed(stage: string, received: number, error: unknown): void
}

/** Stores a batch within the delivery's transaction. Idempotent. */
export interface Keeper<Item, Tx> {
  save(items: readonly Item[], tx: Tx): Promise<void>
}

/** Stores a batch in two steps. The first needs no database, and runs mostly on another core. */
export interface Packer<Item, Packed, Tx> {
  begin(): { add(items: readonly Item[]): void; finish(): Promise<Packed> }
  save(packed: Packed, tx: Tx): Promise<void>
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

/** Stores all items, or those that `only` selects, and passes all on. */
export const keep = <Item, Tx>(
  name: string,
  keeper: Keeper<Item, Tx>,
  only: (item: Item) => boolean = () => true,
): NamedStage<Item, Item, Tx> =>
  stage(`keep ${name}`, async (items, delivery) => {
    const kept = items.filter(only)
    if (kept.length > 0) await keeper.save(kept, await delivery.transaction())
    return items
  })

/**
 * Stores items in two stages: `pack` prepares them chunk by chunk, and `keep`, later in the chain, stores the result. The stages in between
 * run while the last chunk is finished. Only `keep` opens the transaction, because it holds the write lock of SQLite and other threads write
 * too. `pack` verifies the database, so that detectors do not learn from a batch without one.
 */
export const packing = <Item, Packed, Tx>(
  name: string,
  packer: Packer<Item, Packed, Tx>,
): { readonly pack: NamedStage<Item, Item, Tx>; keep<Other>(): NamedStage<Other, Other, Tx> } => {
  const begun = new WeakMap<Delivery<Tx>, ReturnType<typeof packer.begin>>()
  const finished = new WeakMap<Delivery<Tx>, Promise<Packed>>()
  return {
    pack: stage(`pack ${name}`, async (items, delivery) => {
      const { of: whole, last } = delivery.chunk ?? { of: delivery, last: true }
      let open = begun.get(whole)
      if (items.length > 0) {
        if (!open) await delivery.verify?.()
        open ??= packer.begin()
        begun.set(whole, open)
        open.add(items)
      }
      if (last && open) {
        const packed = open.finish()
        // `keep` handles the failure, unless a stage in between fails first.
        packed.catch(() => {})
        finished.set(whole, packed)
      }
      return items
    }),
    keep: () =>
      stage(`keep ${name}`, async (others, delivery) => {
        const packed = finished.get(delivery)
        if (packed) await packer.save(await packed, await delivery.transaction())
        return others
      }),
  }
}

/** Loads items by their published ids, outside the transaction, because the next stages may be slow. Leaves out items that no longer exist. */
export const load = <Item>(
  name: string,
  loader: { load(ids: readonly string[]): Promise<readonly Item[]> },
): NamedStage<string, Item, unknown> => stage(`load ${name}`, (ids) => loader.load([...new Set(ids)]))

/** Publishes the ids of all items, or of those that `only` selects, to a topic. */
export const to = <Item extends { readonly id: string }, Tx, Topic extends string>(
  queue: { publish(topic: Topic, ids: readonly string[], tx: Tx): Promise<void> },
  topic: Topic,
  only: (item: Item) => boolean = () => true,
): NamedStage<Item, Item, Tx> =>
  stage(`to ${topic}`, async (items, delivery) => {
    const ids = items.filter(only).map(({ id }) => id)
    if (ids.length > 0) await queue.publish(topic, ids, await delivery.transaction())
    return items
  })

/** Publishes the items themselves to a topic. */
export const itemsTo = <Item, Tx, Topic extends string>(
  queue: { publish(topic: Topic, items: readonly Item[], tx: Tx): Promise<void> },
  topic: Topic,
): NamedStage<Item, Item, Tx> =>
  stage(`to ${topic}`, async (items, delivery) => {
    if (items.length > 0) await queue.publish(topic, items, await delivery.transaction())
    return items
  })

/** Publishes items that another stage has left beside its output in the same delivery. */
export const besideTo = <Item, Beside, Tx, Topic extends string>(
  queue: { publish(topic: Topic, items: readonly Beside[], tx: Tx): Promise<void> },
  topic: Topic,
  besideOf: (delivery: string) => readonly Beside[],
): NamedStage<Item, Item, Tx> =>
  stage(`to ${topic}`, async (items, delivery) => {
    const beside = besideOf(delivery.id)
    if (beside.length > 0) await queue.publish(topic, beside, await delivery.transaction())
    return items
  })

/** Joins two steps, and counts the items of the first. */
const join =
  <A, B, C, Tx>(meter: Meter, { name, run }: NamedStage<A, B, Tx>, next: Stage<B, C, Tx>): Stage<A, C, Tx> =>
  async (batch, delivery) => {
    const started = performance.now()
    let items: readonly B[]
    try {
      items = await run(batch, delivery)
    } catch (error) {
      meter.failed(name, batch.length, error)
      throw error
    }
    meter.passed(name, batch.length, items.length, (performance.now() - started) / 1000)
    return next(items, delivery)
  }

/** A chain of stages: `next` adds a stage, `handler` runs all of them. */
export interface Chain<In, Out, Tx> {
  next<Next>(following: NamedStage<Out, Next, Tx>): Chain<In, Next, Tx>
  readonly handler: (batch: readonly In[], delivery: Delivery<Tx>) => Promise<readonly Out[]>
}

/**
 * Joins stages into one handler, first to last, and meters each. An empty batch passes all of them as a tick of the clock.
 *
 * @example chain(meter, stage('normalize', normalize)).next(keep('events', store.events)).next(stage('detect', detect)).handler
 */
export const chain = <In, Out, Tx>(meter: Meter, first: NamedStage<In, Out, Tx>): Chain<In, Out, Tx> =>
  extend(meter, (end) => join(meter, first, end))

/**
 * Starts a chain with an inner chain that processes a batch in chunks, each of which is made when its turn comes. Most intermediate objects
 * of a chunk are garbage before the next chunk, which suits the CPU caches and the garbage collector.
 */
export const inChunks = <In, Item, Out, Tx>(
  meter: Meter,
  cut: (batch: readonly In[]) => readonly (() => readonly Item[])[],
  { handler }: Pick<Chain<Item, Out, Tx>, 'handler'>,
): Chain<In, Out, Tx> =>
  extend(meter, (end) => async (batch, delivery) => {
    const chunks = cut(batch)
    const out: Out[] = []
    for (const [index, take] of chunks.entries()) {
      // Requests and messages of other threads get their turn between chunks.
      if (index > 0) await setImmediate()
      const chunk = { of: delivery, last: index === chunks.length - 1 }
      for (const item of await handler(take(), { ...delivery, id: `${delivery.id}/${index}`, chunk })) out.push(item)
    }
    return end(out, delivery)
  })

const extend = <In, Out, Tx>(
  meter: Meter,
  before: <End>(end: Stage<Out, End, Tx>) => Stage<In, End, Tx>,
): Chain<In, Out, Tx> => ({
  next: (following) => extend(meter, (end) => before(join(meter, following, end))),
  handler: async (batch, delivery) => before((items: readonly Out[]) => items)(batch, delivery),
})
