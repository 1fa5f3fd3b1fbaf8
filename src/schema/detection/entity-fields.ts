import { type Entity, entity } from './detection.ts'

/** The event fields that contain an entity, by entity type. */
const types: ReadonlyMap<string, Entity['type']> = new Map([
  ['ip', 'ip'],
  ['source.ip', 'ip'],
  ['destination.ip', 'ip'],
  ['user', 'user'],
  ['user.name', 'user'],
  ['host', 'host'],
  ['host.name', 'host'],
  ['service', 'service'],
  ['service.name', 'service'],
  ['process', 'process'],
  ['process.name', 'process'],
  ['asset', 'asset'],
  ['asset_id', 'asset'],
  ['template', 'template'],
])

/** The names that `entityReader` supports. */
export const entityFieldNames: readonly string[] = [
  'entity',
  ...entity.shape.type.options.map((type) => `entity.${type}`),
  ...types.keys(),
]

type Values = readonly string[] | undefined

/** Creates a reader of `entity` (any), `entity.<type>`, or one of the short and dotted names of the same things in events. */
export const entityReader = (name: string): ((entities: readonly Entity[]) => Values) => {
  const type = name.startsWith('entity.') ? name.slice('entity.'.length) : types.get(name)
  if (type === undefined && name !== 'entity') return () => undefined
  return (entities) => {
    let values: string[] | undefined
    for (const entity of entities) {
      if (type !== undefined && entity.type !== type) continue
      values ??= []
      values.push(entity.value)
    }
    return values
  }
}

/** Lists techniques with their parents: `T1110.001` is also a `T1110`. */
export const techniqueField = (techniques: readonly string[]): readonly string[] | undefined =>
  techniques.length > 0
    ? techniques.flatMap((id) => (id.includes('.') ? [id, id.split('.')[0] ?? id] : [id]))
    : undefined
