import { AppError } from '../../errors.ts'
import { createReader, createWriter, type Reader, StateError } from '../../lib/codec/codec.ts'
import { createDrain, type Drain, type TemplateCount } from '../../lib/drain/drain.ts'
import { type Event, textField } from '../../schema/event.ts'

export interface MinerOptions {
  /** How many services have a miner of their own; past it, the one not heard for longest is forgotten. */
  readonly maxServices?: number
  /** How many templates a service may have. */
  readonly maxTemplates?: number
  /** How many templates there may be in all; past it, services not heard for longest are forgotten. */
  readonly maxTotal?: number
}

/** A template and whose it is. */
export interface MinedTemplate extends TemplateCount {
  readonly service: string
}

export interface Miner {
  readonly name: 'mine'
  /** Gives each event its template; events that no parser understood pass as they are. */
  mine(events: readonly Event[], options?: { readonly learn?: boolean }): Event[]
  /** The templates of a service, or of all. */
  templates(service?: string): MinedTemplate[]
  /** How many templates there are. */
  readonly size: number
  save(): Uint8Array
  /** Takes the place of all that was learnt; throws STATE_VERSION, with a hint, on a state that it cannot read. */
  restore(state: Uint8Array): void
}

interface Service {
  readonly key: string
  readonly drain: Drain
  /** The batch in which it was last heard. */
  heard: number
}

const kind = 'mine'
const version = 1

/**
 * Finds the log template of each event, with one miner per service: the lines of one program resemble each other, and a
 * template's id does not depend on what other programs say.
 */
export const createMiner = (options: MinerOptions = {}): Miner => {
  const { maxServices = 256, maxTemplates = 10_000, maxTotal = 50_000 } = options
  let services = new Map<string, Service>()
  let batches = 0

  const serviceOf = (key: string): Service => {
    const known = services.get(key)
    if (known) return known
    const service = { key, drain: createDrain({ maxTemplates, namespace: key }), heard: batches }
    services.set(key, service)
    if (services.size > maxServices) forgetOldest()
    return service
  }

  const forgetOldest = (): void => {
    let oldest: Service | undefined
    for (const service of services.values()) if (!oldest || service.heard < oldest.heard) oldest = service
    if (oldest) services.delete(oldest.key)
  }

  const size = (): number => {
    let sum = 0
    for (const { drain } of services.values()) sum += drain.size
    return sum
  }

  const read = (reader: Reader): void => {
    const restored = new Map<string, Service>()
    const savedBatches = reader.varint()
    for (let left = reader.varint(); left > 0; left--) {
      const key = reader.text()
      const heard = reader.varint()
      const drain = createDrain({ maxTemplates, namespace: key })
      drain.restore(reader.bytes())
      restored.set(key, { key, drain, heard })
    }
    batches = savedBatches
    services = restored
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
        service.heard = batches
        const text = firstLine(event.message)
        const { drain } = service
        const template = learn ? drain.learn(text) : (drain.match(text) ?? drain.propose(text))
        // Spelt out, because spreading is several times slower and gives objects of many shapes.
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
      while (services.size > 1 && size() > maxTotal) forgetOldest()
      return mined
    },

    templates(wanted) {
      const chosen = wanted === undefined ? [...services.values()] : [services.get(wanted)]
      return chosen.flatMap((service) =>
        service ? service.drain.templates().map((template) => ({ ...template, service: service.key })) : [],
      )
    },

    get size() {
      return size()
    },

    save() {
      const writer = createWriter(kind, version).varint(batches).varint(services.size)
      for (const { key, heard, drain } of services.values()) writer.text(key).varint(heard).bytes(drain.save())
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

/** Of a stack trace the first line tells what it is; the frames below vary with every call. */
const firstLine = (message: string): string => {
  const end = message.indexOf('\n')
  return end < 0 ? message : message.slice(0, end)
}
