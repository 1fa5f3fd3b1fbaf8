import { type Event, textField } from '../../../schema/event/event.ts'
import { flatText } from '../shared/flat-text.ts'

/** Identifies a message by its template, or the command of cron, with the job that it names and the result. */
export const identifyMessage = (event: Event): { readonly id: string | undefined; readonly message: string } => {
  const command = textField(event, 'process.command_line')
  const template = command ?? event.template?.id
  if (template === undefined || command !== undefined) return { id: template, message: command ?? '' }
  let [job, result] = ['', event.fields['event.outcome'] === 'failure' ? ' failure' : '']
  for (const field in event.fields) {
    const kind = kindOf(field)
    if (kind === 'other') continue
    const value = String(event.fields[field]).slice(0, 100)
    if (kind === 'job') job ||= value
    else result += ` ${value}`
  }
  const id = job === '' && result === '' ? template : `${template} ${job}${result}`
  return { id, message: job === '' || event.message.includes(job) ? event.message : `${job}: ${event.message}` }
}

const jobField = /(?:^|[._-])(?:job|task|timer|unit|workflow|pipeline|schedule|dag)[._-]?(?:name|id)?$/i
const resultField = /(?:result|exit|return)[._-]?(?:code|status)$/i

/** Which fields name a job or its result. The names of fields repeat, so each is matched once. */
const fieldKinds = new Map<string, 'job' | 'result' | 'other'>()
const mostFields = 5000

const kindOf = (field: string): 'job' | 'result' | 'other' => {
  const known = fieldKinds.get(field)
  if (known) return known
  const kind = jobField.test(field) ? 'job' : resultField.test(field) ? 'result' : 'other'
  if (fieldKinds.size < mostFields) fieldKinds.set(flatText(field), kind)
  return kind
}
