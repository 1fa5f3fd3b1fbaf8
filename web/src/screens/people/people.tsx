import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { EllipsisVertical, UserPlus } from 'lucide-react'
import { useState } from 'react'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { toProblem } from '../../api/problem.ts'
import { sessionQuery, useMay } from '../../api/session.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { Menu, MenuItem, MenuLabel, MenuLine } from '../../parts/menu.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Empty, NotAllowed } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { toast } from '../../parts/toast.tsx'
import { Screen } from '../../shell/screen.tsx'
import { InviteDialog, LinkDialog } from './invite-dialog.tsx'
import { roles } from './roles.ts'

type Account = Noun<'Account'>
type Link = Noun<'NewAccount'>

/** Who may sign in, and as what. */
export const People = () => {
  const may = useMay('admin')
  const [inviting, setInviting] = useState(false)
  const [link, setLink] = useState<Link>()
  const accounts = useQuery({
    queryKey: ['accounts'],
    queryFn: () => answerOf(api.GET('/api/v1/accounts')),
    enabled: may,
  })
  const queries = useQueryClient()
  const told = (made: Link): void => {
    setInviting(false)
    setLink(made)
    void queries.invalidateQueries({ queryKey: ['accounts'] })
  }
  if (!may) {
    return (
      <Screen title="People">
        <NotAllowed needs="admin" />
      </Screen>
    )
  }
  return (
    <Screen
      title="People"
      bar={
        <Button look="primary" className="ml-auto" onClick={() => setInviting(true)}>
          <UserPlus size={14} aria-hidden />
          Invite
        </Button>
      }
    >
      <QueryView query={accounts} what="Reading who may sign in…">
        {({ data }) =>
          data.length === 0 ? (
            <div className="pt-4">
              <Empty title="Nobody has an account yet.">
                <p>Invite somebody: they get a link to set a password with.</p>
              </Empty>
            </div>
          ) : (
            <PeopleTable accounts={data} onLink={told} />
          )
        }
      </QueryView>
      {inviting && <InviteDialog onClose={() => setInviting(false)} onMade={told} />}
      {link && <LinkDialog account={link} onClose={() => setLink(undefined)} />}
    </Screen>
  )
}

const heads = ['Name', 'Role', 'Signs in with', 'Last sign-in']

const PeopleTable = ({
  accounts,
  onLink,
}: {
  readonly accounts: readonly Account[]
  readonly onLink: (made: Link) => void
}) => (
  <div className="overflow-x-auto bg-surface">
    <table className="w-full">
      <thead>
        <tr className="border-b border-line text-left text-small text-text-2">
          {heads.map((head) => (
            <th key={head} scope="col" className="px-4 py-2 font-medium md:first:pl-6">
              {head}
            </th>
          ))}
          <th scope="col" className="px-4 py-2">
            <span className="sr-only">What to do</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {accounts.map((account) => (
          <PersonRow key={account.id} account={account} onLink={onLink} />
        ))}
      </tbody>
    </table>
  </div>
)

const ways = { none: 'nothing yet', password: 'a password', oidc: 'the identity provider' }

const PersonRow = ({ account, onLink }: { readonly account: Account; readonly onLink: (made: Link) => void }) => {
  const { username, full_name, email, role, is_active, signs_in_with, last_login_at } = account
  return (
    <tr className="border-b border-line">
      <th scope="row" className="px-4 py-2 text-left font-[550] md:pl-6">
        {username}
        <span className="block text-small font-normal text-text-2">
          {[full_name, email].filter((text) => text !== null).join(' · ')}
        </span>
      </th>
      <td className="px-4">{is_active ? role : <span className="text-text-2">{role}, disabled</span>}</td>
      <td className="px-4 text-text-2">{ways[signs_in_with]}</td>
      <td className="px-4 text-text-2">{last_login_at === null ? 'never' : <Time at={last_login_at} show="ago" />}</td>
      <td className="px-4 text-right">
        <PersonMenu account={account} onLink={onLink} />
      </td>
    </tr>
  )
}

const PersonMenu = ({ account, onLink }: { readonly account: Account; readonly onLink: (made: Link) => void }) => {
  const queries = useQueryClient()
  const me = useQuery(sessionQuery).data?.account
  const { id, username, role, is_active, signs_in_with } = account
  const failed = (error: unknown) => void toast(toProblem(error).message, { bad: true })
  const change = useMutation({
    mutationFn: (body: { role?: Account['role']; is_active?: boolean }) =>
      answerOf(api.PATCH('/api/v1/accounts/{id}', { params: { path: { id } }, body })),
    onSuccess: (changed) => {
      toast(`${changed.username} is ${changed.is_active ? `${changed.role} now` : 'disabled; their sessions ended'}.`)
      return queries.invalidateQueries({ queryKey: ['accounts'] })
    },
    onError: failed,
  })
  const reset = useMutation({
    mutationFn: () => answerOf(api.POST('/api/v1/accounts/{id}/reset', { params: { path: { id } } })),
    onSuccess: onLink,
    onError: failed,
  })
  if (id === me) return <span className="text-small text-text-2">you</span>
  return (
    <Menu
      trigger={
        <IconButton label={`What to do with ${username}`}>
          <EllipsisVertical size={16} aria-hidden />
        </IconButton>
      }
    >
      <MenuLabel>Role</MenuLabel>
      {roles.map((one) => (
        <MenuItem key={one} chosen={one === role} onSelect={() => one !== role && change.mutate({ role: one })}>
          {one}
        </MenuItem>
      ))}
      <MenuLine />
      {signs_in_with !== 'oidc' && (
        <MenuItem onSelect={() => reset.mutate()}>
          {signs_in_with === 'none' ? 'New link' : 'Reset the password'}
        </MenuItem>
      )}
      <MenuItem onSelect={() => change.mutate({ is_active: !is_active })}>{is_active ? 'Disable' : 'Enable'}</MenuItem>
    </Menu>
  )
}
