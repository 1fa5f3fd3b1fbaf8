import { AppError } from '../../errors.ts'
import { type BlockLocation, openBlockObjects } from '../../store/events/block-objects.ts'

/** Writes, reads and removes an object where blocks of events are stored. Throws if one of these fails. */
export const checkBlocks = async (location: BlockLocation): Promise<void> => {
  const objects = openBlockObjects({ ...location, prefix: `${location.prefix}check/` })
  const payload = Buffer.from(`written by vedette doctor at ${new Date().toISOString()}`)
  const name = await objects.put({ partition: 0, first: 0 }, payload)
  const found = await objects.get(name)
  await objects.remove(name)
  if (found && payload.equals(found)) return
  throw new AppError('UNAVAILABLE', `The object storage does not return the object ${name} that was just written.`, {
    hint: 'Use a service that reads its own writes, as S3 does.',
  })
}
