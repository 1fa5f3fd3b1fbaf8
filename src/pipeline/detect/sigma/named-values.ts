type Sent = Readonly<Record<string, unknown>>

/**
 * Reads fields that some services send as lists of names and values: Microsoft 365's `ExtendedProperties` and `Parameters` (`RequestType`),
 * and Google Workspace's parameters (`NEW_VALUE`). Workspace names its application; rules expect the service.
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
