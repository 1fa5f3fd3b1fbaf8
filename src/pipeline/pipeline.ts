import type { Memory, Queue } from '../queue/queue.ts'
import type { Alert } from '../schema/alert/alert.ts'
import type { Detection } from '../schema/detection/detection.ts'
import type { Event } from '../schema/event/event.ts'
import type { Fact } from '../schema/event/fact.ts'
import type { Incident } from '../schema/incident/incident.ts'
import type { RecordBatch } from '../schema/record/record.ts'
import { cutRecords } from './cut-records.ts'
import { newestOf } from './newest-detections.ts'
import type { AlertWithResult } from './publish/alert-result.ts'
import {
  besideTo,
  chain,
  type Delivery,
  inChunks,
  itemsTo,
  type Keeper,
  keep,
  load,
  type Meter,
  type Packer,
  packing,
  type Stage,
  stage,
  to,
} from './stage.ts'
import type { ModelRequest } from './triage/llm/requests.ts'
import type { Opined, OpinedAlert } from './triage/llm/store-opinions.ts'
import type { TriagedAlert } from './triage/triage.ts'

/** The stages of one partition of the records: a stream passes always the same ones. */
export interface PartitionStages<Tx, Packed = unknown> {
  readonly normalize: Stage<RecordBatch, Event>
  readonly mine: Stage<Event, Event>
  readonly enrich: Stage<Event, Event>
  readonly events: Packer<Event, Packed, Tx>
  readonly detect: Stage<Event, Detection>
  /** The events of a delivery that detectors over all partitions have to see. */
  readonly facts: (delivery: string) => readonly Fact[]
  /** Saves what the stages have learnt, every so often, together with the batch that taught it. */
  readonly checkpoint: Stage<Detection, Detection, Tx>
  /** The learned state of all of them. */
  readonly memory: Memory<Tx>
}

/** The stages for the facts of all partitions. */
export interface FactStages<Tx> {
  readonly detect: Stage<Fact, Detection>
  /** Saves what the stage has learnt, together with the facts that taught it. */
  readonly checkpoint: Stage<Detection, Detection, Tx>
  readonly memory: Memory<Tx>
}

/** The stages of the pipeline. The wiring fills them in; nothing here knows how any of them works. */
export interface Pipeline<Tx, Packed = unknown> {
  readonly queue: Queue<Tx>
  readonly meter: Meter

  /** Creates the stages that learn from the records of a partition. */
  readonly open: (partition: number) => PartitionStages<Tx, Packed>
  /** The stages for the facts of all partitions; undefined if there is only one. */
  readonly across: FactStages<Tx> | undefined
  readonly detections: Keeper<Detection, Tx>
  readonly merge: Stage<Detection, Alert, Tx>

  readonly alerts: { load(ids: readonly string[]): Promise<readonly Alert[]> }
  readonly triage: Stage<Alert, TriagedAlert>
  readonly triageResults: Keeper<TriagedAlert, Tx>
  /** Lists the alerts to ask language models about, and hands them on one by one when they are due. */
  readonly modelRequests: Keeper<TriagedAlert, Tx> & {
    consume(
      handle: (requests: readonly ModelRequest[], delivery: Delivery<Tx>) => Promise<readonly OpinedAlert[]>,
    ): void
  }
  readonly askModels: Stage<ModelRequest, Opined>
  readonly opinions: Stage<Opined, OpinedAlert, Tx>
  /** Writes results of triage to the outbox of RabbitMQ, where one is configured. */
  readonly results: Keeper<AlertWithResult, Tx>
  readonly correlate: Stage<Alert, Incident, Tx>
  /** Proposes actions for incidents that opened or grew. */
  readonly propose: Stage<Incident, Incident, Tx>

  readonly incidents: { load(ids: readonly string[]): Promise<readonly Incident[]> }
  readonly notify: Stage<Incident, Incident, Tx>
}

/**
 * Connects the stages, first to last. A topic of the queue exists only where items may wait: for bursts of records, for more detections of
 * the same alerts, for slow lookups, and for receivers that are away. All stages of one delivery share one transaction.
 */
export const createPipeline = <Tx, Packed>(pipeline: Pipeline<Tx, Packed>): void => {
  const { queue, meter } = pipeline

  queue.consumePartitions('records', (partition) => {
    const { normalize, mine, enrich, detect, facts, checkpoint, memory, ...own } = pipeline.open(partition)
    const events = packing('events', own.events)
    const detected = chain<RecordBatch, Event, Tx>(meter, stage('normalize', normalize))
      .next(stage('mine', mine))
      .next(stage('enrich', enrich))
      .next(events.pack)
      .next(stage('detect', detect))
    const { handler } = inChunks(meter, cutRecords, detected)
      .next(events.keep())
      .next(itemsTo<Detection, Tx, 'detections'>(queue, 'detections'))
      .next(besideTo<Detection, Fact, Tx, 'facts'>(queue, 'facts', facts))
      .next(stage('checkpoint', checkpoint))
    return { handle: handler, memory }
  })

  // Correlations count over all partitions, such as one address on many hosts, and intruders are followed there.
  if (pipeline.across) {
    const { detect, checkpoint, memory } = pipeline.across
    const { handler } = chain<Fact, Detection, Tx>(meter, stage('detect across partitions', detect))
      .next(itemsTo<Detection, Tx, 'detections'>(queue, 'detections'))
      .next(stage('checkpoint', checkpoint))
    queue.consume('facts', handler, memory)
  }

  queue.consume(
    'detections',
    chain<Detection, Detection, Tx>(meter, stage('newest detections', newestOf))
      .next(keep('detections', pipeline.detections))
      .next(stage('merge', pipeline.merge))
      .next(to(queue, 'alerts')).handler,
  )

  queue.consume(
    'alerts',
    chain<string, Alert, Tx>(meter, load('alerts', pipeline.alerts))
      .next(stage('triage', pipeline.triage))
      .next(keep('triage results', pipeline.triageResults))
      .next(keep('model requests', pipeline.modelRequests))
      .next(keep('results', pipeline.results))
      .next(stage('correlate', pipeline.correlate))
      .next(stage('propose', pipeline.propose))
      .next(to(queue, 'incidents')).handler,
  )

  // No alert waits for a language model. An opinion that raises the risk sends the alert through triage again, which updates its result.
  pipeline.modelRequests.consume(
    chain<ModelRequest, Opined, Tx>(meter, stage('language models', pipeline.askModels))
      .next(stage('keep opinions', pipeline.opinions))
      .next(keep<OpinedAlert, Tx>('results', pipeline.results, ({ outcome }) => outcome === 'unchanged'))
      .next(to(queue, 'alerts', ({ outcome }) => outcome === 'raised')).handler,
  )

  queue.consume(
    'incidents',
    chain<string, Incident, Tx>(meter, load('incidents', pipeline.incidents)).next(stage('notify', pipeline.notify))
      .handler,
  )
}
