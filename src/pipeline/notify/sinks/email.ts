import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { AppError, messageOf } from '../../../errors.ts'
import { toDigestHtml } from '../digest/digest-html.ts'
import { toDigestText } from '../digest/digest-text.ts'
import { toHtmlMessage } from '../html-message.ts'
import { messageHeading, toIncidentView } from '../incident-view.ts'
import { toPlainLine } from '../plain.ts'
import { toPlainText } from '../plain-message.ts'
import type { Notification, Sink } from '../sink.ts'
import { errorCodeOf } from './post.ts'

const address = z.email({ error: 'expected an address such as alerts@example.com' })

const options = z
  .strictObject({
    host: z
      .string()
      .regex(/^[\w.:-]+$/, 'expected a host name or address, without a port')
      .describe('Host name or address of the mail server.'),
    port: z.int().min(1).max(65_535).default(587).describe('Port of the mail server; usually 465 for `tls`.'),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .describe('`starttls` and `tls` never send in plain text. Use `none` only for a mail server on this machine.'),
    ca: z
      .string()
      .optional()
      .describe('Certificates to trust instead of the public ones, as PEM. `ca_file` reads them from a file.'),
    username: z.string().min(1).optional().describe('For authentication.'),
    password: z.string().min(1).optional().meta({ description: 'For authentication.', secret: true }),
    from: address.describe('The address of the sender.'),
    to: z.array(address).min(1).max(50).describe('The addresses of the recipients.'),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    message: 'give username and password, or neither',
    path: ['username'],
  })
  .refine(({ security, password }) => security !== 'none' || password === undefined, {
    message: 'would send the password in plain text',
    path: ['security'],
  })

/** Sends mails by SMTP, as HTML and as plain text. The mails about an incident form a thread. */
export const emailSink: Component<typeof options, Sink> = {
  name: 'email',
  summary: 'Sends each incident as an e-mail, as HTML and plain text, in one thread per incident.',
  options,
  create({ host, port, security, ca, username, password, from, to }) {
    // A server without mail receivers does without the library, which every thread would load. It is loaded here, not with the first mail,
    // because an upgrade may have replaced the files of a running program by then.
    const opened = import('nodemailer').then(({ createTransport }) =>
      createTransport({
        host,
        port,
        secure: security === 'tls',
        requireTLS: security === 'starttls',
        ignoreTLS: security === 'none',
        ...(ca !== undefined && { tls: { ca } }),
        ...(username !== undefined && password !== undefined && { auth: { user: username, pass: password } }),
        connectionTimeout: 10_000,
        greetingTimeout: 10_000,
        socketTimeout: 30_000,
        // The content comes from logs and must not name files or URLs to attach.
        disableFileAccess: true,
        disableUrlAccess: true,
      }),
    )
    // Prevents an unhandled rejection, which would end the program; each mail reports the failure.
    opened.catch(() => {})
    return {
      async send(notification, signal) {
        signal.throwIfAborted()
        const transport = await opened
        await transport.sendMail({ from, to, ...toMail(notification, from) }).catch((error: unknown) => {
          throw rejection(`${host}:${port}`, error)
        })
      },
      preview(notification) {
        const { subject, text } = toMail(notification, from)
        return `From: ${from}\nTo: ${to.join(', ')}\nSubject: ${subject}\n\n${text}`
      },
    }
  },
}

/** Builds a mail. The first one about an incident has the id that all later ones refer to; a retry repeats its id. */
const toMail = (notification: Notification, from: string) => {
  const { incident, reason, idempotencyKey, digest } = notification
  const view = toIncidentView(notification)
  const domain = from.slice(from.lastIndexOf('@') + 1)
  const headers = {
    // Asks vacation responders not to answer.
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
  }
  const idOf = (key: string) => `<${createHash('sha256').update(key).digest('hex').slice(0, 32)}@${domain}>`
  if (digest) {
    return {
      subject: withoutEncodedWords(`${digest.name}: ${digest.days}`),
      text: toDigestText(digest),
      html: toDigestHtml(digest),
      messageId: idOf(idempotencyKey),
      headers,
    }
  }
  const first = idOf(incident.id)
  const isFirst = reason === 'opened'
  return {
    // Mail programs group by subject too, so it stays the same but for the prefix.
    subject: withoutEncodedWords(isFirst ? `${view.id}: ${view.title}` : `Re: ${messageHeading(view)}`),
    text: toPlainText(view),
    html: toHtmlMessage(view),
    messageId: isFirst ? first : idOf(idempotencyKey),
    ...(!isFirst && { inReplyTo: first, references: first }),
    headers,
  }
}

/** Breaks encoded words (RFC 2047), which mail programs decode in a subject. */
const withoutEncodedWords = (text: string): string => text.replaceAll('=?', '= ?')

const smtpAnswer = z.object({ responseCode: z.int(), response: z.string() })

/** 5xx is permanent, 4xx and network failures are not. A certificate that is not trusted needs a person. */
const rejection = (server: string, error: unknown): AppError => {
  const { success, data } = smtpAnswer.safeParse(error)
  const answer = success ? toPlainLine(data.response).slice(0, 200) : faultOf(error)
  const lasts = success ? data.responseCode >= 500 : /certificate|TLS|EAUTH/i.test(`${answer} ${errorCodeOf(error)}`)
  const fault = success ? `${server} did not accept the mail` : `Cannot send mail through ${server}`
  return new AppError('SINK_REJECTED', `${fault}: ${answer.replace(/\.$/, '')}.`, {
    hint: hintFor(answer, success && errorCodeOf(error) === 'ETLS'),
    retryable: !lasts,
  })
}

/** Returns what failed on the network, without the addresses and source files that OpenSSL adds. */
const faultOf = (error: unknown): string => {
  const message = toPlainLine(messageOf(error))
  return (/:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message).trim().slice(0, 200)
}

const hintFor = (answer: string, offersNoStarttls: boolean): string => {
  if (offersNoStarttls) {
    return 'The server offers no STARTTLS. Set security: tls and its port, usually 465, or security: none for a server on this machine.'
  }
  if (answer === 'wrong version number') {
    return 'This port does not begin with TLS. Set security: starttls, or the port that does, usually 465.'
  }
  if (answer.startsWith('Greeting never received')) {
    return 'Check host and port. A port that begins with TLS, usually 465, needs security: tls.'
  }
  return 'Check host, port, security, user name, password and the addresses.'
}
