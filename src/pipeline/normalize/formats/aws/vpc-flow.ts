import { type Draft, finish } from '../../draft.ts'
import { setAddress, toPort } from '../../fields/address.ts'
import { toTransport } from '../../fields/transport.ts'
import type { Parser } from '../../parser.ts'
import { fromEpoch } from '../../time/timestamp.ts'

const shape =
  /^\d{1,2} (\d{12}|unknown) (eni-[0-9a-f]{1,32}) ([0-9a-f.:]{3,45}) ([0-9a-f.:]{3,45}) (\d{1,5}) (\d{1,5}) (\d{1,3}) (\d{1,15}) (\d{1,18}) (\d{10}) (\d{10}) (ACCEPT|REJECT) (\w{2,8})(?: |$)/

/** Parses AWS VPC flow logs with the default fields, of any version. The time is the start of the flow. */
export const vpcFlowParser: Parser = {
  name: 'vpc-flow',
  parse({ text }) {
    const found = shape.exec(text.slice(0, 400))
    if (!found) return undefined
    const [, account = '', , source = '', destination = '', sourcePort = '', destinationPort = '', protocol = ''] =
      found
    const time = fromEpoch(Number(found[10]))
    const fields: Draft = {
      'event.category': 'network',
      'event.outcome': found[12] === 'ACCEPT' ? 'success' : 'failure',
      'event.action': found[12] === 'ACCEPT' ? 'accept' : 'reject',
      'aws.vpcflow.interface_id': found[2] ?? '',
      'network.packets': Number(found[8]),
      'network.bytes': Number(found[9]),
      'network.transport': toTransport(protocol),
    }
    if (account !== 'unknown') fields['cloud.account.id'] = account
    if (!setAddress(fields, 'source', source) || !setAddress(fields, 'destination', destination)) return undefined
    fields['source.port'] = toPort(sourcePort) ?? 0
    fields['destination.port'] = toPort(destinationPort) ?? 0
    return finish('vpc-flow', time === undefined ? undefined : { time, guessed: false }, text, fields)
  },
}
