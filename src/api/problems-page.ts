import { errorCodes } from '../errors.ts'

/** Explains every kind of problem; the `type` of each leads here. */
export const problemsPage = (): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Problems – Vedette</title>
<link rel="stylesheet" href="/docs/problems.css">
</head>
<body>
<main>
<h1>Problems</h1>
<p>Every error is answered as <code>application/problem+json</code> (RFC 9457) with a <code>code</code> that does not change, a
<code>detail</code> that says what happened, often a <code>hint</code>, and a <code>request_id</code> that the server’s log contains, too.</p>
${Object.entries(errorCodes).map(section).join('\n')}
</main>
</body>
</html>
`

/** Its style: one column, in the colour scheme of the reader's system. */
export const problemsStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1rem; }
h2 { margin: 2rem 0 0; font-size: 1.125rem; scroll-margin-top: 1rem; }
`

const section = ([code, { status, title }]: [string, { readonly status: number; readonly title: string }]): string =>
  `<h2 id="${code.toLowerCase()}"><code>${code.toLowerCase()}</code></h2>\n<p>${title}. HTTP status ${status}.</p>`
