import type { Logsource } from '../document.ts'
import { Refusal } from './refusal.ts'
import { isMap, optionalText, ownValue, type YamlMap } from './yaml-map.ts'

/** Reads what a rule or a filter is about. At least one of its three keys must be there. */
export const readLogsource = (document: YamlMap): Logsource => {
  const map = ownValue(document, 'logsource')
  if (map === undefined || map === null) {
    throw new Refusal(
      'no-logsource',
      'There is no logsource.',
      [],
      'Say which logs it is about: "logsource: { product: linux }".',
    )
  }
  if (!isMap(map)) throw new Refusal('bad-logsource', 'The logsource is not a map.', ['logsource'])
  const logsource = toLogsource(map, ['logsource'])
  if (Object.keys(logsource).length === 0) {
    throw new Refusal('bad-logsource', 'The logsource names no category, product or service.', ['logsource'])
  }
  return logsource
}

/** Takes the three keys of a logsource out of a map; other keys are remarks. */
export const toLogsource = (map: YamlMap, path: readonly string[]): Logsource => {
  const product = optionalText(map, 'product', path)
  const category = optionalText(map, 'category', path)
  const service = optionalText(map, 'service', path)
  return { ...(product && { product }), ...(category && { category }), ...(service && { service }) }
}

/** Whether something of one logsource is also of another, which may say less. */
export const isWithinLogsource = (one: Logsource, other: Logsource): boolean =>
  (other.product === undefined || other.product === one.product) &&
  (other.category === undefined || other.category === one.category) &&
  (other.service === undefined || other.service === one.service)
