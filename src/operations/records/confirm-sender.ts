import { z } from 'zod'
import { defineOperation } from '../operation.ts'

/** Answers the requests that log shippers send before their first logs. */
export const confirmSender = defineOperation({
  name: 'confirm_sender',
  summary: 'Confirms to a log shipper that its token may send records.',
  role: 'ingest',
  input: z.object({}),
  output: z.object({}).meta({ id: 'SenderConfirmation' }),
  run: async () => ({}),
})
