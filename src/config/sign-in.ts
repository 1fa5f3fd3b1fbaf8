import { z } from 'zod'
import { accountRole } from '../schema/account/account.ts'
import { durationSetting, secret } from './shapes.ts'

const values = (description: string) => z.array(z.string().min(1)).default([]).describe(description)

/** An OpenID Connect identity provider. */
const oidc = z.strictObject({
  issuer: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('The issuer URL of an OpenID Connect provider for sign-in. Requires `server.public_url`.'),
  name: z.string().min(1).max(60).default('single sign-on').describe('The label on the sign-in page.'),
  client_id: z.string().min(1).default('vedette').describe('The client id of this server.'),
  client_secret: secret(1, 'The client secret; none for a public client.'),
  scopes: z.array(z.string().min(1)).default(['openid', 'profile', 'email']).describe('The scopes to request.'),
  username_claim: z.string().min(1).default('preferred_username').describe('The claim with the user name.'),
  role_claim: z
    .string()
    .min(1)
    .default('groups')
    .describe('The claim with the roles, as a dotted path: `realm_access.roles`.'),
  roles: z
    .strictObject({
      admin: values('Values of the role claim that grant the role admin.'),
      supervisor: values('Values that grant the role supervisor.'),
      analyst: values('Values that grant the role analyst.'),
      auditor: values('Values that grant the role auditor.'),
      viewer: values('Values that grant the role viewer.'),
    })
    .prefault({}),
  default_role: accountRole
    .exclude(['admin'])
    .optional()
    .describe(
      'The role of users without any of these values; without it they cannot sign in. Requires one of the two lists below.',
    ),
  allowed_domains: values('Allow users with a verified email address in one of these domains.'),
  allowed_subjects: values('Allow these users, by the subject of the provider.'),
})

/** Sign-in settings. */
export const signInSettings = z.strictObject({
  session: z
    .strictObject({
      lifetime: durationSetting('12h', 'The maximum lifetime of a session.'),
      idle: durationSetting('2h', 'The idle timeout of a session. An open dashboard keeps a session active.'),
    })
    .prefault({}),
  oidc: oidc.prefault({}),
})
