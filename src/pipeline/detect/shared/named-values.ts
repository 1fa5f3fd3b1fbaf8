type Sent = Readonly<Record<string, unknown>>

/**
 * The fields that some services write as lists of names with values, as rules name them: Microsoft 365's `ExtendedProperties` and
 * `Parameters` (`RequestType`), the parameters of Google Workspace's events (`NEW_VALUE`). Workspace's own reports name the application,
 * where rules name its service.
 */
export const namedValues = (event: Sent): Sent => {
  const lists = [
    event.ExtendedProperties,
    event.Parameters,
    event.parameters,
    ...objectsIn(event.events).map((one) => one.parameters),
  ]
  const pairs = lists.flatMap(objectsIn).flatMap((one) => {
    const name = one.Name ?? one.name
    const value = one.Value ?? one.value ?? one.boolValue ?? one.intValue ?? one.multiValue
    return typeof name === 'string' && name !== '' && name.length <= 128 && value !== undefined ? [[name, value]] : []
  })
  const { id } = event
  const application = isObject(id) && typeof id.applicationName === 'string' ? id.applicationName : undefined
  return {
    ...Object.fromEntries(pairs),
    ...(application !== undefined && { eventService: `${application}.googleapis.com` }),
  }
}

const objectsIn = (value: unknown): Sent[] => (Array.isArray(value) ? value.slice(0, 300).filter(isObject) : [])

const isObject = (value: unknown): value is Sent => typeof value === 'object' && value !== null && !Array.isArray(value)
