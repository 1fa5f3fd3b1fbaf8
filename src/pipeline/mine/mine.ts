import { AppError } from '../../errors.ts'
import { createReader, createWriter, type Reader, StateError } from '../../lib/bytes/codec.ts'
import { createDrain, type Drain, type TemplateCount } from '../../lib/drain/drain.ts'
import { createScanner } from '../../lib/drain/scanner.ts'
import { type Event, textField } from '../../schema/event/event.ts'

export interface MinerOptions {
  /** How many services have their own miner. Beyond that, a tenth of them is dropped: the least recently seen. */
  readonly maxServices?: number
  /** The maximum number of templates per service. */
  readonly maxTemplates?: number
  /** The maximum number of templates in total. Beyond that, the least recently seen services are dropped. */
  readonly maxTotal?: number
}

/** A template with its service. */
export interface MinedTemplate extends TemplateCount {
  readonly service: string
}

export interface Miner {
  readonly name: 'mine'
  /** Adds a template to each event. Passes unparsed events unchanged. */
  mine(events: readonly Event[], options?: { readonly learn?: boolean }): Event[]
  /** Returns the templates of one service or of all. */
  templates(service?: string): MinedTemplate[]
  /** The number of templates. */
  readonly size: number
  save(): Uint8Array
  /** Replaces all learned templates. Throws STATE_VERSION, with a hint, on a state that it cannot read. */
  restore(state: Uint8Array): void
}

interface Service {
  readonly key: string
  readonly drain: Drain
  /** The last batch with an event of this service. */
  lastBatch: number
}

const kind = 'mine'
const version = 1

/**
 * Finds the log template of each event. Each service has its own miner: lines of one program resemble each other, and template ids stay
 * independent of other programs.
 */
export const createMiner = (options: MinerOptions = {}): Miner => {
  const { maxServices = 4_096, maxTemplates = 10_000, maxTotal = 50_000 } = options
  const scanner = createScanner()
  let services = new Map<string, Service>()
  let batches = 0
  /** The number of templates of all services. */
  let size = 0

  const serviceOf = (key: string): Service => {
    const known = services.get(key)
    if (known) return known
    const service = { key, drain: createDrain({ maxTemplates, namespace: key, scanner }), lastBatch: batches }
    services.set(key, service)
    if (services.size > maxServices) forgetOldest()
    return service
  }

  const forgetOldest = (): void => {
    const oldestFirst = [...services.values()].sort((a, b) => a.lastBatch - b.lastBatch)
    for (const { key, drain } of oldestFirst.slice(0, Math.max(1, Math.floor(services.size / 10)))) {
      services.delete(key)
      size -= drain.size
    }
  }

  const read = (reader: Reader): void => {
    const restored = new Map<string, Service>()
    const savedBatches = reader.varint()
    for (let left = reader.varint(); left > 0; left--) {
      const key = reader.text()
      const lastBatch = reader.varint()
      const drain = createDrain({ maxTemplates, namespace: key, scanner })
      drain.restore(reader.bytes())
      restored.set(key, { key, drain, lastBatch })
    }
    batches = savedBatches
    services = restored
    size = [...restored.values()].reduce((sum, { drain }) => sum + drain.size, 0)
  }

  return {
    name: 'mine',

    mine(events, { learn = true } = {}) {
      batches++
      let service: Service | undefined
      const mined: Event[] = []
      for (const event of events) {
        if (event.kind === 'pipeline_error') {
          mined.push(event)
          continue
        }
        const key = textField(event, 'service.name') ?? event.source
        if (service?.key !== key) service = serviceOf(key)
        service.lastBatch = batches
        const text = firstLine(event.message)
        const { drain } = service
        const known = drain.size
        const template = learn ? drain.learn(text) : (drain.match(text) ?? drain.propose(text))
        size += drain.size - known
        // Spreading is several times slower and creates objects of many shapes.
        mined.push({
          id: event.id,
          kind: event.kind,
          time: event.time,
          timeGuessed: event.timeGuessed,
          receivedAt: event.receivedAt,
          source: event.source,
          stream: event.stream,
          message: event.message,
          original: event.original,
          fields: event.fields,
          template,
        })
      }
      while (services.size > 1 && size > maxTotal) forgetOldest()
      return mined
    },

    templates(wanted) {
      const chosen = wanted === undefined ? [...services.values()] : [services.get(wanted)]
      return chosen.flatMap((service) =>
        service ? service.drain.templates().map((template) => ({ ...template, service: service.key })) : [],
      )
    },

    get size() {
      return size
    },

    save() {
      const writer = createWriter(kind, version).varint(batches).varint(services.size)
      for (const { key, lastBatch, drain } of services.values()) writer.text(key).varint(lastBatch).bytes(drain.save())
      return writer.finish()
    },

    restore(state) {
      try {
        read(createReader(state, kind, version))
      } catch (error) {
        if (!(error instanceof StateError)) throw error
        throw new AppError('STATE_VERSION', error.message, { hint: error.hint, cause: error })
      }
    },
  }
}

/** Returns the first line of a message. In a stack trace, the other lines vary with every call. */
const firstLine = (message: string): string => {
  const end = message.indexOf('\n')
  return end < 0 ? message : message.slice(0, end)
}
