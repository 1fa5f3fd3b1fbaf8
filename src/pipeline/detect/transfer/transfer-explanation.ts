import { isInternal } from '../../../lib/address/scope.ts'
import { dataSize } from '../../../lib/units/data-size.ts'
import { number, plural } from '../../../lib/units/number.ts'
import type { Detection, Entity } from '../../../schema/detection/detection.ts'
import { type Event, textField } from '../../../schema/event/event.ts'
import { isoTime, toEvidence } from '../shared/evidence.ts'
import { toDetection } from '../shared/finding.ts'
import { toScore } from '../shared/score.ts'
import type { ServiceTransfers, UnusualAmount } from './service-transfers.ts'

/** Explains a client that received far more data than before. */
export const explainTransfer = (
  { source, stream, service }: ServiceTransfers,
  { span, client, amount, usual, of, days, factor, samples }: UnusualAmount,
  event: Event,
  address: string | undefined,
): Detection => {
  const { name, isUser } = client
  const place = service ?? source
  const size = dataSize(amount.bytes)
  const times = number(Math.round(amount.bytes / Math.max(1, usual)))
  const host = textField(event, 'host.name')
  // The data of an internal client may stay inside, and the client of a proxy receives data that others published.
  const isOutside = address !== undefined && isInternal(address) === false
  const compared =
    of === 'all'
      ? `No client had received more than ${dataSize(usual)} in ${aSpan(span)} of the ${plural(days, 'day')} before; this is ${times} times as much.`
      : `In ${plural(days, 'day')} before, ${name} had received at most ${dataSize(usual)} in ${aSpan(span)}${usual > 0 ? `; this is ${times} times as much` : ''}.`
  const entities: Entity[] = [
    ...(isUser ? [{ type: 'user', value: name } as const] : []),
    ...(address === undefined ? [] : [{ type: 'ip', value: address } as const]),
    ...(host === undefined ? [] : [{ type: 'host', value: host } as const]),
    ...(service === undefined ? [] : [{ type: 'service', value: service } as const]),
  ]
  return toDetection({
    detector: 'transfer',
    type: isOutside ? 'data_exfiltration' : 'anomaly',
    source,
    stream,
    subject: `${name} ${span}`,
    start: amount.start,
    from: samples[0]?.time ?? event.time,
    to: event.time,
    // As unlikely as one of the days that were seen, and less the further it is beyond all of them.
    score: toScore((days + 1) ** -(2 + Math.log2(Math.max(1, factor)) / 2)),
    severity: isOutside ? 'medium' : 'low',
    title: `${name} downloaded ${size} from ${place}`,
    sentence: `${name} downloaded ${size} from ${place} ${when(span, amount.start)}, in ${plural(amount.events, 'transfer')}. ${compared}`,
    value: `${size} in ${aSpan(span)}`,
    usual: `at most ${dataSize(usual)}`,
    reasons: [
      {
        feature:
          of === 'all' ? `data sent to one client in ${aSpan(span)}` : `data sent to this client in ${aSpan(span)}`,
        value: size,
        usual: `at most ${dataSize(usual)}`,
        pull: 1,
      },
    ],
    evidence: samples.map((sample) => toEvidence(sample, 'one of the largest transfers')),
    events: amount.events,
    entities,
    // A proxy may be between the client and the data.
    ...(isOutside ? { attacker: 'source' as const } : { attacker: 'unknown' as const }),
    techniques: techniquesOf(event, isOutside),
    key: `data downloaded by ${name} from ${source}/${place}`,
    learning: false,
  })
}

/** Data from cloud storage, exfiltration over another protocol than that of a control channel, data from information repositories. */
const techniquesOf = ({ fields }: Event, isOutside: boolean): readonly string[] => {
  if (fields['aws.s3access.bucket'] !== undefined) return ['T1530']
  return isOutside ? ['T1048'] : ['T1213']
}

const aSpan = (span: 'hour' | 'day'): string => (span === 'hour' ? 'an hour' : 'a day')

const when = (span: 'hour' | 'day', start: number): string => {
  const text = isoTime(start)
  if (span === 'day') return `on ${text.slice(0, 10)} (UTC)`
  return `between ${text.slice(11, 16)} and ${isoTime(start + 3_600_000).slice(11, 16)} UTC`
}
