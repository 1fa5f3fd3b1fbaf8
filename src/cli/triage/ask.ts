import type { Command } from 'commander'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { AppError, messageOf } from '../../errors.ts'
import { askModel } from '../../operations/language-models/ask-model.ts'
import { type OpinionDraft, opinionDraft } from '../../schema/triage/triage-result.ts'
import { modelLines } from '../alerts/card-view.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient, responseError } from '../remote/client.ts'
import { visible } from '../terminal/terminal.ts'

/** Adds `ask`: asks a language model about an alert and streams its answer. */
export const addTriageAsk = (command: Command, context: CommandContext): void => {
  const { out, err } = context
  addRemoteOptions(
    command
      .command('ask')
      .description(
        'Ask a language model about an alert now. Streams the answer, then prints it again once it is verified.',
      ),
  )
    .argument('<alert>')
    .action(async (id: string, options: { readonly json?: boolean }) => {
      const client = createClient(options, context)
      const path = `/api/v1/alerts/${encodeURIComponent(id)}/opinion`
      const response = await client.ask(path, { method: 'POST', headers: { accept: 'text/event-stream' } })
      if (!response.ok) throw await responseError(response, true)
      const drafts = createDraftPrinter((text) => options.json || err.write(text))
      const { opinion, alert } = await readAnswer(response, drafts.show)
        .catch((error: unknown) => {
          if (error instanceof AppError) throw error
          throw new AppError(
            'UNAVAILABLE',
            `The connection broke before the answer was complete (${messageOf(error)}).`,
            {
              retryable: true,
              cause: error,
            },
          )
        })
        .finally(drafts.end)
      if (options.json) return out.write(`${JSON.stringify({ opinion, alert }, null, 2)}\n`)
      for (const line of modelLines(opinion)) out.write(`${visible(line)}\n`)
      const { triage } = alert
      if (triage)
        out.write(`risk ${triage.risk_score} (${triage.risk_level}), ${triage.verdict.replaceAll('_', ' ')}\n`)
    })
}

const readAnswer = async (response: Response, show: (draft: OpinionDraft) => void) => {
  const events = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  for await (const { event, data } of events ?? []) {
    const said: unknown = JSON.parse(data)
    if (event === 'draft') show(opinionDraft.parse(said))
    if (event === 'problem') throw await responseError(Response.json(said, { status: 503 }), true)
    if (event === 'done') return askModel.output.parse(said)
  }
  throw new Error('the server closed it')
}

/** Prints only the new text of each draft. A draft that does not extend the previous one is printed in full. */
const createDraftPrinter = (write: (text: string) => void) => {
  let shown = ''
  const end = () => shown !== '' && write('\n\n')
  const show = ({ provider, model, summary, claims }: OpinionDraft): void => {
    const lines = [
      `${provider} (${model}), not verified yet:`,
      ...summary,
      ...claims.map(({ sign, text }) => `${sign === 'against' ? '−' : '+'} ${text}`),
    ]
    const text = `${lines.map(visible).join('\n')}`
    write(text.startsWith(shown) ? text.slice(shown.length) : `\n\n${text}`)
    shown = text
  }
  return { show, end }
}
