import { z } from 'zod'

const text = z.string().nullable()

/** Somebody whom alerts may be about, as a directory tells. Whether they may sign in here is another matter. */
export const person = z
  .object({
    user_id: z.string(),
    username: z.string(),
    /** Other names of the same account: `CORP\dana`, `dana@corp.example`. */
    aliases: z.array(z.string()),
    email: text,
    full_name: text,
    phone: text,
    department: text,
    /** What they do: `Domain Admin`. */
    title: text,
    access_level: text,
    manager: text,
    location: text,
    is_active: z.boolean(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'User' })
export type Person = z.infer<typeof person>
