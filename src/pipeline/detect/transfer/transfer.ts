import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/bytes/codec.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import { type Event, textField } from '../../../schema/event/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import type { EventSample } from '../shared/evidence.ts'
import { readSampleFields, writeSampleFields } from '../shared/sample-state.ts'
import { readState } from '../shared/state.ts'
import { addTransfer, type ServiceTransfers, startServiceTransfers } from './service-transfers.ts'
import { explainTransfer } from './transfer-explanation.ts'
import { readServiceTransfers, writeServiceTransfers } from './transfer-state.ts'
import { readTransferred, type Transferred } from './transferred.ts'

const name = 'transfer'
const version = 1

const options = z.strictObject({
  least_megabytes: z.number().positive().default(500).describe('Smaller amounts are never reported, in MB.'),
  max_services: z.int().min(1).default(40).describe('How many services to follow.'),
  max_clients: z.int().min(1).default(500).describe('How many addresses, and how many users, to remember per service.'),
})

/**
 * Finds clients and users that receive far more data in an hour or a day than any client of the service did, or than they did themselves:
 * data that is taken out. Compares with the largest amounts of up to 28 days, and of at least seven. A service whose days differ much, such
 * as a mirror, needs a larger excess. Memory is bounded by 40,000 clients of about 300 bytes with the defaults. O(1) per transfer.
 * Not for data that is sent from inside to outside, which few logs count.
 */
export const transfer: Component<typeof options, Detector> = {
  name,
  summary: 'Finds clients and users that download far more data than anybody did before.',
  options,
  create(given) {
    let services = new BoundedMap<ServiceTransfers>(given.max_services)
    const least = given.least_megabytes * 1e6

    const serviceOf = (event: Event): ServiceTransfers | undefined => {
      const service = textField(event, 'service.name')
      const key = service === undefined ? event.source : `${event.source}/${service}`
      const known = services.get(key)
      if (known) {
        known.usedAt = Math.max(known.usedAt, event.time)
        return known
      }
      if (!services.admits(key)) return undefined
      const fresh = startServiceTransfers(key, event, given.max_clients)
      services.set(key, fresh)
      return fresh
    }

    const take = (event: Event, transferred: Transferred, found: Map<string, Detection>): void => {
      const service = serviceOf(event)
      if (!service) return
      const unusual = addTransfer(service, transferred, event, least)
      if (!unusual) return
      const detection = explainTransfer(service, unusual, event, transferred.address)
      found.set(detection.id, detection)
    }

    return {
      name,
      detect(events) {
        const found = new Map<string, Detection>()
        for (const event of events) {
          const transferred = readTransferred(event)
          if (transferred) take(event, transferred, found)
        }
        return [...found.values()]
      },
      save() {
        const writer = createWriter(name, version).varint(services.size)
        const samples: EventSample[] = []
        for (const service of services.values()) writeServiceTransfers(writer, service, samples)
        writeSampleFields(writer, samples)
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = new BoundedMap<ServiceTransfers>(given.max_services)
          const samples: EventSample[] = []
          for (let left = reader.varint(); left > 0; left--) {
            const service = readServiceTransfers(reader, given.max_clients, samples)
            restored.set(service.key, service)
          }
          readSampleFields(reader, samples)
          services = restored
        })
      },
    }
  },
}
