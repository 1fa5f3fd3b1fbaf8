import type { Random } from '../../src/lib/random/random.ts'
import { minute, pick, timesBy } from './calendar.ts'
import { type Company, computers, outside } from './company.ts'
import type { Task } from './puppeteer.ts'
import type { Action } from './recorder.ts'

const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0',
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36',
]
const wantedByBots = [
  '/robots.txt',
  '/sitemap.xml',
  '/wp-login.php',
  '/ads.txt',
  '/.well-known/security.txt',
  '/apple-touch-icon.png',
]
const sites = [
  'news',
  'mail',
  'docs',
  'maps',
  'video',
  'bank',
  'forum',
  'weather',
  'updates',
  'fonts',
  'cdn',
  'search',
  'wiki',
  'travel',
  'music',
]

interface Week {
  readonly from: number
  readonly to: number
  readonly random: Random
}

/** The traffic of visitors and crawlers in the shop, and the DNS queries of the office. */
export const visits = (company: Company, { from, to, random }: Week): Action[] => {
  const { web, worldPuppet, officePuppet } = company
  const browse = (at: number): Action => {
    const visitor = pick(outside.visitors, random)
    const agent = pick(agents, random)
    const pages = pagesOf(random)
    return {
      at,
      expects: ['nginx-access.log', pages.length],
      async run() {
        let referrer = 'http://shop.sample/'
        for (const { method = 'GET', path } of pages) {
          await worldPuppet.do({ kind: 'http', from: visitor, to: web.address, method, path, agent, referrer })
          if (!path.startsWith('/assets')) referrer = `http://shop.sample${path}`
        }
      },
    }
  }
  const crawl = (at: number): Action => {
    const task: Task = {
      kind: 'http',
      from: pick(outside.strangers, random),
      to: web.address,
      path: random.next() < 0.6 ? `/products/${1 + random.below(300)}` : pick(wantedByBots, random),
      agent: 'Mozilla/5.0 (compatible; CrawlerBot/2.1; +http://crawler.example/bot.html)',
    }
    return { at, expects: ['nginx-access.log', 1], run: () => worldPuppet.do(task) }
  }
  const checks: Action[] = []
  for (let at = from + 2 * minute; at < to; at += 5 * minute) {
    const check: Task = {
      kind: 'http',
      from: computers[13] ?? '',
      to: web.address,
      path: '/health',
      agent: 'check_http/v2.3.3 (monitoring-plugins 2.3.3)',
    }
    checks.push({ at: at + random.below(900), expects: ['nginx-access.log', 1], run: () => officePuppet.do(check) })
  }
  return [
    ...timesBy('visitors', { from, to, perDay: 390, weekend: 1.2, random }).map(browse),
    ...timesBy('visitors', { from, to, perDay: 60, weekend: 1, random }).map(crawl),
    ...checks,
  ]
}

/** The DNS queries of office computers and servers. */
export const lookups = (company: Company, { from, to, random }: Week): Action[] => {
  const { gateway, officePuppet } = company
  const ask = (at: number): Action => {
    const from = pick(computers, random)
    const site = pick(sites, random)
    const own = random.next() < 0.2
    const host = own
      ? pick(['mail-01.sample', 'web-01.sample', 'db-01.sample'], random)
      : `${pick(['www', 'api', 'static', 'img'], random)}.${site}.example`
    const task = { kind: 'dns', from, to: gateway.address, name: host } as const
    return {
      at,
      quiet: 10,
      async run() {
        await officePuppet.do({ ...task, type: 'A' })
        if (random.next() < 0.4) await officePuppet.do({ ...task, type: 'AAAA' })
      },
    }
  }
  return [
    ...timesBy('office', { from, to, perDay: 420, weekend: 0.06, random }).map(ask),
    // Machines that stay on send queries at night too.
    ...timesBy('visitors', { from, to, perDay: 150, weekend: 1, random }).map(ask),
  ]
}

/** A visit: some pages with their assets, perhaps a purchase. */
const pagesOf = (random: Random): { method?: string; path: string }[] => {
  const pages: { method?: string; path: string }[] = [
    { path: '/' },
    { path: '/assets/shop.css' },
    { path: '/assets/shop.js' },
  ]
  const looks = 1 + random.below(4)
  for (let i = 0; i < looks; i++) {
    if (random.next() < 0.15) pages.push({ path: `/search?q=${1 + random.below(99)}` })
    pages.push({ path: `/products/${1 + random.below(300)}` }, { path: `/assets/product-${1 + random.below(9)}.png` })
  }
  if (random.next() < 0.02) pages.push({ path: `/products/${300 + random.below(80)}` })
  if (random.next() < 0.1) {
    pages.push(
      { path: '/cart' },
      { path: '/login' },
      { method: 'POST', path: '/login' },
      { method: 'POST', path: '/checkout' },
      { path: '/account' },
    )
  }
  return pages
}
