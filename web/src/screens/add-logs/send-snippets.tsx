import { useMutation } from '@tanstack/react-query'
import { Tabs } from 'radix-ui'
import { siteUrl } from '../../api/base-path.ts'
import { answerOf, api } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Panel } from '../../parts/panel.tsx'
import { ErrorNotice } from '../../parts/states.tsx'
import { snippets } from './snippets.ts'

const placeholder = 'TOKEN'

/** Snippets for log shippers, with the URL of this server and a token. */
export const SendSnippets = () => {
  const canCreate = useMay('admin')
  const created = useMutation({
    mutationFn: () =>
      answerOf(api.POST('/api/v1/tokens', { body: { name: 'logs, from the dashboard', role: 'ingest' } })),
  })
  const facts = { url: siteUrl, token: created.data?.secret ?? placeholder }
  return (
    <Panel title="Send logs">
      <div className="flex flex-wrap items-center gap-3 px-4 pb-3">
        {created.data ? (
          <p className="text-text-2">
            Token added to the snippets. Copy it now: it is not shown again.{' '}
            <code className="font-mono text-log break-all text-text">{created.data.secret}</code>
          </p>
        ) : canCreate ? (
          <>
            <Button disabled={created.isPending} onClick={() => created.mutate()}>
              Create token
            </Button>
            <p className="text-text-2">Adds a token that can only send logs to the snippets.</p>
          </>
        ) : (
          <p className="text-text-2">
            Replace {placeholder} with a token. An admin can create one with{' '}
            <code className="font-mono text-log">./vedette token create --role ingest</code>.
          </p>
        )}
      </div>
      {created.error && <ErrorNotice error={created.error} onRetry={() => created.mutate()} />}
      <Tabs.Root defaultValue={snippets[0]?.id ?? ''} className="border-t border-line">
        <Tabs.List aria-label="Log shippers" className="flex flex-wrap gap-1 px-3 pt-2">
          {snippets.map(({ id, name }) => (
            <Tabs.Trigger
              key={id}
              value={id}
              className="h-8 rounded-control px-2.5 font-medium text-text-2 hover:bg-hover hover:text-text data-[state=active]:bg-sel data-[state=active]:text-accent"
            >
              {name}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {snippets.map(({ id, where, text }) => (
          <Tabs.Content key={id} value={id} className="flex flex-col gap-2 rounded-control p-4">
            <p className="text-text-2">{where}</p>
            <div className="relative rounded-control border border-line bg-bg">
              <pre className="log p-3 pr-24" data-snippet={id}>
                {text(facts)}
              </pre>
              <CopyButton text={text(facts)} className="absolute top-2 right-2" />
            </div>
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Panel>
  )
}
