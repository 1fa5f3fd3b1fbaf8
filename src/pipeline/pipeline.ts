import type { Queue } from '../queue/queue.ts'
import type { Alert } from '../schema/alert.ts'
import type { Detection } from '../schema/detection.ts'
import type { Event } from '../schema/event.ts'
import type { Incident } from '../schema/incident.ts'
import type { RecordBatch } from '../schema/record.ts'
import { cutRecords } from './cut-records.ts'
import {
  chain,
  inChunks,
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
import type { JudgedAlert } from './triage/triage.ts'

/** What the road is built of. `app.ts` fills it in; nothing here knows how any of it works. */
export interface Pipeline<Tx, Packed = unknown> {
  readonly queue: Queue<Tx>
  readonly meter: Meter

  readonly normalize: Stage<RecordBatch, Event>
  readonly mine: Stage<Event, Event>
  readonly enrich: Stage<Event, Event>
  readonly events: Packer<Event, Packed, Tx>
  readonly detect: Stage<Event, Detection>
  readonly detections: Keeper<Detection, Tx>
  readonly merge: Stage<Detection, Alert, Tx>
  /** Saves what the stages have learnt, every so often, together with the batch that taught it. */
  readonly checkpoint: Stage<Alert, Alert, Tx>

  readonly alerts: { load(ids: readonly string[]): Promise<readonly Alert[]> }
  readonly triage: Stage<Alert, JudgedAlert>
  /** Keeps what triage said, and what it found out on the way. */
  readonly cards: Keeper<JudgedAlert, Tx>
  readonly correlate: Stage<Alert, Incident, Tx>
  /** Proposes what to do about incidents that opened or grew. */
  readonly propose: Stage<Incident, Incident, Tx>

  readonly incidents: { load(ids: readonly string[]): Promise<readonly Incident[]> }
  readonly notify: Stage<Incident, Incident, Tx>
}

/**
 * The whole road, left to right. A hop, and with it a topic of the queue, exists where waiting is legitimate: bursts of records,
 * judgement that takes time, receivers that are away. Everything within one line is one transaction.
 */
export const createPipeline = <Tx, Packed>(pipeline: Pipeline<Tx, Packed>): void => {
  const { queue, meter } = pipeline
  const events = packing('events', pipeline.events)

  const judged = chain<RecordBatch, Event, Tx>(meter, stage('normalize', pipeline.normalize))
    .next(stage('mine', pipeline.mine))
    .next(stage('enrich', pipeline.enrich))
    .next(events.pack)
    .next(stage('detect', pipeline.detect))

  queue.consume(
    'records',
    inChunks(meter, cutRecords, judged)
      .next(events.keep())
      .next(keep('detections', pipeline.detections))
      .next(stage('merge', pipeline.merge))
      .next(stage('checkpoint', pipeline.checkpoint))
      .next(to(queue, 'alerts')).handler,
  )

  queue.consume(
    'alerts',
    chain<string, Alert, Tx>(meter, load('alerts', pipeline.alerts))
      .next(stage('triage', pipeline.triage))
      .next(keep('cards', pipeline.cards))
      .next(stage('correlate', pipeline.correlate))
      .next(stage('propose', pipeline.propose))
      .next(to(queue, 'incidents')).handler,
  )

  queue.consume(
    'incidents',
    chain<string, Incident, Tx>(meter, load('incidents', pipeline.incidents)).next(stage('notify', pipeline.notify))
      .handler,
  )
}
