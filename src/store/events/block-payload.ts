import { AppError } from '../../errors.ts'
import type { BlockObjects } from './block-objects.ts'
import type { EventBlockRow } from './event-tables.ts'

/** Reads the payload of a block from its row or its object; undefined if the object does not exist. */
export const readPayload = async (
  { id, payload, object_name: name }: Pick<EventBlockRow, 'id' | 'payload' | 'object_name'>,
  objects: BlockObjects | undefined,
): Promise<Uint8Array | undefined> => {
  if (name === null) return payload
  if (objects) return objects.get(name)
  throw new AppError('CONFIG_INVALID', `The block ${id} is in object storage, which storage.blocks does not name.`, {
    hint: 'Set storage.blocks to the bucket that the events were written to.',
  })
}
