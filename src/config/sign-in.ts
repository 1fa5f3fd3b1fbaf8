import { z } from 'zod'
import { accountRole } from '../schema/account.ts'
import { duration, secret } from './shapes.ts'

const values = (description: string) => z.array(z.string().min(1)).default([]).describe(description)

/** An identity provider that speaks OpenID Connect. */
const oidc = z.strictObject({
  issuer: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('The address of an OpenID Connect provider; people may sign in through it. Needs `server.public_url`.'),
  name: z.string().min(1).max(60).default('single sign-on').describe('What the sign-in calls it.'),
  client_id: z.string().min(1).default('vedette').describe('What it knows this server as.'),
  client_secret: secret(1, 'The secret that goes with it; none for a public client.'),
  scopes: z.array(z.string().min(1)).default(['openid', 'profile', 'email']).describe('What it is asked for.'),
  username_claim: z.string().min(1).default('preferred_username').describe('The claim that names people here.'),
  role_claim: z
    .string()
    .min(1)
    .default('groups')
    .describe('The claim that roles are told by, with dots for what lies deeper: `realm_access.roles`.'),
  roles: z
    .strictObject({
      admin: values('Values of that claim that make somebody an admin.'),
      supervisor: values('Values that make somebody a supervisor.'),
      analyst: values('Values that make somebody an analyst.'),
      auditor: values('Values that make somebody an auditor.'),
      viewer: values('Values that make somebody a viewer.'),
    })
    .prefault({}),
  default_role: accountRole
    .exclude(['admin'])
    .optional()
    .describe(
      'The role of whoever has none of those; without it they are not let in. Needs one of the two lists below.',
    ),
  allowed_domains: values('Let in whoever has a verified e-mail address in one of these domains.'),
  allowed_subjects: values('Let in these, by the subject that the provider knows them by.'),
})

/** How people sign in. */
export const signIn = z.strictObject({
  session: z
    .strictObject({
      lifetime: duration('12h', 'How long a session lasts at most.'),
      idle: duration('2h', 'How long a session lasts without being used; an open dashboard uses it.'),
    })
    .prefault({}),
  oidc: oidc.prefault({}),
})
