import { openTab, signIn } from '../test/browser/browser.ts'
import { freePort, scratch, startServer } from '../test/e2e/program.ts'
import { seedAlerts } from './many-alerts.ts'
import { median } from './median.ts'

// The latency of the queue with 100,000 alerts in a real browser, and with 100: the growth
// is our cost, the rest is the browser's.

const rounds = 5

const measure = async (alerts: number) => {
  const folder = scratch()
  await seedAlerts(folder.path, alerts)
  const server = await startServer({ dataDir: folder.path, port: await freePort() })
  const { page, close } = await openTab()
  page.setDefaultTimeout(120_000)
  await signIn(page, server.url, '/alerts')
  const rows = page.getByRole('grid', { name: 'Alerts' }).locator('tbody tr')
  const told = page.getByText(/^[\d,]+ alerts?$/)
  const [paints, interactive, filters]: number[][] = [[], [], []]
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    await page.goto(`${server.url}/alerts`, { waitUntil: 'commit' })
    await rows.first().waitFor()
    await page.keyboard.press('j')
    await page.locator('[aria-rowindex="3"][tabindex="0"]').waitFor()
    interactive?.push(performance.now() - began)
    const paint = await page.waitForFunction(`performance.getEntriesByName('first-contentful-paint')[0]?.startTime`)
    paints?.push(Number(await paint.jsonValue()))

    const before = await told.innerText()
    await page.keyboard.press('/')
    await page.keyboard.type(`open:true host:web-${String(round * 4).padStart(2, '0')}`)
    const asked = performance.now()
    await page.keyboard.press('Enter')
    await page.getByText(before, { exact: true }).first().waitFor({ state: 'detached' })
    filters?.push(performance.now() - asked)
  }
  await close()
  await server.stop()
  folder.remove()
  return {
    alerts,
    first_contentful_paint_ms: Math.round(median(paints ?? [])),
    interactive_ms: Math.round(median(interactive ?? [])),
    filter_ms: Math.round(median(filters ?? [])),
  }
}

const few = await measure(100)
const many = await measure(100_000)
console.log(JSON.stringify({ bench: 'queue', ...few }))
console.log(JSON.stringify({ bench: 'queue', ...many }))
console.log(
  JSON.stringify({
    bench: 'queue',
    interactive_ratio: Number((many.interactive_ms / few.interactive_ms).toFixed(2)),
    filter_ratio: Number((many.filter_ms / few.filter_ms).toFixed(2)),
  }),
)
