import type { Refuse, Route } from '../../api/rest/route.ts'

const errorLabels: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** The log-agent service answered with the name of the status; other statuses get our message. */
const refuse: Refuse = ({ status, message }) => ({ status, body: { error: errorLabels[status] ?? message } })

/** On its own port an unreadable query is a 500 and an outage an empty list, as its clients expect. */
export const refuseOnOwnPort: Refuse = (error, request) => {
  if (error.status >= 500) return { status: 200, body: [] }
  if (error.status === 400) return { status: 500, body: { error: errorLabels[500] } }
  return refuse(error, request)
}

/** A route of the log-agent service; GET by default. Its clients send the token without `Bearer`. */
export const route = (given: Omit<Route, 'method'> & Partial<Pick<Route, 'method'>>): Route => ({
  method: 'GET',
  bareToken: true,
  refuse,
  ...given,
})
