import { useQuery } from '@tanstack/react-query'
import { answerOf, api, type Noun } from '../api/client.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { plural } from '../parts/number.ts'
import { QueryView } from '../parts/query-view.tsx'

interface ModelInputDialogProps {
  readonly alertId: string
  readonly onClose: () => void
}

/** Shows the exact request that asking a model would send, and the masked values. */
export const ModelInputDialog = ({ alertId, onClose }: ModelInputDialogProps) => {
  const query = useQuery({
    queryKey: ['alerts', alertId, 'model-input'],
    queryFn: () =>
      answerOf(
        api.POST('/api/v1/alerts/{id}/model-input', { params: { path: { id: alertId } }, body: { streamed: true } }),
      ),
  })
  return (
    <Dialog
      open
      onClose={onClose}
      wide
      title="Model request"
      description="The exact request. Nothing is sent until you ask the model."
    >
      <QueryView query={query} loading="Loading request…">
        {(input) => <Input input={input} />}
      </QueryView>
    </Dialog>
  )
}

const Input = ({ input }: { readonly input: Noun<'ModelInput'> }) => {
  const { provider, model, prompt, method, url, headers, body, bytes, stand_ins, secrets } = input
  const request = [`${method} ${url}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join(
    '\n',
  )
  return (
    <div className="flex flex-col gap-3">
      <p className="text-small text-text-2">
        {provider} · {model} · {prompt} · {plural(bytes, 'byte')} · {plural(secrets, 'secret')} removed
      </p>
      <section aria-label="Masked values">
        <h3 className="mb-1 text-small text-text-2">Masked values, never sent</h3>
        {stand_ins.length === 0 ? (
          <p>None</p>
        ) : (
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
            {stand_ins.map(({ stand_in, value }) => (
              <div key={stand_in} className="contents">
                <dt className="font-mono">{stand_in}</dt>
                <dd className="font-mono wrap-anywhere">{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </section>
      <section aria-label="Request" className="flex flex-col gap-2">
        <pre className="log rounded-control border border-line p-2 whitespace-pre-wrap wrap-anywhere">{request}</pre>
        <CopyButton text={body} className="self-start" />
        <pre className="log rounded-control border border-line p-2 whitespace-pre-wrap wrap-anywhere">{body}</pre>
      </section>
    </div>
  )
}
