import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { setUser } from './phrase.ts'

/** Whether a message is one of Mosquitto about a client that logs in. */
export const looksLikeMosquitto = (message: string): boolean =>
  message.startsWith('New client connected from ') || message.startsWith('Sending CONNACK to ')

/**
 * Parses a message of Mosquitto about a login: `New client connected from 203.0.113.9:51022 as sensor-7 (p2, c1, k60, u'kim').`, `Sending
 * CONNACK to 203.0.113.9 (0, 5)`. A client that is refused has no name yet. The refusals are 4 and 5 in MQTT 3, and 134, 135 and 140 in MQTT 5.
 */
export const readMosquitto = (message: string, fields: Draft): boolean => {
  const accepted = /^New client connected from (\S{2,64}) as [^\n]{1,1000}, u'([^'\n]{1,256})'\)\.$/.exec(message)
  if (accepted) {
    setAddress(fields, 'source', accepted[1] ?? '')
    setUser(fields, accepted[2] ?? '')
    return setLogin(fields, 'success')
  }
  const refused = /^Sending CONNACK to ([\da-fA-F.:]{2,45}) \(\d, (?:4|5|134|135|140)\)$/.exec(message)
  if (!refused || !setAddress(fields, 'source', refused[1] ?? '')) return false
  return setLogin(fields, 'failure')
}

const setLogin = (fields: Draft, outcome: 'success' | 'failure'): true => {
  setIfAbsent(fields, 'event.category', 'authentication')
  setIfAbsent(fields, 'event.action', 'login')
  setIfAbsent(fields, 'event.outcome', outcome)
  return true
}
