import { defineRegistry } from '../../component.ts'
import type { Sink } from './sink.ts'
import { webhookSink } from './webhook.ts'

/** Lists the sinks that a configuration can name. */
export const sinkRegistry = defineRegistry<Sink>('sink', [
  webhookSink, //
])
