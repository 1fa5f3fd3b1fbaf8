import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { EllipsisVertical, UserPlus } from 'lucide-react'
import { useState } from 'react'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { sessionQuery, useMay } from '../../api/session.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { toLabel } from '../../parts/label.ts'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../parts/menu.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { AccessDenied, Empty } from '../../parts/states.tsx'
import { TableHead } from '../../parts/table-head.tsx'
import { Time } from '../../parts/time.tsx'
import { toast, toastNotSaved } from '../../parts/toast.tsx'
import { Screen } from '../../shell/screen.tsx'
import { InviteDialog, LinkDialog, roles } from './invite-dialog.tsx'

type Account = Noun<'Account'>
type Link = Noun<'NewAccount'>

/** The users and their roles. */
export const Users = () => {
  const isAdmin = useMay('admin')
  const [inviting, setInviting] = useState(false)
  const [link, setLink] = useState<Link>()
  const accounts = useQuery({
    queryKey: ['accounts'],
    queryFn: () => answerOf(api.GET('/api/v1/accounts')),
    enabled: isAdmin,
  })
  const queries = useQueryClient()
  const showLink = (account: Link): void => {
    setInviting(false)
    setLink(account)
    void queries.invalidateQueries({ queryKey: ['accounts'] })
  }
  if (!isAdmin) {
    return (
      <Screen title="Users">
        <AccessDenied requires="admin" />
      </Screen>
    )
  }
  return (
    <Screen
      title="Users"
      bar={
        <Button variant="primary" className="ml-auto" onClick={() => setInviting(true)}>
          <UserPlus size={14} aria-hidden />
          Invite
        </Button>
      }
    >
      <QueryView query={accounts} loading="Loading users…">
        {({ data }) =>
          data.length === 0 ? (
            <div className="pt-4">
              <Empty title="No users yet">
                <p>Invited users set their password with a link.</p>
              </Empty>
            </div>
          ) : (
            <UserTable accounts={data} onLink={showLink} />
          )
        }
      </QueryView>
      {inviting && <InviteDialog onClose={() => setInviting(false)} onCreated={showLink} />}
      {link && <LinkDialog account={link} onClose={() => setLink(undefined)} />}
    </Screen>
  )
}

const heads = ['Name', 'Role', 'Sign-in method', 'Last sign-in']

const UserTable = ({
  accounts,
  onLink,
}: {
  readonly accounts: readonly Account[]
  readonly onLink: (account: Link) => void
}) => (
  <div className="overflow-x-auto bg-surface">
    <table className="w-full">
      <TableHead labels={heads} />
      <tbody>
        {accounts.map((account) => (
          <UserRow key={account.id} account={account} onLink={onLink} />
        ))}
      </tbody>
    </table>
  </div>
)

const methods = { none: 'Not set', password: 'Password', oidc: 'Identity provider' }

const UserRow = ({ account, onLink }: { readonly account: Account; readonly onLink: (account: Link) => void }) => {
  const { username, full_name, email, role, is_active, signs_in_with, last_login_at } = account
  return (
    <tr className="border-b border-line">
      <th scope="row" className="px-4 py-2 text-left font-[550] md:pl-6">
        {username}
        <span className="block text-small font-normal text-text-2">
          {[full_name, email].filter((text) => text !== null).join(' · ')}
        </span>
      </th>
      <td className="px-4">
        {is_active ? toLabel(role) : <span className="text-text-2">{toLabel(role)} (disabled)</span>}
      </td>
      <td className="px-4 text-text-2">{methods[signs_in_with]}</td>
      <td className="px-4 text-text-2">{last_login_at === null ? 'Never' : <Time at={last_login_at} show="ago" />}</td>
      <td className="px-4 text-right">
        <UserMenu account={account} onLink={onLink} />
      </td>
    </tr>
  )
}

const UserMenu = ({ account, onLink }: { readonly account: Account; readonly onLink: (account: Link) => void }) => {
  const queries = useQueryClient()
  const me = useQuery(sessionQuery).data?.account
  const { id, username, role, is_active, signs_in_with } = account
  const change = useMutation({
    mutationFn: (body: { role?: Account['role']; is_active?: boolean }) =>
      answerOf(api.PATCH('/api/v1/accounts/{id}', { params: { path: { id } }, body })),
    onSuccess: (changed) => {
      toast(
        changed.is_active
          ? `Role of ${changed.username}: ${toLabel(changed.role)}.`
          : `Disabled ${changed.username} and ended their sessions.`,
      )
      return queries.invalidateQueries({ queryKey: ['accounts'] })
    },
    onError: toastNotSaved,
  })
  const reset = useMutation({
    mutationFn: () => answerOf(api.POST('/api/v1/accounts/{id}/reset', { params: { path: { id } } })),
    onSuccess: onLink,
    onError: toastNotSaved,
  })
  if (id === me) return <span className="text-small text-text-2">You</span>
  return (
    <Menu
      trigger={
        <IconButton label={`Actions for ${username}`}>
          <EllipsisVertical size={16} aria-hidden />
        </IconButton>
      }
    >
      <MenuLabel>Role</MenuLabel>
      {roles.map((one) => (
        <MenuItem key={one} selected={one === role} onSelect={() => one !== role && change.mutate({ role: one })}>
          {toLabel(one)}
        </MenuItem>
      ))}
      <MenuSeparator />
      {signs_in_with !== 'oidc' && (
        <MenuItem onSelect={() => reset.mutate()}>{signs_in_with === 'none' ? 'New link' : 'Reset password'}</MenuItem>
      )}
      <MenuItem onSelect={() => change.mutate({ is_active: !is_active })}>{is_active ? 'Disable' : 'Enable'}</MenuItem>
    </Menu>
  )
}
