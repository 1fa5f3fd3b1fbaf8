import { nestedName } from '../json/nested-names.ts'
import type { Scalar } from './event.ts'
import { isMap } from './read/yaml-map.ts'

const deepest = 40

/** Fields by their dotted names; they inherit no names. V8 gives them a hidden class, unlike an object without a prototype: they are read much faster. */
export class FlatFields {
  [name: string]: Scalar | Scalar[]
}
Object.setPrototypeOf(FlatFields.prototype, null)
Reflect.deleteProperty(FlatFields.prototype, 'constructor')

/**
 * Flattens an event into dotted names; a list of maps gives lists of values. Windows event JSON (`Event.System`, `Event.EventData`) gets
 * the names that rules use: `EventID`, `Provider_Name`, `CommandLine`. A name with blanks also counts without them.
 */
export const flattenEvent = (event: unknown): FlatFields => {
  const fields = new FlatFields()
  if (!isMap(event)) return fields
  const { Event: wrapped } = event
  if (isMap(wrapped) && isMap(wrapped.System)) addWindows(fields, wrapped)
  else for (const key in event) add(fields, key, event[key], 0)
  return fields
}

const addWindows = (fields: FlatFields, event: Readonly<Record<string, unknown>>): void => {
  for (const part of ['System', 'EventData', 'UserData', 'RenderingInfo']) {
    const data = event[part]
    if (!isMap(data)) continue
    for (const name in data) {
      const value = data[name]
      if (name === '#attributes') continue
      if (part === 'UserData' && isMap(value)) {
        for (const child in value) if (child !== '#attributes') addElement(fields, child, value[child])
      } else {
        addElement(fields, name, value)
      }
    }
  }
}

/** One element: its text under its name, its attributes under name_attribute. */
const addElement = (fields: FlatFields, name: string, value: unknown): void => {
  if (!isMap(value) || !('#attributes' in value || '#text' in value)) {
    add(fields, name, value, 0)
    return
  }
  for (const key in value) {
    if (key === '#text') add(fields, name, value[key], 0)
    else if (key === '#attributes') addAttributes(fields, name, value[key])
    else add(fields, `${name}.${key}`, value[key], 0)
  }
}

const addAttributes = (fields: FlatFields, name: string, attributes: unknown): void => {
  if (isMap(attributes)) for (const key in attributes) add(fields, `${name}_${key}`, attributes[key], 0)
}

const add = (fields: FlatFields, name: string, value: unknown, depth: number): void => {
  if (depth > deepest) return
  if (Array.isArray(value)) {
    if (value.length === 0) put(fields, name, [])
    for (const item of value) add(fields, name, item, depth + 1)
  } else if (typeof value === 'object' && value !== null) {
    for (const key in value)
      add(fields, nestedName(name, key), (value as Readonly<Record<string, unknown>>)[key], depth + 1)
  } else if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    put(fields, name, value)
    if (name.includes(' ')) put(fields, name.replaceAll(' ', ''), value)
  }
}

const put = (fields: FlatFields, name: string, value: Scalar | Scalar[]): void => {
  const known = fields[name]
  if (known === undefined) fields[name] = value
  else if (Array.isArray(known)) known.push(...(Array.isArray(value) ? value : [value]))
  else fields[name] = [known, ...(Array.isArray(value) ? value : [value])]
}
