const byId = (id) => document.getElementById(id)
const openStatuses = ['open', 'investigating', 'contained', 'eradicated']
const isOpen = ({ status }) => openStatuses.includes(status)
const openFilter = openStatuses.map((status) => `status:${status}`).join(' OR ')
const shownLines = 8
/** Severity is told by a shape and a word, colour only repeats it. */
const glyphs = { critical: '■', high: '▲', medium: '◆', low: '●', info: '○' }

/** The open incidents that are shown, by id. */
const incidents = new Map()
let changes

/** Asks the API; a refusal becomes an error that says what to do. */
const ask = async (method, path, body) => {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const answer = await response.json()
  if (response.ok) return answer
  const error = new Error([answer.detail ?? answer.title, answer.hint].filter(Boolean).join(' '))
  error.status = response.status
  throw error
}

const say = (error) => {
  byId('problem').textContent = error ? error.message : ''
}

/** Whatever is shown is put in as text: log lines are written by strangers. */
const element = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

const timeOf = (iso) => element('time', { dateTime: iso, textContent: new Date(iso).toLocaleString() })

const incidentItem = (incident) => {
  const lines = incident.evidence.slice(0, shownLines)
  const article = element(
    'article',
    {},
    element('h3', { textContent: incident.title }),
    element(
      'p',
      { className: 'facts' },
      element('span', {
        className: 'severity',
        textContent: `${glyphs[incident.severity] ?? ''} ${incident.severity}`,
      }),
      ` · ${incident.display_id} · ${incident.status} · ${incident.alert_count} alerts, ${incident.event_count} events · last seen `,
      timeOf(incident.last_seen),
    ),
    element('p', { textContent: incident.reason }),
    element(
      'details',
      {},
      element('summary', { textContent: `Evidence: ${lines.length} of ${incident.evidence.length} lines` }),
      element('ol', { className: 'lines' }, ...lines.map(({ line }) => element('li', { textContent: line }))),
    ),
  )
  article.dataset.severity = incident.severity
  return element('li', {}, article)
}

const showIncidents = () => {
  const newestFirst = [...incidents.values()].sort((a, b) => (a.last_seen < b.last_seen ? 1 : -1))
  byId('list').replaceChildren(...newestFirst.map(incidentItem))
  byId('none').hidden = incidents.size > 0
}

const loadIncidents = async () => {
  const { data } = await ask('GET', `/api/v1/incidents?limit=100&q=${encodeURIComponent(openFilter)}`)
  incidents.clear()
  for (const incident of data) incidents.set(incident.id, incident)
  showIncidents()
}

const refresh = async ({ id, version }) => {
  const known = incidents.get(id)
  if (known && known.version >= version) return
  const incident = await ask('GET', `/api/v1/incidents/${encodeURIComponent(id)}`)
  if (isOpen(incident)) incidents.set(id, incident)
  else incidents.delete(id)
  showIncidents()
}

const follow = () => {
  changes?.close()
  changes = new EventSource('/api/v1/stream?topics=incidents')
  changes.addEventListener('open', () => {
    byId('live').textContent = 'Live.'
  })
  changes.addEventListener('incident', ({ data }) => refresh(JSON.parse(data)).catch(say))
  changes.addEventListener('error', () => {
    byId('live').textContent = 'Connection lost; trying again.'
    if (changes.readyState === EventSource.CLOSED) enter().catch(say)
  })
}

const show = (session) => {
  byId('signing-in').hidden = session !== undefined
  for (const id of ['incidents', 'feeding', 'who']) byId(id).hidden = session === undefined
  byId('name').textContent = session ? `${session.name} (${session.role})` : ''
  byId('example').textContent =
    `curl ${location.origin}/api/v1/events -H 'Authorization: Bearer TOKEN' \\\n  -H 'Content-Type: text/plain' --data-binary @/var/log/auth.log`
}

/** Shows what there is to who is signed in, and the form to who is not. */
const enter = async () => {
  try {
    show(await ask('GET', '/api/v1/session'))
  } catch (error) {
    changes?.close()
    show(undefined)
    byId('key').focus()
    if (error.status !== 401) throw error
    return
  }
  await loadIncidents()
  follow()
}

const signIn = async (key) => {
  say()
  await ask('POST', '/api/v1/session', { key })
  await enter()
}

byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault()
  const key = byId('key').value.trim()
  byId('key').value = ''
  signIn(key).catch(say)
})

byId('sign-out').addEventListener('click', () => {
  ask('DELETE', '/api/v1/session').then(enter).catch(say)
})

// The key of a sign-in link stands behind the #, which browsers send nowhere; it goes from the address before anything else happens.
const key = new URLSearchParams(location.hash.slice(1)).get('k')
if (key) {
  history.replaceState(null, '', location.pathname)
  signIn(key).catch((error) => enter().finally(() => say(error)))
} else {
  enter().catch(say)
}
